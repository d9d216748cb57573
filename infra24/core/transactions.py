"""What is said around a transaction's statements, and costs no message of its own."""

from typing import cast

from django.db import DEFAULT_DB_ALIAS, connection, connections

from infra24.core.postgresql.base import DatabaseWrapper
from infra24.core.postgresql.wire import Wire


def hold(statement: str) -> None:
    """Have a statement sent with whatever is asked next in this transaction; never, when nothing is.

    For what only sets something up: it has no values, and nobody sees its answer.
    """
    _wire().held.append(statement)


def notify_after_commit(channel: str) -> None:
    """Wake whoever listens there once this transaction is on disk; now, outside of one."""
    if connection.in_atomic_block:
        _wire().channels.append(channel)
    else:
        with connection.cursor() as cursor:
            cursor.execute(f"NOTIFY {channel}")


def send_told() -> None:
    """Have what was told carried out now, so that what is wrong with it is raised here."""
    cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS]).send_told()


def statements_asked() -> int:
    """How many statements this thread has asked so far, but for those that only frame a transaction."""
    return cast(DatabaseWrapper, connections[DEFAULT_DB_ALIAS]).tally.asked


def _wire() -> Wire:
    return cast(Wire, connection.connection)
