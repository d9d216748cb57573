"""What of the open time is free, without reasons: for feeds and search.

Buffers add up and may lie in closed time; the slot grid counts wall-clock
minutes from the start of each opening. Which rules hold for a booking is said
by the local day on which it starts.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from itertools import chain, pairwise

from infra24.resources.policies.bookable import Bookable, Claim, day_at
from infra24.resources.policies.hours import Opening, Span, merged, midnight, open_spans, openings, without
from infra24.resources.policies.rules import Effective, RuleRow, effective

LONGEST_BUFFER = timedelta(days=1)
"""No buffer is longer; claims this far outside a window may still matter inside it."""


@dataclass(frozen=True)
class Size:
    """How much of a resource somebody wants, and whether for themselves alone though it may be shared."""

    units: int = 1
    people: int = 1
    is_exclusive: bool = False


ONE = Size()


def taken(resource: Bookable, claims: Sequence[Claim], size: Size, *, shared: bool) -> list[Span]:
    """Stretches in which a booking of this size and use would not fit, buffers of the claims included.

    In no order, and they may overlap.
    """
    if not shared:
        return [(claim.blocks_from, claim.blocks_until) for claim in claims]
    spans = [(claim.blocks_from, claim.blocks_until) for claim in claims if not claim.is_shared]
    full_since: datetime | None = None
    for at, units, people in loads(claims):
        full = lacks_units(resource, units + size.units) or lacks_room(resource, people + size.people)
        if full and full_since is None:
            full_since = at
        elif not full and full_since is not None:
            if full_since < at:
                spans.append((full_since, at))
            full_since = None
    return spans


def loads(claims: Iterable[Claim]) -> Iterator[tuple[datetime, int, int]]:
    """Units and people of the shared claims together, from each instant on at which they change.

    At one instant those who leave go before those who come.
    """
    steps: list[tuple[datetime, int, int]] = []
    for claim in claims:
        if claim.is_shared:
            steps.append((claim.blocks_until, -claim.units, -claim.people))
            steps.append((claim.blocks_from, claim.units, claim.people))
    units = people = 0
    for at, more_units, more_people in sorted(steps):
        units, people = units + more_units, people + more_people
        yield at, units, people


def fits(resource: Bookable, size: Size) -> bool:
    """Whether there is as much of it at all."""
    return size.units <= resource.units and not lacks_room(resource, size.people)


def lacks_units(resource: Bookable, units: int) -> bool:
    """Whether these are more than there are. Bookings that share the only one of its kind are counted by people."""
    return resource.units > 1 and units > resource.units


def lacks_room(resource: Bookable, people: int) -> bool:
    return resource.capacity is not None and people > resource.capacity


def is_shared(resource: Bookable, rules: Effective) -> bool:
    """Many alike are shared out; one of a kind only where its rules say so."""
    return resource.units > 1 or rules.use == "shared"


def free(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    *,
    size: Size = ONE,
    now: datetime | None = None,
) -> list[Span]:
    """Stretches of the window in which a booking may lie, set-up and pack-down around it considered.

    With `now`, only what lies after the minimum notice and within the horizon,
    as members are bound by them. Where rules with other buffers begin to hold,
    one stretch ends and the next begins.
    """
    if not fits(resource, size):
        return []
    opened, claims = open_spans(resource, since, until), list(claims)
    found: list[Span] = []
    terms: tuple[object, ...] = ()
    for segment in _segments(resource.zone, resource.rows, since.astimezone(UTC), until.astimezone(UTC)):
        starts = segment.starts(resource, now)
        pieces = _cut(without(opened, segment.kept_clear(resource, claims, size)), starts)
        if pieces and found and found[-1][1] == pieces[0][0] and segment.terms == terms:
            pieces[0] = (found.pop()[0], pieces[0][1])
        found += pieces
        terms = segment.terms
    return found


def slots(
    resource: Bookable,
    claims: Iterable[Claim],
    since: datetime,
    until: datetime,
    length: timedelta,
    *,
    size: Size = ONE,
    now: datetime | None = None,
    unwanted: Sequence[Span] = (),
) -> Iterator[Span]:
    """Every start on the grid at which a booking of this length may lie in the window, by start.

    With `now`, members' notice and horizon bind the start. No slot lies in any
    part of `unwanted`, disjoint and in order. They are found as they are asked
    for: the first few of a long window cost little.
    """
    if not fits(resource, size):
        return
    opened, claims = open_spans(resource, since, until), list(claims)
    opened_hours = openings(resource, since, until)
    for segment in _segments(resource.zone, resource.rows, since.astimezone(UTC), until.astimezone(UTC)):
        if not segment.rules.shortest <= length <= segment.rules.longest:
            continue
        earliest, end = segment.starts(resource, now)
        slot_minutes = segment.rules.slot_minutes
        spans = without(without(opened, segment.kept_clear(resource, claims, size)), unwanted)
        for begins, ends in spans:
            first, last = max(begins, earliest), min(ends - length, end - timedelta.resolution)
            if first > last:
                continue
            meeting = [_grid(each, slot_minutes) for each in opened_hours if each.since <= last and each.until > first]
            for start in _in_order(grid[bisect_left(grid, first) : bisect_right(grid, last)] for grid in meeting):
                yield start, start + length


@lru_cache(maxsize=2048)
def _grid(opening: Opening, slot_minutes: int) -> Sequence[datetime]:
    """The starts in an opening: wall time counted from where its hours begin."""
    step = timedelta(minutes=slot_minutes)
    start = opening.since + (opening.anchor - opening.offset - opening.since) % step
    return [start + place * step for place in range(-((start - opening.until) // step))]


def _in_order(runs: Iterable[Sequence[datetime]]) -> Iterable[datetime]:
    """All of several rising runs, each instant once."""
    runs = [run for run in runs if run]
    if all(before[-1] < after[0] for before, after in pairwise(runs)):
        return chain.from_iterable(runs)
    # Hours that last past midnight may overlap the next day's, each with a grid of its own.
    return sorted(set(chain.from_iterable(runs)))


@dataclass(frozen=True)
class _Segment:
    """A part of a window in which bookings start under the same rules."""

    since: datetime
    until: datetime
    rules: Effective

    @property
    def terms(self) -> tuple[object, ...]:
        """What of the rules decides which neighbours a booking may have."""
        return (self.rules.buffer_before, self.rules.buffer_after, self.rules.use)

    def kept_clear(self, resource: Bookable, claims: list[Claim], size: Size) -> list[Span]:
        """Where a booking under these rules may not lie because of others."""
        shared = not size.is_exclusive and is_shared(resource, self.rules)
        before, after = self.rules.buffer_before, self.rules.buffer_after
        busy = taken(resource, claims, size, shared=shared)
        return merged((begins - after, ends + before) for begins, ends in busy)

    def starts(self, resource: Bookable, now: datetime | None) -> Span:
        """Between which instants a booking may start: in the segment and, with `now`, within notice and horizon."""
        if now is None:
            return self.since, self.until
        earliest, end = now + self.rules.notice, horizon_end(resource, self.rules, now)
        return max(self.since, earliest), min(self.until, end)


def horizon_end(resource: Bookable, rules: Effective, now: datetime) -> datetime:
    """The end of the last local day on which members may start a booking."""
    return midnight(resource.zone, resource.day_of(now) + timedelta(days=rules.horizon_days + 1))


@lru_cache(maxsize=512)
def _segments(zone: str, rows: tuple[RuleRow, ...], since: datetime, until: datetime) -> tuple[_Segment, ...]:
    """The window, cut at the local midnights at which other rows of rules begin to hold."""
    first, last = day_at(zone, since), day_at(zone, until)
    days = sorted({row.valid_from for row in rows if first < row.valid_from <= last})
    cuts = [since, *(midnight(zone, on) for on in days), until]
    spans = zip([first, *days], cuts, cuts[1:], strict=False)
    return tuple(_Segment(begins, ends, effective(rows, on)) for on, begins, ends in spans if begins < ends)


def _cut(spans: list[Span], window: Span) -> list[Span]:
    cut = ((max(begins, window[0]), min(ends, window[1])) for begins, ends in spans)
    return [span for span in cut if span[0] < span[1]]
