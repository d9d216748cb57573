"""The API of studio assignments. Staff only, for now."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from infra24.core.codec import encode
from infra24.core.paging import PageOut, page_of
from infra24.core.versions import etag, require_match
from infra24.facilities.queries import assignments as queries
from infra24.facilities.schemas.assignments import (
    AssignmentIn,
    AssignmentOut,
    AssignmentPatch,
    AssignmentsQuery,
    assignment_out,
)
from infra24.facilities.services import assignments as services
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.models import StudioAssignment

router = Router(tags=["studio assignments"])
READ = member_auth(Role.STAFF, scope="people:read")
WRITE = member_auth(Role.STAFF, scope="people:write")


def answer(assignment: StudioAssignment, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(encode(assignment_out(assignment)), status=status, content_type="application/json")
    response["ETag"] = etag(assignment.version)
    return response


@router.get(
    "/studio-assignments", response=PageOut[AssignmentOut], auth=READ, summary="Who works where, by the first day"
)
def list_assignments(request: HttpRequest, filters: Query[AssignmentsQuery]) -> dict[str, Any]:
    rows = queries.visible_assignments(cast(MemberRequest, request).member)
    if filters.on:
        rows = rows.filter(queries.holding_on(filters.on))
    if filters.person:
        rows = rows.filter(person_id=filters.person)
    if filters.resource:
        rows = rows.filter(resource_id=filters.resource)
    page = page_of(rows, by=("starts_on", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [assignment_out(each) for each in page.items], "next": page.next}


@router.post("/studio-assignments", response={201: AssignmentOut}, auth=WRITE, summary="Give a person a studio")
def assign_studio(request: HttpRequest, body: AssignmentIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    made = services.assign_studio(
        body.person_id,
        resource_id=body.resource_id,
        starts_on=body.starts_on,
        ends_on=body.ends_on,
        note=body.note,
        by=visit.member,
        source=source_of(visit),
    )
    return answer(made, status=201)


@router.get(
    "/studio-assignments/{uuid:assignment_id}", response=AssignmentOut, auth=READ, summary="One studio assignment"
)
def show_assignment(request: HttpRequest, assignment_id: UUID) -> HttpResponse:
    return answer(queries.assignment_for(cast(MemberRequest, request).member, assignment_id))


@router.patch(
    "/studio-assignments/{uuid:assignment_id}",
    response=AssignmentOut,
    auth=WRITE,
    summary="Change the days of a studio assignment, or end it",
)
def change_assignment(request: HttpRequest, assignment_id: UUID, body: AssignmentPatch) -> HttpResponse:
    visit = cast(MemberRequest, request)
    found = queries.assignment_for(visit.member, assignment_id)
    require_match(request, found.version)
    changed = services.change_assignment(
        found,
        body.to_days(services.days_of(found)),
        by=visit.member,
        source=source_of(visit),
        # What is absent stays as it was read: somebody else's change meanwhile must not be undone.
        version=found.version,
    )
    return answer(changed)
