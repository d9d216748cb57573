"""The API of availability rules: what is said, what holds, what a change would mean."""

from datetime import date, timedelta
from typing import Any, cast
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field, model_validator

from infra24.core.codec import encode
from infra24.core.days import wall_of
from infra24.core.paging import PageOut, PageQuery, page_of
from infra24.core.versions import etag, require_match
from infra24.core.wording import said
from infra24.facilities.errors import RulesInvalid
from infra24.facilities.queries.rules import engine_rows, rule_rows
from infra24.facilities.rehearsal import rehearse_rules
from infra24.facilities.schemas.rules import (
    EffectiveOut,
    KnownDay,
    RehearsalOut,
    ResourceRulesOut,
    RuleOut,
    RulesIn,
    effective_out,
    rehearsal_out,
    rule_out,
)
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.rules import contradictions, read_rules, save_rules
from infra24.orgs.access import member_auth
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, source_of
from infra24.resources.models import AvailabilityRule, ResourceKind
from infra24.resources.policies import Rules, effective
from infra24.resources.queries import resource_for

router = Router(tags=["rules"])
READ = member_auth(scope="resources:read")
STAFF_READ = member_auth(Role.STAFF, scope="resources:read")
REHEARSE = member_auth(Role.STAFF, scope="bookings:read")
"""It tells of bookings, and writes nothing."""
WRITE = member_auth(Role.MANAGER, scope="resources:write")


class ScopeQuery(Schema):
    resource: UUID | None = Field(default=None, description="Of this resource.")
    kind: ResourceKind | None = Field(default=None, description="Of this kind.")

    @model_validator(mode="after")
    def _one_scope(self) -> "ScopeQuery":
        if self.resource is not None and self.kind is not None:
            raise ValueError(said("Send resource or kind, not both."))
        return self


class RowsQuery(PageQuery, ScopeQuery):
    pass


class EffectiveQuery(ScopeQuery):
    on: KnownDay | None = Field(default=None, description="Local date. Left out: today.")


@router.get("/rules/schema", response=dict[str, Any], auth=None, summary="The JSON Schema of a document of rules")
def show_rules_schema(request: HttpRequest) -> dict[str, Any]:
    del request
    return Rules.model_json_schema(by_alias=True)


@router.get("/rules", response=PageOut[RuleOut], auth=STAFF_READ, summary="What one scope said, the newest first")
def list_rules(request: HttpRequest, filters: Query[RowsQuery]) -> dict[str, Any]:
    """Without `resource` or `kind`: what the organisation said for everything."""
    viewer = cast(MemberRequest, request).member
    rows = rule_rows(viewer, _scope(viewer, filters.resource, filters.kind))
    page = page_of(rows, by=("-valid_from", "-id"), limit=filters.limit, cursor=filters.cursor)
    return {"items": [rule_out(row) for row in page.items], "next": page.next}


@router.post(
    "/rules",
    response={201: RuleOut},
    auth=WRITE,
    summary="Say rules for a scope, from a day on",
    openapi_extra={"x-versioned": True},  # the id of a scope's last row
)
def save_new_rules(request: HttpRequest, body: RulesIn) -> HttpResponse:
    """What was said before stays for the days before. Faults are named by path: `rules.weekly.mon.0`."""
    visit = cast(MemberRequest, request)
    scope = _scope(visit.member, body.resource_id, body.kind)
    based_on = body.based_on
    if "If-Match" in request.headers:
        newest = rule_rows(visit.member, scope).order_by("-id").first()
        require_match(request, newest.pk if newest else None)
        based_on = based_on or (newest.pk if newest else None)
    row = save_rules(
        body.rules,
        scope=scope,
        valid_from=body.valid_from or _today(visit, scope),
        note=body.note,
        based_on=based_on,
        by=visit.member,
        source=source_of(visit),
    )
    return _answer(rule_out(row), row, status=201)


@router.post(
    "/rules/rehearsal",
    response=RehearsalOut,
    auth=REHEARSE,
    summary="What saving rules would mean; writes nothing",
)
def rehearse_new_rules(request: HttpRequest, body: RulesIn) -> dict[str, Any]:
    """The bookings ahead that would stand against them, and those of the last season they would have refused."""
    visit = cast(MemberRequest, request)
    scope = _scope(visit.member, body.resource_id, body.kind)
    valid_from = body.valid_from or _today(visit, scope)
    rules = read_rules(body.rules)
    if faults := contradictions(visit.member, rules, scope=scope, valid_from=valid_from):
        raise RulesInvalid(fields=faults)
    now = timezone.now()
    return rehearsal_out(rehearse_rules(visit.member, rules, scope=scope, valid_from=valid_from, now=now))


@router.get("/rules/effective", response=EffectiveOut, auth=READ, summary="What holds for a scope, and who said it")
def show_effective_rules(request: HttpRequest, asked: Query[EffectiveQuery]) -> dict[str, Any]:
    """Every value with the scope it comes from, and the hours of seven days from `on`."""
    visit = cast(MemberRequest, request)
    scope = _scope(visit.member, asked.resource, asked.kind)
    return _effective(visit.member, scope, asked.on or _today(visit, scope))


class ResourceRulesQuery(Schema):
    on: KnownDay | None = Field(default=None, description="Local date. Left out: today.")


@router.get(
    "/resources/{uuid:resource_id}/rules",
    response=ResourceRulesOut,
    auth=READ,
    tags=["resources"],
    summary="What holds for a resource, and what it says itself",
)
def show_resource_rules(request: HttpRequest, resource_id: UUID, asked: Query[ResourceRulesQuery]) -> HttpResponse:
    """`own` is the last row written for the resource; its id is the ETag."""
    visit = cast(MemberRequest, request)
    scope = RuleScope(resource=resource_for(visit.member, resource_id))
    own = rule_rows(visit.member, scope).order_by("-id").first()
    body = {
        "effective": _effective(visit.member, scope, asked.on or _today(visit, scope)),
        "own": rule_out(own, for_staff=visit.member.is_staff) if own else None,
    }
    return _answer(body, own)


def _answer(body: dict[str, Any], row: AvailabilityRule | None, *, status: int = 200) -> HttpResponse:
    response = HttpResponse(encode(body), status=status, content_type="application/json")
    if row is not None:
        response["ETag"] = etag(row.pk)
    return response


def _scope(viewer: Member, resource_id: UUID | None, kind: ResourceKind | None) -> RuleScope:
    """Raises ResourceNotFound."""
    resource = resource_for(viewer, resource_id) if resource_id else None
    return RuleScope(kind=kind.value if kind else "", resource=resource)


def _today(visit: MemberRequest, scope: RuleScope) -> date:
    zone = (scope.resource.time_zone if scope.resource else "") or visit.organisation.time_zone
    return wall_of(timezone.now(), zone).date()


def _effective(viewer: Member, scope: RuleScope, on: date) -> dict[str, Any]:
    rows = engine_rows(viewer, scope)
    days = [(day, effective(rows, day)) for day in (on + timedelta(days=step) for step in range(7))]
    return effective_out(days[0][1], on, days)
