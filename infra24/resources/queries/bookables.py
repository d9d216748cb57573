"""Resources as the engine sees them: hand-written SQL, because every booking, feed and search begins here."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from infra24.core.rows import as_array
from infra24.core.statements import Statement
from infra24.resources.models import AvailabilityRule
from infra24.resources.policies import Bookable, Closure, Need, RuleRow, Rules

# What the engine needs besides rules and parts, in the order of `_Row`.
_COLUMNS = """r.id, r.name, coalesce(nullif(r.time_zone, ''), o.time_zone), r.units, r.capacity, r.kind, r.part_of_id,
           r.visible_to, r.bookable_by, r.shape, o.time_zone"""
_CLOSURE = """json_build_array(c.id, c.title, c.wall_from, c.wall_until, c.is_yearly, c.lifted_at,
                (SELECT o.visible_to FROM resources_resource o WHERE o.org_id = c.org_id AND o.id = c.resource_id))"""
_HOLDS_SINCE = """(c.is_yearly OR c.wall_until > %(since)s::timestamptz AT TIME ZONE 'UTC' - interval '2 days')
               AND (c.lifted_at IS NULL OR c.lifted_at > %(since)s)"""

_PARTS = """
    WITH RECURSIVE parts AS (
        SELECT p.part_of_id AS whole, p.id FROM resources_resource p
         WHERE p.org_id = %(org)s AND p.part_of_id = ANY(%(ids)s::uuid[])
        UNION
        SELECT parts.whole, p.id FROM resources_resource p JOIN parts ON p.org_id = %(org)s AND p.part_of_id = parts.id)
"""

# One statement for what the engine needs of a few resources: the row, the rules that speak for it, its kind or the
# whole house, its parts, its closures and what it asks of members.
_BOOKABLES = Statement(f"""{_PARTS}
    SELECT {_COLUMNS},
           (SELECT coalesce(json_agg(json_build_array(q.id, q.name) ORDER BY q.sort_key), '[]')
              FROM resources_resourceneed n
              JOIN resources_qualification q ON q.org_id = n.org_id AND q.id = n.qualification_id
             WHERE n.org_id = r.org_id AND n.resource_id = r.id),
           (SELECT coalesce(json_agg(json_build_array(rule.id, rule.valid_from, rule.rules::text,
                       CASE WHEN rule.resource_id IS NOT NULL THEN 'resource'
                            WHEN rule.kind <> '' THEN 'kind' ELSE 'organisation' END)
                       ORDER BY rule.valid_from, rule.id), '[]')
              FROM resources_availabilityrule rule
             WHERE rule.org_id = r.org_id
               AND (rule.resource_id = r.id
                    OR rule.resource_id IS NULL AND rule.kind IN ('', r.kind))),
           (SELECT coalesce(array_agg(parts.id), '{{}}') FROM parts
             WHERE parts.whole = r.id AND NOT EXISTS (
                   SELECT FROM resources_resource p WHERE p.org_id = r.org_id AND p.part_of_id = parts.id)),
           (SELECT coalesce(json_agg({_CLOSURE}), '[]')
              FROM resources_closure c
             WHERE c.org_id = r.org_id AND {_HOLDS_SINCE}
               AND (c.resource_id IS NULL AND c.kind IN ('', r.kind)
                    OR c.resource_id IN (SELECT resource_wholes(r.org_id, r.id))
                    OR c.resource_id IN (SELECT parts.id FROM parts WHERE parts.whole = r.id)))
      FROM resources_resource r JOIN orgs_organisation o ON o.id = r.org_id
     WHERE r.org_id = %(org)s AND r.id = ANY(%(ids)s::uuid[]) AND r.archived_at IS NULL
""")  # noqa: S608 - our own words only


def bookables(org_id: UUID, resource_ids: Iterable[UUID], *, since: datetime) -> dict[UUID, Bookable]:
    """What the engine needs, by id; missing, archived and foreign ids are left out. One query.

    Closures that were over before `since` are left out.
    """
    return {
        row[0]: _bookable(
            _Row(*row[:12]),
            rows=tuple(_rule_row(*rule) for rule in row[12]),
            leaves=row[13],
            closures=[_closure(closure) for closure in row[14]],
        )
        for row in _BOOKABLES.rows(org=org_id, ids=as_array(resource_ids), since=since)
    }


_RESOURCES = Statement(f"""
    SELECT {_COLUMNS}, coalesce(needs.list, '[]')
      FROM resources_resource r JOIN orgs_organisation o ON o.id = r.org_id
      LEFT JOIN (
           SELECT n.resource_id, json_agg(json_build_array(q.id, q.name) ORDER BY q.sort_key) AS list
             FROM resources_resourceneed n
             JOIN resources_qualification q ON q.org_id = n.org_id AND q.id = n.qualification_id
            WHERE n.org_id = %(org)s GROUP BY n.resource_id) needs ON needs.resource_id = r.id
     WHERE r.org_id = %(org)s AND r.archived_at IS NULL
     ORDER BY r.sort_key, r.id
""")  # noqa: S608 - our own words only
_RULES = Statement("""
    SELECT id::text, valid_from::text, rules::text, kind, resource_id
      FROM resources_availabilityrule WHERE org_id = %(org)s ORDER BY valid_from, id
