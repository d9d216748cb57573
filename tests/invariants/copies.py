"""Copies of a database in which anything can be written: nothing in them is kept by PostgreSQL any more."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import psycopg
from django.db import connections
from psycopg import sql

from tests.database import TEMPLATE, TestDatabase


@contextmanager
def copy(of: TestDatabase, name: str, *, template: str = TEMPLATE) -> Iterator[TestDatabase]:
    """A further database beside the clone, made of a template to which nobody is connected; dropped afterwards."""
    made = replace(of, name=name, owner={**of.owner, "dbname": name}, app={**of.app, "dbname": name})
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with of.as_owner() as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
    try:
        yield made
    finally:
        with of.as_owner() as server:
            server.execute(drop)


@contextmanager
def pointing_at(parts: dict[str, Any]) -> Iterator[None]:
    """Django uses another database, server or role until the block ends."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    connection.close()
    connection.settings_dict.update(
        NAME=parts["dbname"],
        USER=parts["user"],
        PASSWORD=parts.get("password", ""),
        HOST=parts.get("host", ""),
        PORT=str(parts.get("port", "")),
    )
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


_CONSTRAINTS = """
    SELECT conrelid::regclass::text, conname FROM pg_constraint
     WHERE connamespace = 'public'::regnamespace AND contype IN ('f', 'c', 'x', 'u')
     ORDER BY contype <> 'f'
"""
_INDEXES = """
    SELECT indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
     WHERE c.relnamespace = 'public'::regnamespace AND i.indisunique AND NOT i.indisprimary
"""


def strip(database: TestDatabase) -> None:
    """Take every key, check, exclusion and trigger away; rows and columns stay."""
    with database.as_owner() as connection:
        for table, name in connection.execute(_CONSTRAINTS).fetchall():
            _run(connection, "ALTER TABLE {} DROP CONSTRAINT {}", table, name)
        for (name,) in connection.execute(_INDEXES).fetchall():
            _run(connection, "DROP INDEX {}", name)
        for (table,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
            _run(connection, "ALTER TABLE {} DISABLE TRIGGER USER", table)


def _run(connection: psycopg.Connection[Any], command: str, *names: str) -> None:
    connection.execute(sql.SQL(command).format(*map(sql.Identifier, names)))
