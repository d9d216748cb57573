"""The demo as a newcomer sees it; `make screenshots` keeps the pictures for the documentation."""

import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Member, Organisation, User
from infra24.orgs.tenancy import acting_for
from infra24.signage.services import put_up_display
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


def lobby_of(staff: Member) -> str:
    """Where a display of the whole house is."""
    with acting_for(staff.org_id):
        display = put_up_display(by=staff, source="staff")
        secret = mailed_secret(Key.objects.get(subject_id=display.pk).pk)
    return f"/o/seagrape/display/{secret}"


def test_the_demo_is_a_house_at_work(staff: Member, live: str, chromium: Browser) -> None:
    with visitor(chromium, live, member=staff) as newcomer:
        page = newcomer.open(f"/o/seagrape/admin/calendar?date={next_wednesday()}")
        expect(page.get_by_role("columnheader", name="Clay Studio")).to_be_visible()
        expect(page.get_by_role("grid").get_by_role("button").first).to_be_visible()
        newcomer.picture("calendar")
        newcomer.open("/o/seagrape/")
        expect(page.get_by_role("heading", name="Requests waiting")).to_be_visible()
        newcomer.picture("today")
        newcomer.open(f"/o/seagrape/admin/calendar/sheet?date={next_wednesday()}")
        expect(page.get_by_role("heading", name="Clay Studio")).to_be_visible()
        newcomer.picture("day-sheets")

    with visitor(chromium, live, member=staff, size=PHONE, theme="dark") as newcomer:
        page = newcomer.open("/o/seagrape/")
        expect(page.get_by_role("heading", name="Requests waiting")).to_be_visible()
        newcomer.picture("today-phone-dark")

    with visitor(chromium, live, size=DESKTOP) as stranger:
        page = stranger.open("/")
        expect(page.get_by_role("link", name="Seagrape Studios")).to_be_visible()
        stranger.picture("front-page")
        page = stranger.open(lobby_of(staff))
        expect(page.get_by_text("Clay Studio")).to_be_visible()
        stranger.picture("display")
