"""The API of people."""

from typing import Annotated, Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match, seen
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people import queries, services
from infra24.people.models import Person
from infra24.people.schemas import PersonIn, PersonOut, PersonPatch, person_out

router = Router(tags=["people"])


def answer(person: Person, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(encode(person_out(person)), status=status, content_type="application/json")
    response["ETag"] = etag(person.version)
    return response


class PeopleQuery(PageQuery):
    q: Annotated[str, Field(max_length=100, description="Part of a name or an e-mail address.")] = ""


@router.get("/people", response=PageOut[PersonOut], auth=member_auth(scope="people:read"), summary="People by name")
def list_people(request: HttpRequest, filters: Query[PeopleQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    people = queries.people_like(visit.member, filters.q)
    page = page_of(people, by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [person_out(person) for person in page.items], "next": page.next}


@router.post(
    "/people",
    response={201: PersonOut},
    auth=member_auth(Role.STAFF, scope="people:write"),
    summary="Write down a person",
)
def create_person(request: HttpRequest, body: PersonIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    person = services.create_person(by=visit.member, **body.model_dump())
    return answer(person, status=201)


@router.get("/people/{uuid:person_id}", response=PersonOut, auth=member_auth(scope="people:read"), summary="One person")
def show_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return answer(queries.person_for(visit.member, person_id))


@router.patch(
    "/people/{uuid:person_id}",
    response=PersonOut,
    auth=member_auth(Role.STAFF, scope="people:write"),
    summary="Correct what is said of a person",
)
def change_person(request: HttpRequest, person_id: UUID, body: PersonPatch) -> HttpResponse:
    """Mails go to the new address from the next one on. What troubles an old address had stay with it."""
    visit = cast(MemberRequest, request)
    person = queries.person_for(visit.member, person_id)
    require_match(request, person.version)
    changed = services.change_person(
        person,
        services.PersonChange(**body.model_dump()),
        by=visit.member,
        source=source_of(visit),
        version=seen(request, person.version),
    )
    return answer(changed)
