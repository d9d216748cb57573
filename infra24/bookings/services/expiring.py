"""The end of holds. A hold is dead at `expires_at`; these only write it down."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.db import transaction

from infra24.bookings.locking import Locked, lock_bookings
from infra24.bookings.models import Source, Status
from infra24.core.rows import as_array
from infra24.core.statements import Statement
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.outbox.services import cancel_all_timers

_EXPIRE = Statement("""
    UPDATE bookings_booking SET status = 'expired', expires_at = NULL
     WHERE org_id = %(org)s AND id = ANY(%(ids)s::uuid[]) AND status = 'hold' AND expires_at <= %(now)s
    RETURNING id
""")


@transaction.atomic
def expire_hold(org_id: UUID, booking_id: UUID, *, now: datetime) -> bool:
    """What a hold's timer does: write down that it ran out. False when it no longer is a hold, or not yet due."""
    locked = lock_bookings(org_id, [booking_id])
    return bool(expire_locked(org_id, [booking_id], locked, now=now))


def expire_locked(org_id: UUID, booking_ids: Iterable[UUID], locked: Locked, *, now: datetime) -> list[UUID]:
    """Expire those of the locked bookings that still are holds and due; return their ids."""
    candidates = [booking_id for booking_id in booking_ids if locked.get(booking_id, (0, ""))[1] == Status.HOLD]
    if not candidates:
        return []
    expired: list[UUID] = [key for (key,) in _EXPIRE.rows(org=org_id, ids=as_array(candidates), now=now)]
    if not expired:
        return []
    events = [Event("booking.expired", key) for key in expired]
    before, after = {"status": Status.HOLD}, {"status": Status.EXPIRED}
    steps = [audit.Step("booking.expire", key, before, after) for key in expired]
    audit.announce(org_id, events, steps, by=None, source=Source.CLOCK, now=now)
    cancel_all_timers(org_id, expired)
    return expired
