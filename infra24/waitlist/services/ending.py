"""Leaving the waitlist: by oneself, by staff, or because what one waited for went by."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.models import Source
from infra24.orgs.models import Member
from infra24.waitlist import policies, queries
from infra24.waitlist.errors import EntryOver
from infra24.waitlist.models import Entry, EntryStatus, Outcome
from infra24.waitlist.services.answering import let_go
from infra24.waitlist.services.steps import close_offer, locked, move, open_offer_of


@transaction.atomic
def withdraw_entry(entry: Entry, *, reason: str = "", by: Member, source: Source, version: int | None = None) -> Entry:
    """Wait no more. What is being offered goes to the next.

    Raises EntryOver, Stale.
    """
    current = locked(entry, version)
    now = timezone.now()
    offer = open_offer_of(current)
    outcome = offer.outcome_at(now) if offer else Outcome.PASSED
    if outcome == Outcome.TAKEN or current.status_at(now) not in policies.LIVE:
        raise EntryOver
    if offer:
        if outcome == Outcome.OPEN:
            let_go(offer, by=by, source=source)
            outcome = Outcome.WITHDRAWN
        close_offer(current, offer, outcome, by=by, source=source, now=now)
    reason = reason.strip()
    move(current, EntryStatus.WITHDRAWN, "waitlist.withdrawn", by=by, source=source, now=now, reason=reason)
    return current


@transaction.atomic
def expire_entry(org_id: UUID, entry_id: UUID, *, now: datetime) -> bool:
    """What an entry's timer does: write down that its window is over. False when it ended before, or is not due."""
    entry = Entry.objects.filter(org_id=org_id, pk=entry_id).first()
    if entry is None:
        return False
    current = locked(entry)
    offer = open_offer_of(current)
    if offer and (outcome := offer.outcome_at(now)) != Outcome.OPEN:
        close_offer(current, offer, outcome, by=None, source=Source.CLOCK, now=now)
    if current.status == EntryStatus.EXPIRED or current.status_at(now) != EntryStatus.EXPIRED:
        return False
    move(current, EntryStatus.EXPIRED, "waitlist.expired", by=None, source=Source.CLOCK, now=now)
    return True


def overdue(org_id: UUID, *, now: datetime) -> list[UUID]:
    """Entries whose window is over, though nobody has noticed: their timer failed, or the worker was away."""
    over = Entry.objects.filter(queries.being([EntryStatus.EXPIRED], now), org_id=org_id, status=EntryStatus.WAITING)
    return list(over.order_by("id").values_list("id", flat=True))
