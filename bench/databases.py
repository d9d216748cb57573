"""The bench's own PostgreSQL in the data folder, its fillings, and a fresh clone for each run."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from bench import filling
from bench.callers import Caller
from launch.bootstrap import digest, files_in
from launch.files import CHECKOUT

EMPTY = "infra24_bench"
APP_ROLE = f"{EMPTY}_app"


class Busy(Exception):
    """Another bench runs on the data folder."""


@contextmanager
def only_bench(var: Path) -> Iterator[None]:
    """Raises Busy when another bench uses the data folder: they would drop each other's databases."""
    with (var / "bench.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Busy(f"Another bench runs on {var}. Wait for it, or choose another folder: INFRA24_VAR=…") from None
        yield


@dataclass(frozen=True)
class Database:
    """A filled database and how to reach it: as its owner, and as the role of web processes."""

    owner: dict[str, Any]
    app: dict[str, Any]
    var: Path

    def environment(self) -> dict[str, str]:
        """What tells a process of the product to run on it, as the app role."""
        return {
            "INFRA24_VAR": str(self.var),
            "DATABASE_URL": make_conninfo(**self.app),
            "DATABASE_OWNER_URL": make_conninfo(**self.owner),
            "INFRA24_DATABASE_ROLE": "app",
        }

    def let_in(self, callers: Iterable[Caller]) -> None:
        """Store the callers' tokens, with an allowance no bench uses up. Requests are still counted."""
        with psycopg.connect(**self.owner) as connection, connection.cursor() as cursor:
            cursor.executemany(
                """INSERT INTO orgs_key (id, org_id, kind, sha256, name, hint, member_id, scopes,
                                         per_minute, burst, created_at)
                   VALUES (%s, %s, 'token', %s, 'bench', '', %s,
                           '["bookings:read", "bookings:write", "resources:read"]', 100000000, 100000000, now())""",
                [
                    (
                        filling.identifier(filling.KEY, caller.key),
                        filling.identifier(filling.ORGANISATION, caller.house),
                        sha256(caller.token.encode()).digest(),
                        filling.identifier(filling.MEMBER, caller.house),
                    )
                    for caller in callers
                ],
            )


@contextmanager
def cloned(server_url: str, var: Path, bookings: int) -> Iterator[Database]:
    """A database of its own with that many bookings, gone afterwards. The filling it is cloned from stays."""
    owner: dict[str, Any] = dict(conninfo_to_dict(server_url))
    with psycopg.connect(**owner, autocommit=True) as server:
        filled = _filled(server, owner, var, bookings)
        clone = f"{filled}_run"
        _drop(server, clone)
        _create(server, clone, template=filled)
        password = (var / "app_role_password").read_text().strip()
        try:
            yield Database(
                owner={**owner, "dbname": clone},
                app={**owner, "dbname": clone, "user": APP_ROLE, "password": password},
                var=var,
            )
        finally:
            _drop(server, clone)


@contextmanager
def emptied(server_url: str, name: str) -> Iterator[str]:
    """An empty database for somebody else's tables, gone afterwards; its address."""
    owner: dict[str, Any] = dict(conninfo_to_dict(server_url))
    with psycopg.connect(**owner, autocommit=True) as server:
        _drop(server, name)
        _create(server, name)
        try:
            yield make_conninfo(**{**owner, "dbname": name})
        finally:
            _drop(server, name)


def _filled(server: psycopg.Connection[Any], owner: dict[str, Any], var: Path, bookings: int) -> str:
    """The name of the filling; made now unless one for this very schema is there."""
    name = f"{EMPTY}_{bookings}"
    wanted = digest(
        [
            *(file for file in files_in(CHECKOUT / "infra24") if file.suffix == ".sql" or "migrations" in file.parts),
            CHECKOUT / "infra24" / "core" / "schema.py",
            Path(filling.__file__),
            filling.ROWS,
        ]
    )
    if _comment(server, name) == wanted:
        return name
    if _comment(server, EMPTY) != wanted or not (var / "app_role_password").exists():
        _drop(server, EMPTY)
        _create(server, EMPTY)
        _migrate({**owner, "dbname": EMPTY}, var)
        _set_comment(server, EMPTY, wanted)
    _drop(server, name)
    _create(server, name, template=EMPTY)
    with psycopg.connect(**{**owner, "dbname": name}, autocommit=True) as connection:
        filling.fill(connection, bookings)
    _set_comment(server, name, wanted)
    return name


def _migrate(owner: dict[str, Any], var: Path) -> None:
    given = {"DATABASE_URL": make_conninfo(**owner), "INFRA24_VAR": str(var), "INFRA24_DATABASE_ROLE": "owner"}
    command = [sys.executable, "manage.py", "prepare_database"]
    subprocess.run(command, cwd=CHECKOUT, check=True, env={**os.environ, **given}, stdout=subprocess.DEVNULL)


def _create(server: psycopg.Connection[Any], name: str, *, template: str = "template0") -> None:
    # Copying files writes no log of every page: seconds instead of half a minute.
    statement = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy")
    server.execute(statement.format(sql.Identifier(name), sql.Identifier(template)))


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _comment(server: psycopg.Connection[Any], name: str) -> str | None:
    row = server.execute("SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name])
    found = row.fetchone()
    return found[0] if found else None


def _set_comment(server: psycopg.Connection[Any], name: str, text: str) -> None:
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(text)))
