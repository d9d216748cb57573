"""Web and PostgreSQL killed in the middle of bookings and moves: each request happened, or it did not."""

import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.db import connection
from psycopg.conninfo import conninfo_to_dict

from infra24.bookings.models import Booking
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Organisation
from infra24.orgs.tenancy import acting_for
from launch import postgres
from tests import make
from tests.database import ROOT, TestDatabase
from tests.invariants.copies import pointing_at
from tests.invariants.traffic import Kind, Traffic, book, move
from tests.invariants.verifying import verify
from tests.running import free_port, until

pytestmark = pytest.mark.django_db(transaction=True)
KINDS: Sequence[Kind] = (book, book, move)
"""What clients do; whoever adds an operation that writes many rows adds it here."""


class Web:
    """The web server on a database; killed as by the kernel, with all its workers, and started anew."""

    def __init__(self, database: TestDatabase) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {**database.environment(), "PORT": str(self.port), "INFRA24_BASE_URL": self.address}
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2"]
        command += ["--host", "127.0.0.1", "--port", str(self.port), "--no-ws", "infra24.config.wsgi:application"]
        self._process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        until(self._answers, "the web server answers")

    def kill(self) -> None:
        if self._process:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.address}/readyz", timeout=10).status_code == 200
        except httpx.TransportError:
            return False


Strike = Callable[[TestDatabase, Web], None]


def kill_web(_database: TestDatabase, web: Web) -> None:
    web.kill()
    web.start()


def kill_backends(database: TestDatabase, _web: Web) -> None:
    """Every session of the web ends in the middle of what it does. A role may end its own: ours goes first."""
    connection.close()
    with database.as_app() as app:
        app.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = %s AND usename = %s AND pid <> pg_backend_pid()",
            [database.name, database.app["user"]],
        )


def kill_postmaster(database: TestDatabase, _web: Web) -> None:
    """The whole server dies as when the power goes, and recovers."""
    connection.close()
    (cluster,) = postgres._clusters(database.var)
    pid = cluster.server_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    postgres.start(database.var)


@pytest.mark.parametrize(
    ("strikes", "kills"),
    [
        pytest.param((kill_backends, kill_web), 5, id="5"),
        pytest.param((kill_web,), 20, id="web-20", marks=pytest.mark.prove),
        pytest.param((kill_backends,), 20, id="backends-20", marks=pytest.mark.prove),
    ],
)
def test_each_request_happens_or_does_not(database: TestDatabase, strikes: Sequence[Strike], kills: int) -> None:
    _prove(database, strikes, kills)


@pytest.mark.prove
def test_each_request_happens_or_does_not_though_postgresql_dies(
    tmp_path_factory: pytest.TempPathFactory, database: TestDatabase
) -> None:
    with private_server(tmp_path_factory.mktemp("server")) as private, pointing_at(private.app):
        _prove(private, (kill_postmaster,), 20)


@contextmanager
def private_server(var: Path) -> Iterator[TestDatabase]:
    """A PostgreSQL of the test's own, which may die."""
    url = postgres.start(var)
    try:
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database"],
            cwd=ROOT,
            check=True,
            env={**os.environ, "DATABASE_URL": url, "INFRA24_VAR": str(var), "INFRA24_DATABASE_ROLE": "owner"},
        )
        owner: dict[str, Any] = dict(conninfo_to_dict(url))
        name = owner["dbname"]
        password = (var / "app_role_password").read_text().strip()
        yield TestDatabase(name, var, owner, {**owner, "user": f"{name}_app", "password": password})
    finally:
        postgres.stop(var)


def _prove(database: TestDatabase, strikes: Sequence[Strike], kills: int) -> None:
    cast = make.cast()
    rooms = [str(make.resource(cast.house).pk) for _number in range(4)]
    web = Web(database)
    web.start()
    try:
        traffic = Traffic(web.address, make.token(cast.alice), rooms, KINDS)
        with traffic.flowing():
            for number in range(kills):
                _flows(traffic)
                time.sleep(random.uniform(0, 0.3))  # noqa: S311 - no secret
                strikes[number % len(strikes)](database, web)
            _flows(traffic)
        traffic.settle()
    finally:
        web.kill()
    _judge(cast.house, traffic)
    done = verify(database)
    assert (done.returncode, done.stdout.splitlines()[-1].split()[1]) == (0, "violations=0"), done.stdout + done.stderr


def _flows(traffic: Traffic) -> None:
    """Wait until clients are answered again, so that the next kill meets them at work."""
    wanted = traffic.answered + 10
    until(lambda: traffic.answered >= wanted, "clients are answered")


def _judge(house: Organisation, traffic: Traffic) -> None:
    """Every booking that was answered is there once, with its history, and no other is."""
    with acting_for(house.pk):
        titles = Counter(Booking.objects.values_list("title", flat=True))
        told = Counter(map(str, Fact.objects.filter(type="booking.changed").values_list("subject_id", flat=True)))
        written = Counter(
            map(str, AuditEntry.objects.filter(action="booking.change").values_list("subject_id", flat=True))
        )
        begun = AuditEntry.objects.filter(action="booking.create").count()
    posts = [one for one in traffic.sent if one.method == "POST"]
    moves = [one for one in traffic.sent if one.method == "PATCH"]
    assert titles == {one.body["title"]: 1 for one in posts if one.status == 201}
    assert begun == len(titles)
    assert told == written
    sent, done = _by_booking(moves), _by_booking([one for one in moves if one.status == 200])
    assert all(done[booking] <= told[booking] <= sent[booking] for booking in sent)
    assert told.total() >= done.total() > 0
    assert {one.status for one in posts} == {201, 409}, traffic.counts()


def _by_booking(moves: Sequence[Any]) -> Counter[str]:
    return Counter(one.path.rpartition("/")[2] for one in moves)
