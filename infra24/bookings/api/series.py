"""The API of series."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field

from infra24.bookings.errors import SeriesRefused
from infra24.bookings.ledger import SeriesFilter, ahead_of, dates_of, series_for, series_page
from infra24.bookings.models import Series, Source
from infra24.bookings.refusals import count_refusals, counting_refusals
from infra24.bookings.schemas.series import (
    ListedSeriesOut,
    ReportOut,
    SeriesCancel,
    SeriesIn,
    SeriesPatch,
    SeriesRetry,
    SeriesWithDatesOut,
    date_out,
    listed_series_out,
    report_out,
    with_dates,
)
from infra24.bookings.services import series as services
from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["series"])
READ, WRITE = member_auth(scope="bookings:read"), member_auth(scope="bookings:write")


@contextmanager
def telling_dates(visit: MemberRequest) -> Iterator[None]:
    """Around a service in a door: a refusal of a series lists its dates, and is counted as any refused time is."""
    with counting_refusals(visit):
        try:
            yield
        except SeriesRefused as refusal:
            if refusal.report is not None:
                refusal.more["dates"] = [date_out(line) for line in refusal.report.lines]
            raise


def create_series_of(visit: MemberRequest, wish: services.SeriesWish, on_conflict: services.OnConflict) -> Series:
    """Make a series for whoever calls."""
    with telling_dates(visit):
        source = Source(source_of(visit))
        made = services.create_series(wish, on_conflict=on_conflict, by=visit.member, source=source)
    count_refusals(visit, made.skipped_for)
    return made


class SeriesQuery(PageQuery):
    live: Annotated[
        bool | None, Field(description="Only those with dates to come, booked or waited for; or only the others.")
    ] = None
    q: Annotated[str, Field(max_length=100, description="Part of the title, or of the name of whom it is for.")] = ""
    person: Annotated[UUID | None, Field(description="Only those for this person.")] = None


@router.get("/series", response=PageOut[ListedSeriesOut], auth=READ, summary="Series, the newest first")
def list_series(request: HttpRequest, filters: Query[SeriesQuery]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    wanted = SeriesFilter(filters.live, filters.q.strip(), filters.person)
    now = timezone.now()
    page = series_page(visit.member, wanted, now=now, limit=filters.limit, cursor=filters.cursor)
    items = map(listed_series_out, page.items, ahead_of(page.items, now=now))
    return _json({"items": list(items), "next": page.next})


@router.post("/series", response={201: SeriesWithDatesOut}, auth=WRITE, summary="Book something again and again")
def create_series(request: HttpRequest, body: SeriesIn) -> HttpResponse:
    """All dates in one go. A refusal lists what would become of each under `dates`."""
    visit = cast(MemberRequest, request)
    return _answer(visit, create_series_of(visit, body.to_series_wish(), body.on_conflict), status=201)


@router.post(
    "/series/rehearsal", response=ReportOut, auth=WRITE, summary="What would become of every date; writes nothing"
)
def rehearse_series(request: HttpRequest, body: SeriesIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _json(report_out(services.rehearse_series(body.to_series_wish(), by=visit.member)))


@router.get("/series/{uuid:series_id}", response=SeriesWithDatesOut, auth=READ, summary="One series with its dates")
def show_series(request: HttpRequest, series_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _answer(visit, series_for(visit.member, series_id))


@router.patch(
    "/series/{uuid:series_id}",
    response=SeriesWithDatesOut,
    auth=WRITE,
    by_alias=True,
    summary="Change one date, the following ones, or all",
)
def change_series(request: HttpRequest, series_id: UUID, body: SeriesPatch) -> HttpResponse:
    """What has begun never changes. Where dates stay behind, the answer is the new series that the changed ones are."""
    visit = cast(MemberRequest, request)
    series = series_for(visit.member, series_id)
    version = _version(request, series)
    with telling_dates(visit):
        changed = services.change_series(
            series,
            body.to_change(),
            body.to_reach(),
            on_conflict=body.on_conflict,
            by=visit.member,
            source=Source(source_of(visit)),
            version=version,
        )
    count_refusals(visit, changed.skipped_for)
    return _answer(visit, changed)


@router.post(
    "/series/{uuid:series_id}/rehearsal",
    response=ReportOut,
    auth=WRITE,
    by_alias=True,
    summary="What a change would make of every date; writes nothing",
)
def rehearse_change(request: HttpRequest, series_id: UUID, body: SeriesPatch) -> HttpResponse:
    visit = cast(MemberRequest, request)
    series = series_for(visit.member, series_id)
    report = services.rehearse_change(series, body.to_change(), body.to_reach(), by=visit.member)
    return _json(report_out(report))


@router.post(
    "/series/{uuid:series_id}/cancel",
    response=SeriesWithDatesOut,
    auth=WRITE,
    by_alias=True,
    summary="Leave out one date, or end the series",
)
def cancel_series(request: HttpRequest, series_id: UUID, body: SeriesCancel) -> HttpResponse:
    """Its bookings are cancelled, also those that were changed by themselves. What has begun stays."""
    visit = cast(MemberRequest, request)
    series = series_for(visit.member, series_id)
    version = _version(request, series)
    source = Source(source_of(visit))
    ended = services.end_series(
        series, body.to_reach(), reason=body.reason, by=visit.member, source=source, version=version
    )
    return _answer(visit, ended)


@router.post(
    "/series/{uuid:series_id}/retry",
    response=SeriesWithDatesOut,
    auth=WRITE,
    by_alias=True,
    summary="Try again what could not be had, or was left out",
)
def retry_series(request: HttpRequest, series_id: UUID, body: SeriesRetry) -> HttpResponse:
    visit = cast(MemberRequest, request)
    series = series_for(visit.member, series_id)
    version = _version(request, series)
    with telling_dates(visit):
        source = Source(source_of(visit))
        retried = services.retry_dates(series, body.wall_on, by=visit.member, source=source, version=version)
    count_refusals(visit, retried.skipped_for)
    return _answer(visit, retried)


def _version(request: HttpRequest, series: Series) -> int | None:
    """The version the caller has seen, as `If-Match` says it. Raises Stale."""
    require_match(request, series.version)
    return seen(request, series.version)


def _answer(visit: MemberRequest, series: Series, *, status: int = 200) -> HttpResponse:
    response = _json(with_dates(series, dates_of(series), visit.member), status=status)
    response["ETag"] = etag(series.version)
    return response


def _json(body: Any, *, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(body), status=status, content_type="application/json")
