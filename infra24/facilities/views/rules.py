"""Pages that tell what is said about when things can be had, and by whom."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from infra24.core.days import wall_of
from infra24.core.paging import page_of
from infra24.facilities.errors import ScopeUnknown
from infra24.facilities.queries.rules import effective_for, rule_rows
from infra24.facilities.scopes import RuleScope
from infra24.facilities.words import Saying, hours_words, own_sayings, sayings, source_words, week_source
from infra24.orgs.access import for_role
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.requests import MemberRequest
from infra24.resources.models import AvailabilityRule, Resource, ResourceKind
from infra24.resources.policies import Effective, Rules
from infra24.resources.queries import resource_for, visible_resources

ORGANISATION: Final = "organisation"
"""How addresses call the scope of the whole house; kinds go by their own names."""
NAMES: Final[dict[str, str | Promise]] = {
    ORGANISATION: _("The whole house"),
    ResourceKind.SPACE: _("Spaces"),
    ResourceKind.EQUIPMENT: _("Equipment"),
    ResourceKind.PERSON: _("People"),
    ResourceKind.OTHER: _("Other"),
}
PAGE_SIZE: Final = 20


@dataclass(frozen=True)
class Row:
    """One row of rules as a page shows it."""

    row: AvailabilityRule
    sayings: Sequence[Saying]
    state: str
    """`now`, `ahead` or `past`."""


@dataclass(frozen=True)
class Section:
    """What one scope says."""

    name: str | Promise
    key: str
    count: int
    holding: Row | None
    ahead: Sequence[Row]


@require_safe
@for_role(Role.STAFF)
def rules(request: MemberRequest) -> HttpResponse:
    """The house and each kind: what it says itself, since when, and what is to come."""
    today = today_in(request.organisation)
    kinds = list(visible_resources(request.member).values_list("kind", flat=True))
    sections = []
    for key, name in NAMES.items():
        shown = list(described(rule_rows(request.member, scope_called(key)), today))
        sections.append(
            Section(
                name=name,
                key=key,
                count=len(kinds) if key == ORGANISATION else kinds.count(key),
                holding=next((one for one in shown if one.state == "now"), None),
                ahead=[one for one in reversed(shown) if one.state == "ahead"],
            )
        )
    return render(request, "facilities/rules.html", {"sections": sections, "may_edit": may_edit(request)})


@require_safe
@for_role(Role.STAFF)
def resource_rules(request: MemberRequest, resource_id: UUID) -> HttpResponse:
    """What holds for one resource and where it comes from; under it, what was said for the resource itself."""
    found = resource_for(request.member, resource_id)
    today = today_in(request.organisation, found)
    scope = RuleScope(resource=found)
    rows = rule_rows(request.member, scope)
    page = page_of(rows, by=("-valid_from", "-id"), limit=PAGE_SIZE, cursor=request.GET.get("cursor", ""))
    holding = holding_row(rows, today)
    context = {
        "resource": found,
        "page": page,
        "rows": [described_row(row, today, holding) for row in page.items],
        "may_edit": may_edit(request),
        **effective_context(effective_for(request.member, scope, today), today),
        "zone": found.time_zone or request.organisation.time_zone,
    }
    return render(request, "facilities/resource_rules.html", context)


def effective_context(holds: Effective, today: date) -> dict[str, Any]:
    """What `facilities/_effective.html` and `facilities/_week.html` show."""
    return {"sayings": sayings(holds), "week": week(holds, today), "hours_from": week_source(holds)}


def week(holds: Effective, today: date) -> list[tuple[date, str, str]]:
    """Seven days from today: the day, its hours in words, and why where they are not the usual ones."""
    days = [(day, holds.hours_on(day)) for day in (today + timedelta(days=step) for step in range(7))]
    return [(day, hours_words(hours.spans), source_words(hours)) for day, hours in days]


def scope_called(key: str) -> RuleScope:
    """The scope of an address: `organisation`, or a kind. Raises ScopeUnknown."""
    if key not in NAMES:
        raise ScopeUnknown
    return RuleScope(kind="" if key == ORGANISATION else key)


def described(rows: "QuerySet[AvailabilityRule]", today: date) -> Iterator[Row]:
    holding = holding_row(rows, today)
    return (described_row(row, today, holding) for row in rows)


def holding_row(rows: "QuerySet[AvailabilityRule]", today: date) -> AvailabilityRule | None:
    """Of one scope's rows the one that holds today."""
    return rows.filter(valid_from__lte=today).first()


def described_row(row: AvailabilityRule, today: date, holding: AvailabilityRule | None) -> Row:
    state = "ahead" if row.valid_from > today else "now" if row == holding else "past"
    return Row(row, own_sayings(Rules.model_validate(row.rules), today=today), state)


def today_in(organisation: Organisation, resource: Resource | None = None) -> date:
    """The date where the resource stands."""
    zone = (resource.time_zone if resource else "") or organisation.time_zone
    return wall_of(timezone.now(), zone).date()


def may_edit(request: MemberRequest) -> bool:
    return request.member.rank.includes(Role.MANAGER)
