"""Addresses at which calendar programs read bookings: made, renewed, taken away; and what came of each reading."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.calendars.errors import (
    CalendarFeedNotFound,
    CalendarFeedUnclear,
    DetailFixed,
    FeedNotRenewable,
    ProgrammeIsPublic,
    TooManyCalendarFeeds,
)
from infra24.calendars.models import NEEDED, CalendarFeed, FeedDetail, FeedKind, FeedReading
from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.keys import make_key
from infra24.orgs.models import Key, Member
from infra24.resources.models import Resource

MOST_FEEDS = 20
"""Of one member."""
CHOOSING = (FeedKind.RESOURCE, FeedKind.ORGANISATION)
"""Kinds whose addresses choose what they show."""
SCOPES = ("bookings:read",)
_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True)
class FeedWish:
    """What can be changed of an address while it stays the same address."""

    name: str
    detail: FeedDetail
    remind_minutes: int | None


@transaction.atomic
def make_feed(
    kind: FeedKind,
    *,
    name: str = "",
    resource: Resource | None = None,
    detail: FeedDetail = FeedDetail.BUSY,
    remind_minutes: int | None = None,
    by: Member,
    source: str,
) -> CalendarFeed:
    """A new address that shows what `by` may see; its secret follows from the key, and can be shown again.

    Raises RoleTooLow, CalendarFeedUnclear, TooManyCalendarFeeds, ProgrammeIsPublic.
    """
    now = timezone.now()
    if not by.rank.includes(NEEDED[kind]):
        raise RoleTooLow
    if (kind == FeedKind.RESOURCE) != (resource is not None):
        raise CalendarFeedUnclear(fields={"resource_id": CalendarFeedUnclear.__doc__ or ""})
    # The member's row is the lock: two requests at once must not both make the twentieth.
    Member.objects.select_for_update(no_key=True).get(pk=by.pk)
    if CalendarFeed.objects.filter(org_id=by.org_id, member=by).count() >= MOST_FEEDS:
        raise TooManyCalendarFeeds
    with guarded_by(calendarfeed_programme_once=ProgrammeIsPublic):
        feed = CalendarFeed.objects.create(
            id=new_id(),
            org_id=by.org_id,
            kind=kind,
            name=name.strip(),
            detail=detail if kind in CHOOSING else FeedDetail.BUSY,
            resource=resource,
            member=by,
            remind_minutes=remind_minutes,
            made_at=now,
        )
    FeedReading.objects.create(org_id=by.org_id, feed=feed, changed_at=now.replace(microsecond=0))
    if kind != FeedKind.PROGRAMME:
        _make_key(feed, now=now)
    record(by.org_id, "calendarfeed.made", now=now, source=source, calendarfeed_id=feed.pk, kind=str(kind))
    _audit(feed, "calendarfeed.make", by=by, source=source, now=now, after=_told(feed))
    return feed


@transaction.atomic
def change_feed(
    feed: CalendarFeed, wish: FeedWish, *, by: Member, source: str, version: int | None = None
) -> CalendarFeed:
    """Call an address something else, let it show or remind otherwise; whoever reads it need do nothing.

    `version` is the one the wish was made from. Raises CalendarFeedNotFound, RoleTooLow, Stale, DetailFixed.
    """
    now = timezone.now()
    locked = _locked(feed)
    if not by.rank.includes(NEEDED[FeedKind(locked.kind)]):
        raise RoleTooLow
    if version is not None and version != locked.version:
        raise Stale
    if wish.detail != locked.detail and locked.kind not in CHOOSING:
        raise DetailFixed
    before = _told(locked)
    locked.name, locked.detail, locked.remind_minutes = wish.name.strip(), wish.detail, wish.remind_minutes
    after = _told(locked)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return locked
    locked.version += 1
    locked.save(update_fields=["name", "detail", "remind_minutes", "version"])
    Key.objects.filter(kind=Key.Kind.FEED, subject_id=locked.pk, revoked_at=None).update(name=locked.name)
    record(feed.org_id, "calendarfeed.changed", now=now, source=source, calendarfeed_id=locked.pk, fields=changed)
    _audit(locked, "calendarfeed.change", by=by, source=source, now=now, before=before, after=after)
    return locked


@transaction.atomic
def renew_feed(feed: CalendarFeed, *, by: Member, source: str) -> CalendarFeed:
    """Another address for the same calendar; the old one works no longer.

    Raises CalendarFeedNotFound, FeedNotRenewable.
    """
    now = timezone.now()
    locked = _locked(feed)
    if locked.member_id != by.pk or locked.kind == FeedKind.PROGRAMME:
        raise FeedNotRenewable
    _revoke_keys(locked.pk, now=now)
    _make_key(locked, now=now)
    record(feed.org_id, "calendarfeed.renewed", now=now, source=source, calendarfeed_id=locked.pk)
    _audit(locked, "calendarfeed.renew", by=by, source=source, now=now, after=_told(locked))
    return locked


@transaction.atomic
def end_feed(feed: CalendarFeed, *, by: Member, source: str) -> None:
    """Take an address away; it works no longer.

    Raises CalendarFeedNotFound when it is gone already, RoleTooLow.
    """
    now = timezone.now()
    locked = _locked(feed)
    if not by.rank.includes(NEEDED[FeedKind(locked.kind)]):
        raise RoleTooLow
    _revoke_keys(locked.pk, now=now)
    record(feed.org_id, "calendarfeed.ended", now=now, source=source, calendarfeed_id=locked.pk)
    _audit(locked, "calendarfeed.end", by=by, source=source, now=now, before=_told(locked))
    FeedReading.objects.filter(org_id=locked.org_id, feed=locked).delete()
    locked.delete()


def note_reading(feed: CalendarFeed, *, tag: str, now: datetime) -> datetime:
    """Note that it was read, and with what digest; returns since when it has been so, in whole seconds.

    Whoever comes while another notes the same does not wait: programs of many people read at the full hour.
    """
    known = feed.reading
    is_same = known.tag == tag
    if is_same and known.read_at is not None and known.read_at > now - _NOTED_EVERY:
        return known.changed_at
    rows = FeedReading.objects.select_for_update(no_key=True, skip_locked=True)
    row = rows.filter(org_id=feed.org_id, feed=feed).first()
    if row is None:
        return known.changed_at if is_same else now.replace(microsecond=0)
    if row.tag != tag:
        row.tag = tag
        row.changed_at = max(now.replace(microsecond=0), row.changed_at + timedelta(seconds=1))
    row.read_at = now
    row.save(update_fields=["tag", "changed_at", "read_at"])
    return row.changed_at


def _make_key(feed: CalendarFeed, *, now: datetime) -> Key:
    key, _secret = make_key(
        feed.org_id, Key.Kind.FEED, now=now, name=feed.name, member=feed.member, subject_id=feed.pk, scopes=SCOPES
    )
    return key


def _revoke_keys(feed_id: UUID, *, now: datetime) -> None:
    Key.objects.filter(kind=Key.Kind.FEED, subject_id=feed_id, revoked_at=None).update(revoked_at=now)


def _locked(feed: CalendarFeed) -> CalendarFeed:
    rows = CalendarFeed.objects.select_for_update(of=["self"]).select_related("member")
    found = rows.filter(org_id=feed.org_id, pk=feed.pk).first()
    if found is None:
        raise CalendarFeedNotFound
    return found


def _told(feed: CalendarFeed) -> dict[str, Any]:
    """What the history keeps of an address: everything but its secret."""
    return {
        "kind": feed.kind,
        "name": feed.name,
        "detail": feed.detail,
        "resource_id": feed.resource_id,
        "remind_minutes": feed.remind_minutes,
    }


def _audit(feed: CalendarFeed, action: str, *, by: Member, source: str, now: datetime, **told: Any) -> None:
    audit.write(feed.org_id, action, subject_id=feed.pk, by=by, source=source, now=now, **told)
