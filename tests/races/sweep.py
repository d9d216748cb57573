"""Who is where at the same time, read from the legs people see, as if no constraint had been thought of.

Of what the product writes for its own use (implied legs, `during`,
`is_blocking`) nothing is looked at: bookings say their state, resources what
they are part of, and the rest is comparing every leg with every other.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.rows import dict_row

from tests.database import TestDatabase

_LIVE = """
    WITH RECURSIVE live AS (
        SELECT l.id, l.booking_id, l.resource_id, l.blocks_from, l.blocks_until, l.units, l.people,
               l.sharing <> b.id AS is_shared
          FROM bookings_leg l JOIN bookings_booking b ON b.id = l.booking_id
         WHERE b.org_id = %(org)s AND NOT l.is_implied
           AND (b.status = 'confirmed' OR b.status = 'pending' AND b.pending_blocks
                OR b.status = 'hold' AND b.expires_at > %(now)s)
    ), within AS (
        SELECT r.id AS inner_id, r.id AS outer_id FROM resources_resource r WHERE r.org_id = %(org)s
        UNION
        SELECT w.inner_id, r.part_of_id FROM within w JOIN resources_resource r ON r.id = w.outer_id
         WHERE r.part_of_id IS NOT NULL
    )
"""
_TWICE = f"""
    {_LIVE}
    SELECT a.booking_id::text, b.booking_id::text, a.resource_id::text, b.resource_id::text
      FROM within w
      JOIN live a ON a.resource_id = w.inner_id
      JOIN live b ON b.resource_id = w.outer_id
     WHERE a.booking_id <> b.booking_id
       AND a.blocks_from < b.blocks_until AND b.blocks_from < a.blocks_until
       AND NOT (a.resource_id = b.resource_id AND a.is_shared AND b.is_shared)
"""
# A load is highest at a moment at which somebody comes.
_OVERFULL = f"""
    {_LIVE}
    SELECT r.name, comes.blocks_from, sum(there.units), sum(there.people)
      FROM resources_resource r
      JOIN live comes ON comes.resource_id = r.id
      JOIN live there ON there.resource_id = r.id
       AND there.blocks_from <= comes.blocks_from AND there.blocks_until > comes.blocks_from
     GROUP BY r.id, comes.id, comes.blocks_from
    HAVING sum(there.people) > r.capacity OR (r.units > 1 AND sum(there.units) > r.units)
"""
_BOOKINGS = """
    SELECT b.id::text, b.status, b.version, b.starts_at, b.party_size,
           array_agg(r.name ORDER BY r.name) AS things, sum(l.units) AS units
      FROM bookings_booking b
      JOIN bookings_leg l ON l.booking_id = b.id AND NOT l.is_implied
      JOIN resources_resource r ON r.id = l.resource_id
     WHERE b.org_id = %s GROUP BY b.id
"""


def twice_taken(database: TestDatabase, org_id: UUID, *, now: datetime | None = None) -> list[Any]:
    """Pairs of bookings that have one thing, or a thing and a part of it, at the same time and not by sharing it."""
    return _rows(database, _TWICE, org_id, now)


def overfull(database: TestDatabase, org_id: UUID, *, now: datetime | None = None) -> list[Any]:
    """Moments at which more units or people are promised of a thing than there are."""
    return _rows(database, _OVERFULL, org_id, now)


def booking_rows(database: TestDatabase, org_id: UUID) -> dict[str, dict[str, Any]]:
    """Every booking of a house by id, with the names of what it uses."""
    with database.as_owner() as owner, owner.cursor(row_factory=dict_row) as cursor:
        return {row["id"]: row for row in cursor.execute(_BOOKINGS, [org_id])}


def _rows(database: TestDatabase, statement: str, org_id: UUID, now: datetime | None) -> list[Any]:
    with database.as_owner() as owner:
        moment = now or owner.execute("SELECT now()").fetchone()[0]  # type: ignore[index]
        return owner.execute(statement, {"org": org_id, "now": moment}).fetchall()
