"""What is moved over a night of a clock change, and what hangs on the time of a booking that moves."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra24.bookings.models import Booking
from infra24.bookings.queries import booking_for
from infra24.bookings.services.bulk import Action
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.bookings.bulk_story import HOUR, WEEK, do, told
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


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
