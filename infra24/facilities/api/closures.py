"""The API of closures."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from infra24.bookings.models import Source
from infra24.core.codec import encode
from infra24.core.instants import Instant
from infra24.core.paging import PageOut, PageQuery
from infra24.core.versions import etag, require_match, seen
from infra24.facilities.closures import ClosureFilter, closure_for, closures_page
from infra24.facilities.errors import ClosureHitsBookings
from infra24.facilities.schemas.closures import (
    ClosureIn,
    ClosureOut,
    ClosurePatch,
    ClosureRehearsalOut,
    closure_out,
    hit_out,
    rehearsal_out,
)
from infra24.facilities.services import closures as services
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.models import Closure, ResourceKind

router = Router(tags=["closures"])
READ = member_auth(scope="resources:read")
WRITE = member_auth(Role.STAFF, scope="resources:write")


class ClosuresQuery(PageQuery):
    start: Annotated[Instant | None, Field(description="Only closures that end after this.")] = None
    end: Annotated[Instant | None, Field(description="Only closures that begin before this.")] = None
    resource: Annotated[UUID | None, Field(description="Only what closes this resource, whoever it is said for.")] = (
        None
    )
    kind: Annotated[ResourceKind | None, Field(description="Only what is said for this kind.")] = None
    lifted: Annotated[bool | None, Field(description="Only lifted ones, or none of them.")] = None


@router.get("/closures", response=PageOut[ClosureOut], auth=READ, by_alias=True, summary="Closures by their start")
def list_closures(request: HttpRequest, filters: Query[ClosuresQuery]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    wanted = ClosureFilter(
        since=filters.start,
        until=filters.end,
        resource_id=filters.resource,
        kind=filters.kind or "",
        is_lifted=filters.lifted,
    )
    page = closures_page(visit.member, wanted, limit=filters.limit, cursor=filters.cursor)
    return _json({"items": [closure_out(closure) for closure in page.items], "next": page.next})


@router.post("/closures", response={201: ClosureOut}, auth=WRITE, by_alias=True, summary="Close something for a while")
def make_closure(request: HttpRequest, body: ClosureIn) -> HttpResponse:
    """Every booking in that time needs a decision; without, the answer is 409 and lists them under `hits`."""
    visit = cast(MemberRequest, request)
    by = visit.member
    with _telling_hits():
        wish = body.to_wish(by)
        closure = services.make_closure(wish, decisions=body.to_decisions(), by=by, source=_source(visit))
    return _answer(closure, status=201)


@router.post(
    "/closures/rehearsal",
    response=ClosureRehearsalOut,
    auth=WRITE,
    by_alias=True,
    summary="What a closure would hit; writes nothing",
)
def rehearse_closure(request: HttpRequest, body: ClosureIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _json(rehearsal_out(*services.rehearse(body.to_wish(visit.member), by=visit.member)))


@router.get("/closures/{uuid:closure_id}", response=ClosureOut, auth=READ, by_alias=True, summary="One closure")
def show_closure(request: HttpRequest, closure_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _answer(closure_for(visit.member, closure_id))


@router.patch(
    "/closures/{uuid:closure_id}", response=ClosureOut, auth=WRITE, by_alias=True, summary="Change what has not begun"
)
def change_closure(request: HttpRequest, closure_id: UUID, body: ClosurePatch) -> HttpResponse:
    """Bookings that the new times hit, and the old ones did not, need a decision each."""
    visit = cast(MemberRequest, request)
    by = visit.member
    closure = closure_for(by, closure_id)
    require_match(request, closure.version)
    version = seen(request, closure.version)
    with _telling_hits():
        changed = services.change_closure(
            closure, body.to_change(), decisions=body.to_decisions(), by=by, source=_source(visit), version=version
        )
    return _answer(changed)


@router.post(
    "/closures/{uuid:closure_id}/lift", response=ClosureOut, auth=WRITE, by_alias=True, summary="Let it hold no more"
)
def lift_closure(request: HttpRequest, closure_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    closure = closure_for(visit.member, closure_id)
    require_match(request, closure.version)
    version = seen(request, closure.version)
    return _answer(services.lift_closure(closure, by=visit.member, source=_source(visit), version=version))


@contextmanager
def _telling_hits() -> Iterator[None]:
    try:
        yield
    except ClosureHitsBookings as refusal:
        refusal.more["hits"] = [hit_out(hit) for hit in refusal.hits]
        raise


def _source(visit: MemberRequest) -> Source:
    return Source(source_of(visit))


def _answer(closure: Closure, *, status: int = 200) -> HttpResponse:
    response = _json(closure_out(closure), status=status)
    response["ETag"] = etag(closure.version)
    return response


def _json(body: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(body), status=status, content_type="application/json")
