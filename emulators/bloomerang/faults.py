"""Failures on request. They are kept in the state file: a killed and restarted emulator goes on failing."""

import random
import sqlite3

from emulators import faults
from emulators.bloomerang.answers import Json


class Fault(faults.Fault):
    """As every emulator's; strikes the vendor's paths unless told otherwise."""

    match: str = "* /v2/*"


def add(connection: sqlite3.Connection, fault: Fault) -> None:
    connection.execute("INSERT INTO fault (document, remaining) VALUES (?, ?)", (fault.model_dump_json(), fault.times))


def clear(connection: sqlite3.Connection) -> None:
    connection.execute("DELETE FROM fault")


def active(connection: sqlite3.Connection) -> list[Json]:
    """The faults in the order they were added, with how many strikes remain (null: no end)."""
    return [
        {**Fault.model_validate_json(row["document"]).model_dump(), "remaining": row["remaining"]}
        for row in connection.execute("SELECT * FROM fault ORDER BY id").fetchall()
    ]


def strike(connection: sqlite3.Connection, method: str, path: str) -> Fault | None:
    """The oldest fault that hits this request, now used up by one; None when the request goes well."""
    for row in connection.execute("SELECT * FROM fault ORDER BY id").fetchall():
        fault = Fault.model_validate_json(row["document"])
        if not fault.strikes(method, path, chance=random.random()):  # noqa: S311 - no secret
            continue
        connection.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
        connection.execute("DELETE FROM fault WHERE remaining = 0")
        return fault
    return None
