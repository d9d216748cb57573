"""A small API and two pages of the tests' own, behind the real request layer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from ninja import NinjaAPI, Router, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from infra24.core.codec import JsonParser, JsonRenderer
from infra24.core.errors import Conflict
from infra24.core.problems import answer_exception
from infra24.orgs.access import anyone, for_role, member_auth
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, OrganisationRequest
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person

while_adding: list[Callable[[], None]] = []
"""What a test wants done in the middle of adding a person, while the transaction is open."""

router = Router()


class PersonIn(Schema):
    name: str = Field(max_length=40)


class PersonOut(Schema):
    id: UUID
    name: str


@router.get("/people", response=list[PersonOut], auth=member_auth(scope="people:read"))
def people(request: MemberRequest) -> list[Person]:
    return list(Person.objects.order_by("sort_key"))


@router.post("/people", response={201: PersonOut}, auth=member_auth(Role.STAFF, scope="people:write"))
def add(request: MemberRequest, body: PersonIn) -> Person:
    person = Person.objects.create(org_id=request.organisation.pk, name=body.name, sort_key=body.name)
    for step in while_adding:
        step()
    return person


@router.post("/people/and-fail", auth=member_auth(Role.STAFF, scope="people:write"))
def add_and_fail(request: MemberRequest) -> None:
    Person.objects.create(org_id=request.organisation.pk, name="Nobody", sort_key="nobody")
    raise Conflict


@router.get("/public", auth=anyone())
def public(request: OrganisationRequest) -> str:
    return request.organisation.slug


@for_role(Role.STAFF)
def admin_page(request: MemberRequest) -> HttpResponse:
    return HttpResponse(request.organisation.name)


def careless_page(request: HttpRequest, org: str) -> HttpResponse:
    return HttpResponse(org)


probe = NinjaAPI(urls_namespace="probe", parser=JsonParser(), renderer=JsonRenderer())
for kind in (Exception, ValidationError, HttpError):
    probe.add_exception_handler(kind, answer_exception)
probe.add_router("", router)

urlpatterns = [
    path("accounts/login/", careless_page, name="account_login"),
    path("api/", probe.urls),
    path("o/<slug:org>/admin/page", admin_page),
    path("o/<slug:org>/admin/careless", careless_page),
    path("", include("infra24.config.urls")),
]


def bearer(secret: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {secret}"}


def names(organisation: Organisation) -> list[str]:
    """The people written down, by name."""
    with acting_for(organisation.pk):
        return [person.name for person in Person.objects.order_by("sort_key")]


def refusal(response: Any) -> tuple[int, str]:
    """Status and code of an answer that must be a whole problem document."""
    assert response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert (problem["status"], set(problem)) == (
        response.status_code,
        {"type", "title", "status", "detail", "code", "reasons", "alternatives", "fields"},
    )
    return response.status_code, problem["code"]
