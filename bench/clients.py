"""Impatient clients on one thread: each sends its next request the moment it has read the answer.

Plain sockets and one selector, because on a small machine every moment the
load takes is taken from the server. Keep-alive, loopback, no pipelining.
"""

import gc
import json
import selectors
import socket
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import quantiles

from bench.callers import Caller, Kind, Request

ANSWER_LIMIT_SECONDS = 30


class LoadFailed(Exception):
    """The server went away, or answered what was not asked for."""


@dataclass
class Load:
    """What came back."""

    seconds: float = 0.0
    own_cpu_seconds: float = 0.0
    """Spent by the clients themselves."""
    latencies: list[float] = field(default_factory=list)
    """Seconds from sending a request to having read the whole answer."""
    refused: Counter[int] = field(default_factory=Counter)
    """Answers of another status than wanted, by status."""

    def __iadd__(self, other: "Load") -> "Load":
        self.seconds += other.seconds
        self.own_cpu_seconds += other.own_cpu_seconds
        self.latencies += other.latencies
        self.refused += other.refused
        return self

    @property
    def requests(self) -> int:
        return len(self.latencies)

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def latency_ms(self, percent: int) -> float:
        if len(self.latencies) == 1:
            return self.latencies[0] * 1000
        return quantiles(self.latencies, n=100, method="inclusive")[percent - 1] * 1000


class Connection:
    """A caller's connection, kept alive, with at most one request under way. Closed at the end of a `with`."""

    def __init__(self, port: int, caller: Caller) -> None:
        self.caller = caller
        self.sent_at = 0.0
        self._head = f"Host: localhost\r\nAuthorization: Bearer {caller.token}\r\nX-Forwarded-Proto: https\r\n"
        self._answer = bytearray()
        self._body_at = self._whole = 0
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=ANSWER_LIMIT_SECONDS)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, request: Request) -> None:
        content = json.dumps(request.body).encode() if request.body else b""
        about = f"Content-Type: application/json\r\nContent-Length: {len(content)}\r\n" if content else ""
        head = f"{request.method} {request.path} HTTP/1.1\r\n{self._head}{about}\r\n"
        self._answer.clear()
        self._whole = 0
        self.sent_at = time.perf_counter()
        self.socket.sendall(head.encode() + content)

    def read(self) -> int | None:
        """Take what has arrived; the status once the answer is whole. Raises LoadFailed."""
        chunk = self.socket.recv(1 << 20)
        if not chunk:
            raise LoadFailed("The web server closed a connection.")
        self._answer += chunk
        if not self._whole:
            head, found, _ = self._answer.partition(b"\r\n\r\n")
            if not found:
                return None
            _, _, length = bytes(head).lower().partition(b"content-length: ")
            if not length:
                raise LoadFailed(f"An answer does not say its length: {bytes(head)!r}")
            self._body_at = len(head) + 4
            self._whole = self._body_at + int(length.partition(b"\r\n")[0])
        return int(self._answer[9:12]) if len(self._answer) >= self._whole else None

    @property
    def body(self) -> bytes:
        return bytes(self._answer[self._body_at :])


def answer_to(connection: Connection, *, status: int) -> bytes:
    """The body of the answer to the request under way. Raises LoadFailed when it has another status."""
    while (found := connection.read()) is None:
        pass
    if found != status:
        raise LoadFailed(f"{status} was expected, {found} came: {connection.body[:1000].decode()}")
    return connection.body


@contextmanager
def connected(port: int, callers: Sequence[Caller]) -> Iterator[list[Connection]]:
    """A connection for each caller. Servers close those that are idle, so each measurement makes its own."""
    with ExitStack() as stack:
        yield [stack.enter_context(Connection(port, caller)) for caller in callers]


def drive(port: int, callers: Sequence[Caller], kind: Kind, *, seconds: float) -> Load:
    """Have all callers ask for the same kind of thing for a while."""
    load = Load()
    with connected(port, callers) as connections, selectors.DefaultSelector() as selector:
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
        gc.collect()
        gc.disable()
        cpu, began = time.process_time(), time.perf_counter()
        for connection in connections:
            connection.send(kind.ask(connection.caller))
        under_way, deadline, ended = len(connections), began + seconds, began
        while under_way:
            ready = selector.select(ANSWER_LIMIT_SECONDS)
            if not ready:
                raise LoadFailed(f"No answer within {ANSWER_LIMIT_SECONDS} seconds.")
            for key, _ in ready:
                connection = key.data
                if (status := connection.read()) is None:
                    continue
                ended = time.perf_counter()
                load.latencies.append(ended - connection.sent_at)
                if status != kind.status:
                    load.refused[status] += 1
                if ended < deadline:
                    connection.send(kind.ask(connection.caller))
                else:
                    under_way -= 1
        load.seconds, load.own_cpu_seconds = ended - began, time.process_time() - cpu
        gc.enable()
    return load
