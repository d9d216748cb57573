"""Pages about what can be booked."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infra24.core.days import wall_of
from infra24.core.paging import page_of
from infra24.core.sorting import sort_key
from infra24.facilities.closures import coming_for
from infra24.facilities.views.rules import effective_context
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources import queries
from infra24.resources.models import Qualification, Resource, ResourceKind
from infra24.resources.vocabulary import havings, vocabulary_of

PAGE_SIZE = 60
LONGEST_SEARCH = 100
ARCHIVED = "archived"
LAYOUTS = ("table", "cards")
LAYOUT_COOKIE = "resources_as"
A_YEAR = 365 * 24 * 3600
"""Seconds."""


@require_safe
@for_role(Role.STAFF)
def resources(request: MemberRequest) -> HttpResponse:
    """Everything that can be booked; `?kind=space` narrows it, `?kind=archived` shows what was put away.

    `?as=cards` or `?as=table` says how, and is remembered by the browser.
    """
    kind = request.GET.get("kind", "")
    words = request.GET.get("q", "")[:LONGEST_SEARCH].replace("\0", "")
    live = queries.visible_resources(request.member)
    counts = dict(live.order_by().values_list("kind").annotate(Count("id")))
    put_away = queries.visible_resources(request.member, archived=True)
    shown = put_away if kind == ARCHIVED else live.filter(kind=kind) if kind in ResourceKind.values else live
    if wanted := sort_key(words):
        shown = shown.filter(sort_key__contains=wanted)
    context = {
        "page": page_of(shown, by=("sort_key", "id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", "")),
        "kinds": [(each, counts.get(each.value, 0)) for each in ResourceKind],
        "kind": kind,
        "words": words,
        "total": sum(counts.values()),
        "archived": put_away.count(),
        "may_change": request.member.rank.includes(Role.MANAGER),
        "is_cards": _layout(request) == "cards",
    }
    answer = render(request, "facilities/resources.html", context)
    if request.GET.get("as") in LAYOUTS:
        secure = settings.SESSION_COOKIE_SECURE
        answer.set_cookie(LAYOUT_COOKIE, request.GET["as"], max_age=A_YEAR, samesite="Lax", secure=secure)
    return answer


def _layout(request: MemberRequest) -> str:
    """What the address says, else what was chosen last, else a table."""
    asked = request.GET.get("as") or request.COOKIES.get(LAYOUT_COOKIE, "")
    return asked if asked in LAYOUTS else LAYOUTS[0]


@require_safe
@for_role(Role.STAFF)
def resource(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """One resource: what it is, its hours, and where each rule comes from."""
    found = queries.resource_for(request.member, resource_id)
    context = {
        "resource": found,
        "havings": havings(found, vocabulary_of(found.org_id)),
        "needs": Qualification.objects.filter(org_id=found.org_id, needed_by__resource=found).order_by("sort_key"),
        "parts": queries.visible_resources(request.member).filter(part_of=found),
        "closures": coming_for(request.member, found),
        "map_url": map_url(found),
        "may_change": request.member.rank.includes(Role.MANAGER),
        **rules_shown(found),
    }
    return render(request, "facilities/resource.html", context)


def rules_shown(found: Resource) -> dict[str, Any]:
    """The hours and rules of today; nothing for what is archived, which has none."""
    engine = queries.bookables(found.org_id, [found.pk], since=timezone.now()).get(found.pk)
    if engine is None:
        return {}
    today = wall_of(timezone.now(), engine.zone).date()
    rules = engine.rules_on(today)
    return {
        "zone": engine.zone,
        **effective_context(rules, today),
    }


def map_url(found: Resource) -> str:
    """Where a map shows the place; empty when nobody said where it is. A link only: nothing is loaded from there."""
    if found.latitude is None or found.longitude is None:
        return ""
    place = f"{found.latitude:.6f}", f"{found.longitude:.6f}"
    return f"https://www.openstreetmap.org/?mlat={place[0]}&mlon={place[1]}#map=18/{place[0]}/{place[1]}"
