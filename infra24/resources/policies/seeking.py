"""The first times in a window at which a wish is met and, where there is none, what is in the way of it."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from infra24.core.errors import Reason
from infra24.core.wording import said
from infra24.resources.policies.bookable import Asker, Bookable, Claim
from infra24.resources.policies.document import DAY_MINUTES, DAYS
from infra24.resources.policies.freedom import Size, free, slots
from infra24.resources.policies.hours import Span, merged, open_spans, week_spans, without
from infra24.resources.policies.quotas import bound_until
from infra24.resources.policies.reasons import access_reasons, explain

WHOLE_DAY = (0, DAY_MINUTES)
EVERY_DAY = frozenset(range(7))
_DAYS_NAMED: dict[str, set[int]] = {
    **{name: {number} for number, name in enumerate(DAYS)},
    "weekdays": {0, 1, 2, 3, 4},
    "weekends": {5, 6},
}


@dataclass(frozen=True)
class Sought:
    """What is sought when: some length at some size, within stretches of a window."""

    since: datetime
    until: datetime
    stretches: tuple[Span, ...]
    """Of the window what would do, day by day: in order and apart, though one may begin where another ends."""
    size: Size
    asker: Asker
    now: datetime
    length: timedelta | None = None
    """None: the shortest there is of a resource."""

    @cached_property
    def joined(self) -> list[Span]:
        """The stretches, those that touch as one: a booking may lie across midnight where both days would do."""
        return merged(self.stretches)

    @cached_property
    def unwanted(self) -> list[Span]:
        """The rest of the window."""
        return without([(self.since, self.until)], self.joined)

    @property
    def bound(self) -> datetime | None:
        """The moment from which notice and horizon count, for those whom they bind."""
        return None if self.asker.is_staff else self.now

    def length_of(self, resource: Bookable) -> timedelta:
        return self.length or resource.rules_at(self.since).shortest


@dataclass(frozen=True)
class Hindrance:
    """A reason against a resource, the first window it was found against, and against how many."""

    reason: Reason
    window: Span | None = None
    """None: it holds whatever the time."""
    times: int = 0


def days_named(names: Iterable[str]) -> frozenset[int]:
    """Days of the week by number, Monday is 0, from `mon`, `weekdays` or `weekends`; no names: all of them."""
    return frozenset(number for name in names for number in _DAYS_NAMED[name]) or EVERY_DAY


def hours_between(opens: int | None, until: int | None) -> tuple[int, int]:
    """Minutes since midnight of two clock times; the second is of the next day when it is not after the first."""
    first = WHOLE_DAY[0] if opens is None else opens % DAY_MINUTES
    last = WHOLE_DAY[1] if until is None else until
    return first, last if last > first else last + DAY_MINUTES


def wanted_stretches(
    zone: str, since: datetime, until: datetime, *, days: frozenset[int] = EVERY_DAY, hours: tuple[int, int] = WHOLE_DAY
) -> tuple[Span, ...]:
    """The hours of some days of the week (Monday is 0) within a window, as clocks in the zone show them.

    `hours` are minutes since midnight; those past 1440 belong to the night that follows.
    """
    week = tuple((hours,) if day in days else () for day in range(7))
    return tuple(_cut(week_spans(zone, week, since, until), (since, until)))


def first_times(resource: Bookable, claims: Iterable[Claim], sought: Sought, *, most: int) -> list[Span]:
    """The first times that would do, at most so many, none overlapping another."""
    found: list[Span] = []
    length = sought.length_of(resource)
    after = used_until = sought.since
    rules = resource.rules_at(sought.since)
    for slot in _slots(resource, claims, sought):
        start = slot[0]
        if start < after or (start < used_until and resource.rules_at(start) is rules):
            continue
        if not sought.asker.is_staff:
            if resource.needs and any(access_reasons(resource, sought.asker, start)):
                break  # a qualification that has lapsed by then has lapsed for all later times
            rules = resource.rules_at(start)
            if rules.quotas and (bound := bound_until(resource, sought.asker, start, start + length)):
                used_until = bound
                continue
        found.append(slot)
        after = slot[1]
        if len(found) == most:
            break
    return found


def hindrances(resource: Bookable, claims: Iterable[Claim], sought: Sought) -> list[Hindrance]:
    """Why there is no such time, the commonest reason first.

    Of each stretch the window that would come nearest is looked at, and all
    that speaks against that one.
    """
    claims, length = list(claims), sought.length_of(resource)
    stretches = _long_enough(sought.stretches, length) or _long_enough(sought.joined, length)
    if not stretches:
        rules = resource.rules_at(sought.since)
        detail = said("The shortest booking is %(length)s.", length=length)
        cure = said("Ask for more hours of the day.")
        return [Hindrance(Reason("too_short", detail, str(resource.id), rules.source_of("shortest"), cure))]
    found: dict[tuple[str, object], Hindrance] = {}
    for window in _nearest(resource, claims, sought, stretches):
        reasons = explain(resource, claims, *window, now=sought.now, size=sought.size, asker=sought.asker)
        # Where more is in the way, the grid is no matter: the window was not chosen to lie on it.
        for reason in [one for one in reasons if one.code != "off_grid"] or reasons:
            about = reason.source.get("qualification_id") or reason.source.get("closure_id")
            before = found.get((reason.code, about)) or Hindrance(reason, window)
            found[reason.code, about] = Hindrance(before.reason, before.window, before.times + 1)
    return sorted(found.values(), key=lambda one: -one.times)


def _slots(resource: Bookable, claims: Iterable[Claim], sought: Sought) -> Iterator[Span]:
    """Starts that hours, claims, notice and horizon allow."""
    return slots(
        resource,
        claims,
        sought.since,
        sought.until,
        sought.length_of(resource),
        size=sought.size,
        now=sought.bound,
        unwanted=sought.unwanted,
    )


def _nearest(resource: Bookable, claims: Sequence[Claim], sought: Sought, stretches: Sequence[Span]) -> Iterator[Span]:
    """Of each stretch a window of the sought length: one on the grid, else most of which is free, else open."""
    length = sought.length_of(resource)
    offered = list(_slots(resource, claims, sought))
    opened = open_spans(resource, sought.since, sought.until)
    spare = free(resource, claims, sought.since, sought.until, size=sought.size, now=sought.bound)
    for stretch in stretches:
        place = bisect_left(offered, (stretch[0],))
        if place < len(offered) and offered[place][0] < stretch[1]:
            yield offered[place]
            continue
        best = stretch
        for spans in (opened, spare):
            longest = max(_cut(spans, best), key=lambda span: span[1] - span[0], default=best)
            if longest[1] - longest[0] < length:
                # Too little of it: the window begins with it, or as near as the wider stretch lets it.
                start = max(best[0], min(longest[0], best[1] - length))
                best = (start, start + length)
                break
            best = longest
        yield best[0], best[0] + length


def _long_enough(spans: Iterable[Span], length: timedelta) -> list[Span]:
    return [span for span in spans if span[1] - span[0] >= length]


def _cut(spans: Iterable[Span], window: Span) -> list[Span]:
    since, until = window
    return [(max(begins, since), min(ends, until)) for begins, ends in spans if begins < until and ends > since]
