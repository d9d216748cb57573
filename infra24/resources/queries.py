"""Reading resources, starting from who is looking."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from infra24.orgs.models import Member
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import AvailabilityRule, Resource
from infra24.resources.policies import Bookable, RuleRow, Rules


def visible_resources(viewer: Member) -> QuerySet[Resource]:
    """Every live resource of the viewer's organisation, by name."""
    return Resource.objects.filter(org_id=viewer.org_id, archived_at=None).order_by("sort_key", "id")


def resource_for(viewer: Member, resource_id: UUID) -> Resource:
    """Raises ResourceNotFound both for a missing resource and for another organisation's."""
    try:
        return visible_resources(viewer).get(pk=resource_id)
    except Resource.DoesNotExist:
        raise ResourceNotFound from None


# One statement for what the engine needs of any number of resources: the row,
# and the rules that speak for it, its kind or the whole house.
_BOOKABLES = """
    SELECT r.id, r.name, coalesce(nullif(r.time_zone, ''), o.time_zone), r.units, r.capacity,
           (SELECT coalesce(json_agg(json_build_array(rule.id, rule.valid_from, rule.rules::text,
                       CASE WHEN rule.resource_id IS NOT NULL THEN 'resource'
                            WHEN rule.kind <> '' THEN 'kind' ELSE 'organisation' END)
                       ORDER BY rule.valid_from, rule.id), '[]')
              FROM resources_availabilityrule rule
             WHERE rule.org_id = r.org_id
               AND (rule.resource_id = r.id
                    OR rule.resource_id IS NULL AND rule.kind IN ('', r.kind))),
           (WITH RECURSIVE parts AS (
                SELECT p.id FROM resources_resource p WHERE p.org_id = r.org_id AND p.part_of_id = r.id
                UNION
                SELECT p.id FROM resources_resource p JOIN parts ON p.org_id = r.org_id AND p.part_of_id = parts.id)
            SELECT coalesce(array_agg(parts.id), '{}') FROM parts
             WHERE NOT EXISTS (SELECT FROM resources_resource p WHERE p.org_id = r.org_id AND p.part_of_id = parts.id))
      FROM resources_resource r JOIN orgs_organisation o ON o.id = r.org_id
     WHERE r.org_id = %s AND r.id = ANY(%s) AND r.archived_at IS NULL
"""


def bookables(org_id: UUID, resource_ids: Iterable[UUID]) -> dict[UUID, Bookable]:
    """What the engine needs, by id; missing, archived and foreign ids are left out. One query."""
    with connection.cursor() as cursor:
        cursor.execute(_BOOKABLES, [org_id, list(resource_ids)])
        return {row[0]: bookable_from_row(row) for row in cursor.fetchall()}


def bookable_from_row(row: Sequence[Any]) -> Bookable:
    """A row of (id, name, zone, units, capacity, rules, leaves) as the engine's value."""
    resource_id, name, zone, units, capacity, rules, leaves = row
    return Bookable(
        id=resource_id,
        name=name,
        zone=zone,
        units=units,
        capacity=capacity,
        rows=tuple(_rule_row(*rule) for rule in rules),
        leaves=tuple(leaves),
    )


_RESOURCES = """
    SELECT r.id, r.name, coalesce(nullif(r.time_zone, ''), o.time_zone), r.units, r.capacity, r.kind, r.part_of_id
      FROM resources_resource r JOIN orgs_organisation o ON o.id = r.org_id
     WHERE r.org_id = %s AND r.archived_at IS NULL
     ORDER BY r.sort_key, r.id
"""
_RULES = """
    SELECT id::text, valid_from::text, rules::text, kind, resource_id
      FROM resources_availabilityrule WHERE org_id = %s ORDER BY valid_from, id
"""


def all_bookables(org_id: UUID) -> list[Bookable]:
    """Every live resource as the engine sees it, by name. Two queries, whatever the size of the house."""
    with connection.cursor() as cursor:
        cursor.execute(_RESOURCES, [org_id])
        resources = cursor.fetchall()
        cursor.execute(_RULES, [org_id])
        said = cursor.fetchall()
    of_house: list[RuleRow] = []
    of_kind: dict[str, list[RuleRow]] = defaultdict(list)
    of_resource: dict[UUID, list[RuleRow]] = defaultdict(list)
    for rule_id, valid_from, document, kind, resource_id in said:
        scope = "resource" if resource_id else "kind" if kind else "organisation"
        row = _rule_row(rule_id, valid_from, document, scope)
        (of_resource[resource_id] if resource_id else of_kind[kind] if kind else of_house).append(row)
    parts: dict[UUID, list[UUID]] = defaultdict(list)
    for row in resources:
        parts[row[6]].append(row[0])
    return [
        Bookable(
            id=resource_id,
            name=name,
            zone=zone,
            units=units,
            capacity=capacity,
            rows=(*of_house, *of_kind[kind], *of_resource[resource_id]),
            leaves=tuple(_leaves(resource_id, parts)),
        )
        for resource_id, name, zone, units, capacity, kind, _ in resources
    ]


def _leaves(resource_id: UUID, parts: dict[UUID, list[UUID]]) -> Iterator[UUID]:
    for part in parts.get(resource_id, ()):
        if part in parts:
            yield from _leaves(part, parts)
        else:
            yield part


@lru_cache(maxsize=4096)
def _rule_row(rule_id: str, valid_from: str, document: str, scope: str) -> RuleRow:
    """Rows of rules never change, so each is read once a process."""
    return RuleRow(
        id=UUID(rule_id),
        scope=scope,  # type: ignore[arg-type]  # the statement yields exactly the three scopes
        valid_from=date.fromisoformat(valid_from),
        rules=Rules.model_validate_json(document),
    )


def rules_of(viewer: Member, resource: Resource) -> QuerySet[AvailabilityRule]:
    """What was said for this resource itself, newest first."""
    return AvailabilityRule.objects.filter(org_id=viewer.org_id, resource=resource).order_by("-valid_from", "-id")
