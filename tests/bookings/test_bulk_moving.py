"""Many bookings move at once: onto themselves, past each other, and not into anybody's way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra24.bookings.models import Booking, BulkRun, Leg
from infra24.bookings.services.bulk import Action, Outcome
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.bulk_story import DAY, HOUR, do, refused, requested, starts, told
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_a_week_is_shifted_by_a_day_onto_itself(cast: Cast) -> None:
    room = make.resource(cast.house)
    week = [make.booking(cast.alice, room, starts_at=NOON + number * DAY) for number in range(7)]

    result = do(cast.alice, Action.MOVE, *week, offset=DAY)

    assert told(result) == ["ok"] * 7
    assert starts(week) == [booking.starts_at + DAY for booking in week]
    assert list(Leg.objects.order_by("starts_at").values_list("starts_at", "blocks_until")) == [
        (NOON + number * DAY, NOON + number * DAY + HOUR) for number in range(1, 8)
    ]
    assert recorded_facts()[7:] == ["booking.changed"] * 7
    fact = Fact.objects.filter(subject_id=week[0].pk).order_by("-number")[0]
    assert datetime.fromisoformat(fact.data["before"]["starts_at"]) == NOON
    assert set(fact.data["before"]) == {"starts_at", "ends_at"}
    entry = AuditEntry.objects.filter(subject_id=week[0].pk).order_by("-id")[0]
    assert entry.before
    assert entry.after
    assert (entry.action, entry.member_id, set(entry.after)) == (
        "booking.change",
        cast.alice.pk,
        {"starts_at", "ends_at"},
    )
    stored = {booking.pk: booking.version for booking in Booking.objects.all()}
    assert [item.booking.version for item in result.items if item.booking] == [stored[one.pk] for one in week]


def test_one_that_cannot_move_keeps_its_place_and_so_does_who_wanted_it(cast: Cast) -> None:
    room = make.resource(cast.house, name="Kiln")
    first, second, third = (make.booking(cast.alice, room, starts_at=NOON + number * HOUR) for number in range(3))
    make.booking(cast.bob, room, starts_at=NOON + 3 * HOUR)

    result = do(cast.alice, Action.MOVE, first, second, third, offset=HOUR, skip=True)

    assert told(result) == ["conflict", "conflict", "conflict"]
    assert starts([first, second, third]) == [NOON, NOON + HOUR, NOON + 2 * HOUR]
    assert [reason.code for item in result.items for reason in item.reasons] == ["slot_taken"] * 3
    assert all(item.alternatives for item in result.items)


def test_all_or_nothing_is_nothing_when_one_cannot_and_tells_what_stands_against_it(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    stuck, free = make.booking(cast.alice, room), make.booking(cast.alice, other)
    make.booking(cast.bob, room, starts_at=NOON + HOUR)

    result = refused(cast.alice, Action.MOVE, stuck, free, offset=HOUR)

    assert told(result) == ["conflict", "ok"]
    assert (result.items[0].reasons[0].code, result.items[0].reasons[0].resource_id) == ("slot_taken", str(room.pk))


def test_of_all_that_can_move_those_do_when_the_rest_is_left_out(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    stuck, free = make.booking(cast.alice, room), make.booking(cast.alice, other)
    make.booking(cast.bob, room, starts_at=NOON + HOUR)

    result = do(cast.alice, Action.MOVE, stuck, free, offset=HOUR, skip=True)

    assert (told(result), starts([stuck, free])) == (["conflict", "ok"], [NOON, NOON + HOUR])
    (run,) = BulkRun.objects.all()
    assert (run.pk, [done for done, _version in run.done]) == (result.run_id, [str(free.pk)])
    assert [left for left, _why in run.left_out] == [str(stuck.pk)]
    assert run.undo == {"offset_minutes": -60}


def test_closed_hours_are_a_conflict_too(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)

    (item,) = refused(cast.alice, Action.MOVE, booking, offset=timedelta(hours=10)).items

    assert [reason.code for reason in item.reasons] == ["closed"]


def test_a_time_out_of_range_is_told_of_the_booking(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house), starts_at=datetime(2095, 5, 5, 17, tzinfo=UTC))

    (item,) = refused(cast.alice, Action.MOVE, booking, offset=timedelta(days=3650)).items

    assert (item.outcome, item.error.code if item.error else "") == (Outcome.ILLEGAL_STEP, "time_out_of_range")


def test_requests_that_do_not_block_move_past_anybody(cast: Cast) -> None:
    room = make.resource(cast.house)
    asked = requested(cast, room, blocks=False)
    make.booking(cast.bob, room, starts_at=NOON + HOUR)

    assert told(do(cast.alice, Action.MOVE, asked, offset=HOUR)) == ["ok"]


def test_units_are_counted_at_their_peak_while_many_move(cast: Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=2)
    early = [make.booking(cast.alice, cameras) for _ in range(2)]
    late = [make.booking(cast.alice, cameras, starts_at=NOON + HOUR) for _ in range(2)]

    assert told(refused(cast.alice, Action.MOVE, *early, offset=HOUR)) == ["conflict", "conflict"]
    assert told(do(cast.alice, Action.MOVE, *early, *late, offset=HOUR)) == ["ok"] * 4


def test_a_hall_and_its_halves_move_together(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    north, south = (make.resource(cast.house, part_of=hall) for _ in range(2))
    whole = make.booking(cast.alice, hall)
    halves = [make.booking(cast.alice, half, starts_at=NOON + HOUR) for half in (north, south)]

    assert told(refused(cast.alice, Action.MOVE, whole, offset=HOUR)) == ["conflict"]
    assert told(do(cast.alice, Action.MOVE, whole, *halves, offset=HOUR)) == ["ok"] * 3
    assert Leg.objects.filter(booking=whole, is_implied=True, starts_at=NOON + HOUR).count() == 2


def test_a_dead_hold_in_the_way_is_written_off(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    hold = make.booking(cast.alice, room, starts_at=NOON + HOUR, status="hold")
    make.run_out(cast.house, hold.pk)

    assert told(do(cast.alice, Action.MOVE, booking, offset=HOUR)) == ["ok"]
    assert Booking.objects.get(pk=hold.pk).status == "expired"


def test_a_dead_hold_among_the_asked_stays_dead_and_in_nobodys_way(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    hold = make.booking(cast.alice, room, starts_at=NOON + HOUR, status="hold")
    make.run_out(cast.house, hold.pk)

    result = do(cast.alice, Action.MOVE, booking, Booking.objects.get(pk=hold.pk), offset=HOUR, skip=True)

    assert told(result) == ["ok", "illegal_step"]
    assert Booking.objects.get(pk=hold.pk).status == "expired"
