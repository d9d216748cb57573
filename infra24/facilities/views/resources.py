"""Pages about what can be booked."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infra24.core.days import wall_of
from infra24.facilities.views.rules import effective_context
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources import queries
from infra24.resources.models import ResourceKind


@require_safe
@for_role(Role.STAFF)
def resources(request: MemberRequest) -> HttpResponse:
    """Everything that can be booked; `?kind=space` narrows it."""
    everything = list(queries.visible_resources(request.member))
    kind = request.GET.get("kind", "")
    shown = [one for one in everything if not kind or one.kind == kind]
    kinds = [(each, sum(one.kind == each for one in everything)) for each in ResourceKind]
    context = {"resources": shown, "kinds": kinds, "kind": kind, "total": len(everything)}
    return render(request, "facilities/resources.html", context)


@require_safe
@for_role(Role.STAFF)
def resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """One resource: what it is, its hours, and where each rule comes from."""
    found = queries.resource_for(request.member, resource_id)
    engine = queries.bookables(found.org_id, [found.pk], since=timezone.now())[found.pk]
    today = wall_of(timezone.now(), engine.zone).date()
    rules = engine.rules_on(today)
    parts = queries.visible_resources(request.member).filter(part_of=found)
    context = {
        "resource": found,
        "zone": engine.zone,
        "parts": parts,
        **effective_context(rules, today),
    }
    return render(request, "facilities/resource.html", context)
