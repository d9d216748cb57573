"""What the clock asks of calendars."""

import threading
from datetime import timedelta

from django.utils.translation import gettext as _

from infra24.calendars.errors import CalendarTooLarge, CalendarUnreadable
from infra24.calendars.fetching import FetchFailed, fetch
from infra24.calendars.files import installation
from infra24.calendars.policies import Reading, read_ical
from infra24.calendars.policies.busy import Span, busy_spans
from infra24.calendars.services.feeds import keep_busy, next_poll, note_failure
from infra24.calendars.services.importing import continue_import
from infra24.core.sealing import unseal
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Again
from infra24.outbox.reactions import Job
from infra24.people.models import LONGEST_BUSY, BusyFeed

AHEAD = timedelta(days=366)
_ONE_AT_A_TIME = threading.Semaphore(1)
"""The clock has few threads, and other timers must not wait for somebody's slow server."""
_SHORTLY = timedelta(seconds=5)


def import_rows(job: Job) -> str:
    """Timer of a large import: do a batch, and come again while there is more."""
    with acting_for(job.org_id):
        more = continue_import(job.org_id, job.subject_id)
    if more:
        raise Again(_("Imported the next lines."), due_at=job.now)
    return _("Finished the import.")


def poll_feed(job: Job) -> str:
    """Timer of a person's calendar: read it, keep when it makes them busy, and come again in a quarter of an hour."""
    if not _ONE_AT_A_TIME.acquire(blocking=False):
        raise Again(_("Another calendar is being read."), due_at=job.now + _SHORTLY)
    try:
        note = _poll(job)
    finally:
        _ONE_AT_A_TIME.release()
    if note is None:
        return _("It is no longer connected, or is paused.")
    raise Again(note, due_at=next_poll(job.now))


def _poll(job: Job) -> str | None:
    """What came of reading it once; None when it is not to be read any more. No transaction waits for the server."""
    with acting_for(job.org_id):
        feed = BusyFeed.objects.filter(pk=job.subject_id, state=BusyFeed.State.ACTIVE).first()
        if feed is None:
            return None
        address, etag = unseal(feed.sealed_address), feed.etag
    try:
        fetched = fetch(address, etag=etag)
        spans = None if fetched.data is None else _spans(job, fetched.data)
    except (FetchFailed, CalendarUnreadable, CalendarTooLarge) as error:
        with acting_for(job.org_id):
            feed = note_failure(job.subject_id, str(error), now=job.now)
        is_on = feed is not None and feed.state == BusyFeed.State.ACTIVE
        return _("It could not be read.") if is_on else None
    with acting_for(job.org_id):
        kept = keep_busy(job.subject_id, spans, etag=fetched.etag, now=job.now)
    return _("Read a calendar.") if kept else None


def _spans(job: Job, data: bytes) -> list[Span]:
    """When the calendar makes its owner busy in the next year. Raises CalendarUnreadable, CalendarTooLarge."""
    text = data.decode("utf-8-sig", errors="replace")
    since = job.now - timedelta(days=1)
    read = read_ical(text, Reading(job.organisation.time_zone, since, job.now + AHEAD))
    return busy_spans(read.occurrences, own_uids=f"@{installation()}", longest=LONGEST_BUSY)
