"""Taking back an end, right after: a slip of the hand costs nobody their time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection
from django.utils import timezone

from infra24.bookings.errors import HoldExpired, RestoredTooLate, TimeRefused
from infra24.bookings.models import Booking, Occurrence, Source, Status
from infra24.bookings.policies import RESTORED_WITHIN, Step
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    check_shapes,
    leg_rows,
    lock_rows,
    resolve,
    wishes_of,
)
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.refusing import refuse
from infra24.bookings.services.stepping import check_step, note
from infra24.bookings.services.terms import reset_timers
from infra24.bookings.services.writing import rewrite_legs, set_values, visible_legs
from infra24.core.constraints import guarded_by
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.orgs.models import Member
from infra24.resources.policies import STAFF

_ENDS: Final = ("booking.cancelled", "booking.declined")
_STANDS: Final = {
    "booking.held": Status.HOLD,
    "booking.prolonged": Status.HOLD,
    "booking.requested": Status.PENDING,
    "booking.confirmed": Status.CONFIRMED,
}


def restore_booking(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Let a booking that was cancelled or declined a moment ago stand again as it stood before. Staff only.

    It takes its time again, if nobody else has by now. Rules are not asked
    anew: it was promised. Raises TimeRefused with what has taken its place,
    RestoredTooLate, HoldExpired, IllegalStep, NotYours, Stale.
    """
    return on_current(booking, by, lambda current: _restore(current, by=by, source=source, version=version))


def _restore(booking: Booking, *, by: Member, source: Source, version: int | None) -> Booking:
    now = timezone.now()
    check_step(booking, Step.RESTORE, by=by, now=now)
    # The parts of a whole may be others by now, so its legs are made anew.
    claimed = resolve(by, wishes_of(booking), starts_at=booking.starts_at, people=booking.party_size)
    rows = leg_rows(booking.pk, claimed, booking.starts_at, booking.ends_at)
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            locks = lock_rows(booking.org_id, rows, now=now, bookings=[booking.pk])
            check_unmoved(booking, locks.bookings, version)
            check_shapes(claimed, locks)
            stood = _stood(booking, now=now)
            expire_locked(booking.org_id, locks.dead, locks.bookings, now=now)
            rewrite_legs(booking, rows)
            booking.visible_legs = visible_legs(booking, rows)
            was = {"status": booking.status, "reason": booking.reason}
            _allow(booking)
            set_values(booking, status=stood.status, expires_at=stood.expires_at, reason="", is_late_cancelled=False)
            _announce(booking, was, by=by, source=source, now=now)
    except TimeRefused as refusal:
        span = (booking.starts_at, booking.ends_at)
        refuse(booking.org_id, claimed, *span, now=now, asker=STAFF, besides=booking.pk, otherwise=refusal)
    return booking


@dataclass(frozen=True)
class _Stood:
    """How a booking stood before it ended."""

    status: Status
    expires_at: datetime | None


def _stood(booking: Booking, *, now: datetime) -> _Stood:
    """What the facts say it was. Raises RestoredTooLate, HoldExpired."""
    place = booking.occurrence
    if place is not None and place.state != Occurrence.State.BOOKED:
        raise RestoredTooLate  # its series has gone on without it
    told = Fact.objects.filter(
        org_id=booking.org_id, subject_id=booking.pk, type__in=[*_ENDS, *_STANDS, "booking.restored"]
    )
    newest, *before = told.order_by("-number")[:20]
    if newest.type not in _ENDS or now - newest.recorded_at > RESTORED_WITHIN or not before:
        raise RestoredTooLate
    last = before[0]
    status = Status(last.data["status"]) if last.type == "booking.restored" else _STANDS[last.type]
    if status != Status.HOLD:
        return _Stood(status, None)
    kept = next(fact for fact in before if "expires_at" in fact.data)
    expires_at = datetime.fromisoformat(kept.data["expires_at"])
    # An offer of the waitlist has been passed on by now.
    if expires_at <= now or booking.source == Source.CLOCK:
        raise HoldExpired
    return _Stood(status, expires_at)


def _allow(booking: Booking) -> None:
    """Say to PostgreSQL, for this transaction, that it is this booking whose end is taken back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('infra24.restored', %s, true)", [str(booking.pk)])


def _announce(booking: Booking, was: dict[str, str], *, by: Member, source: Source, now: datetime) -> None:
    status = str(booking.status)
    fact_id = record(booking.org_id, "booking.restored", now=now, source=source, booking_id=booking.pk, status=status)
    reset_timers(booking, fact_id)
    note(booking, "booking.restore", by=by, source=source, now=now, before=was, after={"status": status})
