"""The demo as a newcomer sees it; `make screenshots` keeps the pictures for the documentation."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from infra24.orgs.models import Member, Organisation, User
from infra24.orgs.tenancy import acting_for
from tests.database import ROOT, TestDatabase
from tests.journeys.browser import DESKTOP, PHONE, visitor


@pytest.fixture
def staff(database: TestDatabase, tmp_path: Path) -> Member:
    """Staff of the first house of the demo, freshly moved in."""
    told = {**database.environment(), "INFRA24_DEMO": "1", "INFRA24_VAR": str(tmp_path)}
    subprocess.run([sys.executable, "manage.py", "seed_demo"], cwd=ROOT, env=told, check=True)
    house = Organisation.objects.get(slug="seagrape")
    with acting_for(house.pk):
        member = Member.objects.get(role="staff")
        member.user = User.objects.get(pk=member.user_id)
        return member


def next_wednesday() -> date:
    """A day on which such houses are busy."""
    today = datetime.now(UTC).date()
    return today + timedelta(days=(2 - today.weekday()) % 7 or 7)


def test_the_demo_is_a_house_at_work(staff: Member, live: str, chromium: Browser) -> None:
    with visitor(chromium, live, member=staff) as newcomer:
        page = newcomer.open(f"/o/seagrape/admin/calendar?date={next_wednesday()}")
        expect(page.get_by_role("columnheader", name="Clay Studio")).to_be_visible()
        expect(page.get_by_role("grid").get_by_role("button").first).to_be_visible()
        newcomer.picture("calendar")
        newcomer.open("/o/seagrape/")
        expect(page.get_by_role("heading", name="Requests waiting")).to_be_visible()
        newcomer.picture("today")

    with visitor(chromium, live, member=staff, size=PHONE, theme="dark") as newcomer:
        page = newcomer.open("/o/seagrape/")
        expect(page.get_by_role("heading", name="Requests waiting")).to_be_visible()
        newcomer.picture("today-phone-dark")

    with visitor(chromium, live, size=DESKTOP) as stranger:
        page = stranger.open("/")
        expect(page.get_by_role("link", name="Seagrape Studios")).to_be_visible()
        stranger.picture("front-page")
