"""What becomes of the bookings in the way of a closure: kept, cancelled or moved, in the closure's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from infra24.bookings.errors import TimeRefused
from infra24.bookings.locking import lock_claims, unsettle
from infra24.bookings.models import Source
from infra24.bookings.policies import LATEST
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.bookings.services.current import MovedOn
from infra24.bookings.services.expiring import expire_locked
from infra24.core.errors import Stale
from infra24.core.wording import said
from infra24.facilities.errors import CancelReasonMissing, ClosureHitsBookings, MoveRefused
from infra24.facilities.hits import Hit, Reach, hits_of, with_offers
from infra24.orgs.models import Member
from infra24.resources.policies import Closure


@dataclass(frozen=True)
class Decision:
    """What is to become of one booking."""

    action: Literal["keep", "cancel", "move"]
    version: int | None = None
    """The one the decision was made about; None for whatever it is now."""
    reason: str = ""
    """Why it is cancelled; whoever booked reads it."""
    starts_at: datetime | None = None
    """Where it moves to, for as long as it was."""


Decisions = Mapping[UUID, Decision]


def settle(
    closure: Closure,
    decisions: Decisions,
    *,
    reach: Reach,
    by: Member,
    source: Source,
    now: datetime,
    instead_of: Closure | None = None,
) -> dict[str, Any]:
    """Do as was decided with every booking the closure hits; returns what was done, as the audit keeps it.

    The closure is written already. Raises ClosureHitsBookings with its `hits`
    when one has no decision, Stale when one changed meanwhile, MoveRefused,
    CancelReasonMissing; MovedOn when the bookings changed before they were locked.
    """
    hits = hits_of(by, closure, reach, now=now, instead_of=instead_of)
    _check_decisions(hits, decisions, by)
    if any(hit.booking.pk not in decisions for hit in hits):
        refusal = ClosureHitsBookings()
        refusal.hits = with_offers(by, hits, closure, reach, now=now)
        raise refusal
    # All that will be touched, in the one order, before anything is: the moves lock again what is locked already.
    # Holds that ran out anywhere ahead are among it, since a move may find one in its way.
    wanted = _to_lock(hits, decisions, reach)
    locks = lock_claims(by.org_id, wanted, now, LATEST, now=now, bookings=[hit.booking.pk for hit in hits])
    # Whoever decided to book before this transaction, and waits for the resources behind it, reads them anew and
    # finds the closure. Whoever booked before they were locked is found now.
    unsettle(by.org_id, reach.closed)
    if _seen(hits_of(by, closure, reach, now=now, instead_of=instead_of)) != _seen(hits):
        raise MovedOn
    expire_locked(by.org_id, locks.dead, locks.bookings, now=now)
    _apply(hits, decisions, by=by, source=source)
    return _told(hits, decisions)


def _check_decisions(hits: Sequence[Hit], decisions: Decisions, by: Member) -> None:
    """Every decision is about a booking as it is now; one about a booking that is not hit any more is let pass."""
    current = {hit.booking.pk: hit.booking for hit in hits}
    for place, (booking_id, decision) in enumerate(decisions.items()):
        booking = current.get(booking_id) or booking_for(by, booking_id)
        if decision.version is not None and decision.version != booking.version:
            raise Stale
        if decision.action == "cancel" and not decision.reason.strip():
            raise CancelReasonMissing(fields={f"decisions.{place}.reason": said("Say why.")})


def _to_lock(hits: Sequence[Hit], decisions: Decisions, reach: Reach) -> set[UUID]:
    """The closed resources, and all that bookings which move have booked besides."""
    wanted = set(reach.closed)
    for hit in hits:
        if decisions[hit.booking.pk].action == "move":
            for leg in hit.booking.visible_legs:
                resource = reach.resources.get(leg.resource_id)
                wanted |= {leg.resource_id, *(resource.leaves if resource else ())}
    return wanted


def _seen(hits: Iterable[Hit]) -> list[tuple[UUID, int]]:
    return [(hit.booking.pk, hit.booking.version) for hit in hits]


def _apply(hits: Sequence[Hit], decisions: Decisions, *, by: Member, source: Source) -> None:
    """Cancellations first: they make room for those that move."""
    for hit in hits:
        decision = decisions[hit.booking.pk]
        if decision.action == "cancel":
            cancel_booking(hit.booking, reason=decision.reason, by=by, source=source, version=hit.booking.version)
    for hit in hits:
        decision = decisions[hit.booking.pk]
        if decision.action == "move":
            _move(hit, decision, list(decisions).index(hit.booking.pk), by=by, source=source)


def _move(hit: Hit, decision: Decision, place: int, *, by: Member, source: Source) -> None:
    booking = hit.booking
    assert decision.starts_at is not None
    ends_at = decision.starts_at + (booking.ends_at - booking.starts_at)
    change = BookingChange(starts_at=decision.starts_at, ends_at=ends_at)
    try:
        change_booking(booking, change, by=by, source=source, version=booking.version)
    except TimeRefused as refusal:
        fault = said("“%(title)s” cannot be then.", title=booking.title)
        raise MoveRefused(
            reasons=refusal.reasons,
            alternatives=refusal.alternatives,
            fields={f"decisions.{place}.starts_at": fault},
        ) from refusal


def _told(hits: Sequence[Hit], decisions: Decisions) -> dict[str, Any]:
    actions = {"keep": "kept", "cancel": "cancelled", "move": "moved"}
    told: dict[str, Any] = {}
    for hit in hits:
        told.setdefault(actions[decisions[hit.booking.pk].action], []).append(hit.booking.pk)
    return told
