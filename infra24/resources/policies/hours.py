"""From wall time to instants: when clocks show what, and what is open then.

A minute is open by its wall time: hours that begin in a clock gap begin at its
end, a repeated hour is open twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from infra24.resources.policies.rules import Bookable, zone_of

Span = tuple[datetime, datetime]
"""Two instants, half-open."""


@lru_cache(maxsize=8192)
def stretches_of_day(zone: str, on: date) -> tuple[tuple[datetime, datetime, timedelta], ...]:
    """The UTC stretches in which clocks of the zone show this date: (from, until, UTC offset).

    One for a common day; two where clocks change during it; none for a day the
    zone skipped.
    """
    midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    stretches = []
    for since, until, offset in _offsets(zone, midnight - timedelta(hours=26), midnight + timedelta(hours=50)):
        begins, ends = max(since, midnight - offset), min(until, midnight + timedelta(days=1) - offset)
        if begins < ends:
            stretches.append((begins, ends, offset))
    return tuple(stretches)


def _offsets(zone: str, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime, timedelta]]:
    """Stretches of constant UTC offset, exact to the second."""
    info = zone_of(zone)

    def offset_at(instant: datetime) -> timedelta:
        return instant.astimezone(info).utcoffset() or timedelta()

    begins, offset = since, offset_at(since)
    instant = since
    while instant < until:
        later = instant + timedelta(hours=2)
        if (changed := offset_at(later)) != offset:
            before, after = instant, later
            while after - before > timedelta(seconds=1):
                middle = before + (after - before) // 2
                middle = middle.replace(microsecond=0)
                if offset_at(middle) == offset:
                    before = middle
                else:
                    after = middle
            yield begins, after, offset
            begins, offset = after, changed
        instant = later
    yield begins, until, offset


@dataclass(frozen=True)
class Opening:
    """A stretch of open time, and the wall time (as if UTC) its slot grid counts from."""

    since: datetime
    until: datetime
    offset: timedelta
    anchor: datetime


@lru_cache(maxsize=16384)
def _openings_of_day(zone: str, weekly: tuple[tuple[tuple[int, int], ...], ...], on: date) -> tuple[Opening, ...]:
    wall_midnight = datetime(on.year, on.month, on.day, tzinfo=UTC)
    openings = []
    for opens, closes in weekly[on.weekday()]:
        anchor = wall_midnight + timedelta(minutes=opens)
        for since, until, offset in stretches_of_day(zone, on):
            begins = max(since, anchor - offset)
            ends = min(until, wall_midnight + timedelta(minutes=closes) - offset)
            if begins < ends:
                openings.append(Opening(begins, ends, offset, anchor))
    return tuple(sorted(openings, key=lambda opening: opening.since))


def openings(resource: Bookable, since: datetime, until: datetime) -> list[Opening]:
    """Open time that meets the window, whole days of it, in order."""
    info = zone_of(resource.zone)
    # Clocks may show a date a day either side of the window's own (Apia skipped one).
    day, last = since.astimezone(info).date() - timedelta(days=1), until.astimezone(info).date() + timedelta(days=1)
    found: list[Opening] = []
    while day <= last:
        weekly = resource.rules_on(day).weekly
        found += [o for o in _openings_of_day(resource.zone, weekly, day) if o.until > since and o.since < until]
        day += timedelta(days=1)
    return found


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
    for span_since, until in spans:
        since = span_since
        for busy_since, busy_until in taken:
            if busy_until <= since or busy_since >= until:
                continue
            if busy_since > since:
                left.append((since, busy_since))
            since = max(since, busy_until)
            if since >= until:
                break
        if since < until:
            left.append((since, until))
    return left
