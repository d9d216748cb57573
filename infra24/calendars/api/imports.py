"""The API of imports. A file comes as a form with files, as browsers send one."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import ValidationError

from infra24.calendars import queries
from infra24.calendars.policies import CalendarRead
from infra24.calendars.schemas.imports import (
    CalendarImportOut,
    ImportIn,
    ImportRehearsalOut,
    import_out,
    import_rehearsal_out,
)
from infra24.calendars.services.asking import understood
from infra24.calendars.services.importing import rehearse_import, start_import
from infra24.calendars.services.planning import ImportWish
from infra24.core.codec import encode, refuse_nul
from infra24.core.errors import InvalidRequest, Malformed
from infra24.core.paging import PageOut, PageQuery
from infra24.core.problems import faults_by_path
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of

router = Router(tags=["imports"])
READ = member_auth(Role.STAFF, scope="bookings:read")
WRITE = member_auth(Role.STAFF, scope="bookings:write")
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "A calendar (.ics) or a table (.csv); at most 5 MB and 20,000 events.",
                        },
                        "calendar": {
                            "type": "string",
                            "maxLength": 80,
                            "description": "The name by which it is known again; else its own, or its resource's.",
                        },
                        "resource_id": {
                            "type": "string",
                            "format": "uuid",
                            "description": "Everything goes to this resource. Without it places are matched by name.",
                        },
                        "places": {
                            "type": "string",
                            "description": "A JSON object: what the file calls a place, and the id of the resource it "
                            "is, or null to leave it out.",
                        },
                        "start": {
                            "type": "string",
                            "format": "date-time",
                            "description": "From when on; now if left out, at most two years back.",
                        },
                        "end": {
                            "type": "string",
                            "format": "date-time",
                            "description": "Until when; a year from now if left out, at most two.",
                        },
                        "day_first": {
                            "type": "boolean",
                            "description": "Whether 03/04/2027 is in April; if left out, as the table shows.",
                        },
                        "cancel_missing": {
                            "type": "boolean",
                            "description": "Also cancel what an earlier file of this calendar had and this lacks.",
                        },
                    },
                }
            }
        },
    }
}


@router.post(
    "/imports/rehearsal",
    response=ImportRehearsalOut,
    auth=WRITE,
    summary="What taking a calendar over would do; writes nothing",
    openapi_extra=BODY,
)
def rehearse_calendar_import(request: HttpRequest) -> HttpResponse:
    visit = cast(MemberRequest, request)
    read, wish = _sent(visit)
    return _json(import_rehearsal_out(read, wish, rehearse_import(read, wish, by=visit.member)))


@router.post(
    "/imports", response={201: CalendarImportOut}, auth=WRITE, summary="Take a calendar over", openapi_extra=BODY
)
def start_calendar_import(request: HttpRequest) -> HttpResponse:
    """The same file again changes nothing. Up to 200 lines are done at once, more by and by: see `finished_at`.

    What cannot be booked is kept as a row that waits for a decision.
    """
    visit = cast(MemberRequest, request)
    read, wish = _sent(visit)
    run = start_import(read, wish, by=visit.member, source=source_of(visit))
    return _json(import_out(run), status=201)


@router.get("/imports", response=PageOut[CalendarImportOut], auth=READ, summary="Imports, the newest first")
def list_imports(request: HttpRequest, asked: Query[PageQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    page = queries.imports_page(visit.member, limit=asked.limit, cursor=asked.cursor)
    return {"items": [import_out(run) for run in page.items], "next": page.next}


@router.get("/imports/{uuid:import_id}", response=CalendarImportOut, auth=READ, summary="One import")
def show_import(request: HttpRequest, import_id: UUID) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    return import_out(queries.import_for(visit.member, import_id))


def _sent(request: MemberRequest) -> tuple[CalendarRead, ImportWish]:
    """The file and what is said of it. Raises Malformed, InvalidRequest, and what is wrong with the file."""
    if request.content_type != "multipart/form-data":
        raise Malformed(_("Send a form with files: multipart/form-data with file."))
    try:
        fields = {name: str(value) for name, value in request.POST.items()}
        file = request.FILES.get("file")
    except MultiPartParserError as error:
        raise Malformed(_("The form cannot be read.")) from error
    refuse_nul(dict(fields))
    if file is None:
        raise InvalidRequest(fields={"file": _("This is required.")})
    try:
        said = ImportIn.model_validate(fields)
    except ValidationError as error:
        faults: list[dict[str, Any]] = [{**fault, "loc": ("form", *fault["loc"])} for fault in error.errors()]
        raise InvalidRequest(fields=faults_by_path(faults)) from error
    ask = said.to_ask(str(file.name or ""))
    return understood(file.read(), ask, by=request.member, organisation=request.organisation)


def _json(body: object, *, status: int = 200) -> HttpResponse:
    return HttpResponse(encode(body), status=status, content_type="application/json")
