"""Reading what was said about when things can be had, starting from who is looking."""

from datetime import date
from uuid import uuid4

from django.db.models import QuerySet

from infra24.facilities.scopes import RuleScope
from infra24.orgs.models import Member
from infra24.resources.models import AvailabilityRule
from infra24.resources.policies import Effective, RuleRow, Rules, effective
from infra24.resources.queries import rule_row


def rule_rows(viewer: Member, scope: RuleScope) -> QuerySet[AvailabilityRule]:
    """What was said for one scope, the newest first; of one day the later written."""
    rows = AvailabilityRule.objects.filter(org_id=viewer.org_id, kind=scope.kind, resource=scope.resource)
    return rows.order_by("-valid_from", "-id")


def effective_for(viewer: Member, scope: RuleScope, on: date) -> Effective:
    """What holds on a local date for the organisation, a kind, or a resource."""
    return effective(engine_rows(viewer, scope), on)


def engine_rows(viewer: Member, scope: RuleScope) -> tuple[RuleRow, ...]:
    """The rows that speak for a scope, its own and the wider ones, as the engine reads them, in order of writing."""
    kind = scope.resource.kind if scope.resource else scope.kind
    rows = AvailabilityRule.objects.filter(org_id=viewer.org_id, kind__in={"", kind}).order_by("valid_from", "id")
    return tuple(rule_row(row) for row in rows if row.resource_id in {None, scope.resource_id})


def with_rules(rows: tuple[RuleRow, ...], rules: Rules, *, scope: RuleScope, valid_from: date) -> tuple[RuleRow, ...]:
    """The rows as they would be with these rules saved."""
    new = RuleRow(uuid4(), scope.name, valid_from, rules)  # type: ignore[arg-type]  # one of the three scopes
    return (*rows, new)


def as_if_ever_since(rows: tuple[RuleRow, ...], rules: Rules, *, scope: RuleScope) -> tuple[RuleRow, ...]:
    """The rows as if this scope had always said these rules and no others."""
    others = tuple(row for row in rows if row.scope != scope.name)
    return with_rules(others, rules, scope=scope, valid_from=date.min)
