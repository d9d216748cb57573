"""One request at a time: which statements it sends, and where its time goes.

The requests are answered by the product itself, without server or network, in
a process of their own that has the environment of a web process:
`python -m bench.inside` reads them from standard input and writes what it saw
to standard output, both as JSON.
"""

import contextlib
import io
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import urlsplit

from bench.callers import Caller, Request
from bench.databases import Database
from bench.web import environment
from launch.files import CHECKOUT

WARM_UP = 20
"""Requests that fill caches and are not counted; of a few the first half."""
FREE_OF_CHARGE = ("SAVEPOINT", "RELEASE", "ROLLBACK", "SET LOCAL")


class NotAnswered(Exception):
    """The product did not answer as it should; the message says what it said."""


@dataclass(frozen=True)
class Statement:
    """As PostgreSQL got it, its values in place."""

    text: str
    in_transaction: bool

    @property
    def counts(self) -> bool:
        """False for what only marks or sets up the transaction."""
        return not self.text.lstrip().startswith(FREE_OF_CHARGE)


@dataclass(frozen=True)
class Inside:
    """Of one kind of request; times are medians in milliseconds."""

    wall_ms: float
    python_ms: float
    """CPU time of the thread; for the rest of the wall time it waits for PostgreSQL."""
    statements: list[Statement]
    """Of one request."""
    answer: Any
    """The last one, as JSON says it."""


def look_inside(database: Database, requests: Mapping[str, Sequence[tuple[Caller, Request]]]) -> dict[str, Inside]:
    """What lies behind each named kind of request. Raises NotAnswered."""
    told = {name: [(caller.token, *request) for caller, request in wanted] for name, wanted in requests.items()}
    done = subprocess.run(
        [sys.executable, "-m", "bench.inside"],
        cwd=CHECKOUT,
        env=environment(database),
        input=json.dumps(told),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NotAnswered(done.stderr[-2000:])
    return {
        name: Inside(**{**seen, "statements": [Statement(**statement) for statement in seen["statements"]]})
        for name, seen in json.loads(done.stdout).items()
    }


def main() -> None:
    print(json.dumps({name: _observe(requests) for name, requests in json.load(sys.stdin).items()}))


def _observe(requests: list[tuple[str, str, str, Any]]) -> dict[str, Any]:
    """All but the last are timed; the last is listened to."""
    from django.db import connection
    from psycopg import ClientCursor

    from infra24.config.wsgi import application
    from infra24.core.postgresql.wire import BEGIN

    sent: list[Statement] = []
    framed = {BEGIN}
    woken: set[str] = set()

    def listen(execute: Callable[..., Any], text: str, values: Any, many: bool, context: dict[str, Any]) -> Any:
        # What frames the transaction goes just before, and whom to wake with the commit. Writes are held besides it.
        frames = [held for held in connection.connection.held if isinstance(held, str) and held not in framed]
        framed.update(frames)
        sent.extend(Statement(frame, in_transaction=True) for frame in frames)
        woken.update(connection.connection.channels)
        result = execute(text, values, many, context)
        written = ClientCursor(connection.connection).mogrify(text, values) if values else text
        sent.append(Statement(written, connection.in_atomic_block))
        return result

    walls, cpus, content = [], [], b""
    warm_up = min(WARM_UP, len(requests) // 2)
    for number, (token, method, path, body) in enumerate(requests, start=1):
        is_last = number == len(requests)
        environ = _environ(token, method, path, body)
        with connection.execute_wrapper(listen) if is_last else contextlib.nullcontext():
            wall, cpu = time.perf_counter(), time.thread_time()
            response = application(environ, _start_response)
            content = b"".join(response)
            response.close()
            wall, cpu = time.perf_counter() - wall, time.thread_time() - cpu
        if response.status_code >= 300:
            sys.exit(f"{method} {path} was answered {response.status_code}: {content[:500].decode()}")
        if number > warm_up and not is_last:
            walls.append(wall * 1000)
            cpus.append(cpu * 1000)
    sent.extend(Statement(f"NOTIFY {channel}", in_transaction=False) for channel in woken)
    return {
        "wall_ms": statistics.median(walls),
        "python_ms": statistics.median(cpus),
        "statements": [asdict(statement) for statement in sent],
        "answer": json.loads(content),
    }


def _start_response(*_: Any) -> Callable[[bytes], object]:
    """What a WSGI server is told before the body; the response says the same."""
    return lambda _: None


def _environ(token: str, method: str, path: str, body: Any) -> dict[str, Any]:
    """What a WSGI server would give the product."""
    content = json.dumps(body).encode() if body else b""
    address = urlsplit(path)
    return {
        "REQUEST_METHOD": method,
        "SCRIPT_NAME": "",
        "PATH_INFO": address.path,
        "QUERY_STRING": address.query,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "HTTP_HOST": "localhost",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "HTTP_X_FORWARDED_PROTO": "https",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(content)),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(content),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
    }


if __name__ == "__main__":
    main()
