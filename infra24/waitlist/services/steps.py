"""Shared by every service of the waitlist: an entry under its lock, and what each step writes."""

from datetime import datetime
from typing import Any
from uuid import UUID

from infra24.bookings.models import Source
from infra24.core.errors import Stale
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_timers
from infra24.waitlist.errors import EntryNotFound
from infra24.waitlist.models import Entry, EntryStatus, Offer, Outcome

ENDS = {EntryStatus.TAKEN, EntryStatus.WITHDRAWN, EntryStatus.EXPIRED}


def locked(entry: Entry, version: int | None = None) -> Entry:
    """The entry as it is, locked until the transaction ends; with its person. Before all locks of bookings.

    Raises Stale when the caller saw another version.
    """
    rows = Entry.objects.select_for_update(no_key=True, of=["self"]).select_related("person", "resource")
    current = rows.filter(org_id=entry.org_id, pk=entry.pk).first()
    if current is None:
        raise EntryNotFound
    if version is not None and current.version != version:
        raise Stale
    return current


def open_offer_of(entry: Entry) -> Offer | None:
    """The offer that waits for an answer, with its booking as it is now."""
    return Offer.objects.select_related("booking", "resource").filter(entry=entry, outcome=Outcome.OPEN).first()


def close_offer(
    entry: Entry, offer: Offer, outcome: Outcome, *, by: Member | None, source: Source, now: datetime
) -> None:
    """Write down what came of an offer, and what the entry is from now on: taken, or waiting in its old place."""
    offer.outcome, offer.ended_at = outcome, now
    offer.save(update_fields=["outcome", "ended_at"])
    if outcome == Outcome.TAKEN:
        move(entry, EntryStatus.TAKEN, "waitlist.taken", by=by, source=source, now=now, booking_id=offer.booking_id)
    elif outcome != Outcome.WITHDRAWN:
        data = {"booking_id": offer.booking_id, "outcome": outcome.value}
        move(entry, EntryStatus.WAITING, "waitlist.passed", by=by, source=source, now=now, **data)


def move(
    entry: Entry,
    status: EntryStatus,
    fact: str,
    *,
    by: Member | None,
    source: Source,
    now: datetime,
    **data: Any,
) -> UUID:
    """Take a locked entry one step on, with audit and fact, whose id is returned; an end cancels its timers."""
    before = {"status": entry.status}
    entry.status, entry.reason, entry.changed_at = status, data.get("reason", ""), now
    entry.save(update_fields=["status", "reason", "changed_at"])
    entry.refresh_from_db(fields=["version"])
    if status in ENDS:
        cancel_timers(org_id=entry.org_id, subject_id=entry.pk)
    fact_id = record(entry.org_id, fact, now=now, source=source, waitlist_id=entry.pk, **data)
    after = {"status": status, **data}
    audit.write(entry.org_id, fact, subject_id=entry.pk, by=by, source=source, now=now, before=before, after=after)
    return fact_id
