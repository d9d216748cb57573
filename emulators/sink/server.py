"""HTTP/1.1 on the loopback interface: one thread, one protocol, thousands of requests a second.

Keep-alive, bodies with a Content-Length, no pipelining: the next request of a
connection is read when the one before is answered.
"""

import asyncio
import contextlib
import socket
import struct
import threading
from collections.abc import Callable, Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any, cast

from emulators.sink.books import opened
from emulators.sink.service import Call, Reply, Service

MAX_HEAD_BYTES = 32 * 1024
MAX_BODY_BYTES = 1024 * 1024


class Wire(asyncio.Protocol):
    """One connection."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._arrived = bytearray()
        self._is_busy = False
        self._later: asyncio.TimerHandle | None = None
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def connection_lost(self, _error: Exception | None) -> None:
        if self._later:
            self._later.cancel()

    def data_received(self, data: bytes) -> None:
        self._arrived += data
        self._go_on()

    def _go_on(self) -> None:
        if self._is_busy:
            return
        try:
            call = self._read()
        except ValueError:
            self._send(Reply(400, b'{"detail": "This is no request the sink reads."}'), keep=False)
            return
        if call is None:
            return
        self._is_busy = True
        reply = self._service.handle(call)
        if reply.delay:
            self._later = asyncio.get_running_loop().call_later(reply.delay, self._answer, reply)
        else:
            self._answer(reply)

    def _read(self) -> Call | None:
        """The next request once it is whole. Raises ValueError for what is none."""
        end = self._arrived.find(b"\r\n\r\n")
        if end < 0:
            if len(self._arrived) > MAX_HEAD_BYTES:
                raise ValueError
            return None
        first, *lines = self._arrived[:end].decode("latin-1").split("\r\n")
        method, target, _version = first.split(" ")
        headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        length = int(headers.get("content-length", "0"))
        if "transfer-encoding" in headers or not 0 <= length <= MAX_BODY_BYTES:
            raise ValueError
        whole = end + 4 + length
        if len(self._arrived) < whole:
            return None
        body = bytes(self._arrived[end + 4 : whole])
        del self._arrived[:whole]
        return Call(method, target, headers, body)

    def _answer(self, reply: Reply) -> None:
        self._later, self._is_busy = None, False
        if reply.status is None:
            self._hang_up(torn=reply.is_torn)
            return
        self._send(reply, keep=True)
        if self._arrived:
            asyncio.get_running_loop().call_soon(self._go_on)

    def _send(self, reply: Reply, *, keep: bool) -> None:
        status = HTTPStatus(reply.status or 500)
        head = f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        if status is not HTTPStatus.NO_CONTENT:
            head += f"Content-Type: {reply.content_type}\r\nContent-Length: {len(reply.body)}\r\n"
        if reply.retry_after is not None:
            head += f"Retry-After: {reply.retry_after}\r\n"
        if not keep:
            head += "Connection: close\r\n"
        self._transport.write(f"{head}\r\n".encode() + reply.body)
        if not keep:
            self._transport.close()

    def _hang_up(self, *, torn: bool) -> None:
        if torn:
            connection: socket.socket = self._transport.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._transport.abort()
        else:
            self._transport.close()


async def serve(state: Path, *, port: int, seed: int | None, told: Callable[[str], None]) -> None:
    """Listen until cancelled; `told` hears the address once it is ready. Raises StateUnusable and OSError."""
    books = opened(state)
    try:
        service = Service(books, seed=seed)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Wire(service), "127.0.0.1", port, backlog=1024)
        async with server:
            told(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
            with contextlib.suppress(asyncio.CancelledError):
                await server.serve_forever()
    finally:
        books.close()


@contextlib.contextmanager
def running(state: Path, *, port: int = 0, seed: int | None = None) -> Iterator[str]:
    """A sink in a thread of this process, for tests. Gives its address, such as http://127.0.0.1:40123."""
    loop = asyncio.new_event_loop()
    address: asyncio.Future[str] = loop.create_future()
    served = loop.create_task(serve(state, port=port, seed=seed, told=address.set_result))

    def run() -> None:
        with contextlib.suppress(asyncio.CancelledError):
            loop.run_until_complete(served)

    thread = threading.Thread(target=run, daemon=True)
    # Whatever keeps it from starting is raised here, before there is a thread.
    waiting: list[asyncio.Future[Any]] = [address, served]
    loop.run_until_complete(asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED))
    if served.done():
        loop.close()
        served.result()
    thread.start()
    try:
        yield address.result()
    finally:
        loop.call_soon_threadsafe(served.cancel)
        thread.join()
        loop.close()
