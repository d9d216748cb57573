"""The API of resources as tables."""

from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from infra24.facilities.exporting import resources_csv
from infra24.facilities.schemas.tables import ImportOut, import_out
from infra24.facilities.services.importing import import_resources
from infra24.orgs.access import member_auth
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest

router = Router(tags=["resources"])
CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string", "format": "binary"}}}
"""Any bytes: what is no table is told by 422."""


@router.get(
    "/resources.csv",
    auth=member_auth(Role.STAFF, scope="resources:read"),
    summary="Every resource as a table",
    openapi_extra={"responses": {"200": {"description": "CSV", "content": CSV}}},
)
def export_resources(request: HttpRequest) -> HttpResponse:
    visit = cast(MemberRequest, request)
    return HttpResponse(resources_csv(visit.member), content_type="text/csv; charset=utf-8")


class ImportQuery(Schema):
    dry_run: bool = Field(default=False, description="Only tell what would happen.")


@router.post(
    "/resources/import",
    response=ImportOut,
    auth=member_auth(Role.MANAGER, scope="resources:write"),
    summary="Resources from a table: all of it or nothing",
    openapi_extra={"requestBody": {"required": True, "content": CSV}},
)
def import_table(request: HttpRequest, asked: Query[ImportQuery]) -> dict[str, Any]:
    """The body is CSV, at most 1 MB and 2,000 rows. Rows are matched by `id` or `slug`."""
    visit = cast(MemberRequest, request)
    report = import_resources(request.body, by=visit.member, source="import", dry_run=asked.dry_run)
    return import_out(report)
