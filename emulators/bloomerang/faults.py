"""Failures on request. They are kept in the state file: a killed and restarted emulator goes on failing."""

import random
import sqlite3
from fnmatch import fnmatchcase
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from emulators.bloomerang.answers import Json
from emulators.bloomerang.shapes import Body

Kind = Literal["timeout_after_commit", "reset", "status", "slow", "wrong_body"]
EFFECT_BY_KIND: dict[Kind, bool] = {
    "timeout_after_commit": True,
    "reset": False,
    "status": False,
    "slow": True,
    "wrong_body": True,
}


class Fault(Body):
    """One way to fail.

    kind      timeout_after_commit: the effect is stored; after `seconds` the connection closes without an answer
              reset: the connection is torn down (TCP RST) and nothing is stored
              status: `status` with `retry_after` seconds in Retry-After is answered and nothing is stored
              slow: the answer comes `seconds` late
              wrong_body: the effect is stored, and the answer is 200 with a page of HTML
    effect    for status and wrong_body: whether the change is stored nevertheless
    times     requests it strikes before it is used up; null: until faults are removed
    match     "METHOD /path" with * as wildcard; the query string does not count
    rate      share of the matching requests it strikes
    """

    kind: Kind
    status: Annotated[int, Field(ge=400, le=599)] = 503
    retry_after: Annotated[int, Field(ge=0)] | None = None
    times: Annotated[int, Field(ge=1, le=2**62)] | None = None
    match: str = "* /v2/*"
    rate: Annotated[float, Field(gt=0, le=1)] = 1.0
    seconds: Annotated[float, Field(ge=0, le=600)] = 0.0
    effect: bool | None = None

    @model_validator(mode="after")
    def sensible(self) -> Self:
        if self.effect is not None and self.kind not in ("status", "wrong_body"):
            raise ValueError("effect can be chosen for status and wrong_body only")
        if self.kind == "slow" and not self.seconds:
            raise ValueError("slow needs seconds")
        method, _, path = self.match.partition(" ")
        if not method or not path.startswith(("/", "*")):
            raise ValueError("match is written like POST /v2/interaction or * /v2/*")
        return self

    @property
    def has_effect(self) -> bool:
        return EFFECT_BY_KIND[self.kind] if self.effect is None else self.effect


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
        if not fnmatchcase(f"{method} {path}", fault.match) or random.random() >= fault.rate:  # noqa: S311 - no secret
            continue
        connection.execute("UPDATE fault SET remaining = remaining - 1 WHERE id = ?", (row["id"],))
        connection.execute("DELETE FROM fault WHERE remaining = 0")
        return fault
    return None
