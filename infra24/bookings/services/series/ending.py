"""Ending a series, its later dates, or one date."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone

from infra24.bookings.ledger import is_live, series_for
from infra24.bookings.locking import Locked, lock_bookings, lock_series
from infra24.bookings.models import Booking, Occurrence, Series, Source, Status
from infra24.bookings.policies.recurrence import ended_before, print_rule
from infra24.bookings.services.current import MovedOn, anew
from infra24.bookings.services.series.planning import Reach, open_dates
from infra24.bookings.services.series.recording import Told, save_series, tell, write_rows
from infra24.bookings.services.writing import step
from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.facts.services import Event
from infra24.orgs.models import Member


def end_series(
    series: Series, reach: Reach, *, reason: str = "", by: Member, source: Source, version: int | None = None
) -> Series:
    """Leave out one date, or end the series from a date on, or altogether; its bookings are cancelled with the reason.

    What has begun stays. Dates that were changed by themselves end with the
    others: whoever ends all of it means them too. Returns the series as it is after.

    Raises Stale, SeriesNotFound, DateMissing, DateNotFound, DateNotOpen, SeriesOver.
    """
    return anew(lambda: _end(series, reach, reason=reason, by=by, source=source, version=version))


def _end(series: Series, reach: Reach, *, reason: str, by: Member, source: Source, version: int | None) -> Series:
    now = timezone.now()
    with guarded_by():
        current = lock_current(series, by, version)
        rows, about = open_dates(current, reach, now=now)
        bookings = [row.booking for row in about if row.booking and is_live(row)]
        check_read(bookings, lock_bookings(current.org_id, [booking.pk for booking in bookings]))
        was = {booking.pk: booking.status for booking in bookings}
        for is_late in (False, True):
            some = [one for one in bookings if (not by.is_staff and one.is_late_at(now)) is is_late]
            if some:
                step(current.org_id, some, Status.CANCELLED, reason=reason.strip(), is_late=is_late)
        for row in about:
            row.state = Occurrence.State.LEFT_OUT
        write_rows(current.org_id, about)
        first = about[0].wall_on
        what = "series.ended"
        data: dict[str, object] = {"from": first, "cancelled": len(bookings)}
        if reach.scope == "this":
            what, data = "series.changed", {**data, "changed": 0, "booked": 0, "skipped": 0}
        else:
            _shorten(current, rows, first, now=now)
        save_series(current, now=now)
        event = Event(what, current.pk, data)
        tell(current.org_id, [event], Told(ended=bookings, was=was), by=by, source=source, now=now)
        return current


def _shorten(series: Series, rows: list[Occurrence], first: datetime, *, now: datetime) -> None:
    """Let the rule end before the first date that is gone; without an earlier one it stays, to be read."""
    earlier = [row for row in rows if row.wall_on < first]
    if earlier:
        series.rule = print_rule(ended_before(series.recurrence, first.date()))
    if not any(series.span_on(row.wall_on)[0] > now for row in earlier):
        series.ended_at = now


def lock_current(series: Series, by: Member, version: int | None) -> Series:
    """Lock a series and read it as it is. Raises SeriesNotFound, and Stale when the caller saw another version."""
    locked = lock_series(series.org_id, [series.pk])
    current = series_for(by, series.pk)
    if version is not None and locked[series.pk] != version:
        raise Stale
    return current


def check_read(bookings: Iterable[Booking], locked: Locked) -> None:
    """Now that they are locked: are the bookings as they were read? Raises MovedOn."""
    for booking in bookings:
        if locked[booking.pk][0] != booking.version:
            raise MovedOn
