"""Rows of bookings and legs, written for one booking or for many in the same few statements."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
from django.db import connection

from infra24.bookings.models import Booking, Leg
from infra24.bookings.services.claims import LegRow
from infra24.core.rows import as_array, loaded
from infra24.core.statements import Statement

# One statement for bookings and all their legs; the hot path of the house.
_INSERT = Statement("""
    WITH booking AS (
        INSERT INTO bookings_booking
            (id, org_id, title, status, outcome, visibility, person_id, booked_by_id, source, party_size, note,
             starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, expires_at, pending_blocks, reason,
             cancel_until, check_in_from, check_in_until, remind_at, version, created_at, changed_at)
        SELECT b.id, %(org_id)s, b.title, b.status, '', b.visibility, b.person_id, b.booked_by_id, b.source,
               b.party_size, b.note, b.starts_at, b.ends_at, b.wall_starts_at, b.wall_ends_at, b.time_zone,
               b.expires_at, b.pending_blocks, '', b.cancel_until, b.check_in_from, b.check_in_until, b.remind_at,
               1, now(), now()
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
""")
TERMS = ("cancel_until", "check_in_from", "check_in_until", "remind_at")
"""What a booking keeps of `policies.Terms`."""
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
    *TERMS,
)


def insert(org_id: UUID, bookings: Iterable[Booking], rows: Sequence[LegRow]) -> None:
    """Write new bookings with the rows of their legs, in one statement."""
    written = [{"id": booking.pk, **{name: getattr(booking, name) for name in _COLUMNS}} for booking in bookings]
    _INSERT.tell(org_id=org_id, bookings=as_json(written), legs=as_json(rows))


# The legs first, so that the version returned is the last one. Rows that keep
# their resource are updated in place; others go and come.
_REWRITE = Statement("""
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
""")


def rewrite_legs(booking: Booking, rows: Sequence[LegRow]) -> None:
    """Make the rows those of the booking, at its times."""
    _REWRITE.tell(
        org_id=booking.org_id,
        id=booking.pk,
        starts_at=booking.starts_at,
        ends_at=booking.ends_at,
        legs=as_json(rows),
    )


# Taken away first and then written anew: where bookings change places, one of
# them would meet the other's old row.
_CLEAR = Statement("DELETE FROM bookings_leg WHERE org_id = %(org_id)s AND booking_id = ANY(%(ids)s::uuid[])")
_REPLACE = Statement("""
    INSERT INTO bookings_leg
        (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
         blocks_from, blocks_until, sharing, is_blocking)
    SELECT leg.id, %(org_id)s, leg.booking_id, leg.resource_id, leg.units, leg.people, leg.is_implied,
           b.starts_at, b.ends_at, leg.blocks_from, leg.blocks_until, leg.sharing, true
      FROM jsonb_populate_recordset(NULL::bookings_leg, %(legs)s::jsonb) leg
      JOIN bookings_booking b ON b.org_id = %(org_id)s AND b.id = leg.booking_id
""")


def replace_legs(org_id: UUID, bookings: Sequence[Booking], rows: Sequence[LegRow]) -> None:
    """Make the rows those of many bookings at once, at the times stored: `update` them first. Two statements."""
    _CLEAR.tell(org_id=org_id, ids=as_array(booking.pk for booking in bookings))
    _REPLACE.tell(org_id=org_id, legs=as_json(rows))


_UPDATE = Statement("""
    UPDATE bookings_booking b
       SET title = w.title, person_id = w.person_id, party_size = w.party_size, note = w.note,
           visibility = w.visibility, starts_at = w.starts_at, ends_at = w.ends_at,
           wall_starts_at = w.wall_starts_at, wall_ends_at = w.wall_ends_at, cancel_until = w.cancel_until,
           check_in_from = w.check_in_from, check_in_until = w.check_in_until, remind_at = w.remind_at,
           checked_in_at = w.checked_in_at, planned_ends_at = w.planned_ends_at, outcome = w.outcome
      FROM jsonb_populate_recordset(NULL::bookings_booking, %(bookings)s::jsonb) w
     WHERE b.org_id = %(org_id)s AND b.id = w.id
    RETURNING b.id, b.version
""")
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
    *TERMS,
    "checked_in_at",
    "planned_ends_at",
    "outcome",
)


def update(org_id: UUID, bookings: Sequence[Booking]) -> None:
    """Write what was edited of bookings, in one statement, and give each its new version."""
    written = [{"id": booking.pk, **{name: getattr(booking, name) for name in _EDITED}} for booking in bookings]
    versions: dict[UUID, int] = dict(_UPDATE.rows(org_id=org_id, bookings=as_json(written)))
    for booking in bookings:
        booking.version = versions[booking.pk]


_STEP = Statement("""
    UPDATE bookings_booking
       SET status = %(status)s, expires_at = NULL, reason = %(reason)s, is_late_cancelled = %(late)s, outcome = ''
     WHERE org_id = %(org_id)s AND id = ANY(%(ids)s::uuid[])
    RETURNING id, version, changed_at
""")


def step(org_id: UUID, bookings: Sequence[Booking], status: str, *, reason: str = "", is_late: bool = False) -> None:
    """Take bookings to a state, in one statement, and give each its new version. Nobody's coming is noted any more."""
    ids = as_array(booking.pk for booking in bookings)
    rows = _STEP.rows(org_id=org_id, ids=ids, status=status, reason=reason, late=is_late)
    written = {key: said for key, *said in rows}
    for booking in bookings:
        booking.version, booking.changed_at = written[booking.pk]
        booking.status, booking.expires_at, booking.reason = status, None, reason
        booking.is_late_cancelled, booking.outcome = is_late, ""


def set_values(booking: Booking, **values: Any) -> None:
    """Write some columns of one booking and give it its new version."""
    assigned = ", ".join(f"{name} = %({name})s" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE bookings_booking SET {assigned} WHERE org_id = %(org_id)s AND id = %(id)s RETURNING version",  # noqa: S608 - names of columns only
            {**values, "org_id": booking.org_id, "id": booking.pk},
        )
        (booking.version,) = cursor.fetchone()
    for name, value in values.items():
        setattr(booking, name, value)


# The legs first, so that the version returned is the last one. Pack-down stays as long as it was, where it is kept.
_END_LEGS = Statement("""
    UPDATE bookings_leg
       SET ends_at = %(ends_at)s,
           blocks_until = %(ends_at)s::timestamptz
                          + CASE WHEN %(packs)s THEN blocks_until - ends_at ELSE interval '0' END
     WHERE org_id = %(org_id)s AND booking_id = %(id)s
""")


def end_early(booking: Booking, ends_at: datetime, *, packs_down: bool, **values: Any) -> None:
    """Let a booking and its legs end at an instant before their end, with pack-down after it or without.

    `values` are further columns to write. The instances of its visible legs follow.
    """
    _END_LEGS.tell(org_id=booking.org_id, id=booking.pk, ends_at=ends_at, packs=packs_down)
    for leg in booking.visible_legs:
        pack_down = leg.blocks_until - leg.ends_at if packs_down else timedelta()
        leg.ends_at, leg.blocks_until = ends_at, ends_at + pack_down
    set_values(
        booking,
        planned_ends_at=booking.planned_ends_at or booking.ends_at,
        ends_at=ends_at,
        wall_ends_at=wall(ends_at, booking.time_zone),
        **values,
    )


def visible_legs(booking: Booking, rows: Iterable[LegRow]) -> list[Leg]:
    """Leg instances of freshly written rows, implied ones left out."""
    legs = []
    for row in rows:
        if row.is_implied:
            continue
        values = {
            "id": row.id,
            "org_id": booking.org_id,
            "booking_id": booking.pk,
            "resource_id": row.resource_id,
            "units": row.units,
            "people": row.people,
            "is_implied": False,
            "starts_at": booking.starts_at,
            "ends_at": booking.ends_at,
            "blocks_from": row.blocks_from,
            "blocks_until": row.blocks_until,
            "sharing": row.sharing,
            "is_blocking": True,
        }
        legs.append(loaded(Leg, values, booking=booking))
    return legs


def wall(instant: datetime, zone: str) -> datetime:
    """What a clock in the zone shows at the instant; naive."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def as_json(rows: Sequence[LegRow] | Sequence[Mapping[str, Any]]) -> str:
    """Rows as one value for PostgreSQL's `jsonb_populate_recordset`."""
    return msgspec.json.encode(rows).decode()
