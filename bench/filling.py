"""Databases filled with bookings: made once for a schema, kept in the data folder, cloned for every run.

Forty organisations of fifty rooms and tools, bookings that never overlap. Eight
of them are measured: each has a quiet week of 200 events and a busy one of
1,000. One more is large: 200 rooms, with 1,000 events in each of these weeks;
it is searched. All else is history before them, as dense as the busy week, so
that more bookings mean a longer past. Times are fixed, which lets a filling
serve on any day.
"""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg

ORGANISATIONS, RESOURCES, MEASURED = 40, 50, 8
LARGE, LARGE_RESOURCES = ORGANISATIONS + 1, 200
"""The large house: its number, and its rooms."""
QUIET_EVENTS, BUSY_EVENTS, LARGE_EVENTS = 200, 1000, 2000
QUIET_WEEK = datetime(2030, 1, 7, 5, tzinfo=UTC)
"""Monday 00:00 in New York."""
BUSY_WEEK = QUIET_WEEK + timedelta(weeks=1)
FREE_FROM = QUIET_WEEK + timedelta(weeks=4)
"""From this Monday on nothing is booked but what the callers book."""
OPENS, CLOSES = 7, 23
"""Hours of the day, every day, in New York."""
ZONE = "America/New_York"
ORGANISATION, USER, MEMBER, RESOURCE, KEY = 1, 2, 3, 5, 11
"""Kinds of ids, as filling.sql numbers them."""
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

ROWS = Path(__file__).with_name("filling.sql")
TABLES = ("bookings_booking", "bookings_leg", "facts_fact", "orgs_auditentry")

_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
     WHERE (conrelid = ANY(%(tables)s::regclass[]) AND contype IN ('f', 'p', 'u', 'x'))
        OR (confrelid = ANY(%(tables)s::regclass[]) AND contype = 'f')
     ORDER BY contype = 'f' DESC, conname
"""
_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
     WHERE indrelid = ANY(%(tables)s::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


def identifier(kind: int, number: int) -> str:
    """The id that filling.sql gives, as text."""
    digits = f"0190000000007{kind:03x}8000{number:012x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def resource_id(house: int, resource: int) -> str:
    """Houses count from 1, their resources from 0."""
    return identifier(RESOURCE, house * 1000 + resource)


def fill(connection: psycopg.Connection[Any], bookings: int) -> None:
    """Write organisations and about that many bookings into an empty, migrated database, as its owner.

    There are never fewer than 11,600: those of the two weeks.

    `connection` is in autocommit. Indexes, keys and the exclusion constraint
    are built after the rows: ten times faster, and PostgreSQL refuses a filling
    that would double-book.
    """
    of_weeks = MEASURED * (QUIET_EVENTS + BUSY_EVENTS) + LARGE_EVENTS
    values = {
        "large": LARGE,
        "large_resources": LARGE_RESOURCES,
        "resources": RESOURCES,
        "measured": MEASURED,
        "quiet": QUIET_EVENTS,
        "busy": BUSY_EVENTS,
        "past": max(0, bookings - of_weeks) // (ORGANISATIONS * RESOURCES + LARGE_RESOURCES),
        "quiet_week": QUIET_WEEK,
        "busy_week": BUSY_WEEK,
        "hours": json.dumps({"schema": 1, "weekly": {day: [[f"{OPENS:02}:00", f"{CLOSES:02}:00"]] for day in DAYS}}),
    }
    with connection.transaction(), psycopg.ClientCursor(connection) as cursor:
        cursor.execute("SET LOCAL maintenance_work_mem = '512MB'; SET LOCAL work_mem = '128MB'")
        put_back = _strip(cursor)
        cursor.execute(ROWS.read_text(), values)
        for command in put_back:
            cursor.execute(command)
    connection.execute("VACUUM (FREEZE, ANALYZE)")


def _strip(cursor: psycopg.Cursor[Any]) -> list[str]:
    """Take indexes, keys and triggers off the large tables; the commands that put them back, in order."""
    tables = {"tables": list(TABLES)}
    constraints = cursor.execute(_CONSTRAINTS, tables).fetchall()
    indexes = cursor.execute(_INDEXES, tables).fetchall()
    for table, name, _ in constraints:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    for name, _ in indexes:
        cursor.execute(f"DROP INDEX {name}")
    for table in TABLES:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
    # Foreign keys come first in the list; they go back last, for they need the others.
    put_back = [f"ALTER TABLE {table} ADD CONSTRAINT {name} {what}" for table, name, what in reversed(constraints)]
    put_back[0:0] = [what for _, what in indexes]
    put_back += [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in TABLES]
    return put_back
