"""A series as a calendar knows it: one event that repeats, and an event for each date that differs from it.

The UID is the series', for life. A date is known by the start its rule means
(RECURRENCE-ID), as the ledger knows it. What is not to be (skipped, left out,
cancelled, handed over to somebody else) is excluded from the rule (EXDATE).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from infra24.bookings.ledger import is_live
from infra24.bookings.models import Booking, Occurrence, Series
from infra24.bookings.policies.recurrence import Recurrence, print_rule, walls_of
from infra24.calendars.events import Event, Shown, event_of, uid_of_series
from infra24.core.days import instant_of


def series_events(series: Series, rows: Sequence[Occurrence], *, page: str = "") -> list[Event]:
    """The event that repeats, then those that differ; `rows` is the ledger by date. Empty when no date stands.

    Only the dates of whoever the series is for: one that was handed over is somebody else's.
    """
    own = {row.wall_on: row.booking for row in rows if row.booking and is_own(row)}
    if not own:
        return []
    latest = _latest(series, [row.booking for row in rows if row.booking])
    dates = {wall: _date_event(series, booking, wall, latest=latest, page=page) for wall, booking in own.items()}
    meant = walls_of(series.recurrence, series.wall_starts_at)
    whole = _whole(series, meant[0], list(dates.values()), latest=latest, page=page)
    # A date the rule does not mean any more can only be said beside it.
    excluded = [wall for wall in meant if wall not in own]
    differing = [event for wall, event in dates.items() if wall not in meant or not _follows(whole, event)]
    return [replace(whole, excluded=excluded), *differing]


def date_event(booking: Booking, *, page: str = "") -> Event:
    """One date of a series, as an event of that series: to strike it out alone."""
    place = booking.occurrence
    assert place is not None
    latest = _latest(place.series, [booking])
    return _date_event(place.series, booking, place.wall_on, latest=latest, page=page)


def whole_event(series: Series, rows: Iterable[Occurrence], *, page: str = "") -> Event:
    """The event that repeats alone, whatever became of its dates: to strike all of them out."""
    first = walls_of(series.recurrence, series.wall_starts_at)[0]
    booked = [(row.wall_on, row.booking) for row in rows if row.booking]
    latest = _latest(series, [booking for _wall, booking in booked])
    events = [_date_event(series, booking, wall, latest=latest, page=page) for wall, booking in booked]
    return _whole(series, first, events, latest=latest, page=page)


def is_own(row: Occurrence) -> bool:
    """Whether it stands, and is for whom the series is for."""
    return is_live(row) and row.booking is not None and row.booking.person_id == row.series.person_id


def _latest(series: Series, bookings: Iterable[Booking]) -> datetime:
    """When the series, or any of its dates, changed last."""
    return max([series.changed_at, *(booking.changed_at for booking in bookings)])


def _sequence(series: Series, latest: datetime) -> int:
    """Grows with every change of the series or of any date: tenths of a second between its making and the latest one.

    Versions would not do: a date may leave the ledger, and what it counted would go with it.
    """
    return max(0, (latest - series.created_at) // timedelta(milliseconds=100))


def _whole(series: Series, first: datetime, dates: Collection[Event], *, latest: datetime, page: str) -> Event:
    """What is said of all of them: each detail as most dates have it."""
    starts_at, ends_at = series.span_on(first)
    places = Counter(tuple(date.places) for date in dates).most_common(1)
    kinds = Counter(tuple(date.kinds) for date in dates).most_common(1)
    texts = Counter(date.text for date in dates).most_common(1)
    is_asked = bool(dates) and all(date.status == "TENTATIVE" for date in dates)
    return Event(
        uid=uid_of_series(series),
        sequence=_sequence(series, latest),
        created_at=series.created_at,
        changed_at=latest,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=series.time_zone,
        title=Counter(date.title for date in dates).most_common(1)[0][0] if dates else series.title,
        places=places[0][0] if places else (),
        text=texts[0][0] if texts else page,
        page=page,
        kinds=kinds[0][0] if kinds else (),
        status="TENTATIVE" if is_asked else "CONFIRMED",
        is_public=any(date.is_public for date in dates),
        rule=_rule(series.recurrence, series.time_zone),
        starts_wall=first,
    )


def _rule(rule: Recurrence, zone: str) -> str:
    """RRULE as calendars want it: where times have a zone, the end is an instant (RFC 5545, 3.3.10)."""
    if rule.until is None:
        return print_rule(rule)
    last = instant_of(rule.until, time(23, 59, 59), zone).astimezone(UTC)
    return f"{print_rule(replace(rule, until=None))};UNTIL={last:%Y%m%dT%H%M%SZ}"


def _date_event(series: Series, booking: Booking, wall: datetime, *, latest: datetime, page: str) -> Event:
    event = event_of(Shown(booking, booking.visible_legs, is_full=True, page=page))
    return replace(
        event,
        uid=uid_of_series(series),
        sequence=_sequence(series, latest),
        zone=series.time_zone,
        instance_of=wall,
    )


def _follows(whole: Event, date: Event) -> bool:
    """Whether the event that repeats says of this date what is true of it.

    Every calendar has to come to the same: so a date near a change of clocks,
    where an hour more or less could be meant, is said by itself.
    """
    assert date.instance_of is not None
    zone = ZoneInfo(whole.zone)
    starts_at, again = (date.instance_of.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    ends_wall = date.ends_at.astimezone(zone).replace(tzinfo=None)
    assert whole.starts_wall is not None
    lasts = whole.ends_at.astimezone(zone).replace(tzinfo=None) - whole.starts_wall
    return (
        starts_at.utcoffset() == again.utcoffset()
        and starts_at.astimezone(UTC) == date.starts_at
        and date.ends_at - date.starts_at == whole.ends_at - whole.starts_at == lasts
        and ends_wall - date.instance_of == lasts
        and (date.title, date.places, date.text, date.kinds, date.status, date.is_public)
        == (whole.title, list(whole.places), whole.text, list(whole.kinds), whole.status, whole.is_public)
    )
