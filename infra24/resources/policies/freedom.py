"""What of the open time is free, without reasons: for feeds and search.

Buffers add up and may lie in closed time; the slot grid counts wall-clock
minutes from the start of each opening.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta

from infra24.resources.policies.hours import Span, merged, openings, without
from infra24.resources.policies.rules import Bookable, Claim, Effective, zone_of


def taken(resource: Bookable, claims: Iterable[Claim], *, units: int, people: int, shared: bool) -> list[Span]:
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
        full = _overflows(resource, used_units + units, used_people + people)
        if full and full_since is None:
            full_since = at
        elif not full and full_since is not None:
            spans.append((full_since, at))
            full_since = None
    return merged(span for span in spans if span[0] < span[1])


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
    units: int = 1,
    people: int = 1,
    exclusive: bool = False,
) -> list[Span]:
    """Stretches of the window in which a booking may lie, set-up and pack-down around it considered."""
    rules = resource.rules_at(since)
    if units > resource.units or _overflows(resource, units, people):
        return []
    open_spans = merged((max(o.since, since), min(o.until, until)) for o in openings(resource, since, until))
    busy = taken(resource, claims, units=units, people=people, shared=not exclusive and is_shared(resource, rules))
    kept_clear = merged((b - rules.buffer_after, e + rules.buffer_before) for b, e in busy)
    return without(open_spans, kept_clear)


LONGEST_BUFFER = timedelta(days=1)
"""No buffer is longer; claims this far outside a window may still matter inside it."""


def bookable_window(resource: Bookable, since: datetime, until: datetime, now: datetime) -> list[Span]:
    """The part of a window that lies after the minimum notice and within the horizon; at most one stretch."""
    zone = zone_of(resource.zone)
    rules = resource.rules_at(max(since, now))
    horizon_ends = datetime.combine(
        now.astimezone(zone).date() + timedelta(days=rules.horizon_days + 1), time(), tzinfo=zone
    )
    begins, ends = max(since, now + rules.notice), min(until, horizon_ends.astimezone(UTC))
    return [(begins, ends)] if begins < ends else []


def slots(resource: Bookable, spans: Sequence[Span], length: timedelta) -> Iterator[Span]:
    """Offered starts of one length within free stretches, on the grid of each opening."""
    if not spans:
        return
    for opening in openings(resource, spans[0][0], spans[-1][1]):
        step = timedelta(minutes=resource.rules_at(opening.since).slot_minutes)
        for since, until in spans:
            first, last = max(since, opening.since), min(until - length, opening.until)
            # Grid points are wall times counted from the anchor.
            missing = (opening.anchor - opening.offset - first) % step
            start = first + missing
            while start <= last and start < opening.until:
                yield start, start + length
                start += step
