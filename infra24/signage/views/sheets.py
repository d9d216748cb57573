"""Day sheets: looked at, then printed by the browser."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from infra24.core.days import read_day
from infra24.orgs.access import for_role
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest, today_of
from infra24.resources.models import Resource
from infra24.signage.forms import SheetForm, sheet_wanted
from infra24.signage.queries import resources_at
from infra24.signage.sheets import sheets_of


@require_safe
@for_role(Role.STAFF)
def sheet(request: MemberRequest) -> HttpResponse:
    """A day of one resource, of a place or of the house, a page for each or in one list.

    `?date=2026-11-23&resource=…`, `?place=Annex&layout=list`, `?readers=door`; `resource` may be said several times.
    """
    today = today_of(request)
    day = read_day(request.GET.get("date"), otherwise=today)
    asked = sheet_wanted(request.GET, day=day)
    chosen = _chosen(request, asked["place"])
    for_door = asked["readers"] == "door"
    sheets = sheets_of(request.member, request.organisation, chosen, day, for_door=for_door)
    # Paper for what was asked for by name; of many, only where something is on.
    shows_quiet = bool(asked["quiet"]) or bool(request.GET.get("resource"))
    shown = [one for one in sheets if shows_quiet or one.stays or one.closures]
    context: dict[str, Any] = {
        "day": day,
        "today": today,
        "sheets": shown,
        "left_out": [one.resource for one in sheets if one not in shown],
        "form": SheetForm(initial=asked, viewer=request.member),
        "place": asked["place"],
        "is_list": asked["layout"] == "list",
        "for_door": for_door,
        "printed_at": timezone.now(),
        "site": settings.BASE_URL,
    }
    return render(request, "signage/sheet.html", context)


def _chosen(request: MemberRequest, place: str) -> list[Resource]:
    """What is to be printed: the resources named, else those of the place; ids of nothing are left out."""
    named = set()
    for text in request.GET.getlist("resource"):
        try:
            named.add(UUID(text))
        except ValueError:
            continue
    if named:
        return [each for each in resources_at(request.member) if each.pk in named]
    return resources_at(request.member, place)
