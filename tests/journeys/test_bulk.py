"""Staff move a whole day by a week, see what stands against it, and take it back; by keyboard and on a phone."""

from datetime import timedelta
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.journeys.axe import AXE, RUN
from tests.journeys.browser import DESKTOP, PHONE, visitor
from tests.make import NOON, Cast

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)


@pytest.fixture
def cast() -> Cast:
    """Three bookings of one day; the last cannot go to the week after."""
    made = make.cast()
    kiln = make.resource(made.house, name="Kiln A", rules=make.open_week("00:00", "24:00"))
    bob = make.person(made.house, member=made.bob)
    for number, title in enumerate(("Bisque firing", "Glaze test", "Repair")):
        make.booking(made.alice, kiln, starts_at=NOON + number * HOUR, title=title, person=bob)
    make.booking(made.bob, kiln, starts_at=NOON + WEEK + 2 * HOUR)
    return made


def examine(page: Page, width: int) -> None:
    """Nothing for axe to find, and nothing to scroll sideways for."""
    page.evaluate(AXE.read_text())
    assert page.evaluate(RUN) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("theme", "size"), [("light", DESKTOP), ("dark", PHONE)])
def test_a_day_is_moved_by_a_week_and_back(
    cast: Cast, live: str, chromium: Browser, theme: Literal["light", "dark"], size: tuple[int, int]
) -> None:
    with visitor(chromium, live, member=cast.alice, theme=theme, size=size) as alice:
        page = alice.open(f"/o/oolite/admin/bookings?until={NOON.date() + timedelta(days=1)}")
        everything = page.get_by_label("All on this page")
        everything.focus()
        page.keyboard.press("Space")
        expect(page.get_by_label("Choose Repair")).to_be_checked()
        page.get_by_label("Choose Repair").focus()
        page.keyboard.press("Space")
        expect(everything).not_to_be_checked()
        page.keyboard.press("Space")
        expect(everything).to_be_checked()
        examine(page, size[0])
        page.get_by_label("With those ticked").select_option("move")
        page.get_by_role("button", name="Go on…").press("Enter")

        page.get_by_label("Days").fill("7")
        examine(page, size[0])
        page.keyboard.press("Enter")
        expect(page.get_by_text("2 can, 1 cannot. Nothing has been changed yet.")).to_be_visible()
        expect(page.get_by_text("Kiln A is already booked then.")).to_be_visible()
        expect(page.get_by_label("Leave them as they are, and do the others")).to_be_checked()
        examine(page, size[0])
        alice.picture(f"bulk-preview-{'phone' if size == PHONE else 'desktop'}")

        page.get_by_role("button", name="Do it").click()
        expect(page.get_by_role("heading", name="Moved 2 bookings")).to_be_visible()
        examine(page, size[0])
        alice.picture(f"bulk-done-{'phone' if size == PHONE else 'desktop'}")
        page.get_by_role("button", name="Undo…").click()
        expect(page.get_by_text("Nothing stands against it.")).to_be_visible()
        page.get_by_role("button", name="Do it").click()
        expect(page.get_by_role("heading", name="Moved 2 bookings")).to_be_visible()

    with acting_for(cast.house.pk):
        starts = dict(Booking.objects.values_list("title", "starts_at"))
    assert (starts["Bisque firing"], starts["Glaze test"], starts["Repair"]) == (NOON, NOON + HOUR, NOON + 2 * HOUR)


def test_without_script_all_on_the_page_are_declined(cast: Cast, live: str, chromium: Browser) -> None:
    with acting_for(cast.house.pk):
        Booking.objects.filter(person__isnull=False).update(status="pending")
    with visitor(chromium, live, member=cast.alice, size=PHONE, script=False) as alice:
        page = alice.open("/o/oolite/admin/bookings?status=pending")
        page.get_by_label("All on this page").check()
        page.get_by_label("With those ticked").select_option("decline")
        page.get_by_role("button", name="Go on…").click()
        page.get_by_label("Reason").fill("The kiln is cold.")
        page.get_by_role("button", name="Preview").click()
        page.get_by_role("button", name="Yes, end").click()
        expect(page.get_by_role("heading", name="Declined 4 requests")).to_be_visible()

    with acting_for(cast.house.pk):
        assert Booking.objects.filter(status="declined", reason="The kiln is cold.").count() == 4
