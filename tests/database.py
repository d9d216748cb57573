"""The databases of the suite: one template built by the owner, one clone for each process."""

import fcntl
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from launch.files import data_folder, make_data_folder
from launch.postgres import start

ROOT = Path(__file__).resolve().parents[1]
TEMPLATE = "infra24_test"


@dataclass(frozen=True)
class TestDatabase:
    """A clone and how to reach it as its owner and as the app role."""

    __test__ = False

    name: str
    var: Path
    owner: dict[str, Any]
    app: dict[str, Any]

    def environment(self) -> dict[str, str]:
        """What a process of the product needs to run on this clone as web or worker, with the keys of the tests."""
        from django.conf import settings

        return {
            **os.environ,
            "INFRA24_VAR": str(self.var),
            "DATABASE_URL": _url(self.app),
            "DATABASE_OWNER_URL": _url(self.owner),
            "INFRA24_DATABASE_ROLE": "app",
            "INFRA24_SECRET_KEY": settings.SECRET_KEY,
            "INFRA24_ENCRYPTION_KEYS": ",".join(settings.ENCRYPTION_KEYS),
        }

    @contextmanager
    def as_owner(self) -> Iterator[psycopg.Connection[Any]]:
        """A committing connection that sees every organisation."""
        with psycopg.connect(**self.owner, autocommit=True) as connection:
            yield connection

    @contextmanager
    def as_app(self) -> Iterator[psycopg.Connection[Any]]:
        """A raw connection as the app role, as an attacker with SQL would have."""
        with psycopg.connect(**self.app) as connection:
            yield connection

    def empty(self) -> None:
        """Delete everything but the history of migrations.

        In one statement, so that foreign keys need no order. Most tables are
        empty after most tests, and truncating all of them takes ten times as long.
        """
        with self.as_owner() as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
            ).fetchall()
            names = [sql.Identifier(row[0]) for row in tables]
            looks = sql.SQL(", ").join(sql.SQL("EXISTS (SELECT FROM {})").format(name) for name in names)
            filled = connection.execute(sql.SQL("SELECT {}").format(looks)).fetchone() or ()
            deletes = [
                sql.SQL("{} AS (DELETE FROM {})").format(sql.Identifier(f"emptied_{place}"), name)
                for place, (name, is_filled) in enumerate(zip(names, filled, strict=True))
                if is_filled
            ]
            if not deletes:
                return
            delete = sql.SQL("WITH {} SELECT").format(sql.SQL(", ").join(deletes))
            try:
                connection.execute(delete)
            except (psycopg.errors.DeadlockDetected, psycopg.errors.ForeignKeyViolation):
                # A page that was just closed had a last request under way; by now it is answered.
                connection.execute(delete)


def prepare(worker: str) -> TestDatabase:
    """Build the template when the schema has changed, clone it for `worker`."""
    var = data_folder() / "test"
    make_data_folder(var)
    owner: dict[str, Any] = dict(conninfo_to_dict(_server_url(var)))
    with (var / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with psycopg.connect(**owner, autocommit=True) as server:
            _build_template(server, owner, var)
            name = f"{TEMPLATE}_{worker}"
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
            server.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
            )
    password = (var / "app_role_password").read_text().strip()
    return TestDatabase(
        name=name,
        var=var,
        owner={**owner, "dbname": name},
        app={**owner, "dbname": name, "user": f"{TEMPLATE}_app", "password": password},
    )


def _server_url(var: Path) -> str:
    if url := os.environ.get("DATABASE_URL"):
        return url
    return start(var)


def _build_template(server: psycopg.Connection[Any], owner: dict[str, Any], var: Path) -> None:
    wanted = _schema_hash()
    found = server.execute(
        "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [TEMPLATE]
    ).fetchone()
    if found and found[0] == wanted and (var / "app_role_password").exists():
        return
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(TEMPLATE)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    subprocess.run(
        [sys.executable, "manage.py", "prepare_database"],
        cwd=ROOT,
        check=True,
        env={
            **os.environ,
            "DATABASE_URL": _url({**owner, "dbname": TEMPLATE}),
            "INFRA24_VAR": str(var),
            "INFRA24_DATABASE_ROLE": "owner",
        },
    )
    server.execute(sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(TEMPLATE), sql.Literal(wanted)))


def _schema_hash() -> str:
    """Changes with anything that shapes the schema or the privileges on it."""
    digest = hashlib.sha256()
    for pattern in (
        "*/migrations/*.py",
        "*/sql/*.sql",
        "*/models.py",
        "*/models/*.py",
        "core/database.py",
        "core/schema.py",
    ):
        for file in sorted((ROOT / "infra24").glob(pattern)):
            digest.update(file.name.encode() + file.read_bytes())
    return digest.hexdigest()


def _url(parts: dict[str, Any]) -> str:
    return psycopg.conninfo.make_conninfo(**parts)
