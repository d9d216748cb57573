"""What the database alone can do: pgbench sends the statements that a real request sent.

The statements of one observed request become a script for all clients: pgbench
puts in the ids of each client's house, its token, resource and hour, and fresh
ids where the product makes them. They run as the app role, with row-level
security on, in the same transactions as the product's, and prepared.
"""

import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

from psycopg.conninfo import make_conninfo

from bench import filling
from bench.callers import CLIENTS, DAILY_SLOTS, Caller
from bench.databases import Database
from bench.inside import Inside
from launch.postgres import find_programs

FLOOR_FROM = filling.FREE_FROM + timedelta(days=3650)
"""The floor books years later than the product, so that they do not meet."""
RECENT_SECONDS = 3600
"""An id or instant that is not older was made by the request."""
NEAR = timedelta(days=3)
"""An instant this near to the hour that was asked for follows from it."""
STRIDE = 100_000
"""Bookings a client makes at most in one run of pgbench; must be a multiple of the resources."""

# Each client counts its steps as a Caller does, and arrives at its resource and hour in the same way.
_HOUSE = rf"""
\set h 1 + :client_id % {filling.MEASURED}
\set k :client_id
"""
_LARGE_HOUSE = rf"""
\set h {filling.LARGE}
\set k {CLIENTS} + :client_id
"""
_HEAD = rf"""
\set n :n + 1
\set m 1 + (:n - 1) % {filling.RESOURCES}
\set r (:n * 7 + :client_id * 13) % {filling.RESOURCES}
\set slot :n / {filling.RESOURCES}
\set hours 24 * (2 * (:slot / {DAILY_SLOTS}) + :client_id / {filling.MEASURED}) + 8 + 2 * (:slot % {DAILY_SLOTS})
"""
# What FullCalendar gets, built where the rows are. The columns are those of bookings.feed, in its order;
# each of these bookings has one leg.
_JSON = """
SELECT json_agg(json_build_object(
           'id', id, 'resourceIds', json_build_array(resource), 'title', title, 'start', starts_at, 'end', ends_at,
           'extendedProps', json_build_object(
               'kind', 'booking', 'status', status, 'mayEdit', true, 'version', version, 'person', person,
               'person_id', person_id, 'party_size', party_size,
               'legs', json_build_array(json_build_object(
                           'resource_id', resource, 'units', units, 'exclusive', exclusive)),
               'url', '/o/house-1/admin/bookings/' || id)))
  FROM ({events}) AS event
       (id, title, status, version, visibility, starts_at, ends_at, person_id, person, party_size, mine,
        resource, units, exclusive)
"""

_UUID = r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}"
_TIME = r"\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:[+-]\d\d:\d\d|Z)?"
_LITERAL = re.compile(r"'((?:[^']|'')*)'")
_SET_LOCAL = re.compile(r"^SET LOCAL (\S+) = ('[^']*')$")
"""The same, where an expression may stand for the value."""
_ITEM = re.compile(rf"{_UUID}|{_TIME}")


class NoFloor(Exception):
    """pgbench is missing or failed; the message says what to do or what it said."""


class Floor:
    """The scripts of one database, and where their clients have got to."""

    def __init__(self, database: Database, folder: Path) -> None:
        self._database = database
        self._folder = folder
        self._program = _pgbench()
        self._runs = 0

    def prepare(self, name: str, inside: Inside, caller: Caller, *, as_json: bool) -> None:
        """Write the script of one kind of request, observed when `caller` sent it."""
        generalised = _Generalised(inside, caller)
        lines = [_LARGE_HOUSE if caller.is_large else _HOUSE, _HEAD]
        in_transaction = False
        for statement in inside.statements:
            if statement.in_transaction != in_transaction:
                lines.append("BEGIN;" if statement.in_transaction else "COMMIT;")
                in_transaction = statement.in_transaction
            text = _SET_LOCAL.sub(r"SELECT set_config('\1', \2, true)", statement.text.strip())
            if as_json and "FROM bookings_booking" in text:
                text = _JSON.format(events=text).strip()
            lines.append(generalised(text) + "\n;")  # a statement may end in a comment
        if in_transaction:
            lines.append("COMMIT;")
        self._script(name).write_text("\n".join(lines) + "\n")

    def book_first(self, name: str) -> None:
        """Give every client the bookings that it will move, one of each resource."""
        self._run(name, "--transactions", str(filling.RESOURCES), begin=0)

    def run(self, name: str, *, seconds: float) -> tuple[int, float]:
        """Serve one kind of request for a while to as many clients; how many, and how many a second."""
        self._runs += 1
        output = self._run(name, "--time", str(max(1, round(seconds))), begin=self._runs * STRIDE)
        served = re.search(r"^number of transactions actually processed: (\d+)", output, re.MULTILINE)
        rate = re.search(r"^tps = ([\d.]+)", output, re.MULTILINE)
        if not served or not rate:
            raise NoFloor(f"pgbench said something unexpected:\n{output}")
        return int(served[1]), float(rate[1])

    def _script(self, name: str) -> Path:
        return self._folder / f"{re.sub('[^a-z0-9]+', '-', name.lower())}.sql"

    def _run(self, name: str, *limit: str, begin: int) -> str:
        app = {key: value for key, value in self._database.app.items() if key != "password"}
        options = ["--no-vacuum", "--protocol=prepared", f"--client={CLIENTS}", "--jobs=2", f"--define=n={begin}"]
        command: list[str | Path] = [
            self._program,
            *options,
            *limit,
            f"--file={self._script(name)}",
            make_conninfo(**app),
        ]
        env = {**os.environ, "PGPASSWORD": self._database.app["password"]}
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        if done.returncode or "aborted" in done.stderr:
            raise NoFloor(f"pgbench failed on {self._script(name)}:\n{done.stderr[-2000:]}")
        return done.stdout


