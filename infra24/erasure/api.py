"""Erasing people through the API."""

from typing import cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from infra24.bookings.models import Source
from infra24.core.codec import encode
from infra24.core.versions import require_match, seen
from infra24.erasure import services
from infra24.erasure.schemas import ErasedOut, EraseIn, erased_out
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.people.queries import person_for

router = Router(tags=["people"])


@router.post(
    "/people/{uuid:person_id}/erase",
    response=ErasedOut,
    auth=member_auth(Role.MANAGER, scope="people:write"),
    summary="Erase a person, for good",
    openapi_extra={"x-versioned": True},
)
def erase_person(request: HttpRequest, person_id: UUID, body: EraseIn) -> HttpResponse:
    """Name, address, number, notes and messages are overwritten, the account is no longer tied to the house, what
    they wait for is given up and their calendars are taken away. What was booked stays."""
    visit = cast(MemberRequest, request)
    person = person_for(visit.member, person_id)
    require_match(request, person.version)
    erased = services.erase_person(
        person,
        name=body.name,
        ahead=body.ahead,
        by=visit.member,
        source=Source(source_of(visit)),
        version=seen(request, person.version),
    )
    return HttpResponse(encode(erased_out(erased)), content_type="application/json")
