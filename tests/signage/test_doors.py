"""The doors: a display without sign-in, the page behind the code, day sheets, and the page that cares for displays."""

import re
from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking, Source
from infra24.orgs.keys import mailed_secret
from infra24.orgs.models import Key, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.signage.models import Display
from infra24.signage.services import put_up_display
from tests import make

pytestmark = pytest.mark.django_db
HERE = {"Infra24-Organisation": "oolite"}
ALWAYS = {**make.open_week("00:00", "24:00"), "check_in_before_minutes": 120, "check_in_after_minutes": 90}
NOON = make.NOON


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


def words(answer: Any) -> str:
    """The page as it is read, without its marks."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_a_display_needs_its_address_and_nothing_else(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln Room", rules=ALWAYS)
    make.begun(cast.alice, room, person=make.person(cast.house, member=cast.bob), title="Salt glaze")
    with acting_for(cast.house.pk):
        display = put_up_display(name="Door", resource=room, by=cast.alice, source=Source.STAFF)
        secret = mailed_secret(Key.objects.get(subject_id=display.pk).pk)

    shown = make.client().get(f"/o/oolite/display/{secret}")

    assert (shown.status_code, shown["Cache-Control"], shown["Referrer-Policy"]) == (200, "no-store", "no-referrer")
    read = words(shown)
    assert ("Kiln Room" in read, "Taken" in read, "Booked" in read) == (True, True, True)
    assert ("Salt glaze" in read, "Bob" in read) == (False, False)
    with acting_for(cast.house.pk):
        assert Display.objects.get().sighting.seen_at is not None
    for wrong in (f"/o/oolite/display/{secret[:-1]}x", f"/o/elsewhere/display/{secret}"):
        assert make.client().get(wrong).status_code == 404
    assert make.client().post(f"/o/oolite/display/{secret}").status_code == 405


@pytest.mark.parametrize(
    ("language", "halves", "clock", "told"),
    [
        ("en", "a.m.|p.m.", r"\d{1,2}:\d\d [ap]\.m\.", r"Taken free at (\w{3} )?(\d.* [ap]\.m\.|noon|midnight) "),
        ("es", "", r"\d\d:\d\d", r"Ocupado libre desde (el \w{3} a )?las \d\d:\d\d "),
    ],
)
def test_a_display_speaks_the_language_of_the_house_and_its_clock_too(
    cast: make.Cast, language: str, halves: str, clock: str, told: str
) -> None:
    room = make.resource(cast.house, name="Kiln Room", rules=ALWAYS)
    make.begun(cast.alice, room, title="Salt glaze")
    with acting_for(cast.house.pk):
        Organisation.objects.filter(pk=cast.house.pk).update(locale=language)
        display = put_up_display(resource=room, by=cast.alice, source=Source.STAFF)
        secret = mailed_secret(Key.objects.get(subject_id=display.pk).pk)

    shown = make.client().get(f"/o/oolite/display/{secret}")

    found = re.search(r'<time id="display-time"[^>]* data-halves="(.*?)">(.*?)</time>', shown.content.decode())
    assert found is not None
    assert found[1] == halves
    assert re.fullmatch(clock, found[2])
    assert re.search(told, words(shown))


def test_the_code_by_the_door_leads_to_a_button_and_only_the_button_checks_in(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Darkroom", rules=ALWAYS)
    mine = make.begun(cast.alice, room, person=make.person(cast.house, member=cast.bob), title="Prints")
    others = make.booking(cast.alice, room, title="Secret", starts_at=mine.ends_at, hours=1)
    bob, page = make.client(cast.bob), f"/o/oolite/here/{room.pk}"

    shown = bob.get(page)
    assert ("Prints" in words(shown), "Check in" in words(shown), "Secret" in words(shown)) == (True, True, False)
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=mine.pk).checked_in_at is None

    assert bob.post(page, {"booking": others.pk}).status_code == 404
    assert bob.post(page, {"booking": "soon"}).status_code == 404
    assert "Checked in" in words(bob.post(page, {"booking": mine.pk}, follow=True))
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=mine.pk).checked_in_at is not None
    again = bob.post(page, {"booking": mine.pk})
    assert (again.status_code, "Somebody has checked in already." in words(again)) == (409, True)


def test_behind_the_code_staff_see_everybody_and_others_how_to_book(cast: make.Cast) -> None:
    room, other = make.resource(cast.house, name="Darkroom", rules=ALWAYS), make.resource(cast.house, rules=ALWAYS)
    make.begun(cast.alice, room, title="Prints")
    alice, bob = make.client(cast.alice), make.client(cast.bob)

    assert "Prints" in words(alice.get(f"/o/oolite/here/{room.pk}"))
    assert "See when it is free" in words(bob.get(f"/o/oolite/here/{other.pk}"))
    assert "Nobody is expected here today" in words(alice.get(f"/o/oolite/here/{other.pk}"))
    hidden = make.resource(cast.house, visible_to="staff")
    assert bob.get(f"/o/oolite/here/{hidden.pk}").status_code == 404


def test_day_sheets_give_each_resource_a_page_or_all_a_list(cast: make.Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln Room", location="Annex")
    hall = make.resource(cast.house, name="Great Hall", location="Annex")
    make.resource(cast.house, name="Barn", location="Yard")
    ana = make.person(cast.house, name="Ana Lima")
    make.booking(cast.alice, kiln, hall, title="Raku", person=ana)
    alice, day = make.client(cast.alice), NOON.date().isoformat()
    address = f"/o/oolite/admin/calendar/sheet?date={day}"

    pages = alice.get(f"{address}&place=Annex")
    assert (pages.content.decode().count('<article class="sheet"'), "Ana Lima" in words(pages)) == (2, True)
    assert f"/o/oolite/here/{kiln.pk}" not in pages.content.decode()  # squares, not letters
    assert pages.content.decode().count('class="qr"') == 2
    listed = alice.get(f"{address}&layout=list")
    assert (listed.content.decode().count("<article"), "Nothing booked: Barn" in words(listed)) == (1, True)
    one = alice.get(f"{address}&resource={kiln.pk}&resource=nonsense")
    assert one.content.decode().count('<article class="sheet"') == 1
    quiet = alice.get(f"{address}&place=Yard&quiet=on")
    assert ("Barn" in words(quiet), "Nothing is booked." in words(quiet)) == (True, True)
    assert "There is nothing to print." in words(alice.get(f"{address}&place=Yard"))
    assert make.client(cast.bob).get(address).status_code == 403


def test_a_sheet_for_a_door_names_nobody_and_no_title_that_is_not_shown(cast: make.Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln Room")
    ana = make.person(cast.house, name="Ana Lima")
    make.booking(cast.alice, kiln, title="Raku", person=ana)
    make.booking(cast.alice, kiln, title="Open day", visibility="title", starts_at=NOON + timedelta(hours=2))
    address = f"/o/oolite/admin/calendar/sheet?date={NOON.date().isoformat()}&readers=door"

    for layout in ("pages", "list"):
        _, _, read = words(make.client(cast.alice).get(f"{address}&layout={layout}")).partition("Kiln Room")
        assert [word in read for word in ("Booked", "Open day", "Raku", "Ana Lima")] == [True, True, False, False]


def test_staff_put_up_a_display_read_its_address_and_take_it_down_after_asking(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln Room")
    alice, page = make.client(cast.alice), "/o/oolite/admin/settings/displays"
    assert "No display hangs yet" in words(alice.get(page))
    assert alice.post(page, {"look": "pink"}).status_code == 422
    both = alice.post(page, {"look": "dark", "resource": room.pk, "place": ""}, follow=True)
    assert ("Kiln Room" in words(both), "Not opened yet" in words(both)) == (True, True)
    address = re.search(r'value="(http[^"]+/display/[^"]+)"', both.content.decode())
    assert address is not None
    path = address[1].partition("/o/")[2]
    assert make.client().get(f"/o/{path}").status_code == 200

    with acting_for(cast.house.pk):
        display = Display.objects.get()
    one = f"{page}/{display.pk}"
    assert "Change a display" in words(alice.get(one))
    assert alice.post(one, {"name": "Tablet", "look": "light", "version": "9"}).status_code == 412
    assert "Tablet" in words(alice.post(one, {"name": "Tablet", "look": "light", "version": "1"}, follow=True))
    assert 'data-theme="light"' in make.client().get(f"/o/{path}").content.decode()
    alice.post(f"{one}/renew")
    assert make.client().get(f"/o/{path}").status_code == 404
    assert "No display hangs yet" in words(alice.post(f"{one}/take-down", follow=True))


def test_the_api_does_what_the_page_does(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln Room", rules=ALWAYS)
    make.begun(cast.alice, room, title="Prints")
    alice, bob = make.client(cast.alice), make.client(cast.bob)

    def send(method: str, path: str, body: Any = None, **headers: str) -> Any:
        return alice.generic(
            method, f"/api/displays{path}", make.json(body or {}), "application/json", headers={**HERE, **headers}
        )

    made = send("POST", "", {"name": "Door", "resource_id": room.pk})
    assert (made.status_code, made["Cache-Control"], made.json()["look"]) == (201, "no-store", "dark")
    one = f"/{made.json()['id']}"
    assert send("PATCH", one, {"look": "light"}, **{"If-Match": '"1"'}).json()["version"] == 2
    assert send("PATCH", one, {"look": "dark"}, **{"If-Match": '"1"'}).json()["code"] == "stale"
    assert send("POST", f"{one}/renew").json()["address"] != made.json()["address"]
    board = send("GET", f"{one}/board").json()
    assert [(door["name"], door["state"], [stay["title"] for stay in door["now"]]) for door in board["doors"]] == [
        ("Kiln Room", "taken", ["Booked"])
    ]
    refused = send("POST", "", {"resource_id": room.pk, "place": "Annex"})
    assert (refused.status_code, refused.json()["code"]) == (422, "display_unclear")
    assert bob.get("/api/displays", headers=HERE).status_code == 403
    assert send("DELETE", one).status_code == 204
    assert send("GET", one).json()["code"] == "display_not_found"
