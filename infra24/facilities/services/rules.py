"""Saying when something can be had, from a day on."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction
from django.utils import timezone
from pydantic import ValidationError

from infra24.bookings.locking import unsettle
from infra24.core.days import wall_of
from infra24.core.errors import Stale
from infra24.core.problems import faults_by_path
from infra24.core.wording import Sentence, said
from infra24.facilities.errors import RulesInvalid, RulesTooLarge, ValidFromPast
from infra24.facilities.queries.rules import engine_rows, rule_rows, with_rules
from infra24.facilities.scopes import RuleScope
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member, Organisation
from infra24.resources.models import AvailabilityRule, Resource
from infra24.resources.policies import LONGEST_DOCUMENT, Effective, Rules, all_spans, effective, off_grid_faults


def read_rules(document: Mapping[str, Any]) -> Rules:
    """A document as rules. Raises RulesInvalid with the path of every fault, `rules.weekly.mon.0`; RulesTooLarge."""
    if len(msgspec.json.encode(document)) > LONGEST_DOCUMENT:
        raise RulesTooLarge
    try:
        return Rules.model_validate(document)
    except ValidationError as error:
        faults = [{**fault, "loc": ("", "rules", *_path(fault["loc"]))} for fault in error.errors()]
        raise RulesInvalid(fields=faults_by_path(faults)) from error


def _path(steps: tuple[int | str, ...]) -> list[int | str]:
    """A fault's place without the names pydantic gives to the branches of a choice."""
    return [step for step in steps if isinstance(step, int) or (step.replace("_", "").isalpha() and step.islower())]


@transaction.atomic
def save_rules(
    document: Mapping[str, Any],
    *,
    scope: RuleScope,
    valid_from: date,
    note: str = "",
    based_on: UUID | None = None,
    by: Member,
    source: str,
) -> AvailabilityRule:
    """Let these rules hold for a scope from a local day on; what was said before stays for the days before.

    `based_on` is the newest row of the scope that the caller has seen. Raises
    RulesInvalid and RulesTooLarge, also for what contradicts the values the
    scope inherits; Stale; ValidFromPast.
    """
    now = timezone.now()
    rules = read_rules(document)
    _one_at_a_time(by.org_id, scope)
    rows = rule_rows(by, scope)
    newest = rows.order_by("-id").first()
    if based_on is not None and (newest is None or newest.pk != based_on):
        raise Stale
    zone = (scope.resource.time_zone if scope.resource else "") or Organisation.objects.get(pk=by.org_id).time_zone
    if newest is not None and valid_from < wall_of(now, zone).date():
        raise ValidFromPast(fields={"valid_from": said("Choose today or a later day.")})
    if faults := contradictions(by, rules, scope=scope, valid_from=valid_from):
        raise RulesInvalid(fields=faults)
    row = AvailabilityRule.objects.create(
        org_id=by.org_id,
        kind=scope.kind,
        resource=scope.resource,
        valid_from=valid_from,
        rules=rules.model_dump(mode="json", by_alias=True, exclude_none=True),
        note=note.strip(),
        written_by=by,
    )
    unsettle(by.org_id, _spoken_for(by, scope))
    record(by.org_id, "rule.saved", now=now, source=source, rule_id=row.pk, scope=scope.name, valid_from=valid_from)
    audit.write(
        by.org_id,
        "rule.save",
        subject_id=row.pk,
        by=by,
        source=source,
        now=now,
        before={"rule_id": newest.pk} if newest else None,
        after={"scope": scope.name, "kind": scope.kind, "resource_id": scope.resource_id, "valid_from": valid_from},
    )
    return row


def contradictions(viewer: Member, rules: Rules, *, scope: RuleScope, valid_from: date) -> dict[str, Sentence]:
    """What the rules and the values this scope inherits say against each other, by path."""
    rows = with_rules(engine_rows(viewer, scope), rules, scope=scope, valid_from=valid_from)
    whole = effective(rows, valid_from)
    faults = {f"rules.{path}": fault for path, fault in off_grid_faults(all_spans(rules), whole.slot_minutes).items()}
    if rules.slot_minutes is not None and rules.weekly is None and not faults:
        for fault in list(off_grid_faults(_inherited_spans(whole), whole.slot_minutes).values())[:1]:
            faults["rules.slot_minutes"] = fault
    if whole.shortest > whole.longest:
        said_here = "shortest_minutes" if rules.shortest_minutes is not None else "longest_minutes"
        faults[f"rules.{said_here}"] = said(
            "The shortest booking would be %(shortest)s and the longest %(longest)s. Change one of them.",
            shortest=whole.shortest,
            longest=whole.longest,
        )
    return faults


def _inherited_spans(whole: Effective) -> Iterator[tuple[str, tuple[str, str]]]:
    """The hours that hold besides a scope's own: of the wider scopes up to the first that says a week."""
    for hours in whole.hours_said[1:]:
        yield from all_spans(hours.rules)
        if hours.weekly is not None:
            return


def _one_at_a_time(org_id: UUID, scope: RuleScope) -> None:
    with connection.cursor() as cursor:
        key = f"rules of {org_id} {scope.kind} {scope.resource_id}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def _spoken_for(by: Member, scope: RuleScope) -> list[UUID]:
    if scope.resource is not None:
        return [scope.resource.pk]
    resources = Resource.objects.filter(org_id=by.org_id, archived_at=None)
    return list((resources.filter(kind=scope.kind) if scope.kind else resources).values_list("pk", flat=True))
