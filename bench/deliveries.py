"""From a commit to a signed webhook: how many a second, how soon, and what a hanging receiver does to its neighbours.

One worker of the product, a sink without faults, everything on this machine.
Beside it Procrastinate does the same work; both take turns within a run.
"""

import json
import subprocess
import sys
import time
import urllib.request
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from statistics import quantiles
from typing import Any, Self

import psycopg

from bench.costs import cpu_seconds
from bench.databases import Database, cloned, emptied
from bench.stand import postmaster_of
from bench.web import environment
from chaos.grounds import NoGround, OwnWorkers, sinking
from launch.files import CHECKOUT

FILLING = 10_000
"""Bookings of the database it is measured in: they are not what is measured."""
ORGANISATIONS, SUBJECTS = 8, 1000
CONCURRENCY = 400
"""Deliveries at once: a worker's lane for webhooks, and what the rival is given."""
A_SECOND = 100
"""Facts committed, where it is measured how soon they arrive."""
SETTLED = (10_000, 1_000_000)
ARRIVAL_LIMIT_SECONDS = 180
"""On a busy machine a send may time out and wait for its next try."""
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))

_SETTLED = """
    WITH fact AS (
        INSERT INTO facts_fact (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
        SELECT gen_random_uuid(), %(org_id)s, 'assignment.changed', 1, 'assignment', gen_random_uuid(), 1, '{}',
               'api', now() - interval '1 day'
          FROM generate_series(1, %(n)s)
        RETURNING id, subject_id
    )
    INSERT INTO outbox_delivery (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status,
                                 due_at, attempts, failures, outcome, note, created_at, settled_at)
    SELECT gen_random_uuid(), %(org_id)s, fact.id, %(destination_id)s, 'webhooks.send', fact.subject_id, 1, false,
           'delivered', now() - interval '1 day', 1, 0, 'delivered', '', now() - interval '1 day', now()
      FROM fact
"""

_CALLED_OFF = """
    UPDATE outbox_delivery SET status = 'cancelled', settled_at = now(), lease = NULL, leased_until = NULL
     WHERE status = 'pending'
"""


@dataclass(frozen=True)
class Rate:
    """What was sustained, and what one delivery kept busy."""

    name: str
    per_second: float
    worker_cpu_ms: float
    database_cpu_ms: float


@dataclass
class Deliveries:
    """What a run found. Times are in seconds unless named otherwise."""

    rates: list[Rate] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    """From a commit to the arrival, at `A_SECOND`."""
    quiet: list[float] = field(default_factory=list)
    hanging: list[float] = field(default_factory=list)
    """The same of one organisation, while another's receiver is well, and while it hangs."""
    claim_ms: dict[int, float] = field(default_factory=dict)
    """By number of settled deliveries in the table."""


def percentile(values: list[float], percent: int) -> float:
    return quantiles(values, n=100, method="inclusive")[percent - 1]


def measure(server_url: str, var: Path, *, seconds: float, facts: int, settled: tuple[int, ...]) -> Deliveries:
    """Everything, one after the other. Raises NoGround when the product does not deliver."""
    found = Deliveries()
    with ExitStack() as stack:
        database = stack.enter_context(cloned(server_url, var, FILLING))
        sink = Sink(stack.enter_context(sinking(var / "sink.log", seed=1)))
        told = {
            **environment(database),
            "INFRA24_WEBHOOK_ADDRESSES": sink.address,
            "INFRA24_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
            "INFRA24_LOG_LEVEL": "WARNING",
        }
        workers = Workers(told, var / "log" / "bench-worker.log")
        stack.callback(workers.end)
        desk = stack.enter_context(Desk(told, var / "log" / "bench-recording.log"))
        workers.begin()
        houses = desk.ask("settle", sink=sink.address, organisations=ORGANISATIONS, subjects=SUBJECTS)

        found.lags = _lags(desk, sink, seconds=seconds)
        for _round in range(2):
            found.quiet += _lags(desk, sink, seconds=seconds / 2, houses=[1])
            sink.fault(kind="slow", seconds=30, match="POST /hooks/chaos")
            desk.ask("backlog", facts=2 * CONCURRENCY, houses=[0])
            found.hanging += _lags(desk, sink, seconds=seconds / 2, houses=[1])
            sink.mend()
        workers.end()

        before = sink.effects
        desk.ask("backlog", facts=facts)
        pid = workers.begin()
        found.rates.append(_rate("outbox", sink, var, pid=pid, before=before, jobs=facts, seconds=seconds))
        workers.end()
        for name, in_order in (("Procrastinate, any order", False), ("Procrastinate, in order", True)):
            with emptied(server_url, "infra24_bench_rival") as rival:
                found.rates.append(_rival(name, rival, sink, var, facts=facts, seconds=seconds, in_order=in_order))
        for size in settled:
            _fill(database, houses[0], size)
            found.claim_ms[size] = desk.ask("claims", times=30, each=50)
    return found


