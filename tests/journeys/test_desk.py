"""Staff work through the requests by keys, take one decision back, and are told what cannot be had any more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.journeys.browser import PHONE, visitor
from tests.journeys.test_bulk import examine
from tests.make import NOON, Cast

DAY = timedelta(days=1)
RULES = {**make.open_week("00:00", "24:00"), "approval": "always", "pending_blocks": False}


@pytest.fixture
def cast() -> Cast:
    """Three requests; a fourth wants the time of the first."""
    made = make.cast()
    kiln = make.resource(made.house, name="Kiln A", rules=RULES)
    for number, title in enumerate(("Bisque firing", "Glaze test", "Raku")):
        make.booking(made.bob, kiln, starts_at=NOON + number * DAY, title=title)
    make.booking(made.bob, kiln, starts_at=NOON, title="Late wish")
    return made


def states(cast: Cast) -> dict[str, tuple[str, str]]:
    with acting_for(cast.house.pk):
        return {
            title: (status, reason)
            for title, status, reason in Booking.objects.values_list("title", "status", "reason")
        }


def test_three_requests_are_decided_by_keys(cast: Cast, live: str, chromium: Browser) -> None:
    with visitor(chromium, live, member=cast.alice) as alice:
        page = alice.open("/o/oolite/admin/requests")
        press: Callable[[str], None] = page.keyboard.press
        expect(page.get_by_text("With the keyboard:")).to_be_visible()
        examine(page, 1440)
        alice.picture("requests")

        # The second by a reason, typed without leaving the keys.
        press("j")
        press("j")
        expect(page.get_by_role("listitem", name="Glaze test")).to_be_focused()
        press("d")
        page.keyboard.type("The kiln is cold.")
        press("Enter")
        expect(page.get_by_role("listitem", name="Raku")).to_be_focused()
        expect(page.get_by_role("status").get_by_text("Declined: Glaze test.")).to_be_visible()

        # The third, and taken back before anybody is told.
        press("a")
        press("u")
        expect(page.get_by_role("listitem", name="Raku")).to_be_focused()
        assert states(cast)["Raku"] == ("pending", "")

        # The first has a rival, who is declined with it.
        press("k")
        expect(page.get_by_role("listitem", name="Bisque firing")).to_be_focused()
        press("a")
        examine(page, 1440)
        press("Space")
        press("Tab")
        page.keyboard.type("One firing a day.")
        press("Enter")
        expect(page.get_by_role("listitem", name="Bisque firing")).to_be_hidden()

        # Who leaves has decided.
        page.get_by_role("link", name="People", exact=True).click()
        page.wait_for_url("**/people")
        # It is sent while the next page is already on its way.
        for _look in range(100):
            if page.get_by_role("link", name="Requests 1 waiting").count():
                break
            page.wait_for_timeout(100)
            page.reload()

    assert states(cast) == {
        "Bisque firing": ("confirmed", ""),
        "Glaze test": ("declined", "The kiln is cold."),
        "Late wish": ("declined", "One firing a day."),
        "Raku": ("pending", ""),
    }


def test_without_script_a_request_is_declined_on_a_phone(cast: Cast, live: str, chromium: Browser) -> None:
    with visitor(chromium, live, member=cast.alice, size=PHONE, script=False) as alice:
        page = alice.open("/o/oolite/admin/requests")
        raku = page.get_by_role("listitem", name="Raku")
        raku.get_by_text("Decline… Raku").click()
        raku.get_by_label("Reason, told to the person who asked").fill("No raku indoors.")
        raku.get_by_role("button", name="Decline Raku").click()
        expect(page.get_by_text("Declined: Raku.")).to_be_visible()

    assert states(cast)["Raku"] == ("declined", "No raku indoors.")
