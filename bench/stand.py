"""One database of one size with a web server on it, ready to be measured and compared."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from secrets import token_urlsafe

from bench import filling
from bench.callers import CLIENTS, KINDS, Caller, Kind
from bench.clients import Load, LoadFailed, answer_to, connected, drive
from bench.costs import cpu_seconds
from bench.databases import Database, cloned
from bench.floor import Floor
from bench.inside import Inside, look_inside
from bench.web import Web, serving


@dataclass
class Row:
    """What was found out about one kind of request at one size, all rounds together."""

    inside: Inside
    load: Load = field(default_factory=Load)
    web_cpu_seconds: float = 0.0
    database_cpu_seconds: float = 0.0
    floors: list[float] = field(default_factory=list)
    """Requests a second of the database alone, one of each round; none where it is not asked."""
    floor_requests: int = 0
    floor_cpu_seconds: float = 0.0
    """Of the database and pgbench."""

    @property
    def statements(self) -> int:
        return sum(statement.counts for statement in self.inside.statements)

    @property
    def web_cpu_ms(self) -> float:
        return self.web_cpu_seconds / self.load.requests * 1000

    @property
    def database_cpu_ms(self) -> float:
        return self.database_cpu_seconds / self.load.requests * 1000

    @property
    def cpu_ms(self) -> float:
        """Of everything that a request keeps busy: client, web and database."""
        return self.load.own_cpu_seconds / self.load.requests * 1000 + self.web_cpu_ms + self.database_cpu_ms

    @property
    def floor(self) -> float:
        """Requests a second of the database alone; not a number where it is not asked."""
        return sum(self.floors) / len(self.floors) if self.floors else math.nan

    @property
    def of_floor(self) -> float:
        return self.load.per_second / self.floor

    @property
    def of_floor_by_cpu(self) -> float:
        """The same judged by CPU time alone: what it would be if nobody else used the machine, and nobody waited."""
        return self.floor_cpu_seconds / self.floor_requests * 1000 / self.cpu_ms if self.floors else math.nan


@dataclass
class Stand:
    """Measures one kind of request at a time, first through the web, then by the database alone."""

    web: Web
    floor: Floor
    callers: Sequence[Caller]
    large_callers: Sequence[Caller]
    rows: Mapping[str, Row]
    postmaster: int

    def measure(self, kind: Kind, *, seconds: float) -> None:
        row = self.rows[kind.name]
        web, database = cpu_seconds(self.web.pid), self._database_cpu()
        callers = self.large_callers if kind.is_large else self.callers
        row.load += drive(self.web.port, callers[:1] if kind.is_alone else callers, kind, seconds=seconds)
        row.web_cpu_seconds += cpu_seconds(self.web.pid) - web
        row.database_cpu_seconds += self._database_cpu() - database

        if kind.is_alone:
            return
        database, pgbench = self._database_cpu(), _cpu_of_ended_children()
        requests, per_second = self.floor.run(kind.name, seconds=seconds)
        row.floors.append(per_second)
        row.floor_requests += requests
        row.floor_cpu_seconds += self._database_cpu() - database + _cpu_of_ended_children() - pgbench

    def _database_cpu(self) -> float:
        return cpu_seconds(self.postmaster, with_ended=True)


def _cpu_of_ended_children() -> float:
    used = getrusage(RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@contextmanager
def standing(server_url: str, var: Path, bookings: int) -> Iterator[Stand]:
    """A stand with that many bookings, all its clients known and warm; gone afterwards."""
    with ExitStack() as stack:
        database = stack.enter_context(cloned(server_url, var, bookings))
        secret = token_urlsafe(32)
        callers = [Caller(number, f"{secret}{number}") for number in range(CLIENTS)]
        large_callers = [Caller(number, f"{secret}large{number}", is_large=True) for number in range(CLIENTS)]
        database.let_in([*callers, *large_callers])
        web = stack.enter_context(serving(database, var / "log" / f"web-{bookings}.log"))
        _book_first(web, callers)
        floor = Floor(database, var)
        rows = _look_inside(database, floor, callers[0], large_callers[0])
        yield Stand(web, floor, callers, large_callers, rows, postmaster_of(var))


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


def _look_inside(database: Database, floor: Floor, usual: Caller, large: Caller) -> dict[str, Row]:
    requests, senders = {}, {}
    for kind in KINDS:
        caller = large if kind.is_large else usual
        requests[kind.name] = [(caller, kind.ask(caller)) for _ in range(kind.observed)]
        senders[kind.name] = replace(caller)
    seen = look_inside(database, requests)
    for kind in KINDS:
        inside = seen[kind.name]
        if kind.events:
            found = sum(event["extendedProps"]["kind"] == "booking" for event in inside.answer)
            if found != kind.events:
                raise LoadFailed(f"{kind.name} found {found} bookings.")
        if kind.is_alone:
            continue
        floor.prepare(kind.name, inside, senders[kind.name], as_json=bool(kind.events))
    floor.book_first(KINDS[0].name)
    return {name: Row(inside) for name, inside in seen.items()}


def postmaster_of(var: Path) -> int:
    """Process id of the server; its file names it first."""
    (noted,) = var.glob("postgres-*/data/postmaster.pid")
    return int(noted.read_text().split()[0])
