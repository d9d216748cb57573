"""The API of what imported calendars speak of: what became of it, and deciding what waits."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from infra24.bookings.refusals import counting_refusals
from infra24.calendars import queries
from infra24.calendars.models import ImportRow, RowState
from infra24.calendars.schemas.imports import ImportRowOut, RowBookIn, RowDismissIn, row_out
from infra24.calendars.services import rows as services
from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.queries import resource_for

router = Router(tags=["imports"])
READ = member_auth(Role.STAFF, scope="bookings:read")
WRITE = member_auth(Role.STAFF, scope="bookings:write")


class ImportRowsQuery(PageQuery):
    state: Annotated[RowState | None, Field(description="Only those in this state; `conflict` waits for you.")] = None
    import_id: Annotated[UUID | None, Field(description="Only those this import did something about.")] = None


@router.get("/import-rows", response=PageOut[ImportRowOut], auth=READ, summary="What calendars spoke of, by start")
def list_import_rows(request: HttpRequest, asked: Query[ImportRowsQuery]) -> HttpResponse:
    visit = cast(MemberRequest, request)
    page = queries.rows_page(
        visit.member, state=asked.state or "", run_id=asked.import_id, limit=asked.limit, cursor=asked.cursor
    )
    return _json({"items": [row_out(row) for row in page.items], "next": page.next})


@router.get("/import-rows/{uuid:row_id}", response=ImportRowOut, auth=READ, summary="One of them")
def show_import_row(request: HttpRequest, row_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return _answer(queries.row_for(visit.member, row_id))


@router.post(
    "/import-rows/{uuid:row_id}/book",
    response=ImportRowOut,
    auth=WRITE,
    summary="Book what waits for a decision: again, elsewhere, or at another time",
)
def book_import_row(request: HttpRequest, row_id: UUID, body: RowBookIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    row = queries.row_for(visit.member, row_id)
    require_match(request, row.version)
    resource = resource_for(visit.member, body.resource_id) if body.resource_id else None
    with counting_refusals(visit):
        settled = services.book_row(
            row,
            by=visit.member,
            source=source_of(visit),
            resource=resource,
            starts_at=body.starts_at,
            ends_at=body.ends_at,
            version=_version(request, row),
        )
    return _answer(settled)


@router.post(
    "/import-rows/{uuid:row_id}/dismiss", response=ImportRowOut, auth=WRITE, summary="Leave it unbooked, saying why"
)
def dismiss_import_row(request: HttpRequest, row_id: UUID, body: RowDismissIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    row = queries.row_for(visit.member, row_id)
    require_match(request, row.version)
    version = _version(request, row)
    by, source = visit.member, source_of(visit)
    return _answer(services.dismiss_row(row, reason=body.reason, by=by, source=source, version=version))


def _version(request: HttpRequest, row: ImportRow) -> int | None:
    return seen(request, row.version)


def _answer(row: ImportRow) -> HttpResponse:
    response = _json(row_out(row))
    response["ETag"] = etag(row.version)
    return response


def _json(body: Any) -> HttpResponse:
    return HttpResponse(encode(body), content_type="application/json")
