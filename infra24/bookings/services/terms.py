"""What rules say of a booking besides its time: cancelling, check-in, reminders; and the timers that follow."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from infra24.bookings.models import Booking, Status
from infra24.bookings.policies import Terms, terms_of
from infra24.bookings.services.claims import Claimed
from infra24.outbox.services import Timer, cancel_timers, set_timers

EXPIRE, RELEASE, REMIND = "bookings.expire_hold", "bookings.release_no_show", "bookings.remind"
WARN = "bookings.warn_hold"
"""Names of timers in the table of subscriptions."""
WORTH_WARNING, WARNED_BEFORE = timedelta(minutes=30), timedelta(minutes=15)
"""Who is kept time for so long may have gone meanwhile, and is told so long before it ends."""


def terms_for(claimed: Iterable[Claimed], starts_at: datetime, ends_at: datetime, *, now: datetime) -> Terms:
    """What the rules of all that is claimed come to."""
    return terms_of([claim.resource.rules_at(starts_at) for claim in claimed], starts_at, ends_at, now=now)


def take_terms(booking: Booking, terms: Terms) -> dict[str, datetime | None]:
    """Put the terms on the instance; return the columns that changed with their new values."""
    changed = {name: value for name, value in vars(terms).items() if getattr(booking, name) != value}
    for name, value in changed.items():
        setattr(booking, name, value)
    return changed


def timers_of(booking: Booking, fact_id: UUID) -> list[Timer]:
    """The timers a booking waits for as it stands now: the end of a hold, a reminder, the end of check-in."""
    due: dict[str, datetime | None] = {}
    if booking.status == Status.HOLD:
        due = {EXPIRE: booking.expires_at, WARN: _warned_at(booking)}
    elif booking.status == Status.CONFIRMED:
        due = {REMIND: booking.remind_at, RELEASE: None if booking.checked_in_at else booking.check_in_until}
    return [Timer(fact_id, handler, booking.pk, at) for handler, at in due.items() if at is not None]


def _warned_at(booking: Booking) -> datetime | None:
    """When to say that a hold ends soon; None for one that was kept only for minutes."""
    if booking.expires_at is None or booking.expires_at - booking.changed_at < WORTH_WARNING:
        return None
    return booking.expires_at - WARNED_BEFORE


def reset_timers(booking: Booking, fact_id: UUID) -> None:
    """Cancel what the booking waited for, and set what it waits for now. Two statements at most."""
    cancel_timers(org_id=booking.org_id, subject_id=booking.pk)
    set_timers(booking.org_id, timers_of(booking, fact_id))
