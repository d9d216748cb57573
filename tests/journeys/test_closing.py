"""Staff close the kiln for a while: they see who has it, decide, and everybody can read why it is closed."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.facilities.closing import ART_WEEK, DAY, close
from tests.journeys.browser import DESKTOP, PHONE, visitor
from tests.make import NOON, Cast


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def kiln(cast: Cast) -> Resource:
    """Booked twice in the week in which it will be closed."""
    kiln = make.resource(cast.house, name="Kiln A", location="Courtyard")
    make.resource(cast.house, name="Print Shop")
    bob = make.person(cast.house, member=cast.bob)
    make.booking(cast.alice, kiln, title="Bisque firing", person=bob)
    make.booking(cast.alice, kiln, title="Glaze test", starts_at=NOON + timedelta(hours=2))
    return kiln


def test_nothing_is_closed_before_every_booking_is_decided(
    cast: Cast, kiln: Resource, live: str, chromium: Browser
) -> None:
    with visitor(chromium, live, member=cast.alice) as alice:
        page = alice.open(f"/o/oolite/admin/resources/{kiln.pk}")
        page.get_by_role("link", name="Close it for a while").click()
        page.get_by_label("Title").fill("Art Week")
        page.get_by_label("First day").fill(ART_WEEK.date().isoformat())
        page.get_by_label("Last day").fill((ART_WEEK + DAY).date().isoformat())
        page.get_by_role("button", name="See what is booked then").click()
        expect(page.get_by_role("heading", name="2 bookings lie in this time")).to_be_visible()
        alice.picture("closure-hits")

        page.get_by_label("What becomes of Bisque firing").select_option(index=3)
        page.get_by_role("button", name="Close", exact=True).click()
        expect(page.get_by_role("alert").first).to_contain_text("not every booking is decided")
        page.get_by_label("All that are not decided below").select_option(label="Cancel them")
        page.get_by_label("Reason for cancelling").fill("The kiln is shown at the fair.")
        page.get_by_role("button", name="Close", exact=True).click()
        expect(page.get_by_role("heading", name="Now and to come")).to_be_visible()

        page = alice.open(f"/o/oolite/admin/calendar?date={ART_WEEK.date()}")
        expect(page.get_by_role("status").filter(has_text="Closed: Art Week.")).to_be_visible()
        expect(page.locator(".grid-background.closure").get_by_text("Art Week")).to_be_in_viewport()
        alice.picture("closure-calendar")

    with acting_for(cast.house.pk):
        after = {one.title: (one.status, one.starts_at > NOON) for one in Booking.objects.all()}
    assert after == {"Bisque firing": ("confirmed", True), "Glaze test": ("cancelled", True)}


@pytest.mark.parametrize("size", [DESKTOP, PHONE])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_everybody_reads_what_is_closed_and_why(
    cast: Cast, kiln: Resource, live: str, chromium: Browser, *, size: tuple[int, int], theme: str
) -> None:
    name = f"{'phone' if size == PHONE else 'desktop'}-{theme}"
    closure = close(cast.alice, kind="equipment", title="Floor sanding")
    close(cast.alice, Resource(pk=kiln.pk, org_id=kiln.org_id), since=ART_WEEK + 4 * DAY, title="Repair")
    close(cast.alice, since=ART_WEEK.replace(month=12, day=24), yearly=True, title="Holidays")

    with visitor(chromium, live, member=cast.alice, size=size, theme=theme) as alice:  # type: ignore[arg-type]
        for path, shows in (
            ("closures", "Floor sanding"),
            (f"closures/{closure.pk}", "Change it"),
            (f"closures/new?resource={kiln.pk}", "Close something for a while"),
            (f"resources/{kiln.pk}", "Repair"),
            (f"calendar?date={(ART_WEEK + 4 * DAY).date()}", "Closed: Repair."),
            (f"calendar?view=list&date={(ART_WEEK + 4 * DAY).date()}", "Closed: Repair"),
        ):
            page = alice.open(f"/o/oolite/admin/{path}")
            expect(page.get_by_text(shows).first).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
            alice.picture(f"{name}-{path.partition('?')[0].replace('/', '-')}{'-list' if 'list' in path else ''}")

    with visitor(chromium, live, member=cast.bob, size=size, theme=theme) as bob:  # type: ignore[arg-type]
        page = bob.open(f"/o/oolite/book/{kiln.pk}?from={(ART_WEEK + 4 * DAY).date()}")
        expect(page.get_by_text("Closed: Repair")).to_have_count(2)
        bob.picture(f"{name}-book")
