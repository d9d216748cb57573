"""A connection that keeps back what only frames a transaction until something is asked in it.

A message to PostgreSQL and its answer cost a web process as much as a page of
Python, and half of those of a short request said nothing but BEGIN, SAVEPOINT
or RELEASE. Nobody waits for their answers. So they are held, and go together,
in one message with the next statement; at the end of the transaction what is
still held is not sent at all. Writes nobody waits for are held, too, but not
into another savepoint nor beyond the one, or the transaction, they belong to.
"""

import logging
from collections.abc import Mapping, Sequence
from select import POLLIN, poll
from typing import Any

import psycopg
from psycopg import generators
from psycopg.pq import DiagnosticField, ExecStatus, TransactionStatus

from infra24.core.postgresql.pipeline import Pipeline, Written, raise_for
from infra24.core.statements import Rows, Statement

log = logging.getLogger(__name__)

BEGIN = "BEGIN"
_REDEFINES = ("DROP", "ALTER", "ROLLBACK", "DISCARD ALL", "DEALLOCATE ALL")
"""After these psycopg has the server forget all that was prepared, unless they did so themselves."""
_OUT_OF_DATE = (psycopg.errors.FeatureNotSupported, psycopg.errors.InvalidSqlStatementName)
"""What was prepared has another result by now, or is gone."""


class Tally:
    """How many statements were asked, but for those that only frame a transaction."""

    asked = 0


class AfterWhatIsHeld:
    """A cursor that lets its connection send what it holds before it asks anything."""

    connection: Any

    def execute(self, *args: Any, **options: Any) -> Any:
        self.connection.tally.asked += 1
        self.connection.send_held()
        try:
            answer = super().execute(*args, **options)  # type: ignore[misc]
        except _OUT_OF_DATE:
            self.connection.is_stale = True
            raise
        if (answer.statusmessage or "").startswith(_REDEFINES):
            self.connection.forget_prepared()
        return answer

    def executemany(self, *args: Any, **options: Any) -> Any:
        self.connection.tally.asked += 1
        self.connection.send_held()
        return super().executemany(*args, **options)  # type: ignore[misc]

    def copy(self, *args: Any, **options: Any) -> Any:
        self.connection.send_held()
        return super().copy(*args, **options)  # type: ignore[misc]

    def stream(self, *args: Any, **options: Any) -> Any:
        self.connection.send_held()
        return super().stream(*args, **options)  # type: ignore[misc]


class ServerCursor(AfterWhatIsHeld, psycopg.ServerCursor[Any]):
    """Rows that stay with the server until they are read; `Wire.cursor(name)` makes one."""


