"""A connection that keeps back what only frames a transaction until something is asked in it.

A message to PostgreSQL and its answer cost a web process as much as a page of
Python, and half of those of a short request said nothing but BEGIN, SAVEPOINT
or RELEASE. Nobody waits for their answers. So they are held, and go together,
in one message, before the next statement; at the end of the transaction what is
still held is not sent at all.
"""

from contextlib import suppress
from select import POLLIN, poll
from typing import Any

import psycopg
from psycopg.pq import ExecStatus, TransactionStatus

BEGIN = "BEGIN"


class AfterWhatIsHeld:
    """A cursor that lets its connection send what it holds before it asks anything."""

    connection: Any

    def execute(self, *args: Any, **options: Any) -> Any:
        self.connection.send_held()
        return super().execute(*args, **options)  # type: ignore[misc]

    def executemany(self, *args: Any, **options: Any) -> Any:
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
        self.held: list[str] = []
        """Statements without values. BEGIN is always the first. While there are any, nothing has been asked since."""
        self.channels: list[str] = []
        """Who listens there is woken right after the transaction's commit."""
        self._channels_before: dict[str, int] = {}
        """How many there were when a savepoint was set."""

    def send_held(self) -> None:
        """Send what is held."""
        if self.held:
            message = "; ".join(self.held)
            self.held.clear()
            self._tell(message)

    def drop_savepoint(self, name: str) -> None:
        """RELEASE, or nothing for one that was never sent."""
        if self.held and self.held[-1] == _savepoint(name):
            self.held.pop()
        else:
            self.held.append(f'RELEASE SAVEPOINT "{name}"')

    def set_savepoint(self, name: str) -> None:
        """SAVEPOINT, when something is asked after it."""
        self._channels_before[name] = len(self.channels)
        self.held.append(_savepoint(name))

    def return_to_savepoint(self, name: str) -> None:
        """ROLLBACK TO SAVEPOINT, at once, so that its locks are let go; for one never sent, drop what is held after."""
        del self.channels[self._channels_before.get(name, 0) :]
        if (savepoint := _savepoint(name)) in self.held:
            del self.held[self.held.index(savepoint) + 1 :]
        else:
            self.held.append(f'ROLLBACK TO SAVEPOINT "{name}"')
            self.send_held()

    def commit(self) -> None:
        """COMMIT and whom to wake in one message; nothing when nothing was asked."""
        channels = sorted(set(self.channels))
        was_begun = self._end()
        if was_begun:
            # Notified in the transaction itself, PostgreSQL would let no other one commit until it is on disk.
            with suppress(psycopg.errors.ProgramLimitExceeded):  # eight gigabytes of wake-ups that nobody heard
                self._tell("; ".join(["COMMIT", *(f"NOTIFY {channel}" for channel in channels)]))

    def rollback(self) -> None:
        """ROLLBACK; nothing when nothing was asked."""
        if self._end():
            self._tell("ROLLBACK")

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

    def _tell(self, message: str) -> None:
        """Send what brings no rows, through libpq itself: a cursor would cost as much again."""
        with self.lock:
            result = self.pgconn.exec_(message.encode())
        if result.status == ExecStatus.COMMAND_OK:
            return
        if self.closed:
            raise psycopg.OperationalError(self.pgconn.get_error_message())
        raise psycopg.errors.error_from_result(result)


def _savepoint(name: str) -> str:
    return f'SAVEPOINT "{name}"'
