"""The API of people's own calendars."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from infra24.calendars import queries
from infra24.calendars.fetching import checked_address
from infra24.calendars.schemas.feeds import BusyFeedIn, BusyFeedOut, feed_out
from infra24.calendars.services import feeds as services
from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people.queries import person_for
from infra24.people.services import person_of

router = Router(tags=["busy feeds"])
READ, WRITE = member_auth(scope="people:read"), member_auth(scope="people:write")


class FeedsQuery(PageQuery):
    person: Annotated[UUID | None, Field(description="Only this person's.")] = None


@router.get("/busy-feeds", response=PageOut[BusyFeedOut], auth=READ, summary="Calendars that make people busy here")
def list_busy_feeds(request: HttpRequest, asked: Query[FeedsQuery]) -> dict[str, Any]:
    """Staff see everybody's, others their own."""
    visit = cast(MemberRequest, request)
    feeds = queries.visible_feeds(visit.member)
    if asked.person:
        feeds = feeds.filter(person_id=asked.person)
    page = page_of(feeds, by=("id",), limit=asked.limit, cursor=asked.cursor)
    return {"items": [feed_out(feed) for feed in page.items], "next": page.next}


@router.post("/busy-feeds", response={201: BusyFeedOut}, auth=WRITE, summary="Connect a calendar")
def connect_busy_feed(request: HttpRequest, body: BusyFeedIn) -> HttpResponse:
    """It is read within moments, then every quarter of an hour: only when there is something, never what."""
    visit = cast(MemberRequest, request)
    by = visit.member
    person = person_for(by, body.person_id) if body.person_id else person_of(by)
    address = checked_address(body.address)
    feed = services.connect_feed(person, name=body.name, address=address, by=by, source=source_of(visit))
    return HttpResponse(encode(feed_out(feed)), status=201, content_type="application/json")


@router.get("/busy-feeds/{uuid:feed_id}", response=BusyFeedOut, auth=READ, summary="One calendar")
def show_busy_feed(request: HttpRequest, feed_id: UUID) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    return feed_out(queries.feed_for(visit.member, feed_id))


@router.post(
    "/busy-feeds/{uuid:feed_id}/resume", response=BusyFeedOut, auth=WRITE, summary="Read a paused calendar again"
)
def resume_busy_feed(request: HttpRequest, feed_id: UUID) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    feed = queries.feed_for(visit.member, feed_id)
    return feed_out(services.resume_feed(feed, by=visit.member, source=source_of(visit)))


@router.delete(
    "/busy-feeds/{uuid:feed_id}", response={204: None}, auth=WRITE, summary="Forget a calendar and all known from it"
)
def disconnect_busy_feed(request: HttpRequest, feed_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    feed = queries.feed_for(visit.member, feed_id)
    services.disconnect_feed(feed, by=visit.member, source=source_of(visit))
    return HttpResponse(status=204)
