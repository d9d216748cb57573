"""Rules of a booking's life. No Django, no clock, no database."""

from datetime import UTC, datetime, timedelta

from infra24.bookings.errors import BookingTooLong, EndsBeforeStart, TimeOutOfRange

LONGEST = timedelta(days=31)
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)

STEPS = {
    "hold": {"pending", "confirmed", "cancelled", "expired"},
    "pending": {"confirmed", "declined", "cancelled"},
    "confirmed": {"cancelled"},
}
"""Which state may follow which. What is not here is an end."""

LIVE = frozenset(STEPS)


def may_step(status: str, following: str) -> bool:
    """True when a booking in `status` may become `following`."""
    return following in STEPS.get(status, ())


def check_times(starts_at: datetime, ends_at: datetime) -> None:
    """Raises what is wrong with two instants in themselves."""
    if not EARLIEST <= starts_at < LATEST or not EARLIEST <= ends_at < LATEST:
        raise TimeOutOfRange(fields={"starts_at": "out of range"})
    if ends_at <= starts_at:
        raise EndsBeforeStart(fields={"ends_at": "must be after the start"})
    if ends_at - starts_at > LONGEST:
        raise BookingTooLong(fields={"ends_at": "more than 31 days after the start"})


def first_status(*, asked: str | None, is_staff: bool, approval: bool) -> str | None:
    """The state a new booking begins in; None when what was asked needs an approval nobody gave.

    `approval` says whether the rules of any resource ask for one. Staff decide
    by booking.
    """
    if asked == "hold":
        return "hold"
    if is_staff or not approval:
        return "confirmed"
    return None if asked == "confirmed" else "pending"
