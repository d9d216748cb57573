"""The API of qualifications, and of who was given them."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Status

from infra24.core.codec import encode
from infra24.core.paging import PageOut, page_of
from infra24.core.versions import etag, require_match
from infra24.facilities.queries import qualifications as queries
from infra24.facilities.schemas.qualifications import (
    GrantIn,
    GrantOut,
    GrantsQuery,
    QualificationIn,
    QualificationOut,
    QualificationPatch,
    QualificationsQuery,
    grant_out,
    qualification_out,
)
from infra24.facilities.services import grants, qualifications
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of, today_of
from infra24.resources.models import Qualification

router = Router(tags=["qualifications"])
READ = member_auth(scope="resources:read")
SET_UP = member_auth(Role.MANAGER, scope="resources:write")
READ_GRANTS = member_auth(scope="people:read")
GIVE = member_auth(Role.STAFF, scope="people:write")


def answer(qualification: Qualification, *, status: int = 200) -> HttpResponse:
    body = encode(qualification_out(qualification))
    response = HttpResponse(body, status=status, content_type="application/json")
    response["ETag"] = etag(qualification.version)
    return response


@router.get(
    "/qualifications", response=PageOut[QualificationOut], auth=READ, summary="What people are shown before they book"
)
def list_qualifications(request: HttpRequest, filters: Query[QualificationsQuery]) -> dict[str, Any]:
    rows = queries.visible_qualifications(cast(MemberRequest, request).member, archived=filters.archived)
    page = page_of(rows, by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [qualification_out(each) for each in page.items], "next": page.next}


@router.post("/qualifications", response={201: QualificationOut}, auth=SET_UP, summary="Add a qualification")
def create_qualification(request: HttpRequest, body: QualificationIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    made = qualifications.create_qualification(body.to_words(), by=visit.member, source=source_of(visit))
    return answer(made, status=201)


@router.get(
    "/qualifications/{uuid:qualification_id}", response=QualificationOut, auth=READ, summary="One qualification"
)
def show_qualification(request: HttpRequest, qualification_id: UUID) -> HttpResponse:
    return answer(queries.qualification_for(cast(MemberRequest, request).member, qualification_id))


@router.patch(
    "/qualifications/{uuid:qualification_id}",
    response=QualificationOut,
    auth=SET_UP,
    summary="Change a qualification, or put it away",
)
def change_qualification(request: HttpRequest, qualification_id: UUID, body: QualificationPatch) -> HttpResponse:
    visit = cast(MemberRequest, request)
    found = queries.qualification_for(visit.member, qualification_id)
    require_match(request, found.version)
    changed = qualifications.change_qualification(
        found,
        body.to_words(qualifications.words_of(found)),
        archived=body.archived,
        by=visit.member,
        source=source_of(visit),
        # What is absent stays as it was read: somebody else's change meanwhile must not be undone.
        version=found.version,
    )
    return answer(changed)


@router.get("/grants", response=PageOut[GrantOut], auth=READ_GRANTS, summary="What was given to whom, the latest first")
def list_grants(request: HttpRequest, filters: Query[GrantsQuery]) -> dict[str, Any]:
    """Staff see everybody's; others their own."""
    visit = cast(MemberRequest, request)
    today = today_of(visit)
    rows = queries.visible_grants(visit.member).filter(queries.being(filters.state, today=today))
    if filters.person:
        rows = rows.filter(person_id=filters.person)
    if filters.qualification:
        rows = rows.filter(qualification_id=filters.qualification)
    page = page_of(rows, by=("-id",), limit=filters.limit, cursor=filters.cursor)
    return {"items": [grant_out(each, viewer=visit.member, today=today) for each in page.items], "next": page.next}


@router.post("/grants", response={201: GrantOut}, auth=GIVE, summary="Give a person a qualification, or renew it")
def give_qualification(request: HttpRequest, body: GrantIn) -> Status[dict[str, Any]]:
    visit = cast(MemberRequest, request)
    made = grants.give_qualification(
        body.qualification_id,
        person_id=body.person_id,
        granted_on=body.granted_on,
        lapses_on=body.lapses_on,
        note=body.note,
        renew=body.renew,
        by=visit.member,
        source=source_of(visit),
    )
    return Status(201, grant_out(made, viewer=visit.member, today=today_of(visit)))


@router.post("/grants/{uuid:grant_id}/revoke", response=GrantOut, auth=GIVE, summary="Take a qualification back")
def revoke_grant(request: HttpRequest, grant_id: UUID) -> dict[str, Any]:
    """From now on; what was booked with it stays."""
    visit = cast(MemberRequest, request)
    found = queries.grant_for(visit.member, grant_id)
    revoked = grants.revoke_grant(found, by=visit.member, source=source_of(visit))
    return grant_out(revoked, viewer=visit.member, today=today_of(visit))
