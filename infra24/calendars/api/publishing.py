"""The API of addresses for calendar programs, and of one booking as a file."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from infra24.bookings.queries import booking_for
from infra24.calendars import queries
from infra24.calendars.api.exports import ICS
from infra24.calendars.schemas.publishing import (
    CalendarFeedChange,
    CalendarFeedIn,
    CalendarFeedOut,
    calendar_feed_out,
)
from infra24.calendars.services import publishing as services
from infra24.calendars.single import REMIND_MINUTES, booking_file
from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.queries import resource_for

router = Router(tags=["calendar feeds"])
READ, WRITE = member_auth(scope="bookings:read"), member_auth(scope="bookings:write")


class BookingFileQuery(Schema):
    remind_minutes: Annotated[
        int, Field(ge=0, le=40_320, description="How long before its start it is to be heard of.")
    ] = REMIND_MINUTES


@router.get(
    "/bookings/{uuid:booking_id}.ics",
    auth=READ,
    tags=["bookings"],
    summary="One booking as a calendar file",
    openapi_extra={"responses": {"200": {"description": "iCalendar (RFC 5545)", "content": ICS}}},
)
def show_booking_file(request: HttpRequest, booking_id: UUID, asked: Query[BookingFileQuery]) -> HttpResponse:
    """With its UID for life and its version as SEQUENCE: a later one replaces it."""
    visit = cast(MemberRequest, request)
    booking = booking_for(visit.member, booking_id)
    file = booking_file(booking, visit.organisation, remind_minutes=asked.remind_minutes)
    return HttpResponse(file, content_type="text/calendar; charset=utf-8")


@router.get(
    "/calendar-feeds",
    response=PageOut[CalendarFeedOut],
    auth=READ,
    summary="Addresses at which calendar programs read bookings",
)
def list_calendar_feeds(request: HttpRequest, response: HttpResponse, asked: Query[PageQuery]) -> dict[str, Any]:
    """Your own; for staff also those of the house and its resources."""
    response["Cache-Control"] = "no-store"
    visit = cast(MemberRequest, request)
    page = page_of(queries.visible_calendar_feeds(visit.member), by=("id",), limit=asked.limit, cursor=asked.cursor)
    items = [calendar_feed_out(feed, visit.organisation, viewer=visit.member) for feed in page.items]
    return {"items": items, "next": page.next}


@router.post("/calendar-feeds", response={201: CalendarFeedOut}, auth=WRITE, summary="Make a calendar address")
def make_calendar_feed(request: HttpRequest, body: CalendarFeedIn) -> HttpResponse:
    """It shows what you may see by then, from 90 days ago to 400 days ahead. Whoever has the address can read it."""
    visit = cast(MemberRequest, request)
    by = visit.member
    feed = services.make_feed(
        body.kind,
        name=body.name,
        resource=resource_for(by, body.resource_id) if body.resource_id else None,
        detail=body.detail,
        remind_minutes=body.remind_minutes,
        by=by,
        source=source_of(visit),
    )
    return _one(visit, feed.pk, status=201)


@router.get(
    "/calendar-feeds/{uuid:calendar_feed_id}", response=CalendarFeedOut, auth=READ, summary="One calendar address"
)
def show_calendar_feed(request: HttpRequest, calendar_feed_id: UUID) -> HttpResponse:
    return _one(cast(MemberRequest, request), calendar_feed_id)


@router.patch(
    "/calendar-feeds/{uuid:calendar_feed_id}",
    response=CalendarFeedOut,
    auth=WRITE,
    summary="Change a calendar address",
)
def change_calendar_feed(request: HttpRequest, calendar_feed_id: UUID, body: CalendarFeedChange) -> HttpResponse:
    """Its name, what it shows, when it reminds. Calendars that read it go on doing so."""
    visit = cast(MemberRequest, request)
    feed = queries.calendar_feed_for(visit.member, calendar_feed_id)
    require_match(request, feed.version)
    services.change_feed(feed, body.to_wish(feed), by=visit.member, source=source_of(visit), version=feed.version)
    return _one(visit, feed.pk)


@router.post(
    "/calendar-feeds/{uuid:calendar_feed_id}/renew",
    response=CalendarFeedOut,
    auth=WRITE,
    summary="Replace a calendar address",
)
def renew_calendar_feed(request: HttpRequest, calendar_feed_id: UUID) -> HttpResponse:
    """The old one works no longer. Only whoever made it can."""
    visit = cast(MemberRequest, request)
    feed = queries.calendar_feed_for(visit.member, calendar_feed_id)
    require_match(request, feed.version)
    services.renew_feed(feed, by=visit.member, source=source_of(visit))
    return _one(visit, feed.pk)


@router.delete(
    "/calendar-feeds/{uuid:calendar_feed_id}",
    response={204: None},
    auth=WRITE,
    summary="Take a calendar address away",
)
def end_calendar_feed(request: HttpRequest, calendar_feed_id: UUID) -> HttpResponse:
    """It works no longer. Of the programme: it is no longer public."""
    visit = cast(MemberRequest, request)
    feed = queries.calendar_feed_for(visit.member, calendar_feed_id)
    services.end_feed(feed, by=visit.member, source=source_of(visit))
    return HttpResponse(status=204)


def _one(visit: MemberRequest, feed_id: UUID, *, status: int = 200) -> HttpResponse:
    """An answer that no cache keeps, nor the memory of repeated requests: it holds a secret."""
    feed = queries.calendar_feed_for(visit.member, feed_id)
    told = calendar_feed_out(feed, visit.organisation, viewer=visit.member)
    answer = HttpResponse(encode(told), status=status, content_type="application/json")
    answer["Cache-Control"], answer["ETag"] = "no-store", etag(feed.version)
    return answer
