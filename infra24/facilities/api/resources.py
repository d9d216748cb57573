"""The API of resources."""

from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from infra24.core.codec import encode
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag
from infra24.facilities.schemas.resources import ResourceOut, resource_out
from infra24.orgs.access import member_auth
from infra24.orgs.requests import MemberRequest
from infra24.resources import queries
from infra24.resources.models import ResourceKind

router = Router(tags=["resources"])
READ = member_auth(scope="resources:read")


class ResourcesQuery(PageQuery):
    kind: ResourceKind | None = Field(default=None, description="Only of this kind.")


@router.get("/resources", response=PageOut[ResourceOut], auth=READ, summary="Resources by name")
def list_resources(request: HttpRequest, filters: Query[ResourcesQuery]) -> dict[str, Any]:
    visit = cast(MemberRequest, request)
    resources = queries.visible_resources(visit.member)
    if filters.kind:
        resources = resources.filter(kind=filters.kind)
    page = page_of(resources, by=("sort_key", "id"), limit=filters.limit, cursor=filters.cursor)
    zone = visit.organisation.time_zone
    return {"items": [resource_out(resource, zone=zone) for resource in page.items], "next": page.next}


@router.get("/resources/{uuid:resource_id}", response=ResourceOut, auth=READ, summary="One resource")
def show_resource(request: HttpRequest, resource_id: UUID) -> HttpResponse:
    visit = cast(MemberRequest, request)
    resource = queries.resource_for(visit.member, resource_id)
    body = resource_out(resource, zone=visit.organisation.time_zone)
    response = HttpResponse(encode(body), content_type="application/json")
    response["ETag"] = etag(resource.version)
    return response
