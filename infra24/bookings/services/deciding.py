"""Confirming, declining, cancelling: the steps of a booking's life."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded, NotYours, ReasonMissing, TimeRefused
from infra24.bookings.locking import lock_bookings
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import Step
from infra24.bookings.rivals import rivals_of
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    check_busy,
    check_shapes,
    is_as_agreed,
    leg_rows,
    lock_rows,
    needs_approval,
    resolve,
    rule_reasons,
    wishes_of,
)
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.refusing import refuse
from infra24.bookings.services.stepping import check_step
from infra24.bookings.services.terms import reset_timers, take_terms, terms_for
from infra24.bookings.services.writing import rewrite_legs, set_values, step, visible_legs
from infra24.core.constraints import guarded_by
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_timers
from infra24.resources.policies import STAFF


def confirm_booking(
    booking: Booking,
    *,
    by: Member,
    source: Source,
    version: int | None = None,
    decline_rivals: bool = False,
    reason: str = "",
) -> Booking:
    """Make a hold or a request certain; rules and time are checked again in the same transaction.

    It takes the time the rules say by now: set-up, pack-down and sharing are
    theirs. A member's hold of what needs approval becomes a request instead.
    With `decline_rivals`, which is for staff and asks for a reason, the requests
    that would lose their time by it are declined with it, all or none.

    Raises TimeRefused with reasons when by now something stands against it,
    HoldExpired, IllegalStep, Stale; ApprovalNeeded when a member confirms a
    request; NotYours, ReasonMissing.
    """
    if decline_rivals and not by.is_staff:
        raise NotYours
    if decline_rivals and not reason.strip():
        raise ReasonMissing(fields={"reason": "say why"})
    why = reason.strip() if decline_rivals else None
    return on_current(booking, by, lambda current: _confirm(current, why, by=by, source=source, version=version))


def _confirm(booking: Booking, why: str | None, *, by: Member, source: Source, version: int | None) -> Booking:
    """`why` is the reason with which rivals are declined; None leaves them waiting."""
    now = timezone.now()
    claimed = resolve(by, wishes_of(booking), starts_at=booking.starts_at, people=booking.party_size)
    following = Status.CONFIRMED
    if not by.is_staff and booking.status == Status.PENDING:
        raise ApprovalNeeded
    if needs_approval(claimed, by.rank, booking.starts_at, booking.ends_at):
        following = Status.PENDING
    rivals = rivals_of(by, booking, now=now) if why is not None else []
    ours = [booking.pk, *(rival.pk for rival in rivals)]
    rows = leg_rows(booking.pk, claimed, booking.starts_at, booking.ends_at)
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            locks = lock_rows(booking.org_id, rows, now=now, bookings=ours)
            check_unmoved(booking, locks.bookings, version)
            for rival in rivals:
                check_unmoved(rival, locks.bookings, None)
            check_shapes(claimed, locks)
            check_step(booking, Step.CONFIRM, by=by, now=now)
            # Notice and horizon were kept when the time was taken; they do not lapse while somebody decides.
            if rule_reasons(claimed, booking.starts_at, booking.ends_at, now=now, asker=STAFF):
                raise TimeRefused
            check_busy(booking.org_id, claimed, booking.starts_at, booking.ends_at, now=now, asker=STAFF)
            was = booking.status
            expire_locked(booking.org_id, locks.dead, locks.bookings, now=now)
            if not is_as_agreed(booking, rows):
                rewrite_legs(booking, rows)
                booking.visible_legs = visible_legs(booking, rows)
            step(booking.org_id, [booking], following)
            terms = terms_for(claimed, booking.starts_at, booking.ends_at, now=now)
            if changed := take_terms(booking, terms):
                set_values(booking, **changed)
            what = "booking.confirmed" if following == Status.CONFIRMED else "booking.requested"
            fact_id = _announce(Event(what, booking.pk), booking, was, by=by, source=source, now=now)
            reset_timers(booking, fact_id)
            _decline_all(rivals, why or "", by=by, source=source, now=now)
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
    if not by.is_staff:
        raise NotYours
    if not reason.strip():
        raise ReasonMissing(fields={"reason": "say why"})
    return _end(booking, Status.DECLINED, reason=reason, by=by, source=source, version=version)


def cancel_booking(
    booking: Booking, *, reason: str = "", by: Member, source: Source, version: int | None = None
) -> Booking:
    """Withdraw a booking. Staff may cancel any; others theirs, or what they booked, until it begins.

    Once less notice is left than the rules ask, a member's counts as late:
    quotas go on counting it. Raises IllegalStep, Stale, AlreadyBegun.
    """
    return _end(booking, Status.CANCELLED, reason=reason, by=by, source=source, version=version)


def _end(booking: Booking, status: Status, *, reason: str, by: Member, source: Source, version: int | None) -> Booking:
    @transaction.atomic
    def end(current: Booking) -> Booking:
        now = timezone.now()
        check_unmoved(current, lock_bookings(current.org_id, [current.pk]), version)
        check_step(current, Step.DECLINE if status == Status.DECLINED else Step.CANCEL, by=by, now=now)
        was, is_late = current.status, not by.is_staff and current.is_late_at(now)
        step(current.org_id, [current], status, reason=reason.strip(), is_late=is_late)
        cancel_timers(org_id=current.org_id, subject_id=current.pk)
        told = {"reason": current.reason, **({"late": is_late} if status == Status.CANCELLED else {})}
        event = Event(f"booking.{status.value}", current.pk, told)
        _announce(event, current, was, by=by, source=source, now=now)
        return current

    return on_current(booking, by, end)


def _decline_all(rivals: Sequence[Booking], reason: str, *, by: Member, source: Source, now: datetime) -> None:
    """Decline locked requests with one reason. Two statements, none for nobody."""
    if not rivals:
        return
    org_id = rivals[0].org_id
    steps = [
        audit.Step(
            "booking.declined", rival.pk, {"status": rival.status}, {"status": Status.DECLINED, "reason": reason}
        )
        for rival in rivals
    ]
    step(org_id, rivals, Status.DECLINED, reason=reason)
    events = [Event("booking.declined", rival.pk, {"reason": reason}) for rival in rivals]
    audit.announce(org_id, events, steps, by=by, source=source, now=now)


def _announce(event: Event, booking: Booking, was: str, *, by: Member, source: Source, now: datetime) -> UUID:
    after: dict[str, Any] = {"status": booking.status, "reason": booking.reason}
    if booking.is_late_cancelled:
        after["late"] = True
    step = audit.Step(event.type, booking.pk, {"status": was}, after)
    (fact_id,) = audit.announce(booking.org_id, [event], [step], by=by, source=source, now=now)
    return fact_id
