"""Rows that no service writes any more by now: a wait that was in vain, and a calendar that was read."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import msgspec

from infra24.bookings.models import Source
from infra24.config.demo.lively import Elsewhere, InVain
from infra24.config.demo.settling import Settled
from infra24.core.ids import new_id
from infra24.core.sealing import seal
from infra24.facts.catalogue import CATALOGUE
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import AuditEntry
from infra24.orgs.policies import Role
from infra24.people.models import BusyFeed, BusyTime
from infra24.resources.policies import DAYS, zone_of
from infra24.waitlist.models import Entry, EntryStatus

WEEKS_READ = 26
"""Weeks of somebody's own calendar that the house has read."""


def wait_in_vain(wait: InVain, settled: Settled, *, now: datetime) -> None:
    """Somebody joined nine days ago for what went by three days ago; told as history is, so nobody is mailed."""
    joined_at, until = now - timedelta(days=9), now - timedelta(days=3)
    length = timedelta(hours=wait.hours)
    person, staff = settled.people[wait.whose], settled.team[Role.STAFF]
    entry = Entry.objects.create(
        org_id=settled.organisation.pk,
        person=person,
        joined_by=staff,
        source=Source.IMPORT,
        title=wait.title,
        resource=settled.things[wait.thing],
        length=length,
        since=until - timedelta(days=2),
        until=until,
        days=list(range(7)),
        status=EntryStatus.EXPIRED,
        version=2,
        joined_at=joined_at,
        changed_at=until - length,
    )
    _tell(entry, 1, "waitlist.joined", joined_at, data={"person_id": person.pk}, by=staff.pk)
    _tell(entry, 2, "waitlist.expired", until - length, data={}, by=None)


def _tell(entry: Entry, number: int, what: str, at: datetime, *, data: dict[str, Any], by: Any) -> None:
    kind = CATALOGUE[what]
    told: Any = msgspec.to_builtins(data)
    Fact.objects.create(
        org_id=entry.org_id,
        type=kind.name,
        version=kind.version,
        subject_kind=kind.subject_kind,
        subject_id=entry.pk,
        number=number,
        data=told,
        source=Source.IMPORT,
        recorded_at=at,
    )
    AuditEntry.objects.create(
        id=new_id(),
        org_id=entry.org_id,
        at=at,
        member_id=by,
        source=Source.IMPORT if by else Source.CLOCK,
        action=what,
        subject_kind=kind.subject_kind,
        subject_id=entry.pk,
        after=told,
    )


def keep_busy_elsewhere(calendar: Elsewhere, settled: Settled, *, now: datetime) -> None:
    """A calendar as it is once it was read. No timer is set: the demo asks nobody on the network."""
    person, by = settled.people[calendar.whose], settled.team[Role.STAFF]
    address = f"https://{calendar.host}/{new_id()}.ics"
    feed = BusyFeed.objects.create(
        org_id=settled.organisation.pk,
        person=person,
        name=calendar.name,
        sealed_address=seal(address),
        fingerprint=new_id().hex * 2,
        host=calendar.host,
        added_by=by,
        polled_at=now,
        read_at=now,
    )
    record(feed.org_id, "busyfeed.connected", now=now, source=Source.STAFF, busyfeed_id=feed.pk)
    told = {"name": feed.name, "host": feed.host, "person_id": person.pk}
    audit.write(feed.org_id, "busyfeed.connect", subject_id=feed.pk, by=by, source=Source.STAFF, now=now, after=told)
    zone = zone_of(settled.organisation.time_zone)
    today = now.astimezone(zone).date()
    monday = today - timedelta(days=today.weekday())
    BusyTime.objects.bulk_create(
        BusyTime(
            org_id=feed.org_id,
            feed=feed,
            starts_at=_instant(monday, week, day, begins, zone),
            ends_at=_instant(monday, week, day, ends, zone),
        )
        for week in range(WEEKS_READ)
        for day, spans in calendar.weekly.items()
        for begins, ends in spans
    )


def _instant(monday: Any, week: int, day: Any, wall: str, zone: Any) -> datetime:
    on = monday + timedelta(weeks=week, days=DAYS.index(day))
    return datetime.combine(on, time.fromisoformat(wall), tzinfo=zone).astimezone(UTC)
