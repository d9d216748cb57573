"""Pages on which staff do one thing to many bookings, without script."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.test import Client

from infra24.bookings.models import Booking, BookingMessage, BulkRun, Refusal
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LIST, BULK = "/o/oolite/admin/bookings", "/o/oolite/admin/bookings/bulk"


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def alice(cast: Cast) -> Client:
    return make.client(cast.alice)


def ticked(*bookings: Booking) -> list[str]:
    return [f"{booking.pk}:{booking.version}" for booking in bookings]


def stored(cast: Cast, *bookings: Booking) -> list[Booking]:
    with acting_for(cast.house.pk):
        found = {booking.pk: booking for booking in Booking.objects.all()}
    return [found[booking.pk] for booking in bookings]


def hidden(page: str) -> dict[str, Any]:
    """What the form of a page would send along by itself."""
    sent: dict[str, Any] = {}
    for name, value in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page):
        sent.setdefault(name, []).append(value)
    return sent


def three(cast: Cast) -> list[Booking]:
    """Two in a row and one in another room."""
    room, other = make.resource(cast.house, name="Kiln"), make.resource(cast.house, name="Press")
    return [
        make.booking(cast.alice, room, title="First"),
        make.booking(cast.alice, room, starts_at=NOON + HOUR, title="Second"),
        make.booking(cast.alice, other, title="Third"),
    ]


def test_the_list_has_a_box_for_each_and_one_for_all(cast: Cast, alice: Client) -> None:
    bookings = three(cast)

    page = alice.get(LIST, {"status": "confirmed"}).content.decode()

    boxes = re.findall(r'<input type="checkbox" name="pick" value="([^"]+)">', page)
    assert sorted(boxes) == sorted(ticked(*bookings))
    assert 'name="page" value="all" data-ticks="pick"' in page
    assert '<input type="hidden" name="list" value="status=confirmed">' in page


def test_an_empty_list_offers_nothing_to_do(alice: Client) -> None:
    assert "bulk-action" not in alice.get(LIST).content.decode()


def test_many_are_moved_in_three_steps_and_moved_back(cast: Cast, alice: Client) -> None:
    bookings = three(cast)

    question = alice.post(BULK, {"pick": ticked(*bookings), "action": "move", "list": "status=confirmed"})
    assert question.status_code == 200
    page = question.content.decode()
    assert 'name="days"' in page
    assert page.count("/admin/bookings/" + str(bookings[0].pk)) == 1

    preview = alice.post(BULK, {**hidden(page), "days": "1", "direction": "later", "step": "preview"})
    assert preview.status_code == 200
    page = preview.content.decode()
    assert page.count("would move to") == 3
    assert "Nothing stands against it" in page
    assert [booking.starts_at for booking in stored(cast, *bookings)] == [NOON, NOON + HOUR, NOON]

    done = alice.post(BULK, {**hidden(page), "step": "do"}, follow=True)
    assert "Moved 3 bookings" in done.content.decode()
    moved = [NOON + DAY, NOON + HOUR + DAY, NOON + DAY]
    assert [booking.starts_at for booking in stored(cast, *bookings)] == moved

    undo = alice.post(BULK, hidden(done.content.decode()))
    alice.post(BULK, {**hidden(undo.content.decode()), "step": "do"})
    assert [booking.starts_at for booking in stored(cast, *bookings)] == [NOON, NOON + HOUR, NOON]


def test_a_page_sent_twice_is_done_once(cast: Cast, alice: Client) -> None:
    bookings = three(cast)
    sent = {"pick": [str(booking.pk) for booking in bookings], "action": "move", "days": "1", "direction": "later"}
    again = {**hidden(alice.post(BULK, {**sent, "step": "preview"}).content.decode()), "step": "do"}

    first, second = alice.post(BULK, again), alice.post(BULK, again)

    assert (first.status_code, first.headers["Location"]) == (302, second.headers["Location"])
    assert stored(cast, bookings[0])[0].starts_at == NOON + DAY


def test_conflicts_are_told_beside_each_and_the_others_can_be_done_alone(cast: Cast, alice: Client) -> None:
    first, second, third = three(cast)
    sent = {"pick": ticked(first, third), "action": "move", "hours": "1", "direction": "later"}

    page = alice.post(BULK, {**sent, "step": "preview"}).content.decode()
    assert "Kiln is already booked then." in page
    assert "Free instead:" in page
    assert re.search(r'name="on_conflict" value="skip" checked', page)

    refused = alice.post(BULK, {**hidden(page), "on_conflict": "refuse", "step": "do"})
    assert refused.status_code == 409
    assert "Some of these cannot be done, so nothing was changed." in refused.content.decode()
    assert [booking.starts_at for booking in stored(cast, first, third)] == [NOON, NOON]

    done = alice.post(BULK, {**hidden(page), "on_conflict": "skip", "step": "do"}, follow=True)
    assert "1 stays as it was" in done.content.decode()
    assert "Kiln is already booked then." in done.content.decode()
    assert [booking.starts_at for booking in stored(cast, first, second, third)] == [NOON, NOON + HOUR, NOON + HOUR]
    with acting_for(cast.house.pk):  # once for the refusal of the whole, once for what was left out
        assert list(Refusal.objects.values_list("code", "source", "times")) == [("slot_taken", "staff", 2)]


def test_a_refusal_is_counted(transactional_db: None, cast: Cast, alice: Client) -> None:
    first, _second, _third = three(cast)

    answer = alice.post(
        BULK, {"pick": ticked(first), "action": "move", "hours": "1", "direction": "later", "step": "do"}
    )

    assert answer.status_code == 409
    with acting_for(cast.house.pk):
        assert list(Refusal.objects.values_list("code", "source", "times")) == [("slot_taken", "staff", 1)]


def test_when_none_can_there_is_no_button_to_do_it(cast: Cast, alice: Client) -> None:
    first, _second, _third = three(cast)

    page = alice.post(BULK, {"pick": ticked(first), "action": "confirm"}).content.decode()

    assert "None of them can" in page
    assert 'value="do"' not in page


def requests(cast: Cast, number: int = 3) -> list[Booking]:
    made = [make.booking(cast.alice, make.resource(cast.house)) for _ in range(number)]
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk__in=[booking.pk for booking in made]).update(status="pending")
    return stored(cast, *made)


def test_the_days_requests_are_confirmed_together(cast: Cast, alice: Client) -> None:
    asked = requests(cast)
    page = alice.get(LIST, {"status": "pending"}).content.decode()
    assert '<option value="confirm" selected>' in page

    preview = alice.post(BULK, {**hidden(page), "page": "all", "action": "confirm"})
    alice.post(BULK, {**hidden(preview.content.decode()), "step": "do"})

    assert [booking.status for booking in stored(cast, *asked)] == ["confirmed"] * 3


def test_many_are_declined_with_a_reason_and_not_without(cast: Cast, alice: Client) -> None:
    asked = requests(cast)
    sent = {"pick": ticked(*asked), "action": "decline"}

    without = alice.post(BULK, {**sent, "step": "preview"})
    assert without.status_code == 422
    preview = alice.post(BULK, {**sent, "reason": "Full.", "step": "preview"}).content.decode()
    assert "Yes, end 3 bookings" in preview
    done = alice.post(BULK, {**hidden(preview), "step": "do"}, follow=True).content.decode()

    assert {(booking.status, booking.reason) for booking in stored(cast, *asked)} == {("declined", "Full.")}
    assert "Undo" not in done


def test_many_change_the_room(cast: Cast, alice: Client) -> None:
    first, second, third = three(cast)
    with acting_for(cast.house.pk):
        kiln = first.visible_legs[0].resource_id
    oven = make.resource(cast.house, name="Oven")
    sent = {"pick": ticked(first, second, third), "action": "change_resource", "from_resource": kiln}

    same = alice.post(BULK, {**sent, "to_resource": kiln, "step": "preview"})
    assert (same.status_code, "They use this one already" in same.content.decode()) == (422, True)
    page = alice.post(BULK, {**sent, "to_resource": oven.pk, "step": "preview"}).content.decode()
    assert page.count("would change to") == 2
    assert "This booking does not use the resource it is to leave." in page
    alice.post(BULK, {**hidden(page), "on_conflict": "skip", "step": "do"})

    with acting_for(cast.house.pk):
        legs = [Booking.objects.get(pk=one.pk).legs.get().resource_id for one in (first, second)]
        assert legs == [oven.pk, oven.pk]
        assert BulkRun.objects.get().undo["to_resource_id"] == str(kiln)


def test_a_message_is_written_and_shown_with_the_booking(cast: Cast, alice: Client) -> None:
    bob = make.person(cast.house, member=cast.bob)
    booking = make.booking(cast.alice, make.resource(cast.house), person=bob)

    page = alice.post(
        BULK, {"pick": ticked(booking), "action": "message", "text": "Bring gloves.", "step": "preview"}
    ).content.decode()
    alice.post(BULK, {**hidden(page), "step": "do"})

    with acting_for(cast.house.pk):
        assert BookingMessage.objects.get().text == "Bring gloves."
    assert "Bring gloves." in alice.get(f"{LIST}/{booking.pk}").content.decode()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"action": "move"}, "Tick at least one booking first."),
        ({"action": "move", "pick": ["nonsense", ":"]}, "Tick at least one booking first."),
        ({"action": "explode", "pick": [f"{UUID(int=1)}:1"]}, "Choose what to do with them first."),
    ],
)
def test_what_says_nothing_leads_back_to_the_list(alice: Client, sent: dict[str, Any], said: str) -> None:
    back = alice.post(BULK, {**sent, "list": "status=pending"}, follow=True)

    assert back.redirect_chain == [(f"{LIST}?status=pending", 302)]
    assert said in back.content.decode()


def test_a_move_by_nothing_is_asked_about(cast: Cast, alice: Client) -> None:
    answer = alice.post(BULK, {"pick": ticked(*three(cast)), "action": "move", "direction": "later", "step": "preview"})

    assert (answer.status_code, "Say by how much" in answer.content.decode()) == (422, True)


def test_bookings_that_are_gone_or_elsewhere_are_not_found(cast: Cast, alice: Client) -> None:
    foreign = make.booking(cast.charlie, make.resource(cast.elsewhere))

    answer = alice.post(BULK, {"pick": ticked(foreign), "action": "confirm"})

    assert (answer.status_code, "There is no such booking." in answer.content.decode()) == (404, True)


def test_reading_the_address_again_leads_to_the_list(alice: Client) -> None:
    assert alice.get(BULK).headers["Location"] == LIST


def run_of(cast: Cast, alice: Client) -> str:
    sent = {"pick": ticked(*three(cast)), "action": "move", "days": "1", "direction": "later", "step": "do"}
    return alice.post(BULK, sent).headers["Location"]


def test_a_run_is_shown_to_staff_for_a_day(cast: Cast, alice: Client) -> None:
    url = run_of(cast, alice)

    assert alice.get(url).status_code == 200
    assert make.client(cast.bob).get(url).status_code == 403
    with acting_for(cast.house.pk):
        BulkRun.objects.update(at=datetime.now(UTC) - timedelta(hours=25))
    assert alice.get(url).status_code == 404
