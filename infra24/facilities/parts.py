"""What is part of what, and which bookings could not both stand if it were otherwise."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from infra24.core.errors import Reason
from infra24.core.wording import said

MOST_CLASHES = 50


def whole_ids(org_id: UUID, resource_id: UUID) -> set[UUID]:
    """A resource and all it is part of, near and far."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT resource_wholes(%s, %s)", [org_id, resource_id])
        return {row[0] for row in cursor.fetchall()}


def subtree_ids(org_id: UUID, resource_id: UUID) -> set[UUID]:
    """A resource and all its parts, near and far."""
    with connection.cursor() as cursor:
        cursor.execute(_SUBTREE, {"org": org_id, "id": resource_id})
        return {row[0] for row in cursor.fetchall()}


def clashes_of(
    org_id: UUID, resource_id: UUID, wholes: Iterable[UUID], *, since: datetime, until: datetime | None = None
) -> list[Reason]:
    """Pairs of bookings, one of a whole and one of the resource or a part of it, that overlap after `since`.

    Were the resource part of these wholes, they could not both stand. At most fifty.
    """
    parameters: dict[str, Any] = {
        "org": org_id,
        "id": resource_id,
        "wholes": list(wholes),
        "since": since,
        "until": until,
        "most": MOST_CLASHES,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLASHES, parameters)
        return [
            Reason(
                "slot_taken",
                said("%(whole)s is booked for “%(title)s” while “%(other)s” has %(part)s.", **names),
                str(part_id),
                {"booking_id": str(booking_id), "other_booking_id": str(other_id)},
                said("Move or cancel one of the two."),
            )
            for booking_id, other_id, part_id, names in cursor.fetchall()
        ]


_SUBTREE = """
    WITH RECURSIVE parts AS (
        SELECT r.id FROM resources_resource r WHERE r.org_id = %(org)s AND r.id = %(id)s
        UNION
        SELECT r.id FROM resources_resource r JOIN parts ON r.org_id = %(org)s AND r.part_of_id = parts.id)
    SELECT id FROM parts
"""
# Both legs are those people see; the implied ones follow from them.
_CLASHES = f"""
    WITH part_ids AS ({_SUBTREE})
    SELECT w.booking_id, p.booking_id, p.resource_id,
           json_build_object('whole', wr.name, 'title', wb.title, 'other', pb.title, 'part', pr.name)
      FROM bookings_leg w
      JOIN bookings_leg p ON p.org_id = w.org_id AND p.booking_id <> w.booking_id
       AND p.blocks_from < w.blocks_until AND p.blocks_until > w.blocks_from
      JOIN bookings_booking wb ON wb.org_id = w.org_id AND wb.id = w.booking_id
      JOIN bookings_booking pb ON pb.org_id = p.org_id AND pb.id = p.booking_id
      JOIN resources_resource wr ON wr.org_id = w.org_id AND wr.id = w.resource_id
      JOIN resources_resource pr ON pr.org_id = p.org_id AND pr.id = p.resource_id
     WHERE w.org_id = %(org)s AND w.resource_id = ANY(%(wholes)s) AND w.is_blocking AND NOT w.is_implied
       AND p.resource_id IN (SELECT id FROM part_ids) AND p.is_blocking AND NOT p.is_implied
       AND w.blocks_until > %(since)s AND p.blocks_until > %(since)s
       AND (%(until)s::timestamptz IS NULL OR w.blocks_from < %(until)s)
     ORDER BY w.starts_at, w.booking_id, p.booking_id
     LIMIT %(most)s
"""  # noqa: S608 - our own words only
