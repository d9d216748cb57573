"""Listening in on the connection to PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from psycopg.pq import Trace

from tests.core.wiretap import Tap, wire


@pytest.fixture
def tap(tmp_path: Path) -> Iterator[Tap]:
    file = tmp_path / "trace"
    with file.open("w") as trace:
        wire().pgconn.trace(trace.fileno())
        wire().pgconn.set_trace_flags(Trace.SUPPRESS_TIMESTAMPS | Trace.REGRESS_MODE)
        yield Tap(file)
        wire().pgconn.untrace()
