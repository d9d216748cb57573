"""Rows of bookings and legs, written for one booking or for many in the same few statements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from infra24.bookings.models import Booking, Leg
from infra24.bookings.services.claims import LegRow

# One statement for bookings and all their legs; the hot path of the house.
_INSERT = """
    WITH booking AS (
        INSERT INTO bookings_booking
            (id, org_id, title, status, outcome, visibility, person_id, booked_by_id, source, party_size, note,
             starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, expires_at, pending_blocks, reason,
             version, created_at, changed_at)
        SELECT b.id, %(org_id)s, b.title, b.status, '', b.visibility, b.person_id, b.booked_by_id, b.source,
               b.party_size, b.note, b.starts_at, b.ends_at, b.wall_starts_at, b.wall_ends_at, b.time_zone,
               b.expires_at, b.pending_blocks, '', 1, now(), now()
          FROM jsonb_populate_recordset(NULL::bookings_booking, %(bookings)s::jsonb) b
        RETURNING id, starts_at, ends_at
    )
    INSERT INTO bookings_leg
        (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
         blocks_from, blocks_until, sharing, is_blocking)
    SELECT leg.id, %(org_id)s, b.id, leg.resource_id, leg.units, leg.people, leg.is_implied, b.starts_at, b.ends_at,
           leg.blocks_from, leg.blocks_until, leg.sharing, true
      FROM booking b
      JOIN jsonb_populate_recordset(NULL::bookings_leg, %(legs)s::jsonb) leg ON leg.booking_id = b.id
"""
_COLUMNS = (
    "title",
    "status",
    "visibility",
    "person_id",
    "booked_by_id",
    "source",
    "party_size",
    "note",
    "starts_at",
    "ends_at",
    "wall_starts_at",
    "wall_ends_at",
    "time_zone",
    "expires_at",
    "pending_blocks",
)


def insert(org_id: UUID, bookings: Iterable[Booking], rows: Sequence[LegRow]) -> None:
    """Write new bookings with the rows of their legs, in one statement."""
    written = [{"id": booking.pk, **{name: getattr(booking, name) for name in _COLUMNS}} for booking in bookings]
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, {"org_id": org_id, "bookings": as_json(written), "legs": as_json(rows)})


# The legs first, so that the version returned is the last one. Rows that keep
# their resource are updated in place; others go and come.
_REWRITE = """
    WITH wanted AS (
        SELECT w.*, %(starts_at)s::timestamptz AS since, %(ends_at)s::timestamptz AS until
          FROM jsonb_populate_recordset(NULL::bookings_leg, %(legs)s::jsonb) w
    ), gone AS (
        DELETE FROM bookings_leg l
         WHERE l.org_id = %(org_id)s AND l.booking_id = %(id)s
           AND NOT EXISTS (SELECT FROM wanted w WHERE w.resource_id = l.resource_id AND w.is_implied = l.is_implied)
    ), kept AS (
        UPDATE bookings_leg l
           SET units = w.units, people = w.people, starts_at = w.since, ends_at = w.until,
               blocks_from = w.blocks_from, blocks_until = w.blocks_until, sharing = w.sharing
          FROM wanted w
         WHERE l.org_id = %(org_id)s AND l.booking_id = %(id)s
           AND l.resource_id = w.resource_id AND l.is_implied = w.is_implied
        RETURNING l.resource_id, l.is_implied
    )
    INSERT INTO bookings_leg
        (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
         blocks_from, blocks_until, sharing, is_blocking)
    SELECT w.id, %(org_id)s, %(id)s, w.resource_id, w.units, w.people, w.is_implied, w.since, w.until,
           w.blocks_from, w.blocks_until, w.sharing, true
      FROM wanted w
     WHERE NOT EXISTS (SELECT FROM kept k WHERE k.resource_id = w.resource_id AND k.is_implied = w.is_implied)
