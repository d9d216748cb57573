"""Check-in, bookings that nobody came to, and reminders: the clock looks at what it finds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import CheckInNotOpen, CheckInOver, IllegalStep
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    BookingChange,
    LegWish,
    cancel_booking,
    change_booking,
    check_in,
    confirm_booking,
    give_back,
    release_no_show,
    remind,
    set_outcome,
)
from infra24.config.subscriptions import REACTIONS
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.outbox.story import Clock
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
WINDOW = {"check_in_before_minutes": 15, "check_in_after_minutes": 30}
CLOSES = NOON + 30 * MINUTE


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def room_with(cast: Cast, **rules: Any) -> Resource:
    return make.resource(cast.house, rules={**make.open_week("00:00", "24:00"), **rules})


def waiting_timers(booking: Booking) -> list[tuple[str, datetime]]:
    found = Delivery.objects.filter(subject_id=booking.pk, is_timer=True, status="pending").order_by("due_at")
    return list(found.values_list("handler", "due_at"))


def runs(*moments: datetime) -> None:
    """The worker, outside the story's transaction, at each of the moments."""
    clock = Clock()
    for moment in moments:
        clock.now = moment
        deliver_due(REACTIONS, clock=clock)


# --- What the rules come to --------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "window"),
    [
        ({}, {}, None),
        (WINDOW, {}, (-15, 30)),
        (WINDOW, {"check_in_before_minutes": 60, "check_in_after_minutes": 5}, (-60, 30)),
        ({"check_in_after_minutes": 10}, {}, (0, 10)),
        # Nobody said when it closes: at the end.
        ({"check_in_before_minutes": 15}, {}, (-15, 120)),
        ({"check_in_after_minutes": 10}, {"check_in_before_minutes": 5}, (-5, 120)),
        # Nobody checks in after the end.
        ({"check_in_after_minutes": 600}, {}, (0, 120)),
    ],
)
def test_the_widest_window_of_all_that_is_booked(
    cast: Cast, first: dict[str, int], second: dict[str, int], window: tuple[int, int] | None
) -> None:
    made = make.booking(cast.bob, room_with(cast, **first), room_with(cast, **second), hours=2)

    expected = None if window is None else tuple(NOON + minutes * MINUTE for minutes in window)
    stored = Booking.objects.get(pk=made.pk)
    assert ((stored.check_in_from, stored.check_in_until) if window else None) == expected
    assert (made.check_in_from, made.check_in_until) == (stored.check_in_from, stored.check_in_until)


def test_only_what_is_certain_waits_for_people_and_all_its_timers_are_set_at_once(cast: Cast) -> None:
    room = room_with(cast, **WINDOW, reminder_minutes=60, approval={"roles": ["member"]})
    asked = make.booking(cast.bob, room)
    assert waiting_timers(asked) == []

    confirm_booking(asked, by=cast.alice, source=Source.STAFF)
    assert waiting_timers(asked) == [("bookings.remind", NOON - HOUR), ("bookings.release_no_show", CLOSES)]

    moved = change_booking(
        booking_for(cast.alice, asked.pk),
        BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR),
        by=cast.alice,
        source=Source.STAFF,
    )
    assert waiting_timers(asked) == [("bookings.remind", NOON), ("bookings.release_no_show", CLOSES + HOUR)]

    change_booking(moved, BookingChange(title="Glaze"), by=cast.alice, source=Source.STAFF)
    assert len(waiting_timers(asked)) == 2

    cancel_booking(booking_for(cast.alice, asked.pk), by=cast.alice, source=Source.STAFF)
    assert waiting_timers(asked) == []


def test_moving_to_where_nobody_checks_in_takes_the_timers_away(cast: Cast) -> None:
    made = make.booking(cast.alice, room_with(cast, **WINDOW, reminder_minutes=60))
    other = room_with(cast)

    change_booking(made, BookingChange(legs=(LegWish(other.pk),)), by=cast.alice, source=Source.STAFF)

    assert waiting_timers(made) == []
    assert Booking.objects.get(pk=made.pk).check_in_until is None


def test_who_is_written_down_after_check_in_has_closed_is_not_released(cast: Cast) -> None:
    made = make.begun(cast.alice, room_with(cast, check_in_after_minutes=5), minutes=30)

    assert (made.check_in_until, waiting_timers(made)) == (None, [])


# --- Checking in -------------------------------------------------------------------


def test_checking_in_is_noted_and_nothing_waits_any_more(cast: Cast) -> None:
    bob = make.person(cast.house, member=cast.bob)
    made = make.begun(cast.alice, room_with(cast, check_in_after_minutes=90), person=bob)
    assert len(waiting_timers(made)) == 1

    here = check_in(made, by=cast.bob, source=Source.SELF)

    assert here.checked_in_at is not None
    assert datetime.now(UTC) - here.checked_in_at < MINUTE
    assert Booking.objects.get(pk=made.pk).checked_in_at == here.checked_in_at
    assert waiting_timers(made) == []
    assert recorded_facts() == ["booking.confirmed", "booking.checked_in"]
    step = AuditEntry.objects.latest("at", "id")
    assert (step.action, step.member_id, step.source) == ("booking.check_in", cast.bob.pk, "self")