class _Generalised:
    """Statements of one caller's request, rewritten for every client of pgbench.

    Literals are compared with what is known of the caller: whatever belongs to
    its house, its place in line, or the moment becomes an expression; all else
    stays as it is.
    """

    def __init__(self, inside: Inside, caller: Caller) -> None:
        self._caller = caller
        self._starts_at = caller.time(caller.step)
        self._now = datetime.now(UTC)
        self._digest = "\\x" + sha256(caller.token.encode()).hexdigest()
        answer = inside.answer
        booking = answer if isinstance(answer, dict) and "id" in answer else {"id": None, "version": 0}
        # A new booking has the number of the client's step; one that is moved, of the step that made it.
        self._made = {booking["id"]: _made(0, ":n" if booking["version"] == 1 else ":m")}

    def __call__(self, text: str) -> str:
        return _LITERAL.sub(self._literal, text)

    def _literal(self, found: "re.Match[str]") -> str:
        value = found[1]
        if value == self._digest:
            head = self._caller.token.removesuffix(str(self._caller.number))
            return f"sha256(('{head}' || :client_id)::bytea)"
        pieces, ends = [], 0
        for item in _ITEM.finditer(value):
            if expression := self._item(item[0]):
                pieces += [_constant(value[ends : item.start()]), expression]
                ends = item.end()
        pieces.append(_constant(value[ends:]))
        return f"({' || '.join(pieces)})" if len(pieces) > 1 or pieces[0] != found[0] else found[0]

    def _item(self, value: str) -> str | None:
        """The expression for an id or an instant; None for what is the same for all."""
        return self._id(str(UUID(value))) if re.fullmatch(_UUID, value) else self._instant(value)

    def _id(self, value: str) -> str | None:
        if value in self._made:
            return self._made[value]
        made_at = int(value[:8] + value[9:13], 16) / 1000  # as ids of version 7 say
        if abs(made_at - self._now.timestamp()) < RECENT_SECONDS:
            return self._made.setdefault(value, _made(len(self._made), ":n"))
        for kind, number, expression in (
            (filling.ORGANISATION, self._caller.house, ":h"),
            (filling.USER, self._caller.house, ":h"),
            (filling.MEMBER, self._caller.house, ":h"),
            (filling.KEY, self._caller.key, ":k"),
            (filling.RESOURCE, self._resource, ":h::bigint * 1000 + :r"),
        ):
            if value == filling.identifier(kind, number):
                return _numbered(filling.identifier(kind, 0), expression)
        return None

    @property
    def _resource(self) -> int:
        return self._caller.house * 1000 + self._caller.resource(self._caller.step)

    def _instant(self, value: str) -> str | None:
        instant, here = datetime.fromisoformat(value), FLOOR_FROM
        starts_at = self._starts_at
        if instant.tzinfo is None:
            starts_at, here = _wall(starts_at), _wall(here)
        elif abs(instant - self._now) < timedelta(seconds=RECENT_SECONDS):
            return "now()::text"
        if abs(instant - starts_at) > NEAR:
            return None
        after = (instant - starts_at).total_seconds()
        return f"(timestamptz '{here}' + (:hours::integer * 3600 + {after}) * interval '1 second')::text"


def _constant(text: str) -> str:
    """A literal. pgbench takes a colon before a letter for a variable, wherever it stands."""
    return "'" + re.sub(r":(?=[A-Za-z_])", "' || chr(58) || '", text) + "'"


def _made(kind: int, number: str) -> str:
    """A fresh id: the kind-th that a client's request makes."""
    return _numbered(f"f0000000-0000-7000-8{kind:03x}-{0:012x}", f":client_id::bigint * 4294967296 + {number}")


def _numbered(identifier: str, number: str) -> str:
    return f"('{identifier[:24]}' || lpad(to_hex(({number})::bigint), 12, '0'))"


def _wall(instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(filling.ZONE)).replace(tzinfo=None)


def _pgbench() -> Path:
    programs = find_programs(None)
    for place in (programs / "pgbench", *sorted(Path("/usr/lib/postgresql").glob("*/bin/pgbench"), reverse=True)):
        if place.is_file():
            return place
    if found := shutil.which("pgbench"):
        return Path(found)
    raise NoFloor(f"{programs} has no pgbench. Install PostgreSQL's client programs, or unset INFRA24_PG_BIN.")