""")
_CLOSURES = Statement(f"""
    SELECT c.kind, c.resource_id, {_CLOSURE}
      FROM resources_closure c WHERE c.org_id = %(org)s AND {_HOLDS_SINCE}
""")  # noqa: S608 - our own words only


def all_bookables(org_id: UUID, *, since: datetime) -> list[Bookable]:
    """Every live resource as the engine sees it, by name. Three queries, whatever the size of the house."""
    resources = [_Row(*row) for row in _RESOURCES.rows(org=org_id)]
    said = _RULES.rows(org=org_id)
    shut = _CLOSURES.rows(org=org_id, since=since)
    rules: dict[str | UUID, list[RuleRow]] = defaultdict(list)
    for rule_id, valid_from, document, kind, resource_id in said:
        scope = "resource" if resource_id else "kind" if kind else "organisation"
        rules[resource_id or kind].append(_rule_row(rule_id, valid_from, document, scope))
    closures: dict[str | UUID, list[Closure]] = defaultdict(list)
    for kind, resource_id, closure in shut:
        closures[resource_id or kind].append(_closure(closure))
    tree = _Tree(resources)
    found = []
    for row in resources:
        scopes: tuple[str | UUID, ...] = ("", row.kind, row.id, *tree.wholes(row.id), *tree.parts(row.id))
        found.append(
            _bookable(
                row,
                rows=(*rules[""], *rules[row.kind], *rules[row.id]),
                leaves=tree.leaves(row.id),
                closures=[closure for scope in scopes for closure in closures.get(scope, ())],
            )
        )
    return found


class _Row(NamedTuple):
    """A resource as both statements give it."""

    id: UUID
    name: str
    zone: str
    units: int
    capacity: int | None
    kind: str
    part_of: UUID | None
    visible_to: str
    bookable_by: str
    shape: int
    home_zone: str
    needs: list[tuple[str, str]]


def _bookable(row: _Row, *, rows: tuple[RuleRow, ...], leaves: Iterable[UUID], closures: Iterable[Closure]) -> Bookable:
    return Bookable(
        id=row.id,
        name=row.name,
        zone=row.zone,
        units=row.units,
        capacity=row.capacity,
        rows=rows,
        leaves=tuple(leaves),
        kind=row.kind,
        closures=tuple(closures),
        needs=tuple(Need(UUID(qualification_id), name) for qualification_id, name in row.needs),
        visible_to=row.visible_to,
        bookable_by=row.bookable_by,
        shape=row.shape,
        home_zone=row.home_zone,
    )


class _Tree:
    """Which resource is part of which."""

    def __init__(self, rows: Iterable[_Row]) -> None:
        self._whole = {row.id: row.part_of for row in rows if row.part_of}
        self._parts: dict[UUID, list[UUID]] = defaultdict(list)
        for part, whole in self._whole.items():
            self._parts[whole].append(part)

    def wholes(self, resource_id: UUID) -> Iterator[UUID]:
        """What it is part of, near and far."""
        whole = self._whole.get(resource_id)
        while whole:
            yield whole
            whole = self._whole.get(whole)

    def parts(self, resource_id: UUID) -> Iterator[UUID]:
        """Its parts, near and far."""
        for part in self._parts.get(resource_id, ()):
            yield part
            yield from self.parts(part)

    def leaves(self, resource_id: UUID) -> Iterator[UUID]:
        """Its parts that have no parts."""
        return (part for part in self.parts(resource_id) if part not in self._parts)


def _closure(row: Sequence[Any]) -> Closure:
    closure_id, title, wall_from, wall_until, is_yearly, lifted_at, visible_to = row
    return Closure(
        id=UUID(closure_id),
        title=title,
        wall_from=datetime.fromisoformat(wall_from),
        wall_until=datetime.fromisoformat(wall_until),
        is_yearly=is_yearly,
        lifted_at=datetime.fromisoformat(lifted_at) if lifted_at else None,
        visible_to=visible_to or "everyone",
    )


@lru_cache(maxsize=4096)
def _rule_row(rule_id: str, valid_from: str, document: str, scope: str) -> RuleRow:
    """Rows of rules never change, so each is read once a process."""
    return RuleRow(
        id=UUID(rule_id),
        scope=scope,  # type: ignore[arg-type]  # the statement yields exactly the three scopes
        valid_from=date.fromisoformat(valid_from),
        rules=Rules.model_validate_json(document),
    )


def rule_row(rule: AvailabilityRule) -> RuleRow:
    """A stored row as the engine reads it."""
    scope = "resource" if rule.resource_id else "kind" if rule.kind else "organisation"
    return _rule_row(str(rule.pk), rule.valid_from.isoformat(), json.dumps(rule.rules), scope)


def related_ids(org_id: UUID, resource_id: UUID) -> set[UUID]:
    """A resource with its parts and what it is part of, near and far."""
    return {row[0] for row in _RELATED.rows(org=org_id, ids=as_array([resource_id]), id=resource_id)}


_RELATED = Statement(f"{_PARTS} SELECT parts.id FROM parts UNION SELECT resource_wholes(%(org)s, %(id)s)")  # noqa: S608
