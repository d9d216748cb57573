"""What an edit of a series would make of each of its dates, before anything is locked or judged."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from infra24.bookings.errors import DateMissing, DateNotFound, DateNotOpen, SeriesOver
from infra24.bookings.ledger import dates_of, is_live, is_open, span_of_row
from infra24.bookings.models import Booking, Occurrence, Series
from infra24.bookings.policies import check_times
from infra24.bookings.policies.matching import matched
from infra24.bookings.policies.recurrence import Recurrence, moved, parse_rule, walls_of
from infra24.bookings.services.changing import BookingChange
from infra24.bookings.services.claims import LegWish, wishes_of
from infra24.bookings.services.series.wishing import Slot, Times, on_wall, times_from, wall_length, wishes_in

Scope = Literal["this", "following", "all"]


@dataclass(frozen=True)
class Reach:
    """Which dates an edit is about. What has begun is never among them."""

    scope: Scope
    wall_on: datetime | None = None
    """The date itself, or the first of the following ones, by the start the rule means."""
    include_overrides: bool = False
    """Also those that were changed by themselves."""


@dataclass(frozen=True)
class SeriesChange:
    """What to change. Times are those of the first date it is about; the others move along on the wall."""

    details: BookingChange = field(default_factory=BookingChange)
    rule: str | None = None


@dataclass
class Item:
    """One date, and what is to become of it."""

    row: Occurrence
    is_new: bool
    slot: Slot | None
    """When it is to be; None: the series does not mean it any more."""
    booking: Booking | None = None
    """The live booking there is."""
    fate: Literal["weigh", "details", "kept", "left_out", "goes", "forgotten"] = "weigh"
    """`weigh`: time or place is new, so it is judged. `forgotten`: it was not booked, and is meant no more."""


@dataclass
class Plan:
    """An edit of a series, date by date."""

    series: Series
    change: SeriesChange
    reach: Reach
    items: list[Item]
    times: Times | None
    """When the series is from its first changed date on; None where one date alone changes, or only what is said."""
    first: datetime
    """The first date it is about."""
    earlier: list[Occurrence]
    """The dates before."""
    keeps_open: bool
    """Whether any of them is still to come."""
    rows: list[Occurrence]

    @property
    def splits(self) -> bool:
        """Whether the earlier dates stay behind as a series of their own."""
        return (
            self.reach.scope != "this"
            and bool(self.earlier)
            and (self.reach.scope == "following" or self.times is not None or self.change.details.legs is not None)
        )

    def of(self, *fates: str) -> list[Item]:
        return [item for item in self.items if item.fate in fates]


def open_dates(series: Series, reach: Reach, *, now: datetime) -> tuple[list[Occurrence], list[Occurrence]]:
    """All dates of a series, and those an edit is about. Raises DateMissing, DateNotFound, DateNotOpen, SeriesOver."""
    rows = dates_of(series)
    if reach.scope != "all" and reach.wall_on is None:
        raise DateMissing(fields={"from": DateMissing().title})
    if reach.scope != "all" and reach.wall_on not in {row.wall_on for row in rows}:
        raise DateNotFound
    if reach.scope == "this":
        (row,) = (row for row in rows if row.wall_on == reach.wall_on)
        if not is_open(row, now):
            raise DateNotOpen
        return rows, [row]
    since = reach.wall_on if reach.scope == "following" else None
    about = [row for row in rows if is_open(row, now) and (since is None or row.wall_on >= since)]
    if not about or series.ended_at is not None:
        raise SeriesOver
    return rows, about


def draw(series: Series, change: SeriesChange, reach: Reach, *, now: datetime) -> Plan:
    """The plan of an edit. Three queries.

    Raises what is wrong with the new times or the rule in themselves, and as `open_dates`.
    """
    rows, about = open_dates(series, reach, now=now)
    first = about[0].wall_on
    # A date that was moved far away may lie behind the first though its own start lies before.
    about = [row for row in about if row.wall_on >= first]
    earlier = [row for row in rows if row.wall_on < first]
    keeps_open = any(is_open(row, now) for row in earlier)
    plan = Plan(series, change, reach, [], None, first, earlier, keeps_open, rows)
    if reach.scope == "this":
        plan.items = [_single(about[0], change)]
        return plan
    starts, length = _anchor(series, change.details, first)
    delta = starts - first
    is_retimed = bool(delta) or change.rule is not None or length != series.wall_ends_at - series.wall_starts_at
    if not is_retimed:
        plan.items = [_item(row, _slot(series, row.wall_on), plan) for row in about]
        return plan
    rule = later_rule(series, first, starts, asked=change.rule)
    plan.times = times_from(rule, starts, length, series.time_zone)
    slots = {slot.wall_on: slot for slot in plan.times.slots()}
    by_wall = {row.wall_on: row for row in about}
    for old, new in matched(by_wall, slots, delta):
        if old is None:
            assert new is not None
            plan.items.append(Item(Occurrence(org_id=series.org_id), True, slots[new]))
        else:
            plan.items.append(_item(by_wall[old], slots[new] if new else None, plan))
    return plan


def _single(row: Occurrence, change: SeriesChange) -> Item:
    """One date alone: where it is asked to be, else where it is."""
    was = span_of_row(row)
    starts_at = change.details.starts_at or was[0]
    ends_at = change.details.ends_at or starts_at + (was[1] - was[0])
    check_times(starts_at, ends_at)
    booking = row.booking if is_live(row) else None
    item = Item(row, False, Slot(row.wall_on, starts_at, ends_at), booking)
    if booking and not _is_elsewhere(booking, item.slot, change):
        item.fate = "details"
    return item


def _item(row: Occurrence, slot: Slot | None, plan: Plan) -> Item:
    booking = row.booking if is_live(row) else None
    item = Item(row, False, slot, booking)
    if booking is None and (row.state != Occurrence.State.SKIPPED):
        item.fate = "left_out"
    elif booking and row.is_override and not plan.reach.include_overrides:
        item.fate = "kept"
    elif slot is None:
        item.fate = "goes" if booking else "forgotten"
    elif booking and not _is_elsewhere(booking, slot, plan.change) and not row.is_override:
        item.fate = "details"
    return item


def _is_elsewhere(booking: Booking, slot: Slot | None, change: SeriesChange) -> bool:
    """Whether time, place or size would be other than they are."""
    details = change.details
    assert slot is not None
    return (
        (booking.starts_at, booking.ends_at) != (slot.starts_at, slot.ends_at)
        or (details.legs is not None and details.legs != wishes_of(booking))
        or (details.party_size is not None and details.party_size != booking.party_size)
    )


def _slot(series: Series, wall_on: datetime) -> Slot:
    return Slot(wall_on, *series.span_on(wall_on))


def _anchor(series: Series, details: BookingChange, first: datetime) -> tuple[datetime, timedelta]:
    """Start and length on the wall that the first changed date gets."""
    zone = series.time_zone
    length = series.wall_ends_at - series.wall_starts_at
    starts = on_wall(details.starts_at, zone) if details.starts_at else first
    if details.ends_at is None:
        return starts, length
    starts_at = details.starts_at or series.span_on(first)[0]
    check_times(starts_at, details.ends_at)
    return starts, wall_length(starts_at, details.ends_at, zone)


def later_rule(series: Series, first: datetime, starts: datetime, *, asked: str | None = None) -> Recurrence:
    """How it repeats from its date `first` on, which now is at `starts`: as asked, or as before, moved along."""
    if asked is not None:
        return parse_rule(asked, starts=starts, zone=series.time_zone)
    rule = series.recurrence
    if rule.times is not None:
        left = sum(wall >= first for wall in walls_of(rule, series.wall_starts_at))
        rule = replace(rule, times=max(left, 1))
    return moved(rule, first.date(), starts.date())


def wishes_of_plan(plan: Plan) -> tuple[LegWish, ...]:
    """What the dates take that are judged anew."""
    if plan.change.details.legs is not None:
        return plan.change.details.legs
    if plan.reach.scope == "this" and plan.items[0].booking is not None:
        return wishes_of(plan.items[0].booking)
    return wishes_in(plan.series)
