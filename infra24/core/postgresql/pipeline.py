"""Several statements in one message and their answers in another: libpq's pipeline mode."""

from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

import psycopg
from psycopg.abc import PQGen
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ConnStatus, ExecStatus
from psycopg.pq.abc import PGconn, PGresult
from psycopg.waiting import Ready, Wait

from infra24.core.statements import Rows, Statement

_GOOD = (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK)


class _Prepared:
    """A statement as the server knows it on one connection, and how its values are written and its rows read."""

    def __init__(self, name: bytes, statement: Statement, connection: psycopg.Connection[Any]) -> None:
        self.name = name
        self.statement = statement
        self.is_sent = False
        self.formats = [PyFormat.TEXT] * len(statement.names)
        self.adapting = Transformer(connection)
        self._knows_columns = False

    def rows(self, result: PGresult) -> Rows:
        self.adapting.set_pgresult(result, set_loaders=not self._knows_columns)
        self._knows_columns = self.is_sent  # and so the same for good
        return self.adapting.load_rows(0, result.ntuples, tuple)


Written = tuple[_Prepared, Sequence[Any]]
"""A statement with its values, as they go to the server."""


class Pipeline:
    """Sends statements through one connection; where it prepares any, each when it is asked for the first time.

    Straight through libpq, as psycopg wraps it: its cursors look at every
    statement anew, which takes as long as sending it and waiting for the answer.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection = connection
        self._prepared: dict[Statement, _Prepared] = {}
        self._prepared_ever = 0

    def forget(self) -> None:
        """Prepare everything anew, for the server has forgotten it."""
        self._prepared.clear()

    def written(self, statement: Statement, values: Mapping[str, Any]) -> Written:
        """A statement ready to be sent. Raises what a cursor of psycopg would for a value it cannot write."""
        prepared = self._prepared.get(statement)
        if prepared is None:
            self._prepared_ever += 1
            prepared = _Prepared(f"infra24_{self._prepared_ever}".encode(), statement, self._connection)
            self._prepared[statement] = prepared
        in_order = [values[name] for name in statement.names]
        return prepared, prepared.adapting.dump_sequence(in_order, prepared.formats)

    def send(self, parts: Sequence[str | Written]) -> Rows:
        """Carry out statements, some of them text without values; return the rows of the last.

        After one that fails PostgreSQL looks at none of the others. Raises what a cursor of psycopg would.
        """
        new: list[_Prepared] = []
        with self._connection.lock:
            try:
                results = self._exchange(parts, new)
            except BaseException:
                self._connection.close()  # nobody knows which of its answers are still to come
                raise
        for result in results:
            if result.status not in _GOOD:
                for prepared in new:
                    self._prepared.pop(prepared.statement, None)  # it may have come after what failed
                raise_for(result, self._connection)
        last = parts[-1]
        return [] if isinstance(last, str) or result.status == ExecStatus.COMMAND_OK else last[0].rows(result)

    def _exchange(self, parts: Sequence[str | Written], new: list[_Prepared]) -> list[PGresult]:
        """Send all in one message, and what is `new` to the server; the results, in order."""
        pgconn = self._connection.pgconn
        prepares = self._connection.prepare_threshold is not None
        alone = parts[0]
        if len(parts) == 1 and not isinstance(alone, str) and alone[0].is_sent:
            return [pgconn.exec_prepared(alone[0].name, alone[1])]  # the same for less
        pgconn.enter_pipeline_mode()
        for part in parts:
            if isinstance(part, str):
                pgconn.send_query_params(part.encode(), None)
                continue
            prepared, values = part
            if not prepares:
                pgconn.send_query_params(prepared.statement.query, values)
                continue
            if not prepared.is_sent:
                pgconn.send_prepare(prepared.name, prepared.statement.query)
                prepared.is_sent = True
                new.append(prepared)
            pgconn.send_query_prepared(prepared.name, values)
        pgconn.pipeline_sync()
        results = self._connection.wait(_answers(pgconn))
        pgconn.exit_pipeline_mode()
        return results


def _answers(pgconn: PGconn) -> PQGen[list[PGresult]]:
    """Send the rest of a message, then read what comes back; psycopg waits wherever this yields."""
    while pgconn.flush():
        if (yield Wait.RW) & Ready.R:
            pgconn.consume_input()
    results: list[PGresult] = []
    while True:
        while pgconn.is_busy():
            if (yield Wait.R):
                pgconn.consume_input()
        result = pgconn.get_result()
        if result is None:  # between two statements, or for good
            if pgconn.status == ConnStatus.BAD:
                raise psycopg.OperationalError(pgconn.get_error_message())
            continue
        if result.status == ExecStatus.PIPELINE_SYNC:
            return results
        results.append(result)


def raise_for(result: PGresult, connection: psycopg.Connection[Any]) -> NoReturn:
    """Raise the error that a result stands for."""
    if connection.closed:
        raise psycopg.OperationalError(connection.pgconn.get_error_message())
    raise psycopg.errors.error_from_result(result)
