"""The API of resources."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, cast
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from infra24.core.codec import encode
from infra24.core.errors import Invalid
from infra24.core.paging import PageOut, page_of
from infra24.core.sorting import sort_key
from infra24.core.versions import etag, require_match, seen
from infra24.facilities.schemas.resources import (
    ResourceChange,
    ResourceIn,
    ResourceOut,
    ResourcesQuery,
    resource_out,
)
from infra24.facilities.services import archiving
from infra24.facilities.services import resources as services
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources import queries
from infra24.resources.models import Resource, ResourceNeed
from infra24.resources.vocabulary import having, read_wishes, vocabulary_of

router = Router(tags=["resources"])
READ = member_auth(scope="resources:read")
WRITE = member_auth(Role.MANAGER, scope="resources:write")


@router.get("/resources", response=PageOut[ResourceOut], auth=READ, summary="Resources by name")
def list_resources(request: HttpRequest, filters: Query[ResourcesQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    page = page_of(_found(visit, filters), by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": _told(visit, page.items), "next": page.next}


@router.post("/resources", response={201: ResourceOut}, auth=WRITE, summary="Add something that can be booked")
def create_resource(request: HttpRequest, body: ResourceIn) -> HttpResponse:
    visit = cast(MemberRequest, request)
    made = services.create_resource(body.kind.value, body.to_wish(), by=visit.member, source=source_of(visit))
    return answer(visit, made, status=201)


@router.get("/resources/{uuid:resource_id}", response=ResourceOut, auth=READ, summary="One resource")
def show_resource(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return answer(visit, queries.resource_for(visit.member, resource_id))


@router.patch(
    "/resources/{uuid:resource_id}", response=ResourceOut, auth=WRITE, summary="Change a resource, or put it away"
)
def change_resource(request: HttpRequest, resource_id: UUID, body: ResourceChange) -> HttpResponse:
    """Edits first, then `archived`; both or neither."""
    visit = cast(MemberRequest, request)
    by, source = visit.member, source_of(visit)
    resource = queries.resource_for(by, resource_id)
    require_match(request, resource.version)
    version = seen(request, resource.version)
    if wish := body.to_wish():
        resource = services.change_resource(resource, wish, by=by, source=source, version=version)
        version = resource.version if version is not None else None
    if body.archived is not None:
        put = archiving.archive_resource if body.archived else archiving.restore_resource
        resource = put(resource, by=by, source=source, version=version)
    return answer(visit, resource)


def answer(visit: MemberRequest, resource: Resource, *, status: int = 200) -> HttpResponse:
    """One resource with its ETag."""
    (body,) = _told(visit, [resource])
    response = HttpResponse(encode(body), status=status, content_type="application/json")
    response["ETag"] = etag(resource.version)
    return response


def _found(visit: MemberRequest, filters: ResourcesQuery) -> QuerySet[Resource]:
    """What is asked for. Raises Invalid for features that make no sense."""
    resources = queries.visible_resources(visit.member, archived=filters.archived)
    if filters.archived and not visit.member.is_staff:
        return resources.none()
    if filters.kind:
        resources = resources.filter(kind=filters.kind)
    if wanted := sort_key(filters.q):
        resources = resources.filter(sort_key__contains=wanted)
    if filters.group is not None:
        resources = resources.filter(group=filters.group.strip())
    if filters.people:
        resources = resources.filter(capacity__gte=filters.people)
    if filters.part_of:
        resources = resources.filter(part_of=filters.part_of)
    if filters.feature:
        vocabulary = vocabulary_of(visit.organisation.pk)
        try:
            wishes = read_wishes(filters.feature, vocabulary)
        except ValueError as error:
            raise Invalid(code="invalid_request", fields={"feature": error.args[0]}) from error
        resources = having(resources, wishes, vocabulary)
    return resources


def _told(visit: MemberRequest, resources: Iterable[Resource]) -> list[dict[str, Any]]:
    """Resources as they go out, with what they need. One query."""
    resources = list(resources)
    needs: dict[UUID, list[UUID]] = defaultdict(list)
    asked = ResourceNeed.objects.filter(org_id=visit.organisation.pk, resource__in=resources)
    for resource_id, qualification_id in asked.values_list("resource_id", "qualification_id"):
        needs[resource_id].append(qualification_id)
    zone, slug = visit.organisation.time_zone, visit.organisation.slug
    return [resource_out(one, needs=needs[one.pk], zone=zone, slug=slug) for one in resources]
