"""HTTP on the loopback interface, with connections that can be made to fail.

Logs carry route patterns and never paths, queries or bodies: those hold people's names.
"""

import logging
import os
import socket
import struct
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from emulators.bloomerang.answers import Refused
from emulators.bloomerang.service import Call, Outcome, Reply, Service, refused
from emulators.bloomerang.store import Store

DEFAULT_KEY = "emulator-key"
MAX_BODY_BYTES = 1024 * 1024
DRAINED_BYTES = 8 * MAX_BODY_BYTES
log = logging.getLogger("emulators.bloomerang")


class Server(ThreadingHTTPServer):
    """Listens on 127.0.0.1, on a free port when asked for port 0; `url` says where."""

    request_queue_size = 128
    daemon_threads = True

    def __init__(self, state: Store, *, port: int, key: str) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.service = Service(state, key=key)
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def handle_error(self, request: object, client_address: object) -> None:
        """Only connections that broke come here, since the handler answers everything else with 500."""
        log.info("connection broken by the client")


@contextmanager
def running(state: Path, *, port: int = 0, key: str = DEFAULT_KEY) -> Iterator[str]:
    """An emulator in a thread of this process, for tests. Gives its address, such as http://127.0.0.1:40123."""
    store = Store(state)
    try:
        with Server(store, port=port, key=key) as server:
            thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
            thread.start()
            try:
                yield server.url
            finally:
                server.shutdown()
                thread.join()
    finally:
        store.close()


class Handler(BaseHTTPRequestHandler):
    """One connection. Every request is read whole before anything is decided."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version = "bloomerang-emulator"
    sys_version = ""
    timeout = 60  # seconds a connection may stay silent
    wbufsize = -1  # head and body leave together
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def do_PUT(self) -> None:
        self._serve()

    def do_DELETE(self) -> None:
        self._serve()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Nothing: the base class would log the query string."""

    def _serve(self) -> None:
        started = time.monotonic()
        try:
            body = self._read_body()
        except Refused as refusal:
            self.close_connection = True  # the rest of the body is still on its way
            outcome = Outcome("(body refused)", refused(refusal))
        else:
            outcome = self._outcome(body)
        if outcome.reply:
            self._send(outcome.reply)
        else:
            self._hang_up(torn=outcome.fault is not None and outcome.fault.kind == "reset")
        log.info(
            "%s status=%s ms=%d fault=%s",
            outcome.name,
            outcome.reply.status if outcome.reply else "none",
            (time.monotonic() - started) * 1000,
            outcome.fault.kind if outcome.fault else "none",
        )

    def _outcome(self, body: bytes) -> Outcome:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        call = Call(self.command, path, parse_qs(query, keep_blank_values=True), headers, body)
        try:
            return self.server.service.handle(call)
        except Exception as error:  # noqa: BLE001 - the last net of a server
            # An error's message may repeat what was sent; the place in the code does not.
            log.error("%s\n%s", type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
            return Outcome("(failed)", refused(Refused(500, "The emulator failed; its log says where")))

    def _read_body(self) -> bytes:
        """Raises Refused for a body without a length or beyond the limit, ConnectionError when it ends early."""
        length = self.headers.get("Content-Length", "0")
        if "Transfer-Encoding" in self.headers or not (length.isascii() and length.isdecimal()):
            raise Refused(411, "Send the body with a Content-Length")
        if len(length) > 9 or int(length) > MAX_BODY_BYTES:
            self.rfile.read(min(int(length[:9]), DRAINED_BYTES))  # a client in mid-sentence would miss the refusal
            raise Refused(413, f"A body has at most {MAX_BODY_BYTES} bytes")
        body = self.rfile.read(int(length))
        if len(body) < int(length):
            raise ConnectionError
        return body

    def _send(self, reply: Reply) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(reply.body)

    def _hang_up(self, *, torn: bool) -> None:
        self.close_connection = True
        if torn:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            os.close(self.connection.detach())  # before the base class can end the connection politely
