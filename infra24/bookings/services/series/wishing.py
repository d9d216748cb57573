"""What somebody wants repeated, and the dates that means."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from infra24.bookings.errors import LegMissing, SeriesNotHeld
from infra24.bookings.models import Occurrence, Series, span_of
from infra24.bookings.policies import check_times
from infra24.bookings.policies.recurrence import Recurrence, parse_rule, walls_of
from infra24.bookings.services.claims import LegWish
from infra24.bookings.services.creating import BookingWish
from infra24.core.days import wall_of

OnConflict = Literal["refuse", "skip"]
"""What becomes of the whole when some dates cannot be had: nothing is done, or those are left for later."""


@dataclass(frozen=True)
class SeriesWish:
    """The first booking as it would be asked for alone, and how it repeats (RFC 5545)."""

    booking: BookingWish
    rule: str


@dataclass(frozen=True)
class Slot:
    """One date to be had. `wall_on` is the start its rule means, by which it is known."""

    wall_on: datetime
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class Times:
    """When a series is, on the wall of a zone."""

    rule: Recurrence
    starts: datetime
    """The first start; naive."""
    length: timedelta
    """From start to end on the wall."""
    zone: str
    walls: tuple[datetime, ...]

    def slots(self) -> list[Slot]:
        return [Slot(wall, *span_of(wall, self.length, self.zone)) for wall in self.walls]


def check_wish(wish: SeriesWish) -> None:
    """Raises what is wrong with the wish in itself."""
    check_times(wish.booking.starts_at, wish.booking.ends_at)
    if not wish.booking.legs:
        raise LegMissing
    if wish.booking.status == "hold":
        raise SeriesNotHeld(fields={"status": SeriesNotHeld().title})


def times_of(wish: SeriesWish, zone: str) -> Times:
    """The dates of a wish. Raises RuleNotUnderstood, SeriesEmpty, SeriesTooLong, TimeOutOfRange."""
    starts = on_wall(wish.booking.starts_at, zone)
    length = wall_length(wish.booking.starts_at, wish.booking.ends_at, zone)
    return times_from(parse_rule(wish.rule, starts=starts, zone=zone), starts, length, zone)


def times_from(rule: Recurrence, starts: datetime, length: timedelta, zone: str) -> Times:
    """The dates of a rule from a start on; the first that fits is the first of the series."""
    walls = walls_of(rule, starts)
    times = Times(rule, walls[0], length, zone, tuple(walls))
    for first_or_last in (walls[0], walls[-1]):
        check_times(*span_of(first_or_last, length, zone))
    return times


def on_wall(at: datetime, zone: str) -> datetime:
    """What a clock in the zone shows; naive."""
    return wall_of(at, zone).replace(tzinfo=None)


def wall_length(starts_at: datetime, ends_at: datetime, zone: str) -> timedelta:
    """From start to end on the wall; as it passed, where the wall went backwards meanwhile."""
    on_the_wall = on_wall(ends_at, zone) - on_wall(starts_at, zone)
    return on_the_wall if on_the_wall > timedelta() else ends_at - starts_at


def wishes_in(series: Series) -> tuple[LegWish, ...]:
    """What each date of a stored series takes."""
    return tuple(
        LegWish(
            UUID(leg["resource_id"]),
            leg["units"],
            is_exclusive=leg["exclusive"],
            or_else=tuple(UUID(each) for each in leg["or_else"]),
        )
        for leg in series.legs
    )


def legs_of(wishes: Sequence[LegWish]) -> list[dict[str, Any]]:
    """`wishes_in` backwards, for the column."""
    return [
        {
            "resource_id": str(wish.resource_id),
            "units": wish.units,
            "exclusive": wish.is_exclusive,
            "or_else": [str(each) for each in wish.or_else],
        }
        for wish in wishes
    ]


def wish_on(series: Series, slot: Slot) -> BookingWish:
    """One date of a stored series as it would be asked for alone."""
    return BookingWish(
        title=series.title,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        legs=wishes_in(series),
        person_id=series.person_id,
        party_size=series.party_size,
        note=series.note,
        visibility=series.visibility,
        time_zone=series.time_zone,
    )


def wish_at(wish: BookingWish, slot: Slot, zone: str) -> BookingWish:
    """The same wish on another date."""
    return replace(wish, starts_at=slot.starts_at, ends_at=slot.ends_at, time_zone=zone)


def slot_of(row: Occurrence) -> Slot:
    """A date of the ledger as the series would have it."""
    return Slot(row.wall_on, *row.series.span_on(row.wall_on))
