"""Series and their dates, starting from who is looking."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, F, Func, Min, OuterRef, Prefetch, Q, QuerySet, Value

from infra24.bookings.errors import SeriesNotFound
from infra24.bookings.models import Booking, Leg, Occurrence, Series, Status
from infra24.bookings.policies import LIVE
from infra24.core.errors import Reason
from infra24.core.fields import WallTimeField
from infra24.core.keeping import kept, recalled
from infra24.core.paging import Page, page_of
from infra24.core.sorting import sort_key
from infra24.core.wording import Sentence, said
from infra24.orgs.models import Member
from infra24.orgs.policies import Role


def visible_series(viewer: Member) -> QuerySet[Series]:
    """Staff see every series; others those made by them or for them."""
    series = Series.objects.filter(org_id=viewer.org_id)
    if viewer.rank.includes(Role.STAFF):
        return series
    return series.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer))


@dataclass(frozen=True)
class SeriesFilter:
    """What a list of series is narrowed to; None and empty leave it wide."""

    is_running: bool | None = None
    """Whether any date is still to come, booked or waited for."""
    words: str = ""
    """Part of the title, or of the name of whom it is for."""
    person_id: UUID | None = None


@dataclass(frozen=True)
class Ahead:
    """What of a series is still to come."""

    booked: int = 0
    skipped: int = 0
    next_at: datetime | None = None
    """When its next booking begins."""

    @property
    def is_running(self) -> bool:
        return bool(self.booked or self.skipped)


def series_page(viewer: Member, wanted: SeriesFilter, *, now: datetime, limit: int, cursor: str) -> Page[Series]:
    """Visible series, the newest first, with the person each is for. One query."""
    found = visible_series(viewer).select_related("person")
    if wanted.is_running is not None:
        to_come = _to_come(viewer.org_id, now).filter(series=OuterRef("pk"))
        found = found.filter(Exists(to_come) if wanted.is_running else ~Exists(to_come))
    if wanted.words:
        found = found.filter(Q(title__icontains=wanted.words) | Q(person__sort_key__contains=sort_key(wanted.words)))
    if wanted.person_id is not None:
        found = found.filter(person_id=wanted.person_id)
    return page_of(found, by=("-created_at", "-id"), limit=limit, cursor=cursor)


def ahead_of(series: Sequence[Series], *, now: datetime) -> list[Ahead]:
    """What of each series is to come, in their order. One query."""
    if not series:
        return []
    rows = _to_come(series[0].org_id, now).filter(series__in=[one.pk for one in series]).order_by()
    counted = rows.values("series").annotate(
        booked=Count("pk", filter=Q(state=Occurrence.State.BOOKED)),
        skipped=Count("pk", filter=Q(state=Occurrence.State.SKIPPED)),
        next_at=Min("booking__starts_at", filter=Q(state=Occurrence.State.BOOKED)),
    )
    found = {one["series"]: Ahead(one["booked"], one["skipped"], one["next_at"]) for one in counted}
    return [found.get(one.pk, Ahead()) for one in series]


def _to_come(org_id: UUID, now: datetime) -> QuerySet[Occurrence]:
    """Dates that have not begun and are booked, or waited for by a series that goes on."""
    on_wall = Func(F("series__time_zone"), Value(now), function="timezone", output_field=WallTimeField())
    return Occurrence.objects.filter(
        Q(state=Occurrence.State.BOOKED, booking__status__in=LIVE, booking__starts_at__gt=now)
        | Q(state=Occurrence.State.SKIPPED, series__ended_at=None, wall_on__gt=on_wall),
        org_id=org_id,
    )


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
