"""What of the open time is free, without reasons: for feeds and search.

Buffers add up and may lie in closed time; the slot grid counts wall-clock
minutes from the start of each opening. Which rules hold for a booking is said
by the local day on which it starts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from heapq import merge

from infra24.resources.policies.bookable import Bookable, Claim, zone_of
from infra24.resources.policies.hours import ONE_DAY, Opening, Span, merged, open_spans, openings, without
from infra24.resources.policies.rules import Effective

LONGEST_BUFFER = timedelta(days=1)
"""No buffer is longer; claims this far outside a window may still matter inside it."""


@dataclass(frozen=True)
class Size:
    """How much of a resource somebody wants, and whether for themselves alone though it may be shared."""

    units: int = 1
    people: int = 1
    is_exclusive: bool = False


ONE = Size()


def taken(resource: Bookable, claims: Iterable[Claim], size: Size, *, shared: bool) -> list[Span]:
    """Stretches in which a booking of this size and use would not fit, buffers of the claims included."""
    claims = list(claims)
    if not shared:
        return merged((claim.blocks_from, claim.blocks_until) for claim in claims)
    spans = [(claim.blocks_from, claim.blocks_until) for claim in claims if not claim.is_shared]
    steps: list[tuple[datetime, int, int, int]] = []
    for claim in claims:
        if claim.is_shared:
            steps.append((claim.blocks_from, 1, claim.units, claim.people))
            steps.append((claim.blocks_until, 0, -claim.units, -claim.people))
    used_units = used_people = 0
    full_since: datetime | None = None
    for at, _, more_units, more_people in sorted(steps):
        used_units, used_people = used_units + more_units, used_people + more_people
        full = _overflows(resource, used_units + size.units, used_people + size.people)
        if full and full_since is None:
            full_since = at
        elif not full and full_since is not None:
            spans.append((full_since, at))
            full_since = None
    return merged(span for span in spans if span[0] < span[1])


def fits(resource: Bookable, size: Size) -> bool:
    """Whether there is as much of it at all."""
    return size.units <= resource.units and not _overflows(resource, size.units, size.people)


def _overflows(resource: Bookable, units: int, people: int) -> bool:
    return (resource.units > 1 and units > resource.units) or (
        resource.capacity is not None and people > resource.capacity
    )


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
    opened = open_spans(resource, since, until)
    claims = list(claims)
    found: list[Span] = []
    terms: tuple[object, ...] = ()
    for segment in _segments(resource, since, until):
        bounds = segment.bounds(resource, now)
        pieces = _cut(without(opened, segment.kept_clear(resource, claims, size)), bounds) if bounds else []
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
    opened = open_spans(resource, since, until)
    claims = list(claims)
    grids = openings(resource, since, until)
    for segment in _segments(resource, since, until):
        bounds = segment.bounds(resource, now)
        if bounds is None or not segment.rules.shortest <= length <= segment.rules.longest:
            continue
        spans = without(without(opened, segment.kept_clear(resource, claims, size)), unwanted)
        step = timedelta(minutes=segment.rules.slot_minutes)
        for begins, ends in spans:
            first, last = max(begins, bounds[0]), min(ends - length, bounds[1] - timedelta.resolution)
            if first > last:
                continue
            around = (opening for opening in grids if opening.since <= last and opening.until > first)
            for start in _in_order(_grid_points(opening, first, last, step) for opening in around):
                yield start, start + length


def _grid_points(opening: Opening, first: datetime, last: datetime, step: timedelta) -> Iterator[datetime]:
    """The starts from `first` to `last` that lie in the opening, on its grid."""
    start = max(first, opening.since)
    # Grid points are wall times counted from the anchor.
    start += (opening.anchor - opening.offset - start) % step
    while start <= last and start < opening.until:
        yield start
        start += step


def _in_order(runs: Iterable[Iterator[datetime]]) -> Iterator[datetime]:
    """All of several rising runs, each instant once."""
    latest: datetime | None = None
    for instant in merge(*runs):
        if instant != latest:
            yield instant
        latest = instant


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
        busy = taken(resource, claims, size, shared=shared)
        before, after = self.rules.buffer_before, self.rules.buffer_after
        return merged((begins - after, ends + before) for begins, ends in busy)

    def bounds(self, resource: Bookable, now: datetime | None) -> Span | None:
        """Where starts may lie: in the segment and, with `now`, within notice and horizon. None: nowhere."""
        begins, ends = self.since, self.until
        if now is not None:
            begins = max(begins, now + self.rules.notice)
            ends = min(ends, horizon_end(resource, self.rules, now))
        return (begins, ends) if begins < ends else None


def horizon_end(resource: Bookable, rules: Effective, now: datetime) -> datetime:
    """The end of the last local day on which members may start a booking."""
    last = resource.day_of(now) + timedelta(days=rules.horizon_days)
    return datetime.combine(last + ONE_DAY, time(), tzinfo=zone_of(resource.zone)).astimezone(UTC)


def _segments(resource: Bookable, since: datetime, until: datetime) -> list[_Segment]:
    """The window, cut at the local midnights at which other rows of rules begin to hold."""
    first, last = resource.day_of(since), resource.day_of(until)
    zone = zone_of(resource.zone)
    days = sorted({row.valid_from for row in resource.rows if first < row.valid_from <= last})
    cuts = [since, *(datetime.combine(on, time(), tzinfo=zone).astimezone(UTC) for on in days), until]
    spans = zip([first, *days], cuts, cuts[1:], strict=False)
    return [_Segment(begins, ends, resource.rules_on(on)) for on, begins, ends in spans if begins < ends]


def _cut(spans: list[Span], window: Span) -> list[Span]:
    cut = ((max(begins, window[0]), min(ends, window[1])) for begins, ends in spans)
    return [span for span in cut if span[0] < span[1]]
