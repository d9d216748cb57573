"""Many are confirmed, declined, cancelled or written to at once."""

from collections.abc import Iterator
from datetime import date

import pytest

from infra24.bookings.models import Booking, BookingMessage, Leg
from infra24.bookings.services.bulk import Action, Outcome, preview_many
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.bookings.bulk_story import HOUR, do, refused, requested, told, wish
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_what_is_certain_already_is_not_confirmed_again(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    (item,) = refused(cast.alice, Action.CONFIRM, booking).items

    assert (item.outcome, item.error.code if item.error else "") == (Outcome.ILLEGAL_STEP, "illegal_step")


def test_many_requests_are_confirmed_and_holds_with_them(cast: Cast) -> None:
    room = make.resource(cast.house)
    asked = requested(cast, room)
    hold = make.booking(cast.alice, room, starts_at=NOON + HOUR, status="hold")

    result = do(cast.alice, Action.CONFIRM, asked, hold)

    assert told(result) == ["ok", "ok"]
    assert list(Booking.objects.values_list("status", "expires_at")) == [("confirmed", None)] * 2
    assert recorded_facts()[-2:] == ["booking.confirmed"] * 2
    assert list(Delivery.objects.filter(is_timer=True).values_list("status", flat=True)) == ["cancelled"]


def test_of_two_requests_for_one_time_the_first_asked_is_confirmed(cast: Cast) -> None:
    room = make.resource(cast.house)
    first = requested(cast, room, blocks=False)
    second = requested(cast, room, blocks=False)

    assert told(preview_many(wish(Action.CONFIRM, second, first), by=cast.alice)) == ["ok", "conflict"]
    assert told(do(cast.alice, Action.CONFIRM, second, first, skip=True)) == ["ok", "conflict"]
    assert list(Leg.objects.filter(is_blocking=True).values_list("booking_id", flat=True)) == [second.pk]


def test_confirming_takes_the_time_that_rules_say_by_then(cast: Cast) -> None:
    """As for a single one: with half an hour of pack-down, of two holds side by side the first is confirmed."""
    room = make.resource(cast.house)
    first, second = (make.booking(cast.bob, room, starts_at=NOON + number * HOUR, status="hold") for number in range(2))
    make.opening_hours(cast.house, resource=room, rules={"schema": 1, "buffer_after_minutes": 30})

    result = do(cast.alice, Action.CONFIRM, second, first, skip=True)

    assert told(result) == ["ok", "conflict"]
    assert [reason.code for reason in result.items[1].reasons] == ["slot_taken"]
    ends = dict(Leg.objects.values_list("booking_id", "blocks_until"))
    assert ends == {first.pk: NOON + HOUR, second.pk: NOON + 2.5 * HOUR}


def test_rules_that_changed_since_stand_against_confirming(cast: Cast) -> None:
    room = make.resource(cast.house)
    asked = requested(cast, room)
    make.opening_hours(cast.house, rules=make.closed_week(), resource=room, valid_from=date(2020, 2, 1))

    (item,) = refused(cast.alice, Action.CONFIRM, asked).items

    assert [reason.code for reason in item.reasons] == ["closed"]


def test_many_are_declined_with_one_reason(cast: Cast) -> None:
    asked = [requested(cast, make.resource(cast.house)) for _ in range(2)]
    certain = make.booking(cast.alice, make.resource(cast.house))

    result = do(cast.alice, Action.DECLINE, *asked, certain, reason=" The kiln is cold. ", skip=True)

    assert told(result) == ["ok", "ok", "illegal_step"]
    assert set(Booking.objects.values_list("status", "reason")) == {
        ("declined", "The kiln is cold."),
        ("confirmed", ""),
    }
    assert Fact.objects.filter(type="booking.declined").values_list("data", flat=True)[0] == {
        "reason": "The kiln is cold."
    }


def test_many_are_cancelled_and_their_time_is_free_again(cast: Cast) -> None:
    room = make.resource(cast.house)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + number * HOUR) for number in range(3)]

    do(cast.alice, Action.CANCEL, *bookings, reason="Storm.")

    assert not Leg.objects.filter(is_blocking=True).exists()
    assert make.booking(cast.bob, room, hours=3).status == "confirmed"


def test_a_message_is_written_to_whoever_has_an_address(cast: Cast) -> None:
    rooms = [make.resource(cast.house) for _ in range(3)]
    dora, nobody = make.person(cast.house, name="Dora", email="dora@example.org"), make.person(cast.house, name="Eve")
    bookings = [
        make.booking(cast.alice, room, person=person) for room, person in zip(rooms, (dora, nobody, None), strict=True)
    ]

    result = do(cast.alice, Action.MESSAGE, *bookings, text="Bring gloves.", skip=True)

    assert told(result) == ["ok", "nobody_to_write_to", "nobody_to_write_to"]
    (message,) = BookingMessage.objects.all()
    assert (message.booking_id, message.text, message.by_id) == (bookings[0].pk, "Bring gloves.", cast.alice.pk)
    fact = Fact.objects.get(type="booking.messaged")
    assert (fact.subject_id, fact.data) == (bookings[0].pk, {"message_id": str(message.pk)})
    assert Booking.objects.get(pk=bookings[0].pk).version == 1
