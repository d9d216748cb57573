"""Joining the waitlist, and changing what one waits for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.locking import lock_waitlist
from infra24.bookings.models import Source
from infra24.bookings.search import USUAL_WINDOW, SearchWish
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member, Organisation
from infra24.outbox.services import cancel_timers, set_timer
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.people.queries import person_for
from infra24.people.services import person_of
from infra24.resources.queries import resource_for
from infra24.waitlist import policies
from infra24.waitlist.acting import role_of
from infra24.waitlist.errors import EntryOver, OfferOpen
from infra24.waitlist.matching import Wanting
from infra24.waitlist.models import Entry, EntryStatus
from infra24.waitlist.services.checking import check_others, check_wish, check_worth_waiting
from infra24.waitlist.services.steps import locked


@dataclass(frozen=True)
class WaitWish:
    """What somebody would wait for: one resource, or any of the kind that `sought` names."""

    title: str
    sought: SearchWish
    resource_id: UUID | None = None
    person_id: UUID | None = None
    """Staff may name anybody; None: who acts."""


@dataclass(frozen=True)
class EntryChange:
    """What to change of an entry; None leaves a value as it is. What is waited for stays: a place is for that."""

    title: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    length: timedelta | None = None
    days: frozenset[int] | None = None
    hours: tuple[int, int] | None = None
    units: int | None = None
    party_size: int | None = None


@transaction.atomic
def join_waitlist(wish: WaitWish, *, by: Member, source: Source) -> Entry:
    """Wait for time that is taken. Members for themselves, staff for anybody.

    Raises FreeAlready with up to three times when there is nothing to wait for,
    NeverFits with reasons when waiting cannot help, AlreadyWaiting,
    TooManyEntries, and what is wrong with the wish in itself.
    """
    lock_waitlist(by.org_id)
    now = timezone.now()
    sought = _complete(wish.sought, now=now)
    zone = _zone_of(by)
    check_wish(sought, wish.resource_id, by=by, zone=zone, now=now)
    person = _person(wish, by)
    check_others(sought, wish.resource_id, person, now=now)
    if wish.resource_id:
        resource_for(by, wish.resource_id)
    wanting = Wanting(sought, wish.resource_id, person, role_of(person))
    check_worth_waiting(wanting, zone=zone, now=now, refuses_free=True)
    entry = Entry(
        id=new_id(),
        org_id=by.org_id,
        person=person,
        joined_by=by,
        source=source,
        title=wish.title.strip(),
        resource_id=wish.resource_id,
        kind="" if wish.resource_id else sought.kind,
        features=[] if wish.resource_id else [str(feature) for feature in sought.features],
        joined_at=now,
        changed_at=now,
    )
    _fill(entry, sought)
    entry.save(force_insert=True)
    fact_id = record(by.org_id, "waitlist.joined", now=now, source=source, waitlist_id=entry.pk, person_id=person.pk)
    _set_end(entry, fact_id)
    after = {"person_id": person.pk, **_values(entry)}
    audit.write(by.org_id, "waitlist.joined", subject_id=entry.pk, by=by, source=source, now=now, after=after)
    return entry


@transaction.atomic
def change_entry(entry: Entry, change: EntryChange, *, by: Member, source: Source, version: int | None = None) -> Entry:
    """Wait for more or for less than before; the place stays. If it is free then, an offer follows at once.

    Raises Stale, EntryOver, OfferOpen, NeverFits, and what is wrong with the wish in itself.
    """
    current = locked(entry, version)
    now = timezone.now()
    if current.status_at(now) not in policies.LIVE:
        raise EntryOver
    if current.status == EntryStatus.OFFERED:
        raise OfferOpen
    before = _values(current)
    sought = _changed(current.wish, change)
    zone = _zone_of(by)
    check_wish(sought, current.resource_id, by=by, zone=zone, now=now)
    wanting = Wanting(sought, current.resource_id, current.person, role_of(current.person))
    check_worth_waiting(wanting, zone=zone, now=now, refuses_free=False)
    _fill(current, sought)
    current.title = current.title if change.title is None else change.title.strip()
    after = _values(current)
    fields = sorted(name for name in after if after[name] != before[name])
    if not fields:
        return current
    current.changed_at = now
    current.save()
    current.refresh_from_db(fields=["version"])
    fact_id = record(by.org_id, "waitlist.changed", now=now, source=source, waitlist_id=current.pk, fields=fields)
    cancel_timers(org_id=by.org_id, subject_id=current.pk)
    _set_end(current, fact_id)
    was, is_now = ({name: values[name] for name in fields} for values in (before, after))
    audit.write(
        by.org_id, "waitlist.changed", subject_id=current.pk, by=by, source=source, now=now, before=was, after=is_now
    )
    return current


def _complete(sought: SearchWish, *, now: datetime) -> SearchWish:
    """With a window; what of it is past already is no matter."""
    since = max(sought.since or now, now)
    return replace(sought, since=since, until=sought.until or since + USUAL_WINDOW)


def _person(wish: WaitWish, by: Member) -> Person:
    """Who waits. Raises PersonNotFound."""
    if wish.person_id is None:
        return person_of(by)
    if by.is_staff:
        return person_for(by, wish.person_id)
    mine = person_of(by)
    if wish.person_id != mine.pk:
        raise PersonNotFound(fields={"person_id": str(wish.person_id)})
    return mine


def _changed(wish: SearchWish, change: EntryChange) -> SearchWish:
    size = replace(
        wish.size,
        units=wish.size.units if change.units is None else change.units,
        people=wish.size.people if change.party_size is None else change.party_size,
    )
    return replace(
        wish,
        since=change.since or wish.since,
        until=change.until or wish.until,
        length=change.length or wish.length,
        days=change.days or wish.days,
        hours=change.hours or wish.hours,
        size=size,
    )


def _fill(entry: Entry, sought: SearchWish) -> None:
    assert sought.since is not None
    assert sought.until is not None
    assert sought.length is not None
    entry.since, entry.until, entry.length = sought.since, sought.until, sought.length
    entry.days = sorted(sought.days)
    entry.opens_minute, entry.closes_minute = sought.hours
    entry.units, entry.party_size = sought.size.units, sought.size.people


def _values(entry: Entry) -> dict[str, object]:
    """What is waited for, as the audit keeps it."""
    names = ("title", "resource_id", "kind", "features", "length", "since", "until", "days", "opens_minute")
    more = ("closes_minute", "units", "party_size")
    return {name: getattr(entry, name) for name in (*names, *more)}


def _set_end(entry: Entry, fact_id: UUID) -> None:
    set_timer(
        org_id=entry.org_id,
        fact_id=fact_id,
        handler="waitlist.expire",
        subject_id=entry.pk,
        due_at=entry.last_start_at,
    )


def _zone_of(by: Member) -> str:
    zone: str = Organisation.objects.values_list("time_zone", flat=True).get(pk=by.org_id)
    return zone
