"""One thing done to many bookings: what it leaves behind, and that a refusal leaves nothing."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra24.bookings.errors import (
    BookingTwice,
    BulkAlreadyDone,
    BulkEmpty,
    BulkRefused,
    BulkTooMany,
    NotYours,
    OffsetUnusable,
    ReasonMissing,
    SamePlace,
    TextMissing,
)
from infra24.bookings.models import Booking, BookingMessage, BulkRun, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.bookings.services.bulk import (
    Action,
    BulkResult,
    BulkWish,
    OnConflict,
    Outcome,
    Pick,
    change_many,
    preview_many,
)
from infra24.core.ids import new_id
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def wish(action: Action, *bookings: Booking, skip: bool = False, **more: Any) -> BulkWish:
    picks = tuple(Pick(booking.pk, booking.version) for booking in bookings)
    return BulkWish(picks, action, on_conflict=OnConflict.SKIP if skip else OnConflict.REFUSE, **more)


def do(by: Member, action: Action, *bookings: Booking, **more: Any) -> BulkResult:
    return change_many(wish(action, *bookings, **more), by=by, source=Source.STAFF)


def told(result: BulkResult) -> list[str]:
    return [item.outcome.value for item in result.items]


def refused(by: Member, action: Action, *bookings: Booking, **more: Any) -> BulkResult:
    """All or nothing, and it was nothing."""
    before = left_behind()
    with pytest.raises(BulkRefused) as refusal:
        do(by, action, *bookings, **more)
    assert left_behind() == before
    result = refusal.value.result
    assert isinstance(result, BulkResult)
    return result


def left_behind() -> list[Any]:
    bookings = list(Booking.objects.order_by("id").values())
    legs = list(Leg.objects.order_by("id").values())
    return [bookings, legs, Fact.objects.count(), AuditEntry.objects.count(), BulkRun.objects.count()]


def starts(bookings: Sequence[Booking]) -> list[datetime]:
    stored = dict(Booking.objects.values_list("pk", "starts_at"))
    return [stored[booking.pk] for booking in bookings]


def requested(cast: Cast, room: Resource, *, starts_at: datetime = NOON, blocks: bool = True, **more: Any) -> Booking:
    booking = make.booking(cast.alice, room, starts_at=starts_at, title="Asked", **more)
    Booking.objects.filter(pk=booking.pk).update(status="pending", pending_blocks=blocks)
    return booking_for(cast.alice, booking.pk)


# --- Moving ----------------------------------------------------------------------------


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


def test_a_move_by_days_keeps_the_time_on_the_clock_when_the_clocks_change(cast: Cast) -> None:
    room = make.resource(cast.house)
    zone = ZoneInfo("America/New_York")
    noon = datetime(2027, 3, 10, 12, tzinfo=zone)
    booking = make.booking(cast.alice, room, starts_at=noon)

    do(cast.alice, Action.MOVE, booking, offset=WEEK)

    stored = booking_for(cast.alice, booking.pk)
    assert stored.starts_at == datetime(2027, 3, 17, 12, tzinfo=zone)
    assert stored.starts_at - noon == WEEK - HOUR
    assert (stored.wall_starts_at, stored.wall_ends_at) == (datetime(2027, 3, 17, 12), datetime(2027, 3, 17, 13))  # noqa: DTZ001


def test_a_time_the_clock_skips_is_still_there_to_be_moved_back_to(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    zone = ZoneInfo("America/New_York")
    booking = make.booking(cast.alice, room, starts_at=datetime(2027, 3, 7, 2, 30, tzinfo=zone), hours=1.5)

    do(cast.alice, Action.MOVE, booking, offset=WEEK)
    moved = booking_for(cast.alice, booking.pk)
    assert moved.starts_at == datetime(2027, 3, 14, 3, 30, tzinfo=zone)
    assert moved.ends_at == datetime(2027, 3, 14, 4, tzinfo=zone)
    do(cast.alice, Action.MOVE, moved, offset=-WEEK)

    back = booking_for(cast.alice, booking.pk)
    assert (back.starts_at, back.ends_at) == (booking.starts_at, booking.ends_at)


def test_what_would_end_before_it_begins_in_an_hour_the_clock_skips_keeps_its_length(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    zone = ZoneInfo("America/New_York")
    booking = make.booking(cast.alice, room, starts_at=datetime(2027, 3, 7, 2, 30, tzinfo=zone), hours=0.5)

    do(cast.alice, Action.MOVE, booking, offset=WEEK)

    moved = booking_for(cast.alice, booking.pk)
    assert moved.starts_at == datetime(2027, 3, 14, 3, 30, tzinfo=zone)
    assert moved.ends_at == datetime(2027, 3, 14, 4, tzinfo=zone)


def test_a_night_stays_a_night_though_it_is_an_hour_shorter(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    zone = ZoneInfo("America/New_York")
    evening = datetime(2027, 3, 6, 22, tzinfo=zone)
    booking = make.booking(cast.alice, room, starts_at=evening, hours=8)

    do(cast.alice, Action.MOVE, booking, offset=WEEK)

    stored = booking_for(cast.alice, booking.pk)
    assert stored.ends_at == datetime(2027, 3, 14, 6, tzinfo=zone)
    assert stored.ends_at - stored.starts_at == timedelta(hours=7)


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


def test_what_is_certain_already_is_not_confirmed_again(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    (item,) = refused(cast.alice, Action.CONFIRM, booking).items

    assert (item.outcome, item.error.code if item.error else "") == (Outcome.ILLEGAL_STEP, "illegal_step")


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


def kept_waiting(booking: Booking) -> list[tuple[str, datetime]]:
    """The timers a booking waits for, with when they are due."""
    timers = Delivery.objects.filter(is_timer=True, subject_id=booking.pk, status="pending").order_by("handler")
    return list(timers.values_list("handler", "due_at"))


WITH_TERMS = {
    **make.open_week("00:00", "24:00"),
    "cancel_notice_minutes": 60,
    "reminder_minutes": 120,
    "check_in_before_minutes": 10,
    "check_in_after_minutes": 15,
}


def test_what_hangs_on_the_time_moves_with_it(cast: Cast) -> None:
    """Notice, check-in and reminder are those of the new time, and so are the timers."""
    room = make.resource(cast.house, rules=WITH_TERMS)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + number * HOUR) for number in range(3)]
    Booking.objects.update(checked_in_at=NOON, outcome="attended")

    do(cast.alice, Action.MOVE, *[booking_for(cast.alice, booking.pk) for booking in bookings], offset=HOUR)

    for booking in bookings:
        stored, starts_at = booking_for(cast.alice, booking.pk), booking.starts_at + HOUR
        assert (stored.cancel_until, stored.remind_at) == (starts_at - HOUR, starts_at - 2 * HOUR)
        assert (stored.checked_in_at, stored.outcome) == (None, "")
        assert kept_waiting(booking) == [
            ("bookings.release_no_show", starts_at + timedelta(minutes=15)),
            ("bookings.remind", starts_at - 2 * HOUR),
        ]


def test_what_is_confirmed_waits_for_its_reminder_and_what_is_cancelled_for_nothing(cast: Cast) -> None:
    room = make.resource(cast.house, rules=WITH_TERMS)
    hold = make.booking(cast.alice, room, status="hold")
    assert [handler for handler, _due_at in kept_waiting(hold)] == ["bookings.expire_hold"]

    do(cast.alice, Action.CONFIRM, hold)
    assert [handler for handler, _due_at in kept_waiting(hold)] == ["bookings.release_no_show", "bookings.remind"]

    result = do(cast.alice, Action.CANCEL, booking_for(cast.alice, hold.pk), reason="Storm.")
    assert (told(result), kept_waiting(hold)) == (["ok"], [])
    assert Fact.objects.get(type="booking.cancelled").data == {"reason": "Storm.", "late": False}


def test_a_hold_that_is_moved_still_ends_when_it_was_to_end(cast: Cast) -> None:
    hold = make.booking(cast.alice, make.resource(cast.house, rules=WITH_TERMS), status="hold")
    before = kept_waiting(hold)

    do(cast.alice, Action.MOVE, hold, offset=HOUR)

    assert kept_waiting(hold) == before


# --- Changing places -------------------------------------------------------------------


def test_many_change_the_room_and_keep_what_else_they_have(cast: Cast) -> None:
    old, new, press = (make.resource(cast.house) for _ in range(3))
    both, alone = make.booking(cast.alice, old, press), make.booking(cast.alice, old, starts_at=NOON + HOUR)

    result = do(cast.alice, Action.CHANGE_RESOURCE, both, alone, from_resource_id=old.pk, to_resource_id=new.pk)

    assert told(result) == ["ok", "ok"]
    places = {leg.resource_id for leg in booking_for(cast.alice, both.pk).visible_legs}
    assert places == {new.pk, press.pk}
    assert not Leg.objects.filter(resource=old).exists()
    fact = Fact.objects.filter(subject_id=alone.pk).order_by("-number")[0]
    assert fact.data == {"before": {"legs": [[str(old.pk), 1]]}}
    assert BulkRun.objects.get().undo == {"from_resource_id": str(new.pk), "to_resource_id": str(old.pk)}


def test_who_does_not_use_the_room_cannot_leave_it(cast: Cast) -> None:
    old, new, other = (make.resource(cast.house) for _ in range(3))
    booking = make.booking(cast.alice, other)

    (item,) = refused(cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=old.pk, to_resource_id=new.pk).items

    assert (item.outcome, item.error.code if item.error else "") == (Outcome.ILLEGAL_STEP, "resource_not_booked")


@pytest.mark.parametrize("fault", ["twice", "part"])
def test_a_room_is_not_taken_twice_nor_with_its_part(cast: Cast, fault: str) -> None:
    old, hall = make.resource(cast.house), make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    booking = make.booking(cast.alice, old, hall if fault == "twice" else half)

    (item,) = refused(
        cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=old.pk, to_resource_id=hall.pk
    ).items

    assert item.error
    assert item.error.code == ("resource_twice" if fault == "twice" else "part_twice")


def test_nobody_changes_to_a_room_of_another_house(cast: Cast) -> None:
    room, foreign = make.resource(cast.house), make.resource(cast.elsewhere)
    booking = make.booking(cast.alice, room)

    with pytest.raises(ResourceNotFound):
        do(cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=room.pk, to_resource_id=foreign.pk)


# --- Steps -----------------------------------------------------------------------------


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


# --- Who, and what is wrong in itself ---------------------------------------------------


def test_what_is_stale_or_nobodys_is_told_of_each(cast: Cast) -> None:
    room = make.resource(cast.house)
    fresh, changed = make.booking(cast.alice, room), make.booking(cast.alice, room, starts_at=NOON + HOUR)
    change_booking(
        booking_for(cast.alice, changed.pk), BookingChange(title="Glaze"), by=cast.alice, source=Source.STAFF
    )
    foreign_room = make.resource(cast.elsewhere)
    foreign = make.booking(cast.charlie, foreign_room)
    with acting_for(cast.house.pk):
        result = do(cast.alice, Action.CANCEL, fresh, changed, foreign, skip=True)

    assert told(result) == ["ok", "stale", "not_found"]
    assert Booking.objects.get(pk=changed.pk).status == "confirmed"


def test_whoever_names_no_version_takes_it_as_it_is(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    change_many(BulkWish((Pick(booking.pk),), Action.CANCEL), by=cast.alice, source=Source.STAFF)

    assert Booking.objects.get().status == "cancelled"


def test_members_do_nothing_to_many(cast: Cast) -> None:
    booking = make.booking(cast.bob, make.resource(cast.house))

    for attempt in (do, lambda *args: preview_many(wish(Action.CANCEL, booking), by=cast.bob)):
        with pytest.raises(NotYours):
            attempt(cast.bob, Action.CANCEL, booking)
    assert Booking.objects.get().status == "confirmed"


SOME, OTHER = new_id(), new_id()


@pytest.mark.parametrize(
    ("action", "picks", "more", "error"),
    [
        (Action.CANCEL, (), {}, BulkEmpty),
        (Action.CANCEL, tuple(Pick(new_id()) for _ in range(501)), {}, BulkTooMany),
        (Action.CANCEL, (Pick(SOME), Pick(SOME, 2)), {}, BookingTwice),
        (Action.DECLINE, (Pick(SOME),), {"reason": " "}, ReasonMissing),
        (Action.MOVE, (Pick(SOME),), {}, OffsetUnusable),
        (Action.MOVE, (Pick(SOME),), {"offset": timedelta(days=4000)}, OffsetUnusable),
        (Action.MESSAGE, (Pick(SOME),), {"text": " "}, TextMissing),
        (Action.CHANGE_RESOURCE, (Pick(SOME),), {"from_resource_id": SOME}, SamePlace),
        (Action.CHANGE_RESOURCE, (Pick(SOME),), {"from_resource_id": SOME, "to_resource_id": SOME}, SamePlace),
    ],
)
def test_what_is_wrong_with_the_wish_in_itself(
    cast: Cast, action: Action, picks: tuple[Pick, ...], more: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        preview_many(BulkWish(picks, action, **more), by=cast.alice)


# --- Previews, runs ----------------------------------------------------------------------


def test_a_preview_writes_nothing_and_says_before_and_after(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    before = left_behind()

    (item,) = preview_many(wish(Action.MOVE, booking, offset=DAY), by=cast.alice).items

    assert left_behind() == before
    assert item.before
    assert item.after
    assert (item.before.starts_at, item.after.starts_at, item.after.ends_at) == (NOON, NOON + DAY, NOON + DAY + HOUR)
    assert item.after.resources == (room.pk,)


def test_a_page_sent_twice_does_it_once(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))
    asked = BulkWish((Pick(booking.pk),), Action.MOVE, offset=DAY)
    run_id = new_id()
    change_many(asked, by=cast.alice, source=Source.STAFF, run_id=run_id)

    with pytest.raises(BulkAlreadyDone):
        change_many(asked, by=cast.alice, source=Source.STAFF, run_id=run_id)

    assert Booking.objects.get().starts_at == NOON + DAY


def test_runs_are_kept_for_a_day(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))
    do(cast.alice, Action.MOVE, booking, offset=DAY)
    BulkRun.objects.update(at=datetime.now(UTC) - timedelta(hours=25))

    change_many(BulkWish((Pick(booking.pk),), Action.MOVE, offset=DAY), by=cast.alice, source=Source.STAFF)

    assert BulkRun.objects.count() == 1


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
