"""Booking dates that could not be had before."""

from datetime import datetime
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import DateNotFound, DateNotOpen, SeriesOver
from infra24.bookings.ledger import dates_of, is_live, is_open, kept_reason
from infra24.bookings.locking import lock_series
from infra24.bookings.models import Booking, Occurrence, Series, Source
from infra24.bookings.services.claims import LEG_CONSTRAINTS, LegRow, check_shapes, resolve
from infra24.bookings.services.current import anew
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.series.creating import make_booking
from infra24.bookings.services.series.ending import lock_current
from infra24.bookings.services.series.recording import Told, booked, skipped, tell, touch, write_rows
from infra24.bookings.services.series.reporting import reasons_in, refuse_series, report_of
from infra24.bookings.services.series.weighing import Verdict, Wanted, lock_wanted, weigh
from infra24.bookings.services.series.wishing import slot_of, wish_on, wishes_in
from infra24.bookings.services.writing import insert
from infra24.core.constraints import guarded_by
from infra24.core.ids import new_id
from infra24.facts.services import Event
from infra24.orgs.models import Member
from infra24.resources.errors import ResourceNotFound


def retry_dates(
    series: Series, wall_on: datetime | None = None, *, by: Member, source: Source, version: int | None = None
) -> Series:
    """Try again now what was skipped; with `wall_on` that date, also if it was left out or its booking ended.

    Raises SeriesRefused with its `report` when not one can be had, DateNotFound,
    DateNotOpen for what is booked or past, SeriesOver, Stale.
    """

    def attempt() -> Series:
        with guarded_by(**LEG_CONSTRAINTS):
            current = lock_current(series, by, version)
            if current.ended_at is not None:
                raise SeriesOver
            now = timezone.now()
            rows = _asked_for(current, wall_on, now)
            if rows:
                filled = _fill(current, rows, by=by, source=source, now=now)
                if not any(verdict.is_free for verdict in filled):
                    refuse_series(report_of(filled), is_whole=True)
                current.skipped_for = reasons_in(filled)
            return current

    return anew(attempt)


def fill_series(org_id: UUID, series_id: UUID) -> int:
    """What the clock does when time may have become free: book what was skipped, as whoever booked the series would.

    Returns how many dates were booked. Those that still cannot be had keep their new reasons.
    """

    def attempt() -> int:
        now = timezone.now()
        with guarded_by(**LEG_CONSTRAINTS):
            lock_series(org_id, [series_id])
            series = (
                Series.objects.select_related("person", "booked_by__user")
                .filter(org_id=org_id, pk=series_id, ended_at=None)
                .first()
            )
            if series is None or series.booked_by is None or not series.booked_by.is_active:
                return 0
            rows = _waiting(series, now)
            if not rows:
                return 0
            try:
                verdicts = _fill(series, rows, by=series.booked_by, source=Source.CLOCK, now=now, acting=None)
            except ResourceNotFound:
                return 0
            return sum(verdict.is_free for verdict in verdicts)

    return anew(attempt)


def _waiting(series: Series, now: datetime) -> list[Occurrence]:
    return [row for row in dates_of(series) if row.state == Occurrence.State.SKIPPED and is_open(row, now)]


def _asked_for(series: Series, wall_on: datetime | None, now: datetime) -> list[Occurrence]:
    if wall_on is None:
        return _waiting(series, now)
    row = next((row for row in dates_of(series) if row.wall_on == wall_on), None)
    if row is None:
        raise DateNotFound
    if is_live(row) or not is_open(row, now):
        raise DateNotOpen
    return [row]


_SELF = object()


def _fill(
    series: Series,
    rows: list[Occurrence],
    *,
    by: Member,
    source: Source,
    now: datetime,
    acting: Member | object | None = _SELF,
) -> list[Verdict]:
    """Judge the dates under the lock and book those that can be had; `acting` is who the audit names."""
    wishes = wishes_in(series)
    slots = [slot_of(row) for row in rows]
    claimed = resolve(by, wishes, starts_at=slots[0].starts_at, people=series.party_size)
    wanted = Wanted(by, series.person, wishes, tuple(claimed), series.party_size)
    locks = lock_wanted(wanted, slots, now=now)
    check_shapes(claimed, locks)
    verdicts = weigh(wanted, slots, now=now)
    made: list[Booking] = []
    legs: list[LegRow] = []
    written: list[Occurrence] = []
    for row, verdict in zip(rows, verdicts, strict=True):
        if verdict.is_free:
            wish = wish_on(series, verdict.slot)
            booking, new = make_booking(new_id(), wish, verdict, person=series.person, by=by, source=source, now=now)
            made.append(booking)
            legs += new
            row.is_override = False
            written.append(booked(row, booking))
        elif row.state == Occurrence.State.SKIPPED and row.reasons != [kept_reason(one) for one in verdict.reasons]:
            written.append(skipped(row, verdict.reasons, now=now))
    if made:
        expire_locked(series.org_id, locks.dead, locks.bookings, now=now)
        insert(series.org_id, made, legs)
    if written:
        write_rows(series.org_id, written)
        touch(series)
    if made:
        event = Event("series.filled", series.pk, {"booked": len(made), "skipped": len(rows) - len(made)})
        who = by if acting is _SELF else None
        tell(series.org_id, [event], Told(made=made), by=who, source=source, now=now)
    return verdicts