def _lags(desk: "Desk", sink: "Sink", *, seconds: float, houses: list[int] | None = None) -> list[float]:
    """How long each fact took from its commit to the sink."""
    first = sink.effects
    committed = desk.ask("steady", a_second=A_SECOND, seconds=seconds, houses=houses)
    deadline = time.monotonic() + ARRIVAL_LIMIT_SECONDS
    while True:
        arrived = {row[0]: row[4] for row in sink.ask(f"effects?skip={first}")}
        if committed.keys() <= arrived.keys():
            return [max(0.0, arrived[key] - at) for key, at in committed.items()]
        if time.monotonic() > deadline:
            raise NoGround(
                f"{len(committed.keys() - arrived.keys())} facts did not arrive within {ARRIVAL_LIMIT_SECONDS} s."
            )
        time.sleep(0.2)


def _rate(name: str, sink: "Sink", var: Path, *, pid: int, before: int, jobs: int, seconds: float) -> Rate:
    """Deliveries a second once it runs, for a while or until all are done."""
    deadline = time.monotonic() + 60
    while sink.effects < before + min(100, jobs // 10):
        if time.monotonic() > deadline:
            raise NoGround(f"{name} delivered nothing within a minute.")
        time.sleep(0.05)
    postmaster = postmaster_of(var)
    began, first = time.monotonic(), sink.effects
    worker, database = cpu_seconds(pid), cpu_seconds(postmaster, with_ended=True)
    while time.monotonic() < began + seconds and sink.effects < before + jobs:
        time.sleep(0.1)
    done, took = sink.effects - first, time.monotonic() - began
    return Rate(
        name,
        per_second=done / took,
        worker_cpu_ms=(cpu_seconds(pid) - worker) / max(done, 1) * 1000,
        database_cpu_ms=(cpu_seconds(postmaster, with_ended=True) - database) / max(done, 1) * 1000,
    )


def _rival(name: str, conninfo: str, sink: "Sink", var: Path, *, facts: int, seconds: float, in_order: bool) -> Rate:
    wish = {
        "name": "ordered" if in_order else "any",
        "conninfo": conninfo,
        "sink": sink.address,
        "jobs": facts,
        "in_order": in_order,
        "organisations": ORGANISATIONS,
        "subjects": SUBJECTS,
        "concurrency": CONCURRENCY,
    }
    with (var / "log" / "bench-rival.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "bench.rival"],
            cwd=CHECKOUT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(json.dumps(wish) + "\n")
            process.stdin.flush()
            if process.stdout.readline().strip() != "ready":
                raise NoGround(f"{name} did not start. {log.name} says why.")
            before = sink.effects
            process.stdin.write("go\n")
            process.stdin.flush()
            return _rate(name, sink, var, pid=process.pid, before=before, jobs=facts, seconds=seconds)
        finally:
            process.kill()
            process.wait()


def _fill(database: Database, house: dict[str, str], size: int) -> None:
    """So many settled deliveries in the table, with their facts, and none that waits.

    What a measurement before this one leased and never recorded would be claimed first, and be written down as lost.
    """
    with psycopg.connect(**database.owner, autocommit=True) as connection:
        connection.execute(_CALLED_OFF)
        row = connection.execute("SELECT count(*) FROM outbox_delivery WHERE status <> 'pending'").fetchone()
        missing = size - (row[0] if row else 0)
        if missing > 0:
            connection.execute(_SETTLED, {**house, "n": missing})
        connection.execute("VACUUM ANALYZE facts_fact, outbox_delivery")


class Workers(OwnWorkers):
    """One worker, begun and ended on request."""

    def __init__(self, told: dict[str, str], log: Path) -> None:
        super().__init__(0, told, log)

    def begin(self) -> int:
        """Its process id."""
        self.wanted = 1
        return self.alive()[0]


class Sink:
    """What the sink is asked."""

    def __init__(self, address: str) -> None:
        self.address = address

    @property
    def effects(self) -> int:
        return int(self.ask("journal?entries=0")["effects"])

    def ask(self, what: str, body: dict[str, Any] | None = None, *, method: str = "GET") -> Any:
        content = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.address}/_emulator/{what}", content, method=method)  # noqa: S310
        with _DIRECT.open(request, timeout=60) as answer:
            return json.load(answer)

    def fault(self, **fault: Any) -> None:
        self.ask("faults", fault, method="POST")

    def mend(self) -> None:
        self.ask("faults", method="DELETE")


class Desk:
    """The process that records facts."""

    def __init__(self, told: dict[str, str], log: Path) -> None:
        self._log = log.open("w")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bench.recording"],
            cwd=CHECKOUT,
            env=told,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, do: str, **about: Any) -> Any:
        """Raises NoGround when it has failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, **about}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise NoGround(f"The bench could not {do}. {self._log.name} says why.")
        return json.loads(line)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        self._log.close()
