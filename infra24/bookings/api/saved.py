"""Saved views of lists and of the calendar through the API."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from infra24.bookings.models import SavedView
from infra24.bookings.saved_views import view_for, visible_views
from infra24.bookings.schemas.saved import ViewIn, ViewOut, ViewPatch, ViewsQuery, view_out
from infra24.bookings.services import saving
from infra24.core.codec import encode
from infra24.core.paging import PageOut, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["views"])
READ = member_auth(Role.STAFF, scope="bookings:read")
WRITE = member_auth(Role.STAFF, scope="bookings:write")


@router.get("/views", response=PageOut[ViewOut], auth=READ, summary="Saved views by name")
def list_views(request: HttpRequest, filters: Query[ViewsQuery]) -> dict[str, Any]:
    """Your own, and those that colleagues share."""
    by = cast(MemberRequest, request).member
    views = visible_views(by, page=filters.page or "")
    page = page_of(views, by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [view_out(view, by=by) for view in page.items], "next": page.next}


@router.post("/views", response={201: ViewOut}, auth=WRITE, summary="Save a way to look at a page")
def save_view(request: HttpRequest, body: ViewIn) -> HttpResponse:
    """Of one page you have one view of a name: another is 409 `view_name_taken`."""
    visit = cast(MemberRequest, request)
    view = saving.save_view(body.page, body.to_wish(), by=visit.member, source=source_of(visit))
    return _answer(view, by=visit, status=201)


@router.get("/views/{uuid:view_id}", response=ViewOut, auth=READ, summary="One saved view")
def show_view(request: HttpRequest, view_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _answer(view_for(visit.member, view_id), by=visit)


@router.patch("/views/{uuid:view_id}", response=ViewOut, auth=WRITE, summary="Change a saved view")
def change_view(request: HttpRequest, view_id: UUID, body: ViewPatch) -> HttpResponse:
    """Yours; as a manager, also what others share."""
    visit = cast(MemberRequest, request)
    view = view_for(visit.member, view_id)
    require_match(request, view.version)
    version = seen(request, view.version)
    changed = saving.change_view(view, body.to_wish(), by=visit.member, source=source_of(visit), version=version)
    return _answer(changed, by=visit)


@router.delete("/views/{uuid:view_id}", response={204: None}, auth=WRITE, summary="Take a saved view away")
def remove_view(request: HttpRequest, view_id: UUID) -> Status[None]:
    """Yours; as a manager, also what others share. Nobody sees it any more."""
    visit = cast(MemberRequest, request)
    view = view_for(visit.member, view_id)
    require_match(request, view.version)
    version = seen(request, view.version)
    saving.remove_view(view, by=visit.member, source=source_of(visit), version=version)
    return Status(204, None)


def _answer(view: SavedView, *, by: MemberRequest, status: int = 200) -> HttpResponse:
    body = encode(view_out(view, by=by.member))
    response = HttpResponse(body, status=status, content_type="application/json")
    response["ETag"] = etag(view.version)
    return response
