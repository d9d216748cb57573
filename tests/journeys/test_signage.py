"""A tablet by a door: it follows what is booked by itself, says when it has lost the house, and goes dark when told."""

import re

from playwright.sync_api import Browser, expect

from infra24.bookings.models import Source
from infra24.bookings.services import give_back
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key
from infra24.orgs.tenancy import acting_for
from infra24.signage.services import put_up_display, take_down_display
from tests import make
from tests.journeys.browser import visitor

ALWAYS = {**make.open_week("00:00", "24:00"), "check_in_before_minutes": 120, "check_in_after_minutes": 90}


def test_a_display_follows_loses_and_finds_the_house_again(live: str, chromium: Browser) -> None:
    cast = make.cast()
    room = make.resource(cast.house, name="Kiln Room", location="Annex", rules=ALWAYS)
    running = make.begun(cast.alice, room, title="Salt glaze", hours=3)
    with acting_for(cast.house.pk):
        display = put_up_display(name="Door", resource=room, by=cast.alice, source=Source.STAFF)
        secret = mailed_secret(Key.objects.get(subject_id=display.pk).pk)

    with visitor(chromium, live, size=(1280, 800)) as tablet:
        # The tablet's clock is the test's to move: half a minute of waiting is told, not spent.
        tablet.page.clock.install()
        page = tablet.open(f"/o/oolite/display/{secret}")
        expect(page.get_by_role("heading", name="Kiln Room")).to_be_visible()
        expect(page.locator(".door-word")).to_have_text("Taken")
        expect(page.get_by_text("Salt glaze")).to_have_count(0)
        # Its clock goes on in the manner of the times beside it.
        page.clock.run_for(1_100)
        expect(page.locator("#display-time")).to_have_text(re.compile(r"^\d{1,2}:\d\d [ap]\.m\.$"))
        expect(page.get_by_role("img", name=re.compile("QR code"))).to_be_visible()

        with acting_for(cast.house.pk):
            give_back(running, by=cast.alice, source=Source.STAFF)
        page.clock.run_for(31_000)
        expect(page.locator(".door-word")).to_have_text("Free")

        page.context.set_offline(True)
        page.clock.run_for(31_000)
        expect(page.get_by_role("status")).to_contain_text("No connection since")
        expect(page.locator(".door-word")).to_have_text("Free")
        page.context.set_offline(False)
        page.clock.run_for(31_000)
        expect(page.get_by_role("status")).to_be_hidden()

        with acting_for(cast.house.pk):
            take_down_display(display, by=cast.alice, source=Source.STAFF)
        page.clock.run_for(31_000)
        expect(page.get_by_role("status")).to_have_text("This display was taken down. Ask staff for another address.")
        expect(page.get_by_role("heading", name="Kiln Room")).to_have_count(0)
        # What the console says of a lost connection and of a page that is gone is the point of it.
        tablet.complaints[:] = [said for said in tablet.complaints if "Failed to load resource" not in said]


def test_whoever_scans_the_code_is_checked_in_with_one_button(live: str, chromium: Browser) -> None:
    cast = make.cast()
    room = make.resource(cast.house, name="Darkroom", rules=ALWAYS)
    make.begun(cast.alice, room, person=make.person(cast.house, member=cast.bob), title="Prints")

    with visitor(chromium, live, member=cast.bob, size=(390, 844), script=False) as bob:
        page = bob.open(f"/o/oolite/here/{room.pk}")
        page.get_by_role("button", name="Check in Prints").click()
        expect(page.get_by_text("Checked in. Enjoy.")).to_be_visible()
        expect(page.get_by_role("button", name="Check in")).to_have_count(0)


def test_day_sheets_are_printed_a_page_for_each_room(live: str, chromium: Browser) -> None:
    cast = make.cast()
    rooms = [make.resource(cast.house, name=name) for name in ("Barn", "Great Hall", "Kiln Room")]
    for room in rooms:
        make.booking(cast.alice, room, title="Choir")

    with visitor(chromium, live, member=cast.alice) as alice:
        address = f"/o/oolite/admin/calendar/sheet?date={make.NOON.date().isoformat()}"
        page = alice.open(address)
        expect(page.get_by_role("button", name="Print")).to_be_visible()
        printed = page.pdf(format="A4")
        listed = alice.open(f"{address}&layout=list").pdf(format="A4")

    assert [file.count(b"/Type /Page\n") for file in (printed, listed)] == [3, 1]
