"""One database of one size with a web server on it, ready to be measured and compared."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from secrets import token_urlsafe

from bench import filling
from bench.callers import CLIENTS, KINDS, Caller, Kind
from bench.clients import Load, LoadFailed, answer_to, connected, drive
from bench.databases import Database, cloned
from bench.floor import Floor
from bench.inside import WARM_UP, Inside, look_inside
from bench.web import Web, cpu_seconds, serving

OBSERVED = WARM_UP + 61
"""Requests of each kind that are looked into one by one; the last one gives the floor its statements."""


@dataclass
class Row:
    """What was found out about one kind of request at one size."""

    inside: Inside
    load: Load = field(default_factory=Load)
    web_cpu_seconds: float = 0.0
    database_cpu_seconds: float = 0.0
    floors: list[float] = field(default_factory=list)
    """Requests a second of the database alone, one of each round."""

    @property
    def floor(self) -> float:
        return sum(self.floors) / len(self.floors)

    @property
    def of_floor(self) -> float:
        return self.load.per_second / self.floor

    @property
    def web_cpu_ms(self) -> float:
        return self.web_cpu_seconds / self.load.requests * 1000

    @property
    def database_cpu_ms(self) -> float:
        return self.database_cpu_seconds / self.load.requests * 1000

    @property
    def statements(self) -> int:
        return sum(statement.counts for statement in self.inside.statements)


@dataclass
class Stand:
    """Measures one kind of request at a time, first through the web, then by the database alone."""

    web: Web
    floor: Floor
    callers: Sequence[Caller]
    rows: Mapping[str, Row]
    postmaster: int

    def measure(self, kind: Kind, *, seconds: float) -> None:
        row = self.rows[kind.name]
        web, database = cpu_seconds(self.web.pid), cpu_seconds(self.postmaster, with_ended=True)
        load = drive(self.web.port, self.callers, kind, seconds=seconds)
        row.web_cpu_seconds += cpu_seconds(self.web.pid) - web
        row.database_cpu_seconds += cpu_seconds(self.postmaster, with_ended=True) - database
        row.load += load
        row.floors.append(self.floor.per_second(kind.name, seconds=seconds))


@contextmanager
def standing(server_url: str, var: Path, bookings: int) -> Iterator[Stand]:
    """A stand with that many bookings, all its clients known and warm; gone afterwards."""
    with ExitStack() as stack:
        database = stack.enter_context(cloned(server_url, var, bookings))
        secret = token_urlsafe(32)
        callers = [Caller(number, f"{secret}{number}") for number in range(CLIENTS)]
        database.let_in(callers)
        web = stack.enter_context(serving(database, var / "log" / f"web-{bookings}.log"))
        _book_first(web, callers)
        floor = Floor(database, var)
        rows = _look_inside(database, floor, callers[0])
        yield Stand(web, floor, callers, rows, _postmaster(var))


def _book_first(web: Web, callers: Sequence[Caller]) -> None:
    """Give every caller a booking of each resource, which it will move."""
    with connected(web.port, callers) as connections:
        for _ in range(filling.RESOURCES):
            for connection in connections:
                connection.send(connection.caller.book())
            for connection in connections:
                caller = connection.caller
                made = json.loads(answer_to(connection, status=201))
                caller.bookings[caller.resource(caller.step)] = made["id"]


def _look_inside(database: Database, floor: Floor, caller: Caller) -> dict[str, Row]:
    requests, senders = {}, {}
    for kind in KINDS:
        requests[kind.name] = [(caller, kind.ask(caller)) for _ in range(OBSERVED)]
        senders[kind.name] = replace(caller)
    seen = look_inside(database, requests)
    for kind in KINDS:
        inside = seen[kind.name]
        if kind.events:
            found = sum(event["extendedProps"]["kind"] == "booking" for event in inside.answer)
            if found != kind.events:
                raise LoadFailed(f"{kind.name} found {found} bookings.")
        floor.prepare(kind.name, inside, senders[kind.name], as_json=bool(kind.events))
    floor.book_first(KINDS[0].name)
    return {name: Row(inside) for name, inside in seen.items()}


def _postmaster(var: Path) -> int:
    """Process id of the server; its file names it first."""
    (noted,) = var.glob("postgres-*/data/postmaster.pid")
    return int(noted.read_text().split()[0])
