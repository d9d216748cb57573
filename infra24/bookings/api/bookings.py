"""Bookings through the API: made, changed, read."""

from typing import Annotated, Any, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router
from pydantic import Field, model_validator

from infra24.bookings import queries, services
from infra24.bookings.api.series import create_series_of
from infra24.bookings.ledger import first_booking
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.refusals import counting_refusals
from infra24.bookings.schemas import BookingIn, BookingOut, BookingPatch, BookingWishIn, booking_out
from infra24.bookings.schemas.calendar import CheckedOut, checked_out
from infra24.bookings.schemas.search import Wish
from infra24.bookings.selecting import INDEXED, LONGEST_TEXT, ORDERS, BookingFilter
from infra24.bookings.services.series import SeriesWish
from infra24.bookings.services.trying import as_if
from infra24.core.codec import encode
from infra24.core.instants import Instant
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.models import Member
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.models import ResourceKind
from infra24.resources.policies import parse_wish

router = Router(tags=["bookings"])
Order = Literal["when", "-when", "asked", "-asked", "title", "-title", "people", "-people"]
READ, WRITE = member_auth(scope="bookings:read"), member_auth(scope="bookings:write")


def answer(booking: Booking, *, by: Member, status: int = 200) -> HttpResponse:
    """One booking as the member sees it, with its version as ETag."""
    response = HttpResponse(encode(booking_out(booking, by=by)), status=status, content_type="application/json")
    response["ETag"] = etag(booking.version)
    return response


@router.post("/bookings", response={201: BookingOut}, auth=WRITE, summary="Book: a hold, a request, or for certain")
def create_booking(request: HttpRequest, body: BookingIn) -> HttpResponse:
    """With `series` every date of it; a refusal then lists them under `dates`."""
    visit = cast(MemberRequest, request)
    if body.series:
        made = create_series_of(visit, SeriesWish(body.to_wish(), body.series.rule), body.series.on_conflict)
        first = first_booking(made)
        assert first is not None
        return answer(queries.booking_for(visit.member, first.pk), by=visit.member, status=201)
    with counting_refusals(visit):
        booking = services.create_booking(body.to_wish(), by=visit.member, source=Source(source_of(visit)))
    return answer(booking, by=visit.member, status=201)


class BookingsQuery(PageQuery):
    start: Instant | None = Field(default=None, description="Only bookings that end after this.")
    end: Instant | None = Field(default=None, description="Only bookings that start before this.")
    status: Annotated[list[Status], Field(max_length=6, description="Any of these; all if left out.")] = []
    resource: UUID | None = Field(default=None, description="Only those that use this resource.")
    person: UUID | None = Field(default=None, description="Only those for this person.")
    kind: Annotated[list[ResourceKind], Field(max_length=4, description="Only those that use anything of these.")] = []
    feature: Annotated[
        list[Wish], Field(max_length=20, description="Only those that use one thing that has all these.")
    ] = []
    source: Annotated[list[Source], Field(max_length=6, description="Only those that came by any of these.")] = []
    q: Annotated[str, Field(max_length=LONGEST_TEXT, description="Part of the title, the note, or whom it is for.")] = (
        ""
    )
    sort: Annotated[
        Order, Field(description="What to sort by; with `-` in front, backwards. By title or people only with `start`.")
    ] = "when"

    @model_validator(mode="after")
    def _begins_somewhere(self) -> "BookingsQuery":
        """Years of a busy house would be read for each page in an order that no index knows."""
        if self.sort not in INDEXED and self.start is None:
            raise ValueError("send start, too: bookings are sorted by title or people from a day on")
        return self

    def to_filter(self) -> BookingFilter:
        return BookingFilter(
            since=self.start,
            until=self.end,
            statuses=self.status,
            kinds=self.kind,
            features=[parse_wish(text) for text in self.feature],
            sources=self.source,
            resource_id=self.resource,
            person_id=self.person,
            text=self.q,
        )


@router.get("/bookings", response=PageOut[BookingOut], auth=READ, summary="Bookings, by start or otherwise")
def list_bookings(request: HttpRequest, filters: Query[BookingsQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    wanted = filters.to_filter().to_q(visit.member, now=timezone.now())
    bookings = queries.with_legs(queries.visible_bookings(visit.member).filter(wanted))
    page = page_of(bookings, by=ORDERS[filters.sort], limit=filters.limit, cursor=filters.cursor)
    return {"items": [booking_out(booking, by=visit.member) for booking in page.items], "next": page.next}


@router.get("/bookings/{uuid:booking_id}", response=BookingOut, auth=READ, summary="One booking")
def show_booking(request: HttpRequest, booking_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return answer(queries.booking_for(visit.member, booking_id), by=visit.member)


@router.patch(
    "/bookings/{uuid:booking_id}",
    response=BookingOut,
    auth=WRITE,
    summary="Change, confirm, decline or cancel a booking",
)
def change_booking(request: HttpRequest, booking_id: UUID, body: BookingPatch) -> HttpResponse:
    """Edits first, then the step of `status`, then the outcome; all or nothing."""
    visit = cast(MemberRequest, request)
    by, source = visit.member, Source(source_of(visit))
    booking = queries.booking_for(by, booking_id)
    require_match(request, booking.version)
    version = seen(request, booking.version)
    with counting_refusals(visit):
        booking = _changed(booking, body, version, by=by, source=source)
    return answer(booking, by=by)


@router.post(
    "/bookings/check", response=CheckedOut, auth=WRITE, summary="Whether something could be booked; books nothing"
)
def check_new_booking(request: HttpRequest, body: BookingWishIn) -> HttpResponse:
    """Answers as booking it would, reasons and alternatives included, but for what came of it. Of series, rehearse."""
    visit = cast(MemberRequest, request)
    source = Source(source_of(visit))
    booking = as_if(lambda: services.create_booking(body.to_wish(), by=visit.member, source=source))
    return HttpResponse(encode(checked_out(booking)), content_type="application/json")


@router.post(
    "/bookings/{uuid:booking_id}/check",
    response=CheckedOut,
    auth=WRITE,
    summary="Whether a booking could be changed so; changes nothing",
)
def check_booking_change(request: HttpRequest, booking_id: UUID, body: BookingPatch) -> HttpResponse:
    """Answers as the change would, reasons and alternatives included."""
    visit = cast(MemberRequest, request)
    by, source = visit.member, Source(source_of(visit))
    booking = queries.booking_for(by, booking_id)
    changed = as_if(lambda: _changed(booking, body, None, by=by, source=source))
    return HttpResponse(encode(checked_out(changed)), content_type="application/json")


def _changed(booking: Booking, body: BookingPatch, version: int | None, *, by: Member, source: Source) -> Booking:
    """The booking with everything done to it that the body asks for."""
    if body.edits:
        booking = services.change_booking(booking, body.to_change(), by=by, source=source, version=version)
        version = booking.version
    if body.status == "confirmed":
        booking = services.confirm_booking(
            booking,
            by=by,
            source=source,
            version=version,
            decline_rivals=body.decline_rivals,
            reason=body.reason,
        )
    elif body.status == "declined":
        booking = services.decline_booking(booking, reason=body.reason, by=by, source=source, version=version)
    elif body.status == "cancelled":
        booking = services.cancel_booking(booking, reason=body.reason, by=by, source=source, version=version)
    if "outcome" in body.model_fields_set:
        version = booking.version if body.edits or body.status else version
        outcome = body.outcome or ""
        booking = services.set_outcome(booking, outcome, reason=body.reason, by=by, source=source, version=version)
    return booking
