"""Confirming, declining, cancelling: the steps of a booking's life."""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import (
    AlreadyBegun,
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
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    check_shapes,
    needs_approval,
    resolve,
    rule_reasons,
    wishes_of,
)
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.refusing import refuse
from infra24.bookings.services.writing import step
from infra24.core.constraints import guarded_by
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.services import cancel_timers
from infra24.resources.policies import STAFF


def confirm_booking(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Make a hold or a request certain; rules and time are checked again in the same transaction.

    A member's hold of what needs approval becomes a request instead.

    Raises TimeRefused with reasons when by now something stands against it,
    HoldExpired, IllegalStep, Stale; ApprovalNeeded when a member confirms a
    request.
    """
    return on_current(booking, by, lambda current: _confirm(current, by=by, source=source, version=version))


def _confirm(booking: Booking, *, by: Member, source: Source, version: int | None) -> Booking:
    now = timezone.now()
    is_staff = by.rank.includes(Role.STAFF)
    claimed = resolve(by, wishes_of(booking), starts_at=booking.starts_at, people=booking.party_size)
    following = Status.CONFIRMED
    if not is_staff and booking.status == Status.PENDING:
        raise ApprovalNeeded
    if needs_approval(claimed, by.rank, booking.starts_at, booking.ends_at):
        following = Status.PENDING
    targets = [target for claim in claimed for target in (claim.resource.id, *claim.resource.leaves)]
    since = min(leg.blocks_from for leg in booking.visible_legs)
    until = max(leg.blocks_until for leg in booking.visible_legs)
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            locks = lock_claims(booking.org_id, targets, since, until, now=now, bookings=[booking.pk])
            check_unmoved(booking, locks.bookings, version)
            check_shapes(claimed, locks)
            _check_step(booking, following, now=now)
            # Notice and horizon were kept when the time was taken; they do not lapse while somebody decides.
            if rule_reasons(claimed, booking.starts_at, booking.ends_at, now=now, asker=STAFF):
                raise TimeRefused
            was = booking.status
            expire_locked(booking.org_id, locks.dead, locks.bookings, now=now)
            step(booking.org_id, [booking], following)
            cancel_timers(org_id=booking.org_id, subject_id=booking.pk)
            what = "booking.confirmed" if following == Status.CONFIRMED else "booking.requested"
            record(booking.org_id, what, now=now, source=source, booking_id=booking.pk)
            _audit(booking, what, was, by=by, source=source, now=now)
    except TimeRefused as refusal:
        refuse(
            booking.org_id,
            claimed,
            booking.starts_at,
            booking.ends_at,
            now=now,
            asker=STAFF,
            besides=booking.pk,
            otherwise=refusal,
        )
    return booking


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


def cancel_booking(
    booking: Booking, *, reason: str = "", by: Member, source: Source, version: int | None = None
) -> Booking:
    """Withdraw a booking. Staff may cancel any; others theirs, or what they booked, until it begins.

    Raises IllegalStep, Stale, AlreadyBegun.
    """
    return _end(booking, Status.CANCELLED, reason=reason, by=by, source=source, version=version)


def _end(booking: Booking, status: Status, *, reason: str, by: Member, source: Source, version: int | None) -> Booking:
    @transaction.atomic
    def end(current: Booking) -> Booking:
        now = timezone.now()
        check_unmoved(current, lock_bookings(current.org_id, [current.pk]), version)
        _check_step(current, status, now=now)
        if current.starts_at <= now and not by.rank.includes(Role.STAFF):
            raise AlreadyBegun
        was = current.status
        step(current.org_id, [current], status, reason=reason.strip())
        cancel_timers(org_id=current.org_id, subject_id=current.pk)
        what = f"booking.{status.value}"
        record(current.org_id, what, now=now, source=source, booking_id=current.pk, reason=current.reason)
        _audit(current, what, was, by=by, source=source, now=now)
        return current

    return on_current(booking, by, end)


def _check_step(booking: Booking, following: Status, *, now: datetime) -> None:
    if not may_step(booking.status, following):
        was, wanted = Status(booking.status).label.lower(), following.label.lower()
        raise IllegalStep(f"This booking is {was}; it cannot become {wanted}.")
    if booking.status == Status.HOLD and booking.expires_at is not None and booking.expires_at <= now:
        raise HoldExpired


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
