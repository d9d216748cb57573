"""Series as tests tell of them."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from infra24.bookings.ledger import dates_of, state_of
from infra24.bookings.models import Booking, Leg, Occurrence, Series, Source
from infra24.bookings.services import BookingChange
from infra24.bookings.services.series import Reach, SeriesChange, SeriesWish, change_series, create_series, end_series
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import Cast

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def weekly(*resources: Any, rule: str = "FREQ=WEEKLY;COUNT=4", **more: Any) -> SeriesWish:
    """Noon of each of four weeks."""
    return SeriesWish(make.wish(*resources, **more), rule)


def any_of(first: Any, *others: Any, **more: Any) -> Any:
    """A wish that any of the resources would do for."""
    wish = make.wish(first, **more)
    return replace(wish, legs=(replace(wish.legs[0], or_else=tuple(other.pk for other in others)),))


def made(by: Member, wish: SeriesWish, *, on_conflict: Any = "refuse") -> Series:
    with acting_for(by.org_id):
        return create_series(wish, on_conflict=on_conflict, by=by, source=Source.STAFF)


def rows_of(series: Series) -> list[Occurrence]:
    with acting_for(series.org_id):
        return dates_of(Series.objects.get(pk=series.pk))


def walls(series: Series) -> list[datetime]:
    return [row.wall_on for row in rows_of(series)]


def states(series: Series) -> list[str]:
    return [str(state_of(row)) for row in rows_of(series)]


def starts(series: Series) -> list[datetime | None]:
    """When each date is booked; None where it is not, or not any more."""
    return [row.booking.starts_at if row.booking and row.state == "booked" else None for row in rows_of(series)]


def change(
    series: Series,
    by: Member,
    *,
    scope: Any = "all",
    wall_on: datetime | None = None,
    overrides: bool = False,
    on_conflict: Any = "refuse",
    rule: str | None = None,
    version: int | None = None,
    **details: Any,
) -> Series:
    reach = Reach(scope, wall_on, include_overrides=overrides)
    asked = SeriesChange(BookingChange(**details), rule)
    with acting_for(by.org_id):
        current = Series.objects.get(pk=series.pk)
        return change_series(
            current, asked, reach, on_conflict=on_conflict, by=by, source=Source.STAFF, version=version
        )


def end(series: Series, by: Member, *, scope: Any = "all", wall_on: datetime | None = None, **more: Any) -> Series:
    with acting_for(by.org_id):
        return end_series(Series.objects.get(pk=series.pk), Reach(scope, wall_on), by=by, source=Source.STAFF, **more)


def events(cast: Cast) -> "Counter[str]":
    with acting_for(cast.house.pk):
        return Counter(Fact.objects.values_list("type", flat=True))


def stored(cast: Cast) -> tuple[int, ...]:
    with acting_for(cast.house.pk):
        counts = tuple(table.objects.count() for table in (Series, Occurrence, Booking, Leg, Fact, AuditEntry))
        return (*counts, sum(Booking.objects.values_list("version", flat=True)))
