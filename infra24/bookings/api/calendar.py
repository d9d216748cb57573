"""What a calendar shows, and how it learns that it should look again."""

from datetime import timedelta
from hashlib import blake2b
from typing import Annotated, Literal, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from ninja import Header, Query, Router, Schema
from pydantic import ConfigDict, Field

from infra24.bookings.availability import availabilities_of
from infra24.bookings.changes import changes_since
from infra24.bookings.feed import calendar_events
from infra24.bookings.filtering import EventFilter
from infra24.bookings.models import Source
from infra24.bookings.queries import booking_for
from infra24.bookings.schemas import EventOut
from infra24.bookings.schemas.calendar import CalendarFreeOut, ChangesOut, changes_out, free_out
from infra24.bookings.schemas.search import FEATURES, FeatureTexts
from infra24.core.codec import encode
from infra24.core.instants import Instant
from infra24.core.versions import etag, is_known
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import ResourceKind
from infra24.resources.policies import Size, parse_wish

router = Router(tags=["calendar"])
IfNoneMatch = Annotated[
    str, Header(alias="If-None-Match", description="The ETag of the last answer; 304 when it would be the same.")
]


class FeedQuery(Schema):
    """What to show; everything that is said has to hold."""

    start: Instant = Field(description="Beginning of the window.")
    end: Instant = Field(description="End of the window, at most 62 days later.")
    resource: Annotated[list[UUID], Field(max_length=500, description="Only of these; of all if left out.")] = []
    kind: Annotated[list[ResourceKind], Field(max_length=4, description="Only of resources of these kinds.")] = []
    feature: FeatureTexts = FEATURES
    people: Annotated[int, Field(ge=1, le=100_000, description="Only of resources in which so many fit.")] = 1
    status: Annotated[
        list[Literal["hold", "pending", "confirmed"]],
        Field(max_length=3, description="Only bookings that are any of these."),
    ] = []
    source: Annotated[list[Source], Field(max_length=6, description="Only bookings made in any of these ways.")] = []
    person: UUID | None = Field(default=None, description="Only bookings for this person.")
    q: Annotated[
        str,
        Field(max_length=200, description="Only bookings with this in the title, or the name of whom it is for."),
    ] = ""

    def to_filter(self) -> EventFilter:
        return EventFilter(
            resource_ids=self.resource,
            kinds=self.kind,
            features=tuple(parse_wish(text) for text in self.feature),
            people=self.people,
            statuses=self.status,
            sources=self.source,
            person_id=self.person,
            text=self.q.strip(),
        )


@router.get(
    "/calendar/events",
    response={200: list[EventOut], 304: None},
    auth=member_auth(scope="bookings:read"),
    summary="What is on, as FullCalendar's event array",
)
def calendar_feed(request: HttpRequest, filters: Query[FeedQuery], if_none_match: IfNoneMatch = "") -> HttpResponse:
    """Closed hours and closures are told of the resources that are shown.

    Of others' bookings a member can only find by what they are told of them.
    """
    visit = cast(MemberRequest, request)
    is_staff = visit.member.rank.includes(Role.STAFF)
    url = f"/o/{visit.organisation.slug}/admin/bookings/" if is_staff else ""
    wanted = filters.to_filter()
    body = encode(calendar_events(visit.member, filters.start, filters.end, wanted=wanted, booking_url=url))
    return _unless_known(body, etag(blake2b(body, digest_size=16).hexdigest()), if_none_match)


class FreeQuery(Schema):
    model_config = ConfigDict(populate_by_name=True)

    start: Instant = Field(description="Beginning of the window.")
    end: Instant = Field(description="End of the window, at most 62 days later.")
    resource: Annotated[list[UUID], Field(min_length=1, max_length=100, description="Of these.")]
    length: Annotated[timedelta, Field(gt=timedelta(), le=timedelta(days=31))] | None = Field(
        default=None, description="How long you need it: ISO 8601, as PT1H. Without it there are no slots."
    )
    units: Annotated[int, Field(ge=1, le=10_000, description="How many of each you need.")] = 1
    people: Annotated[int, Field(ge=1, le=100_000, description="How many are coming.")] = 1
    besides: UUID | None = Field(
        default=None, alias="except", description="A booking to be thought away: the one that is being moved."
    )


@router.get(
    "/calendar/free",
    response=CalendarFreeOut,
    auth=member_auth(scope="resources:read"),
    summary="When several resources are free, and why they are not the rest of the time",
)
def calendar_free(request: HttpRequest, asked: Query[FreeQuery]) -> HttpResponse:
    """What a calendar paints while a booking is dragged."""
    viewer = cast(MemberRequest, request).member
    besides = booking_for(viewer, asked.besides).pk if asked.besides else None
    size = Size(asked.units, asked.people)
    found = availabilities_of(
        viewer, asked.resource, asked.start, asked.end, length=asked.length, size=size, besides=besides
    )
    if not found:
        raise ResourceNotFound
    return HttpResponse(encode(free_out(found)), content_type="application/json")


class ChangesQuery(Schema):
    after: Annotated[
        str, Field(max_length=1200, description="`cursor` of the last answer; without it you get the present one.")
    ] = ""


@router.get(
    "/calendar/changes",
    response={200: ChangesOut, 304: None},
    auth=member_auth(Role.STAFF, scope="bookings:read"),
    summary="What changed since you last looked",
)
def calendar_changes(request: HttpRequest, asked: Query[ChangesQuery], if_none_match: IfNoneMatch = "") -> HttpResponse:
    """Cheap enough to ask every other second. Take the cursor before you read what you show, and ask with it after.

    Nothing new is left out, whoever commits when; something may be told twice.
    """
    visit = cast(MemberRequest, request)
    changes = changes_since(visit.member, asked.after or None)
    return _unless_known(encode(changes_out(changes)), etag(changes.cursor), if_none_match)


def _unless_known(body: bytes, tag: str, if_none_match: str) -> HttpResponse:
    known = is_known(tag, if_none_match)
    response = HttpResponseNotModified() if known else HttpResponse(body, content_type="application/json")
    response["ETag"] = tag
    return response