class Wire(psycopg.Connection[Any]):
    """In autocommit, as psycopg calls it: transactions begin and end here."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.server_cursor_factory = ServerCursor
        self.tally = Tally()
        self.held: list[str | Written] = []
        """BEGIN is always the first. While there are any, nothing has been asked since."""
        self.channels: list[str] = []
        """Who listens there is woken right after the transaction's commit."""
        self._channels_before: dict[str, int] = {}
        """How many there were when a savepoint was set."""
        self.is_stale = False
        """Whether something prepared here may have another result by now: a table was altered, say."""
        self._line = Pipeline(self)
        self.forget_prepared = self._line.forget

    def ask(self, statement: Statement, values: Mapping[str, Any]) -> Rows:
        """The rows that answer it; what is held goes before it, in one message."""
        self.tally.asked += 1
        self.held.append(self._line.written(statement, values))
        return self._send_all()

    def tell(self, statement: Statement, values: Mapping[str, Any]) -> None:
        """Hold a statement that nobody waits for."""
        self.tally.asked += 1
        self.held.append(self._line.written(statement, values))

    def send_held(self) -> None:
        """Send what is held."""
        if self._holds_writes():
            self._send_all()
        elif self.held:
            message = "; ".join(map(str, self.held))
            self.held.clear()
            self._send(message)

    def send_told(self) -> None:
        """Send what is held if it does more than frame a transaction."""
        if self._holds_writes():
            self._send_all()

    def drop_savepoint(self, name: str) -> None:
        """RELEASE, or nothing for one that was never sent."""
        self._refuse_aborted()
        self.send_told()
        if self.held and self.held[-1] == _savepoint(name):
            self.held.pop()
        else:
            self.held.append(f'RELEASE SAVEPOINT "{name}"')

    def set_savepoint(self, name: str) -> None:
        """SAVEPOINT, when something is asked after it; what is wrong with writes of before is no matter of it."""
        self.send_told()
        self._channels_before[name] = len(self.channels)
        self.held.append(_savepoint(name))

    def return_to_savepoint(self, name: str) -> None:
        """ROLLBACK TO SAVEPOINT, at once, so that its locks are let go; for one never sent, drop what is held after."""
        del self.channels[self._channels_before.get(name, 0) :]
        if (savepoint := _savepoint(name)) in self.held:
            del self.held[self.held.index(savepoint) + 1 :]
        else:
            self.held[:] = [f'ROLLBACK TO SAVEPOINT "{name}"']  # what was held came after it
            self.send_held()

    def commit(self) -> None:
        """COMMIT, and whom to wake in one message with it; nothing when nothing was asked."""
        self._refuse_aborted()
        self.send_told()
        channels = sorted(set(self.channels))
        if not self._end():
            return
        if channels:
            self._commit_and_notify(channels)
        else:
            self._send("COMMIT")

    def _commit_and_notify(self, channels: Sequence[str]) -> None:
        """What the notification comes to is nobody's failure: all is stored, and who listens looks now and then.

        Notified in the transaction itself, PostgreSQL would let no other one commit until it is on disk.
        """
        with self.lock:
            self.pgconn.send_query("; ".join(["COMMIT", *(f"NOTIFY {channel}" for channel in channels)]).encode())
            committed, *notified = self.wait(generators.execute(self.pgconn))
        if committed.status != ExecStatus.COMMAND_OK:
            raise_for(committed, self)
        for result in notified:
            if result.status != ExecStatus.COMMAND_OK:
                log.warning("committed, but nobody was woken: %s", result.error_field(DiagnosticField.SQLSTATE))

    def rollback(self) -> None:
        """ROLLBACK; nothing when nothing was asked."""
        if self._end():
            self._send("ROLLBACK")

    def has_been_left(self) -> bool:
        """Whether the server has said something, such as goodbye, that nobody asked for. Costs no message."""
        if self.closed:
            return True
        ear = poll()
        ear.register(self.fileno(), POLLIN)
        return bool(ear.poll(0))

    def _end(self) -> bool:
        """Forget what is held and who was to be woken; whether the server knows of the transaction."""
        was_begun = self.pgconn.transaction_status != TransactionStatus.IDLE
        for kept in (self.held, self.channels, self._channels_before):
            kept.clear()
        return was_begun

    def _refuse_aborted(self) -> None:
        """A statement failed, and somebody goes on as if it had not."""
        if self.pgconn.transaction_status == TransactionStatus.INERROR:
            raise psycopg.errors.InFailedSqlTransaction("a statement of this transaction has failed: roll it back")

    def _holds_writes(self) -> bool:
        return any(not isinstance(held, str) for held in self.held)

    def _send_all(self) -> Rows:
        """Send what is held, writes among it; the rows of the last of it."""
        held, self.held = self.held, []
        try:
            return self._line.send(held)
        except _OUT_OF_DATE:
            self.is_stale = True
            raise

    def _send(self, message: str) -> None:
        """Send what brings no rows, through libpq itself: a cursor would cost as much again."""
        with self.lock:
            result = self.pgconn.exec_(message.encode())
        if result.status != ExecStatus.COMMAND_OK:
            raise_for(result, self)


def _savepoint(name: str) -> str:
    return f'SAVEPOINT "{name}"'
