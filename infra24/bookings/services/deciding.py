"""Confirming, declining, cancelling: the steps of a booking's life."""

from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone

from infra24.bookings.errors import (
    ApprovalNeeded,
    HoldExpired,
    IllegalStep,
    NotYours,
    ReasonMissing,
    TimeRefused,
)
from infra24.bookings.locking import lock_bookings, lock_claims
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import may_step
from infra24.bookings.services.claims import LEG_CONSTRAINTS, needs_approval, refuse, resolve, wishes_of
from infra24.bookings.services.expiring import expire_locked
from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.services import cancel_timers


def confirm_booking(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Make a hold or a request certain; the time is checked again in the same transaction.

    Raises TimeRefused with reasons when by now something stands against it,
    HoldExpired, IllegalStep, Stale; ApprovalNeeded when a member confirms what
    only staff may.
    """
    now = timezone.now()
    is_staff = by.rank.includes(Role.STAFF)
    claimed = resolve(booking.org_id, wishes_of(booking), starts_at=booking.starts_at, people=booking.party_size)
    if not is_staff and (booking.status == Status.PENDING or needs_approval(claimed, booking.starts_at)):
        raise ApprovalNeeded
    targets = [target for claim in claimed for target in (claim.resource.id, *claim.resource.leaves)]
    since = min(leg.blocks_from for leg in booking.visible_legs)
    until = max(leg.blocks_until for leg in booking.visible_legs)
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            locked, dead = lock_claims(booking.org_id, targets, since, until, now=now, bookings=[booking.pk])
            _check_step(booking, locked[booking.pk], Status.CONFIRMED, version, now=now)
            was = booking.status
            expire_locked(booking.org_id, dead, locked, now=now)
            _step(booking, Status.CONFIRMED)
            cancel_timers(org_id=booking.org_id, subject_id=booking.pk)
            record(booking.org_id, "booking.confirmed", now=now, source=source, booking_id=booking.pk)
            _audit(booking, "booking.confirmed", was, by=by, source=source, now=now)
    except TimeRefused as refusal:
        refuse(
            booking.org_id,
            claimed,
            booking.starts_at,
            booking.ends_at,
            now=now,
            is_staff=is_staff,
            besides=booking.pk,
            otherwise=refusal,
        )
    return booking


@transaction.atomic
def decline_booking(
    booking: Booking, *, reason: str, by: Member, source: Source, version: int | None = None
) -> Booking:
    """Decide against a request, saying why. Staff only.

    Raises ReasonMissing, NotYours, IllegalStep, Stale.
    """
    if not by.rank.includes(Role.STAFF):
        raise NotYours
    if not reason.strip():
        raise ReasonMissing(fields={"reason": "say why"})
    return _end(booking, Status.DECLINED, reason=reason, by=by, source=source, version=version)


@transaction.atomic
def cancel_booking(
    booking: Booking, *, reason: str = "", by: Member, source: Source, version: int | None = None
) -> Booking:
    """Withdraw a booking. Staff may cancel any, others what they booked or what is theirs.

    Raises IllegalStep, Stale.
    """
    return _end(booking, Status.CANCELLED, reason=reason, by=by, source=source, version=version)


def _end(booking: Booking, status: Status, *, reason: str, by: Member, source: Source, version: int | None) -> Booking:
    now = timezone.now()
    locked = lock_bookings(booking.org_id, [booking.pk])
    _check_step(booking, locked[booking.pk], status, version, now=now)
    was = booking.status
    _step(booking, status, reason=reason.strip())
    cancel_timers(org_id=booking.org_id, subject_id=booking.pk)
    what = f"booking.{status.value}"
    record(booking.org_id, what, now=now, source=source, booking_id=booking.pk, reason=booking.reason)
    _audit(booking, what, was, by=by, source=source, now=now)
    return booking


def _check_step(
    booking: Booking, locked: tuple[int, str], following: Status, version: int | None, *, now: datetime
) -> None:
    current, status = locked
    if version is not None and current != version:
        raise Stale
    booking.status = status
    if not may_step(status, following):
        raise IllegalStep(
            f"This booking is {Status(status).label.lower()}; it cannot become {following.label.lower()}."
        )
    if status == Status.HOLD and booking.expires_at is not None and booking.expires_at <= now:
        raise HoldExpired


_STEP = """
    UPDATE bookings_booking SET status = %s, expires_at = NULL, reason = %s
     WHERE org_id = %s AND id = %s
    RETURNING version
"""


def _step(booking: Booking, status: Status, *, reason: str = "") -> None:
    with connection.cursor() as cursor:
        cursor.execute(_STEP, [status.value, reason, booking.org_id, booking.pk])
        (booking.version,) = cursor.fetchone()
    booking.status, booking.expires_at, booking.reason = status, None, reason


def _audit(booking: Booking, action: str, was: str, *, by: Member, source: Source, now: datetime) -> None:
    audit.write(
        booking.org_id,
        action,
        subject_id=booking.pk,
        by=by,
        source=source,
        now=now,
        before={"status": was},
        after={"status": booking.status, "reason": booking.reason},
    )
