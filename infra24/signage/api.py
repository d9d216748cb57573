"""The API of displays by doors."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router

from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.queries import resource_for
from infra24.signage import queries, services
from infra24.signage.boards import board_of
from infra24.signage.schemas import BoardOut, DisplayIn, DisplayOut, DisplayPatch, board_out, display_out

router = Router(tags=["displays"])
READ = member_auth(Role.STAFF, scope="bookings:read")
WRITE = member_auth(Role.STAFF, scope="bookings:write")


@router.get("/displays", response=PageOut[DisplayOut], auth=READ, summary="Displays by doors")
def list_displays(request: HttpRequest, response: HttpResponse, asked: Query[PageQuery]) -> dict[str, Any]:
    """In the order in which they were put up."""
    response["Cache-Control"] = "no-store"
    visit = cast(MemberRequest, request)
    page = page_of(queries.visible_displays(visit.member), by=("id",), limit=asked.limit, cursor=asked.cursor)
    return {"items": [display_out(each, visit.organisation) for each in page.items], "next": page.next}


@router.post("/displays", response={201: DisplayOut}, auth=WRITE, summary="Put up a display")
def put_up_display(request: HttpRequest, body: DisplayIn) -> HttpResponse:
    """Of one resource, of a place, or of the whole house. Open its address on a tablet; it keeps itself up to date."""
    visit = cast(MemberRequest, request)
    by = visit.member
    display = services.put_up_display(
        name=body.name,
        resource=resource_for(by, body.resource_id) if body.resource_id else None,
        place=body.place,
        look=body.look,
        by=by,
        source=source_of(visit),
    )
    return _one(visit, display.pk, status=201)


@router.get("/displays/{uuid:display_id}", response=DisplayOut, auth=READ, summary="One display")
def show_display(request: HttpRequest, display_id: UUID) -> HttpResponse:
    return _one(cast(MemberRequest, request), display_id)


@router.patch("/displays/{uuid:display_id}", response=DisplayOut, auth=WRITE, summary="Change a display's name or look")
def change_display(request: HttpRequest, display_id: UUID, body: DisplayPatch) -> HttpResponse:
    """Its address stays."""
    visit = cast(MemberRequest, request)
    display = queries.display_for(visit.member, display_id)
    require_match(request, display.version)
    services.change_display(
        display,
        name=body.name,
        look=body.look,
        by=visit.member,
        source=source_of(visit),
        version=seen(request, display.version),
    )
    return _one(visit, display.pk)


@router.post(
    "/displays/{uuid:display_id}/renew", response=DisplayOut, auth=WRITE, summary="Give a display another address"
)
def renew_display(request: HttpRequest, display_id: UUID) -> HttpResponse:
    """The old one works no longer."""
    visit = cast(MemberRequest, request)
    display = queries.display_for(visit.member, display_id)
    require_match(request, display.version)
    services.renew_display(
        display,
        by=visit.member,
        source=source_of(visit),
        version=seen(request, display.version),
    )
    return _one(visit, display.pk)


@router.delete("/displays/{uuid:display_id}", response={204: None}, auth=WRITE, summary="Take a display down")
def take_down_display(request: HttpRequest, display_id: UUID) -> HttpResponse:
    """Its address works no longer."""
    visit = cast(MemberRequest, request)
    display = queries.display_for(visit.member, display_id)
    services.take_down_display(display, by=visit.member, source=source_of(visit))
    return HttpResponse(status=204)


@router.get(
    "/displays/{uuid:display_id}/board", response=BoardOut, auth=READ, summary="What a display shows at this instant"
)
def show_board(request: HttpRequest, display_id: UUID) -> HttpResponse:
    """For screens that draw for themselves. It says what anybody may read, whoever asks."""
    visit = cast(MemberRequest, request)
    display = queries.display_for(visit.member, display_id)
    board = board_of(display, visit.organisation, now=timezone.now())
    return HttpResponse(encode(board_out(board)), content_type="application/json")


def _one(visit: MemberRequest, display_id: UUID, *, status: int = 200) -> HttpResponse:
    """An answer that no cache keeps, nor the memory of repeated requests: it holds a secret."""
    display = queries.display_for(visit.member, display_id)
    told = display_out(display, visit.organisation)
    answer = HttpResponse(encode(told), status=status, content_type="application/json")
    answer["Cache-Control"] = "no-store"
    answer["ETag"] = etag(display.version)
    return answer
