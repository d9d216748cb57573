"""From wall time to instants: when clocks show what, and what is open then.

A minute is open by its wall time: hours that begin in a clock gap begin at its
end, a repeated hour is open twice. A closure is one stretch, however the clock
moves meanwhile: from the first time the clock shows its start until it has
shown the last minute before its end for the last time.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

from infra24.resources.policies.bookable import Bookable, Closure, day_at, zone_of
from infra24.resources.policies.rules import DaySpans, RuleRow, Week, effective

Span = tuple[datetime, datetime]
"""Two instants, half-open."""
Stretch = tuple[datetime, datetime, timedelta]
"""Two instants, half-open, and the UTC offset between them."""
ONE_DAY = timedelta(days=1)


@lru_cache(maxsize=8192)
def stretches_of_day(zone: str, on: date) -> tuple[Stretch, ...]:
    """The UTC stretches in which clocks of the zone show this date.

    One for a common day; two where clocks change during it; none for a day the
    zone skipped.
    """
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    shown = (
        (max(since, midnight - offset), min(until, midnight + ONE_DAY - offset), offset)
        for since, until, offset in _offsets_about(zone, on.year)
    )
    return tuple(stretch for stretch in shown if stretch[0] < stretch[1])


@lru_cache(maxsize=1024)
def _offsets_about(zone: str, year: int) -> tuple[Stretch, ...]:
    """Stretches of constant UTC offset from two days before a year to two days after it, exact to the second."""
    info = zone_of(zone)

    def offset_at(instant: datetime) -> timedelta:
        return instant.astimezone(info).utcoffset() or timedelta()

    instant = datetime(year, 1, 1, tzinfo=UTC) - 2 * ONE_DAY
    end = datetime(year, 12, 31, tzinfo=UTC) + 3 * ONE_DAY
    begins, offset = instant, offset_at(instant)
    found = []
    # No zone changes twice in a day.
    while instant < end:
        later = instant + ONE_DAY
        if (changed := offset_at(later)) != offset:
            before, after = 0, 86400
            while after - before > 1:
                middle = (before + after) // 2
                if offset_at(instant + timedelta(seconds=middle)) == offset:
                    before = middle
                else:
                    after = middle
            change = instant + timedelta(seconds=after)
            found.append((begins, change, offset))
            begins, offset = change, changed
        instant = later
    return (*found, (begins, end, offset))


@dataclass(frozen=True)
class Opening:
    """A stretch of open time, and the wall time (as if UTC) its slot grid counts from."""

    since: datetime
    until: datetime
    offset: timedelta
    anchor: datetime


@lru_cache(maxsize=16384)
def _openings_of_day(zone: str, spans: DaySpans, on: date) -> tuple[Opening, ...]:
    """What the hours of one date open, the part after its midnight included."""
    wall_midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    days = [stretches_of_day(zone, on)]
    if any(closes > 1440 for _, closes in spans):
        days.append(stretches_of_day(zone, on + ONE_DAY))
    found: list[Opening] = []
    for opens, closes in spans:
        anchor, wall_end = wall_midnight + timedelta(minutes=opens), wall_midnight + timedelta(minutes=closes)
        for since, until, offset in (stretch for day in days for stretch in day):
            begins, ends = max(since, anchor - offset), min(until, wall_end - offset)
            if begins >= ends:
                continue
            if found and found[-1].anchor == anchor and found[-1].offset == offset and found[-1].until == begins:
                begins = found.pop().since  # across midnight, as if nothing were there
            found.append(Opening(begins, ends, offset, anchor))
    return tuple(sorted(found, key=lambda opening: opening.since))


@lru_cache(maxsize=1024)
def _openings_between(zone: str, rows: tuple[RuleRow, ...], first: date, last: date) -> tuple[Opening, ...]:
    """Kept because a house says its hours once for many rooms."""
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    opened = [opening for on in days for opening in _openings_of_day(zone, effective(rows, on).hours_on(on).spans, on)]
    return tuple(sorted(opened, key=lambda opening: opening.since))


def openings(resource: Bookable, since: datetime, until: datetime) -> list[Opening]:
    """Opening hours that meet the window, whole ones, by start. Closures are not considered."""
    return openings_of(resource.zone, resource.rows, since, until)


def openings_of(zone: str, rows: tuple[RuleRow, ...], since: datetime, until: datetime) -> list[Opening]:
    opened = _openings_between(zone, rows, *_days_about(zone, since, until))
    return [opening for opening in opened if opening.until > since and opening.since < until]


def _days_about(zone: str, since: datetime, until: datetime) -> tuple[date, date]:
    """First and last date whose hours may reach into a window."""
    # Hours may last into the next day; and where clocks go back over midnight, a day comes again.
    return day_at(zone, since) - 2 * ONE_DAY, day_at(zone, until) + ONE_DAY


def week_spans(zone: str, week: Week, since: datetime, until: datetime) -> list[Span]:
    """What hours said by day of the week come to around a window, in a zone: day by day, neither cut nor joined."""
    first, last = _days_about(zone, since, until)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    opened = (opening for on in days for opening in _openings_of_day(zone, week[on.weekday()], on))
    return [(opening.since, opening.until) for opening in opened]


def open_spans(resource: Bookable, since: datetime, until: datetime) -> Sequence[Span]:
    """Bookable time of the window: opening hours less closures."""
    return _open_spans(resource.zone, resource.rows, resource.closures, since.astimezone(UTC), until.astimezone(UTC))


@lru_cache(maxsize=512)
def _open_spans(
    zone: str, rows: tuple[RuleRow, ...], closures: tuple[Closure, ...], since: datetime, until: datetime
) -> Sequence[Span]:
    """Kept like openings: a calendar asks for one window of many rooms."""
    opened = merged((max(o.since, since), min(o.until, until)) for o in openings_of(zone, rows, since, until))
    shut = merged((begins, ends) for begins, ends, _ in _closed_spans(zone, closures, since, until))
    return without(opened, shut) if shut else opened


def closed_spans(resource: Bookable, since: datetime, until: datetime) -> list[tuple[datetime, datetime, Closure]]:
    """The closures that meet the window, by start, each with the instants it takes."""
    return _closed_spans(resource.zone, resource.closures, since, until)


def _closed_spans(
    zone: str, closures: tuple[Closure, ...], since: datetime, until: datetime
) -> list[tuple[datetime, datetime, Closure]]:
    found = []
    for closure in closures:
        for wall_from, wall_until in _occurrences(closure, since, until):
            begins, ends = first_instant(zone, wall_from), last_instant(zone, wall_until)
            if closure.lifted_at is not None:
                ends = min(ends, closure.lifted_at)
            if begins < ends and begins < until and ends > since:
                found.append((begins, ends, closure))
    return sorted(found, key=lambda each: (each[0], each[1], each[2].id))


def _occurrences(closure: Closure, since: datetime, until: datetime) -> Iterator[Span]:
    """The wall times of a closure, for a yearly one those of every year that may meet the window."""
    if not closure.is_yearly:
        yield closure.wall_from, closure.wall_until
        return
    length = closure.wall_until - closure.wall_from
    for year in range(max(closure.wall_from.year, since.year - 1), until.year + 2):
        begins = _in_year(closure.wall_from, year)
        yield begins, begins + length


def _in_year(wall: datetime, year: int) -> datetime:
    """The same day of another year; 29 February is 1 March where there is none."""
    try:
        return wall.replace(year=year)
    except ValueError:
        return wall.replace(year=year, month=3, day=1)


@lru_cache(maxsize=8192)
def first_instant(zone: str, wall: datetime) -> datetime:
    """The first instant at which a clock shows this wall time or, where it skips it, a later one."""
    as_utc = wall.replace(tzinfo=UTC)
    shown = ((max(since, as_utc - offset), until) for since, until, offset in _offsets_about(zone, wall.year))
    return min(at for at, until in shown if at < until)


@lru_cache(maxsize=8192)
def last_instant(zone: str, wall: datetime) -> datetime:
    """The last instant before which a clock shows less than this wall time."""
    as_utc = wall.replace(tzinfo=UTC)
    shown = ((min(until, as_utc - offset), since) for since, until, offset in _offsets_about(zone, wall.year))
    return max(at for at, since in shown if at > since)


def midnight(zone: str, on: date) -> datetime:
    """The instant at which a local day begins; of a day the zone skipped, the next one's."""
    return first_instant(zone, datetime.combine(on, time()))


def merged(spans: Iterable[Span]) -> list[Span]:
    """The same time as few, disjoint spans in order; touching spans become one."""
    result: list[Span] = []
    for since, until in sorted(spans):
        if result and since <= result[-1][1]:
            result[-1] = (result[-1][0], max(result[-1][1], until))
        else:
            result.append((since, until))
    return result


def without(spans: Sequence[Span], taken: Sequence[Span]) -> list[Span]:
    """What of `spans` lies outside `taken`; both disjoint and in order."""
    left: list[Span] = []
    place = 0
    for since, until in spans:
        rest = since
        while place < len(taken) and taken[place][0] < until:
            busy_since, busy_until = taken[place]
            if busy_since > rest:
                left.append((rest, busy_since))
            rest = max(rest, busy_until)
            if busy_until > until:
                break  # it may reach into the next span
            place += 1
        if rest < until:
            left.append((rest, until))
    return left
