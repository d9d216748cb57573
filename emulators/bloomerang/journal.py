"""What was received and what it did: the emulator is the judge of lost and doubled effects."""

import json
import sqlite3

from pydantic import Field

from emulators.bloomerang.answers import Json
from emulators.bloomerang.shapes import Query

ENTRIES = 100


class JournalQuery(Query):
    """`limit` newest entries are shown; the counts always cover everything since the last reset."""

    limit: int = Field(default=ENTRIES, ge=0, le=10_000)


def summary(connection: sqlite3.Connection, query: JournalQuery) -> dict[str, Json]:
    """Counts, duplicates and the newest entries.

    A duplicate is a value of a free text field carried by more than one record that exists now; `extra_records` counts
    those beyond the first, and is 0 when no effect was doubled.
    """
    routes = connection.execute(
        "SELECT route, count(*) AS received, count(status) AS answered, count(change) AS effects"
        " FROM journal GROUP BY route ORDER BY route"
    ).fetchall()
    effects = connection.execute(
        "SELECT record_type, change, count(*) AS times FROM journal WHERE change IS NOT NULL"
        " GROUP BY record_type, change ORDER BY record_type, change"
    ).fetchall()
    doubled = connection.execute(
        "SELECT f.record_type, f.name, v.value, json_group_array(v.record_id) AS ids, count(*) AS records"
        " FROM custom_value v JOIN custom_field f ON f.id = v.field_id WHERE f.pick_type = 'Freeform'"
        " GROUP BY f.id, v.value HAVING count(*) > 1 ORDER BY f.id, v.value"
    ).fetchall()
    entries = connection.execute("SELECT * FROM journal ORDER BY id DESC LIMIT ?", (query.limit,)).fetchall()
    return {
        "received": sum(row["received"] for row in routes),
        "unanswered": sum(row["received"] - row["answered"] for row in routes),
        "routes": {row["route"]: {key: row[key] for key in ("received", "answered", "effects")} for row in routes},
        "effects": [dict(row) for row in effects],
        "duplicates": [
            {
                "type": row["record_type"],
                "field": row["name"],
                "value": row["value"],
                "ids": sorted(json.loads(row["ids"])),
            }
            for row in doubled
        ],
        "extra_records": sum(row["records"] - 1 for row in doubled),
        "entries": [dict(row) for row in entries],
    }
