"""The emulator's memory: one SQLite file, committed to disk before any answer is given.

WAL with synchronous=FULL: a commit that was answered survives `kill -9` and a power cut. One connection behind one
lock: requests are served by threads, changes happen one after the other.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from emulators.bloomerang.answers import Effect

SCHEMA_VERSION = 1
FIRST_CONSTITUENT_ID = 1_990_001
"""Far from the account numbers, which start at 1: whoever mixes up the two finds nothing."""
FIRST_INTERACTION_ID = 7_000_001
FIRST_CONTACT_ID = 300_001

SCHEMA = """
CREATE TABLE constituent (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_number INTEGER NOT NULL UNIQUE, type TEXT NOT NULL,
    document TEXT NOT NULL, name_key TEXT NOT NULL, search_text TEXT NOT NULL,
    created_at TEXT NOT NULL, modified_at TEXT NOT NULL);
CREATE INDEX constituent_name ON constituent (name_key);
CREATE TABLE contact (
    id INTEGER PRIMARY KEY AUTOINCREMENT, constituent_id INTEGER NOT NULL REFERENCES constituent ON DELETE CASCADE,
    kind TEXT NOT NULL CHECK (kind IN ('Email', 'Phone', 'Address')), is_primary INTEGER NOT NULL,
    document TEXT NOT NULL, created_at TEXT NOT NULL, modified_at TEXT NOT NULL);
CREATE UNIQUE INDEX contact_one_primary ON contact (constituent_id, kind) WHERE is_primary;
CREATE INDEX contact_constituent ON contact (constituent_id);
CREATE TABLE interaction (
    id INTEGER PRIMARY KEY AUTOINCREMENT, account_id INTEGER NOT NULL REFERENCES constituent ON DELETE CASCADE,
    day TEXT NOT NULL, channel TEXT NOT NULL, purpose TEXT NOT NULL, document TEXT NOT NULL,
    created_at TEXT NOT NULL, modified_at TEXT NOT NULL);
CREATE INDEX interaction_account ON interaction (account_id);
CREATE TABLE custom_field (
    id INTEGER PRIMARY KEY AUTOINCREMENT, record_type TEXT NOT NULL, name TEXT NOT NULL, data_type TEXT NOT NULL,
    pick_type TEXT NOT NULL, created_at TEXT NOT NULL, UNIQUE (record_type, name));
CREATE TABLE pick (
    id INTEGER PRIMARY KEY AUTOINCREMENT, field_id INTEGER NOT NULL REFERENCES custom_field, value TEXT NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE custom_value (
    id INTEGER PRIMARY KEY AUTOINCREMENT, field_id INTEGER NOT NULL REFERENCES custom_field,
    record_id INTEGER NOT NULL, value TEXT NOT NULL, pick_id INTEGER REFERENCES pick);
CREATE INDEX custom_value_lookup ON custom_value (field_id, value);
CREATE INDEX custom_value_record ON custom_value (record_id);
CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT, at TEXT NOT NULL, route TEXT NOT NULL, status INTEGER, fault TEXT,
    change TEXT, record_type TEXT, record_id INTEGER);
CREATE TABLE fault (id INTEGER PRIMARY KEY AUTOINCREMENT, document TEXT NOT NULL, remaining INTEGER);
"""

TABLES = ("custom_value", "pick", "custom_field", "contact", "interaction", "constituent", "journal", "fault")


class StateUnusable(Exception):
    """The state file cannot be opened as the emulator's own."""


class Store:
    """Open with a path, use through `transaction()`, end with `close()`.

    Raises StateUnusable, with what to do, for a file that is not ours or cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)  # names and addresses are in it
            self._connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        except (OSError, sqlite3.Error) as error:
            raise StateUnusable(f"{path} cannot be opened: {error}. Choose another file with --state.") from error
        try:
            self._prepare(path)
        except BaseException:
            self._connection.close()
            raise

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One change at a time; on disk when the block has ended, gone when it raised."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare(self, path: Path) -> None:
        connection = self._connection
        connection.row_factory = sqlite3.Row
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA foreign_keys = ON")
            with self.transaction():
                (version,) = connection.execute("PRAGMA user_version").fetchone()
                (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
                if version != (SCHEMA_VERSION if tables else 0):
                    raise StateUnusable(f"{path} was not written by this version. Remove it or choose another --state.")
                if not tables:
                    for statement in SCHEMA.split(";"):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
                    seed(connection)
        except sqlite3.DatabaseError as error:
            raise StateUnusable(f"{path} is not a usable SQLite file ({error}). Choose another --state.") from error


def seed(connection: sqlite3.Connection) -> None:
    """The first day: no people, and the two custom fields an administrator makes by hand for Infra24."""
    now = now_text()
    connection.executemany(
        "INSERT INTO sqlite_sequence (name, seq) VALUES (?, ?)",
        [
            ("constituent", FIRST_CONSTITUENT_ID - 1),
            ("interaction", FIRST_INTERACTION_ID - 1),
            ("contact", FIRST_CONTACT_ID - 1),
        ],
    )
    connection.executemany(
        "INSERT INTO custom_field (id, record_type, name, data_type, pick_type, created_at) "
        "VALUES (?, ?, ?, 'Text', 'Freeform', ?)",
        [(13_301, "Constituent", "Infra24 ID", now), (13_302, "Interaction", "Infra24 booking", now)],
    )


def reset(connection: sqlite3.Connection) -> None:
    """Back to the first day: records, journal, faults and numbering. The ids of the seeded fields stay the same."""
    for table in TABLES:
        connection.execute(f"DELETE FROM {table}")  # noqa: S608 - names from the constant above
    connection.execute("DELETE FROM sqlite_sequence")
    seed(connection)


def now_text() -> str:
    """The clock as the vendor writes it: UTC, whole seconds, `2026-12-01T15:04:05Z`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def record(
    connection: sqlite3.Connection,
    *,
    route: str,
    status: int | None,
    fault: str | None = None,
    effect: Effect | None = None,
) -> None:
    """One line of the journal, in the transaction of its effect. `status` is null when no answer will be given."""
    connection.execute(
        "INSERT INTO journal (at, route, status, fault, change, record_type, record_id) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (now_text(), route, status, fault)
        + ((effect.change, effect.record_type, effect.record_id) if effect else (None, None, None)),
    )


def one(connection: sqlite3.Connection, sql: str, parameters: tuple[object, ...] = ()) -> sqlite3.Row | None:
    with closing(connection.execute(sql, parameters)) as cursor:
        row: sqlite3.Row | None = cursor.fetchone()
        return row


@dataclass(frozen=True)
class Page:
    """One page of a table: how many rows there are, how many match, and those of the page."""

    total: int
    filtered: int
    rows: list[sqlite3.Row]


def page(
    connection: sqlite3.Connection,
    table: str,
    where: str,
    parameters: dict[str, object],
    *,
    order: str,
    skip: int,
    take: int,
) -> Page:
    """`table`, `where` and `order` are constants of ours; what the caller sent comes in `parameters` only."""
    matching = f"FROM {table} WHERE {where}"
    (total,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()  # noqa: S608
    (filtered,) = connection.execute(f"SELECT count(*) {matching}", parameters).fetchone()
    rows = connection.execute(
        f"SELECT * {matching} ORDER BY {order} LIMIT :take OFFSET :skip", parameters | {"take": take, "skip": skip}
    ).fetchall()
    return Page(total, filtered, rows)
