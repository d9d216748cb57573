"""Web, sessions and the whole of PostgreSQL killed, as by the kernel or when the power goes."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
from django.db import connection
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from launch import postgres
from launch.cluster import clusters_in
from tests.database import ROOT, TEMPLATE, TestDatabase
from tests.running import free_port, until

PATIENCE = 300
"""Seconds after which it will never answer, on however busy a machine."""


class Web:
    """The web server on a database; killed as by the kernel, with all its workers, and started anew."""

    def __init__(self, database: TestDatabase) -> None:
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._environment = {**database.environment(), "PORT": str(self.port), "INFRA24_BASE_URL": self.address}
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def is_up(self) -> bool:
        """Whether it runs; whether it answers is another question."""
        return self._process is not None and self._process.poll() is None

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
        until(self._answers, "the web server answers", PATIENCE)

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
    (cluster,) = clusters_in(database.var)
    pid = cluster.server_pid()
    assert pid
    os.kill(pid, signal.SIGKILL)
    postgres.start(database.var)


@contextmanager
def private_server(var: Path, like: TestDatabase) -> Iterator[TestDatabase]:
    """A PostgreSQL of the test's own, which may die; its schema is that of the suite's template."""
    url = postgres.start(var)
    try:
        owner: dict[str, Any] = dict(conninfo_to_dict(url))
        made = TestDatabase(owner["dbname"], var, owner, {**owner, **_account(like)})
        (var / "app_role_password").write_text(made.app["password"])
        _copy_schema(like, made)
        yield made
    finally:
        postgres.stop(var)


def _account(like: TestDatabase) -> dict[str, str]:
    return {"user": like.app["user"], "password": like.app["password"]}


def _copy_schema(like: TestDatabase, to: TestDatabase) -> None:
    """Migrations on a new server take a minute of a busy machine, a dump of what they made a second."""
    programs, template = postgres.find_programs(None), make_conninfo(**{**like.owner, "dbname": TEMPLATE})
    dump = subprocess.run(
        [programs / "pg_dump", "--no-owner", template], check=True, capture_output=True, text=True
    ).stdout
    with to.as_owner() as owner:
        role, password = sql.Identifier(to.app["user"]), sql.Literal(to.app["password"])
        owner.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(role, password))
    subprocess.run(
        [programs / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", make_conninfo(**to.owner)],
        input=dump,
        check=True,
        stdout=subprocess.DEVNULL,
        text=True,
    )
