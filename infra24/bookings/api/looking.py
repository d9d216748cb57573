"""What can be had: availability and search."""

from datetime import timedelta
from typing import Annotated, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from infra24.bookings.availability import availability_of
from infra24.bookings.schemas import AvailabilityOut
from infra24.bookings.schemas.calendar import availability_out
from infra24.bookings.schemas.search import SearchOut, SearchQuery, search_out
from infra24.bookings.search import search
from infra24.core.codec import encode
from infra24.core.instants import Instant
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest
from infra24.resources.policies import Size

router = Router(tags=["resources"])


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
    summary="When a resource is free, and why it is not the rest of the time",
)
def show_availability(request: HttpRequest, resource_id: UUID, asked: Query[AvailabilityQuery]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    size = Size(asked.units, asked.people)
    found = availability_of(visit.member, resource_id, asked.start, asked.end, length=asked.length, size=size)
    return HttpResponse(encode(availability_out(found)), content_type="application/json")


@router.get(
    "/search",
    response=SearchOut,
    auth=member_auth(scope="resources:read"),
    summary="What of the house fits a wish, from when on, and why the rest does not",
)
def search_house(request: HttpRequest, asked: Query[SearchQuery]) -> HttpResponse:
    """Of what the caller may see, with the first times that are free. All members are bound by is considered."""
    visit = cast(MemberRequest, request)
    zone = visit.organisation.time_zone
    found = search(visit.member, asked.to_wish(), zone=zone)
    return HttpResponse(encode(search_out(found, zone=zone)), content_type="application/json")
