"""How much of something one person may have booked in a day, a week or a month.

Periods are calendar ones of the organisation's zone, weeks begin on Monday. A
booking counts once, in the period in which it starts; its hours count in the
periods in which they lie; a missed one counts as often as the rules of what is
asked for say. The scope that says a quota is what it counts: all of the house,
a kind, or one resource.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from infra24.resources.policies.bookable import Asker, Bookable, Use, day_at
from infra24.resources.policies.document import Quota
from infra24.resources.policies.hours import midnight
from infra24.resources.policies.rules import Effective, Provenance


@dataclass(frozen=True)
class UsedUp:
    """A quota that a booking would exceed, and how much of it is used already in that period."""

    quota: Quota
    count: int
    time: timedelta
    period: tuple[date, date]
    """First and last day."""


def used_up(resource: Bookable, asker: Asker, since: datetime, until: datetime) -> list[UsedUp]:
    """The quotas that a booking of the window would exceed, with `asker.uses` as the person's other bookings."""
    rules = resource.rules_at(since)
    scope = rules.provenance["quotas"]
    counted = [use for use in asker.uses if _counts(use, resource, scope)]
    found = []
    for quota in rules.quotas:
        for first, last in _periods(quota, resource.home_zone, since, until):
            begins, ends = _instants(first, last, resource.home_zone)
            count = sum(_weight(use, rules) for use in counted if begins <= use.starts_at < ends)
            used = sum(
                (_overlap(use.starts_at, use.ends_at, begins, ends) * _weight(use, rules) for use in counted),
                timedelta(),
            )
            too_many = quota.count is not None and begins <= since < ends and count + 1 > quota.count
            wanted = _overlap(since, until, begins, ends)
            too_long = quota.hours is not None and used + wanted > timedelta(hours=quota.hours)
            if too_many or too_long:
                found.append(UsedUp(quota, count, used, (first, last)))
    return found


def bound_until(resource: Bookable, asker: Asker, since: datetime, until: datetime) -> datetime | None:
    """An instant before which no later start helps against the quotas in the way of a window; None: none is.

    Lets a search leave out the rest of a used-up month at once.
    """
    ends = []
    for over in used_up(resource, asker, since, until):
        _begins, over_at = _instants(*over.period, resource.home_zone)
        # What is used up by count is so until the period ends. Of hours, less falls into it from its end backwards.
        ends.append(over_at if over.quota.count is not None else max(over_at - (until - since), since))
    return max(ends, default=None)


def reach_of(resources: Iterable[Bookable], since: datetime, until: datetime) -> tuple[datetime, datetime]:
    """The instants between which other bookings of the person matter to the quotas of these resources."""
    spans = [
        _instants(*period, resource.home_zone)
        for resource in resources
        for rules in resource.rules_between(since, until)
        for quota in rules.quotas
        for period in _periods(quota, resource.home_zone, since, until)
    ]
    return min((begins for begins, _ in spans), default=since), max((ends for _, ends in spans), default=until)


def _counts(use: Use, resource: Bookable, scope: Provenance) -> bool:
    match scope.scope:
        case "resource":
            return resource.id in use.resources
        case "kind":
            return resource.kind in use.kinds
    return True


def _weight(use: Use, rules: Effective) -> int:
    return rules.no_show_weight if use.is_missed else 1


def _periods(quota: Quota, zone: str, since: datetime, until: datetime) -> list[tuple[date, date]]:
    """The calendar periods the window touches, each as its first and last day."""
    # Half-open: what ends at midnight does not touch the next day.
    first, last = day_at(zone, since), day_at(zone, until - timedelta(microseconds=1))
    periods = [_period_of(quota, first)]
    while periods[-1][1] < last:
        periods.append(_period_of(quota, periods[-1][1] + timedelta(days=1)))
    return periods


def _period_of(quota: Quota, on: date) -> tuple[date, date]:
    if quota.per == "day":
        return on, on
    if quota.per == "week":
        monday = on - timedelta(days=on.weekday())
        return monday, monday + timedelta(days=6)
    following = (on.replace(day=28) + timedelta(days=4)).replace(day=1)
    return on.replace(day=1), following - timedelta(days=1)


def _instants(first: date, last: date, zone: str) -> tuple[datetime, datetime]:
    return midnight(zone, first), midnight(zone, last + timedelta(days=1))


def _overlap(since: datetime, until: datetime, begins: datetime, ends: datetime) -> timedelta:
    return max(min(until, ends) - max(since, begins), timedelta())