def test_a_member_checks_in_while_it_is_open_and_staff_until_the_end(cast: Cast) -> None:
    late = make.begun(
        cast.alice, room_with(cast, check_in_after_minutes=90), person=make.person(cast.house, member=cast.bob)
    )
    Booking.objects.filter(pk=late.pk).update(check_in_until=datetime.now(UTC) - MINUTE)
    late = booking_for(cast.bob, late.pk)
    early = make.booking(cast.bob, room_with(cast, **WINDOW))

    with pytest.raises(CheckInNotOpen):
        check_in(early, by=cast.bob, source=Source.SELF)
    with pytest.raises(CheckInOver):
        check_in(late, by=cast.bob, source=Source.SELF)
    assert not Booking.objects.exclude(checked_in_at=None).exists()

    assert check_in(early, by=cast.alice, source=Source.STAFF).checked_in_at
    assert check_in(late, by=cast.alice, source=Source.STAFF).checked_in_at
    with pytest.raises(IllegalStep):
        check_in(late, by=cast.alice, source=Source.STAFF)


# --- Nobody came -------------------------------------------------------------------


def test_without_check_in_the_rest_is_free_and_nobody_packs_down() -> None:
    cast = make.cast()
    room = room_with(cast, **WINDOW, buffer_after_minutes=15)
    made = make.booking(cast.bob, room, hours=2)

    runs(CLOSES - timedelta(seconds=1))
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=made.pk).outcome == ""
    runs(CLOSES)

    with acting_for(cast.house.pk):
        stored, leg = Booking.objects.get(pk=made.pk), Leg.objects.get(booking_id=made.pk)
        assert (stored.status, stored.outcome, stored.ends_at) == ("confirmed", "no_show", CLOSES)
        assert (stored.planned_ends_at, leg.ends_at, leg.blocks_until) == (NOON + 2 * HOUR, CLOSES, CLOSES)
        fact = Fact.objects.get(type="booking.missed")
        assert (fact.source, datetime.fromisoformat(fact.data["ends_at"])) == ("clock", NOON + 2 * HOUR)
        step = AuditEntry.objects.get(action="booking.miss")
        assert (step.member_id, step.source) == (None, "clock")
        assert make.booking(cast.alice, room, starts_at=CLOSES, hours=1).status == "confirmed"


def test_a_worker_that_comes_after_the_end_only_notes_it() -> None:
    cast = make.cast()
    made = make.booking(cast.bob, room_with(cast, **WINDOW))

    runs(NOON + 5 * HOUR)

    with acting_for(cast.house.pk):
        stored = Booking.objects.get(pk=made.pk)
        assert (stored.outcome, stored.ends_at, stored.planned_ends_at) == ("no_show", NOON + HOUR, None)


@pytest.mark.parametrize("what", ["cancelled", "checked in", "given back", "attended", "moved", "twice", "too early"])
def test_a_timer_out_of_date_does_nothing(cast: Cast, what: str) -> None:
    made = make.begun(cast.alice, room_with(cast, check_in_after_minutes=90), hours=3)
    late = made.check_in_until
    assert late is not None
    by: dict[str, Any] = {"by": cast.alice, "source": Source.STAFF}
    match what:
        case "cancelled":
            cancel_booking(made, **by)
        case "checked in":
            check_in(made, **by)
        case "given back":
            give_back(made, **by)
        case "attended":
            set_outcome(made, "attended", **by)
        case "moved":
            change_booking(made, BookingChange(starts_at=NOON, ends_at=NOON + HOUR), **by)
        case "twice":
            assert release_no_show(cast.house.pk, made.pk, now=late)
        case "too early":
            late -= timedelta(seconds=1)
    before = Booking.objects.filter(pk=made.pk).values().get(), recorded_facts()

    assert release_no_show(cast.house.pk, made.pk, now=late) is False

    assert (Booking.objects.filter(pk=made.pk).values().get(), recorded_facts()) == before


# --- Reminders ---------------------------------------------------------------------


def test_a_reminder_is_due_once_for_each_start() -> None:
    cast = make.cast()
    made = make.booking(cast.bob, room_with(cast, reminder_minutes=60))

    runs(NOON - HOUR - timedelta(seconds=1), NOON - HOUR)

    with acting_for(cast.house.pk):
        fact = Fact.objects.get(type="booking.reminder_due")
        assert (fact.source, datetime.fromisoformat(fact.data["starts_at"])) == ("clock", NOON)
        assert remind(cast.house.pk, made.pk, now=NOON - 30 * MINUTE) is False
        change_booking(
            booking_for(cast.alice, made.pk),
            BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR),
            by=cast.alice,
            source=Source.STAFF,
        )
        assert remind(cast.house.pk, made.pk, now=NOON - timedelta(seconds=1)) is False
        assert remind(cast.house.pk, made.pk, now=NOON) is True
        assert recorded_facts().count("booking.reminder_due") == 2


def test_what_was_called_off_or_begins_in_a_moment_reminds_nobody(cast: Cast) -> None:
    off = make.booking(cast.bob, room_with(cast, reminder_minutes=60))
    cancel_booking(off, by=cast.bob, source=Source.SELF)
    soon = make.booking(cast.bob, room_with(cast, reminder_minutes=30 * 1440))

    assert waiting_timers(soon) == []
    assert remind(cast.house.pk, off.pk, now=NOON - HOUR) is False
    assert remind(cast.house.pk, soon.pk, now=NOON - HOUR) is False
    assert "booking.reminder_due" not in recorded_facts()
