"""Staff bring the calendar they had: look at it, say which room is meant, take it over, and decide what is left."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests import make
from tests.calendars.files import calendar
from tests.calendars.test_importing import NOON, firing
from tests.journeys.axe import AXE, RUN
from tests.journeys.browser import PHONE, visitor

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("script", [True, False], ids=["script", "plain"])
def test_a_calendar_is_taken_over(live: str, chromium: Browser, tmp_path: Path, script: bool) -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, name="Kiln")
    make.booking(cast.alice, kiln, starts_at=NOON, title="Already here")
    file = tmp_path / "old.ics"
    events = [firing("a", NOON, "LOCATION:The oven"), firing("b", NOON + timedelta(hours=2), "LOCATION:The oven")]
    file.write_text(calendar(*events, "UID:c\nDTSTART:soon"))

    with visitor(chromium, live, member=cast.alice, size=PHONE, script=script) as alice:
        page = alice.open("/o/oolite/admin/bookings")
        page.get_by_role("link", name="Import a calendar").click()
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_text("More", exact=True).click()
        page.get_by_label("Name of this calendar").fill("Old calendar")
        page.get_by_role("button", name="Look at it").click()

        page.get_by_role("button", name="Import it").click()
        expect(page.get_by_text("Answer for each place first")).to_be_visible()
        page.get_by_label("The oven").select_option("Kiln")
        page.get_by_role("button", name="Look again").click()
        expect(page.get_by_text("Kiln is already booked then.")).to_be_visible()
        expect(page.get_by_text("DTSTART cannot be read.")).to_be_visible()
        if script:
            page.evaluate(AXE.read_text())
            assert page.evaluate(RUN) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        page.get_by_role("button", name="Import it").click()

        page.get_by_role("link", name="Decide about 1").click()
        page.get_by_role("link", name="Firing").click()
        page.get_by_label("Why it is not booked").fill("It was moved by phone.")
        page.get_by_role("button", name="Dismiss it").click()
        expect(page.get_by_text("Nothing waits for a decision")).to_be_visible()