"""


def rewrite_legs(booking: Booking, rows: Sequence[LegRow]) -> None:
    """Make the rows those of the booking, at its times."""
    with connection.cursor() as cursor:
        cursor.execute(
            _REWRITE,
            {
                "org_id": booking.org_id,
                "id": booking.pk,
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "legs": as_json(rows),
            },
        )


# Taken away first and then written anew: where bookings change places, one of
# them would meet the other's old row.
_CLEAR = "DELETE FROM bookings_leg WHERE org_id = %(org_id)s AND booking_id = ANY(%(ids)s)"
_REPLACE = """
    INSERT INTO bookings_leg
        (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
         blocks_from, blocks_until, sharing, is_blocking)
    SELECT leg.id, %(org_id)s, leg.booking_id, leg.resource_id, leg.units, leg.people, leg.is_implied,
           b.starts_at, b.ends_at, leg.blocks_from, leg.blocks_until, leg.sharing, true
      FROM jsonb_populate_recordset(NULL::bookings_leg, %(legs)s::jsonb) leg
      JOIN bookings_booking b ON b.org_id = %(org_id)s AND b.id = leg.booking_id
"""


def replace_legs(org_id: UUID, bookings: Sequence[Booking], rows: Sequence[LegRow]) -> None:
    """Make the rows those of many bookings at once, at the times stored: `update` them first. Two statements."""
    with connection.cursor() as cursor:
        cursor.execute(_CLEAR, {"org_id": org_id, "ids": [booking.pk for booking in bookings]})
        cursor.execute(_REPLACE, {"org_id": org_id, "legs": as_json(rows)})


_UPDATE = """
    UPDATE bookings_booking b
       SET title = w.title, person_id = w.person_id, party_size = w.party_size, note = w.note,
           visibility = w.visibility, starts_at = w.starts_at, ends_at = w.ends_at,
           wall_starts_at = w.wall_starts_at, wall_ends_at = w.wall_ends_at
      FROM jsonb_populate_recordset(NULL::bookings_booking, %(bookings)s::jsonb) w
     WHERE b.org_id = %(org_id)s AND b.id = w.id
    RETURNING b.id, b.version
"""
_EDITED = (
    "title",
    "person_id",
    "party_size",
    "note",
    "visibility",
    "starts_at",
    "ends_at",
    "wall_starts_at",
    "wall_ends_at",
)


def update(org_id: UUID, bookings: Sequence[Booking]) -> None:
    """Write what was edited of bookings, in one statement, and give each its new version."""
    written = [{"id": booking.pk, **{name: getattr(booking, name) for name in _EDITED}} for booking in bookings]
    with connection.cursor() as cursor:
        cursor.execute(_UPDATE, {"org_id": org_id, "bookings": as_json(written)})
        versions = dict(cursor.fetchall())
    for booking in bookings:
        booking.version = versions[booking.pk]


_STEP = """
    UPDATE bookings_booking SET status = %(status)s, expires_at = NULL, reason = %(reason)s
     WHERE org_id = %(org_id)s AND id = ANY(%(ids)s)
    RETURNING id, version
"""


def step(org_id: UUID, bookings: Sequence[Booking], status: str, *, reason: str = "") -> None:
    """Take bookings to a state, in one statement, and give each its new version."""
    ids = [booking.pk for booking in bookings]
    with connection.cursor() as cursor:
        cursor.execute(_STEP, {"org_id": org_id, "ids": ids, "status": str(status), "reason": reason})
        versions = dict(cursor.fetchall())
    for booking in bookings:
        booking.version = versions[booking.pk]
        booking.status, booking.expires_at, booking.reason = status, None, reason


def visible_legs(booking: Booking, rows: Iterable[LegRow]) -> list[Leg]:
    """Leg instances of freshly written rows, implied ones left out."""
    return [
        Leg(
            id=row.id,
            org_id=booking.org_id,
            booking=booking,
            resource_id=row.resource_id,
            units=row.units,
            people=row.people,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            blocks_from=row.blocks_from,
            blocks_until=row.blocks_until,
            sharing=row.sharing,
        )
        for row in rows
        if not row.is_implied
    ]


def wall(instant: datetime, zone: str) -> datetime:
    """What a clock in the zone shows at the instant; naive."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def as_json(rows: Sequence[LegRow] | Sequence[Mapping[str, Any]]) -> str:
    """Rows as one value for PostgreSQL's `jsonb_populate_recordset`."""
    return msgspec.json.encode(rows).decode()
