"""Series and their dates, starting from who is looking."""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from infra24.bookings.errors import SeriesNotFound
from infra24.bookings.models import Booking, Leg, Occurrence, Series, Status
from infra24.bookings.policies import LIVE
from infra24.core.errors import Reason
from infra24.core.keeping import kept, recalled
from infra24.core.wording import Sentence, said
from infra24.orgs.models import Member
from infra24.orgs.policies import Role


def visible_series(viewer: Member) -> QuerySet[Series]:
    """Staff see every series; others those made by them or for them."""
    series = Series.objects.filter(org_id=viewer.org_id)
    if viewer.rank.includes(Role.STAFF):
        return series
    return series.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer))


def series_for(viewer: Member, series_id: UUID) -> Series:
    """One series with the person it is for. Raises SeriesNotFound both for a missing one and for one not to be seen."""
    found = visible_series(viewer).select_related("person").filter(pk=series_id).first()
    if found is None:
        raise SeriesNotFound
    return found


def dates_of(series: Series) -> list[Occurrence]:
    """The ledger by date, each with its booking and the booking's `visible_legs`. Three queries."""
    legs = Leg.objects.filter(is_implied=False).select_related("resource").order_by("id")
    rows = (
        Occurrence.objects.filter(org_id=series.org_id, series=series)
        .select_related("booking__person")
        .prefetch_related(Prefetch("booking__legs", legs, to_attr="visible_legs"))
        .order_by("wall_on")
    )
    found = list(rows)
    for row in found:
        row.series = series
        if row.booking:
            row.booking.places_read = [row]
    return found


def is_live(row: Occurrence) -> bool:
    """Whether there is a booking that stands."""
    return row.state == Occurrence.State.BOOKED and row.booking is not None and row.booking.status in LIVE


def span_of_row(row: Occurrence) -> tuple[datetime, datetime]:
    """When it is: as booked, or as the series would have it."""
    if row.booking is not None and is_live(row):
        return row.booking.starts_at, row.booking.ends_at
    return row.series.span_on(row.wall_on)


def is_open(row: Occurrence, now: datetime) -> bool:
    """Whether it lies ahead: what has begun never changes."""
    return span_of_row(row)[0] > now


def state_of(row: Occurrence) -> str:
    """What became of a date, as people see it: the booking's state, `skipped` or `left_out`."""
    if row.state == Occurrence.State.BOOKED and row.booking is not None:
        return row.booking.status_now
    return row.state


def kept_reason(reason: Reason) -> dict[str, Any]:
    """A reason as the ledger keeps it."""
    return {
        "code": reason.code,
        "detail": kept(reason.detail),
        "resource_id": reason.resource_id,
        "source": dict(reason.source),
        "cure": kept(reason.cure),
    }


def reasons_of(row: Occurrence, viewer: Member) -> list[Reason]:
    """Why a date was skipped, as it was found last, in the words for whoever looks."""
    found = [
        Reason(one["code"], recalled(one["detail"]), one["resource_id"], one["source"], recalled(one["cure"]))
        for one in row.reasons
    ]
    return found if viewer.is_staff else [_discreet(reason) for reason in found]


def _discreet(reason: Reason) -> Reason:
    """Staff may have booked it, who hear what shuts a room also where the cause is a part that others do not see."""
    if reason.code != "closure" or not isinstance(reason.detail, Sentence):
        return reason
    detail = said("%(name)s is closed then.", name=reason.detail.values["name"])
    return replace(reason, detail=detail, source={"until": reason.source.get("until")})


def series_to_fill(org_id: UUID, since: datetime, touching: Collection[UUID] | None = None) -> list[UUID]:
    """Live series that wait for a skipped date from then on; only those that want any of the resources, if given.

    By wall time, so up to a day too many. One query.
    """
    waiting = Series.objects.filter(
        org_id=org_id,
        ended_at=None,
        pk__in=Occurrence.objects.filter(
            org_id=org_id, state=Occurrence.State.SKIPPED, wall_on__gt=since.replace(tzinfo=None)
        ).values("series_id"),
    ).order_by("pk")
    wanted = None if touching is None else {str(each) for each in touching}
    return [
        series_id
        for series_id, legs in waiting.values_list("pk", "legs")
        if wanted is None or any(wanted & {leg["resource_id"], *leg["or_else"]} for leg in legs)
    ]


def first_booking(series: Series) -> Booking | None:
    """The earliest live booking of a series."""
    booked = Booking.objects.filter(org_id=series.org_id, occurrences__series=series, status__in=LIVE - {Status.HOLD})
    return booked.order_by("starts_at").first()
