"""The API of bookings: create, change, read; availability; search; the calendar feed."""

from datetime import timedelta
from typing import Annotated, Any, cast
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from infra24.bookings import queries, services
from infra24.bookings.availability import availability_of
from infra24.bookings.feed import calendar_events
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import LONGEST
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.schemas import AvailabilityOut, BookingIn, BookingOut, BookingPatch, EventOut, booking_out
from infra24.bookings.schemas.search import SearchOut, SearchQuery, search_out
from infra24.bookings.search import search
from infra24.core.codec import encode
from infra24.core.instants import Instant
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.problems import reason_document
from infra24.core.versions import etag, require_match
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.policies import Size

router = Router(tags=["bookings"])
READ, WRITE = member_auth(scope="bookings:read"), member_auth(scope="bookings:write")


def answer(booking: Booking, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(encode(booking_out(booking)), status=status, content_type="application/json")
    response["ETag"] = etag(booking.version)
    return response


@router.post("/bookings", response={201: BookingOut}, auth=WRITE, summary="Book: a hold, a request, or for certain")
def create_booking(request: HttpRequest, body: BookingIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    with counting_refusals(visit):
        booking = services.create_booking(body.to_wish(), by=visit.member, source=Source(source_of(visit)))
    return answer(booking, status=201)


class BookingsQuery(PageQuery):
    start: Instant | None = Field(default=None, description="Only bookings that end after this.")
    end: Instant | None = Field(default=None, description="Only bookings that start before this.")
    status: Annotated[list[Status], Field(max_length=6, description="Any of these; all if left out.")] = []
    resource: UUID | None = Field(default=None, description="Only those that use this resource.")
    person: UUID | None = Field(default=None, description="Only those for this person.")


@router.get("/bookings", response=PageOut[BookingOut], auth=READ, summary="Bookings by start")
def list_bookings(request: HttpRequest, filters: Query[BookingsQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    wanted = Q()
    if filters.start:
        wanted &= Q(starts_at__gt=filters.start - LONGEST, ends_at__gt=filters.start)
    if filters.end:
        wanted &= Q(starts_at__lt=filters.end)
    if filters.status:
        wanted &= queries.being(filters.status, timezone.now())
    if filters.person:
        wanted &= Q(person_id=filters.person)
    if filters.resource:
        wanted &= Q(legs__resource_id=filters.resource, legs__is_implied=False)
    bookings = queries.with_legs(queries.visible_bookings(visit.member).filter(wanted))
    page = page_of(bookings, by=("starts_at", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [booking_out(booking) for booking in page.items], "next": page.next}


@router.get("/bookings/{uuid:booking_id}", response=BookingOut, auth=READ, summary="One booking")
def show_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return answer(queries.booking_for(visit.member, booking_id))


@router.patch(
    "/bookings/{uuid:booking_id}",
    response=BookingOut,
    auth=WRITE,
    summary="Change, confirm, decline or cancel a booking",
)
def change_booking(request: HttpRequest, booking_id: UUID, body: BookingPatch) -> HttpResponse:
    """Edits first, then the step of `status`; both or neither."""
    visit = cast(MemberRequest, request)
    by, source = visit.member, Source(source_of(visit))
    booking = queries.booking_for(by, booking_id)
    require_match(request, booking.version)
    version = booking.version if "If-Match" in request.headers else None
    with counting_refusals(visit):
        if body.edits:
            booking = services.change_booking(booking, body.to_change(), by=by, source=source, version=version)
            version = booking.version
        if body.status == "confirmed":
            booking = services.confirm_booking(booking, by=by, source=source, version=version)
        elif body.status == "declined":
            booking = services.decline_booking(booking, reason=body.reason, by=by, source=source, version=version)
        elif body.status == "cancelled":
            booking = services.cancel_booking(booking, reason=body.reason, by=by, source=source, version=version)
    return answer(booking)


class AvailabilityQuery(Schema):
    start: Instant = Field(description="Beginning of the window.")
    end: Instant = Field(description="End of the window, at most 62 days later.")
    length: Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=31))] | None = Field(
        default=None, description="How long you need it: ISO 8601, as PT1H. Without it there are no slots."
    )
    units: Annotated[int, Field(ge=1, le=10_000, description="How many of it you need.")] = 1
    people: Annotated[int, Field(ge=1, le=100_000, description="How many are coming.")] = 1


@router.get(
    "/resources/{uuid:resource_id}/availability",
    response=AvailabilityOut,
    auth=member_auth(scope="resources:read"),
    tags=["resources"],
    summary="When a resource is free, and why it is not the rest of the time",
)
def show_availability(request: HttpRequest, resource_id: UUID, asked: Query[AvailabilityQuery]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    size = Size(asked.units, asked.people)
    found = availability_of(visit.member, resource_id, asked.start, asked.end, length=asked.length, size=size)
    body = {
        "time_zone": found.time_zone,
        "free": [{"start": since, "end": until} for since, until in found.free],
        "slots": [{"start": since, "end": until} for since, until in found.slots],
        "refused": [
            {
                "start": since,
                "end": until,
                "reasons": [reason_document(reason) for reason in reasons],
            }
            for (since, until), reasons in found.refused
        ],
    }
    return HttpResponse(encode(body), content_type="application/json")


@router.get(
    "/search",
    response=SearchOut,
    auth=member_auth(scope="resources:read"),
    tags=["resources"],
    summary="What of the house fits a wish, from when on, and why the rest does not",
)
def search_house(request: HttpRequest, asked: Query[SearchQuery]) -> HttpResponse:
    """Of what the caller may see, with the first times that are free. All members are bound by is considered."""
    visit = cast(MemberRequest, request)
    zone = visit.organisation.time_zone
    found = search(visit.member, asked.to_wish(), zone=zone)
    return HttpResponse(encode(search_out(found, zone=zone)), content_type="application/json")


class FeedQuery(Schema):
    start: Instant = Field(description="Beginning of the window.")
    end: Instant = Field(description="End of the window, at most 62 days later.")
    resource: Annotated[list[UUID], Field(max_length=500, description="Only of these; of all if left out.")] = []


@router.get(
    "/calendar/events",
    response=list[EventOut],
    auth=READ,
    tags=["calendar"],
    summary="What is on, as FullCalendar's event array",
)
def calendar_feed(
    request: HttpRequest,
    filters: Query[FeedQuery],
) -> HttpResponse:
    visit = cast(MemberRequest, request)
    is_staff = visit.member.rank.includes(Role.STAFF)
    url = f"/o/{visit.organisation.slug}/admin/bookings/" if is_staff else ""
    events = calendar_events(visit.member, filters.start, filters.end, resource_ids=filters.resource, booking_url=url)
    return HttpResponse(encode(events), content_type="application/json")
