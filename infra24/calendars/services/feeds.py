"""A person's own calendars: connecting them, taking them away, and what was read of them."""

import hashlib
import random
from collections.abc import Iterable
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from infra24.calendars.errors import FeedNotPaused, FeedTwice, TooManyFeeds
from infra24.core.constraints import constraint_of
from infra24.core.ids import new_id
from infra24.core.sealing import reseal, seal
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.services import cancel_timers, set_timer
from infra24.people.models import BusyFeed, BusyTime, Person

TIMER = "calendars.poll_feed"
EVERY = timedelta(minutes=15)
MOST_FEEDS = 5
"""Of one person."""
FAILURES_BORNE = 5
"""In a row; then it is paused, and its owner asked."""


@transaction.atomic
def connect_feed(person: Person, *, name: str, address: str, by: Member, source: str) -> BusyFeed:
    """Let a calendar make its owner busy here; it is read within moments, and every quarter of an hour.

    `address` is as `fetching.checked_address` gives it. Raises FeedTwice, TooManyFeeds.
    """
    now = timezone.now()
    # The person's row is the lock: two forms at once must not make six.
    Person.objects.select_for_update(no_key=True).get(org_id=person.org_id, pk=person.pk)
    if BusyFeed.objects.filter(org_id=person.org_id, person=person).count() >= MOST_FEEDS:
        raise TooManyFeeds
    try:
        with transaction.atomic():
            feed = BusyFeed.objects.create(
                org_id=person.org_id,
                person=person,
                name=name.strip(),
                sealed_address=seal(address),
                fingerprint=hashlib.sha256(address.encode()).hexdigest(),
                host=(urlsplit(address).hostname or "")[:253],
                added_by=by,
            )
    except IntegrityError as error:
        if constraint_of(error) == "busyfeed_once":
            raise FeedTwice from error
        raise
    _read_from_now_on(feed, "busyfeed.connected", now=now, source=source)
    _audit(feed, "busyfeed.connect", by=by, source=source, now=now)
    return feed


@transaction.atomic
def disconnect_feed(feed: BusyFeed, *, by: Member, source: str) -> None:
    """Forget a calendar and all that was known from it."""
    now = timezone.now()
    locked = BusyFeed.objects.select_for_update().filter(org_id=feed.org_id, pk=feed.pk).first()
    if locked is None:
        return
    cancel_timers(org_id=feed.org_id, subject_id=feed.pk)
    record(feed.org_id, "busyfeed.disconnected", now=now, source=source, busyfeed_id=feed.pk)
    _audit(feed, "busyfeed.disconnect", by=by, source=source, now=now)
    BusyTime.objects.filter(org_id=feed.org_id, feed=locked).delete()
    locked.delete()


@transaction.atomic
def resume_feed(feed: BusyFeed, *, by: Member, source: str) -> BusyFeed:
    """Read a paused calendar again. Raises FeedNotPaused."""
    now = timezone.now()
    locked = BusyFeed.objects.select_for_update(of=["self"]).select_related("person").get(pk=feed.pk)
    if locked.state != BusyFeed.State.PAUSED:
        raise FeedNotPaused
    locked.state, locked.failures, locked.last_error = BusyFeed.State.ACTIVE, 0, ""
    locked.save(update_fields=["state", "failures", "last_error"])
    _read_from_now_on(locked, "busyfeed.resumed", now=now, source=source)
    _audit(locked, "busyfeed.resume", by=by, source=source, now=now)
    return locked


def keep_busy(
    feed_id: UUID, spans: Iterable[tuple[datetime, datetime]] | None, *, etag: str, now: datetime
) -> BusyFeed | None:
    """What was read takes the place of what was known; None: it is as it was. Returns None for a feed that is gone.

    In the caller's transaction.
    """
    feed = BusyFeed.objects.select_for_update().filter(pk=feed_id, state=BusyFeed.State.ACTIVE).first()
    if feed is None:
        return None
    if spans is not None:
        BusyTime.objects.filter(org_id=feed.org_id, feed=feed).delete()
        BusyTime.objects.bulk_create(
            (
                BusyTime(id=new_id(), org_id=feed.org_id, feed=feed, starts_at=begins, ends_at=ends)
                for begins, ends in spans
            ),
            batch_size=1000,
        )
        feed.etag = etag
    feed.polled_at = feed.read_at = now
    feed.failures, feed.last_error = 0, ""
    feed.save(update_fields=["etag", "polled_at", "read_at", "failures", "last_error"])
    return feed


def note_failure(feed_id: UUID, why: str, *, now: datetime) -> BusyFeed | None:
    """Write down that it could not be read; after five times in a row it is paused. What was known stays.

    In the caller's transaction; None for a feed that is gone.
    """
    feed = BusyFeed.objects.select_for_update().filter(pk=feed_id, state=BusyFeed.State.ACTIVE).first()
    if feed is None:
        return None
    feed.polled_at, feed.failures, feed.last_error = now, feed.failures + 1, why[:300]
    if feed.failures >= FAILURES_BORNE:
        feed.state = BusyFeed.State.PAUSED
        record(feed.org_id, "busyfeed.paused", now=now, source="clock", busyfeed_id=feed.pk)
    feed.save(update_fields=["polled_at", "failures", "last_error", "state"])
    return feed


def next_poll(now: datetime) -> datetime:
    """A quarter of an hour on, give or take a fifth: many calendars lie on one server."""
    return now + EVERY * random.uniform(0.8, 1.2)  # noqa: S311 - no secret


def reseal_feeds(org_id: UUID) -> int:
    """Put the addresses of the organisation's calendars under the newest encryption key; return how many."""
    with acting_for(org_id):
        feeds = BusyFeed.objects.filter(org_id=org_id).select_for_update()
        for feed in feeds:
            feed.sealed_address = reseal(feed.sealed_address)
            feed.save(update_fields=["sealed_address"])
        return len(feeds)


def _read_from_now_on(feed: BusyFeed, fact: str, *, now: datetime, source: str) -> None:
    cancel_timers(org_id=feed.org_id, subject_id=feed.pk)
    fact_id = record(feed.org_id, fact, now=now, source=source, busyfeed_id=feed.pk)
    set_timer(org_id=feed.org_id, fact_id=fact_id, handler=TIMER, subject_id=feed.pk, due_at=now)


def _audit(feed: BusyFeed, action: str, *, by: Member, source: str, now: datetime) -> None:
    """Everything but the address."""
    after = {"name": feed.name, "host": feed.host, "person_id": feed.person_id}
    audit.write(feed.org_id, action, subject_id=feed.pk, by=by, source=source, now=now, after=after)
