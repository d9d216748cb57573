"""What Django takes for its database: `ENGINE` names this folder."""

import math
import threading
import time
from collections.abc import Callable, Mapping
from datetime import UTC
from functools import cache, partial
from typing import Any, cast

import msgspec
from django.db.backends.postgresql import base
from django.db.backends.postgresql.psycopg_any import IsolationLevel, get_adapters_template
from psycopg import adapt
from psycopg.types.datetime import TimestamptzLoader
from psycopg.types.json import set_json_loads
from psycopg.types.string import TextLoader

from infra24.core.postgresql.wire import BEGIN, AfterWhatIsHeld, Tally, Wire
from infra24.core.statements import Rows, Statement

RESTED_SECONDS = 60
"""After so long without a request something on the way may have dropped the connection without a word."""


class Cursor(AfterWhatIsHeld, base.Cursor):
    """Puts values into the text."""


class PreparingCursor(AfterWhatIsHeld, base.ServerBindingCursor):
    """Sends values beside the text, which the server prepares when it is asked often."""


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection for each thread, kept while the thread lives and for an hour at most."""

    connection: Wire
    _looked_at = -math.inf

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.tally = Tally()
        """Of this thread, whichever connection it had."""

    def get_connection_params(self) -> dict[str, Any]:
        is_preparing = self.settings_dict["OPTIONS"].get("server_side_binding")
        cursor = PreparingCursor if is_preparing else Cursor
        return super().get_connection_params() | {"cursor_factory": cursor, "context": _adapters()}

    def get_new_connection(self, conn_params: dict[str, Any]) -> Wire:
        self.isolation_level = IsolationLevel.READ_COMMITTED
        wire = Wire.connect(**conn_params, autocommit=True)
        wire.tally = self.tally
        open_still = [until for until in getattr(_threads, "ends", []) if not until.wire.closed]
        _threads.ends = [*open_still, _Until(wire)]
        return wire

    def create_cursor(self, name: str | None = None) -> Any:
        return self.connection.cursor()

    def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that answer a statement, without a cursor; wrappers see it as one that a cursor would execute."""
        if not self.in_atomic_block:
            self.close_if_health_check_failed()  # as Django does before a cursor; a transaction has done so already
        if self.connection is None or self.execute_wrappers or self.force_debug_cursor:
            return cast(Rows, self._past_wrappers(Wire.ask, statement, values))
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            return self.connection.ask(statement, values)

    def tell(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """`ask` for what is not waited for: in a transaction it goes with what is asked next."""
        if not self.in_atomic_block or self.execute_wrappers or self.force_debug_cursor:
            self._past_wrappers(Wire.tell if self.in_atomic_block else Wire.ask, statement, values)
            return
        self.validate_no_broken_transaction()
        with self.wrap_database_errors:
            self.connection.tell(statement, values)

    def send_told(self) -> None:
        """Have what was told carried out now."""
        if self.connection is not None:
            with self.wrap_database_errors:
                self.connection.send_told()

    def _past_wrappers(self, carry_out: Callable[..., Any], statement: Statement, values: Mapping[str, Any]) -> Any:
        self.close_if_health_check_failed()
        self.ensure_connection()
        self.validate_no_broken_transaction()
        if self.force_debug_cursor:
            self.queries_log.append({"sql": statement.text, "time": ""})

        def execute(*_: Any) -> Any:
            with self.wrap_database_errors:
                return carry_out(self.connection, statement, values)

        for wrapper in reversed(self.execute_wrappers):
            execute = partial(wrapper, execute)
        return execute(statement.text, values, False, {"connection": self, "cursor": None})

    def _set_autocommit(self, autocommit: bool) -> None:
        if self.connection.autocommit != autocommit:  # or psycopg would look at the connection for nothing
            with self.wrap_database_errors:
                self.connection.autocommit = autocommit

    def is_usable(self) -> bool:
        """Before a request. A server that goes says so unasked; after a rest or an error it is asked all the same."""
        now = time.monotonic()
        rested, self._looked_at = now - self._looked_at, now
        if self.connection is None or self.connection.is_stale:
            return False
        if self.errors_occurred or rested > RESTED_SECONDS or self.connection.has_been_left():
            return super().is_usable()
        return True

    def _start_transaction_under_autocommit(self) -> None:
        self.connection.held = [BEGIN]

    def _savepoint(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.connection.set_savepoint(sid)

    def _savepoint_rollback(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.connection.return_to_savepoint(sid)

    def _savepoint_commit(self, sid: str) -> None:
        with self.wrap_database_errors:
            self.connection.drop_savepoint(sid)


class _Until:
    """Closes a connection when its thread ends: Django's end of it is in a circle, and those wait long to be found."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def __del__(self) -> None:
        self.wire.close()


_threads = threading.local()


@cache
def _adapters() -> adapt.AdaptersMap:
    """Django's, but times and JSON are read in C. Django sets each connection's zone to UTC."""
    adapters = adapt.AdaptersMap(get_adapters_template(use_tz=True, timezone=UTC))
    adapters.register_loader("timestamptz", TimestamptzLoader)
    set_json_loads(msgspec.json.decode, context=adapters)
    adapters.register_loader("jsonb", TextLoader)  # which Django reads itself
    return adapters
