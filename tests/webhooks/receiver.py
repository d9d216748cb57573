"""A receiver of webhooks on this machine: it checks signatures as a stranger would, and answers as told."""

import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError


@dataclass(frozen=True)
class Message:
    path: str
    headers: dict[str, str]
    """By lower-case name."""
    raw: bytes
    is_ours: bool
    """Whether one of the receiver's secrets fits."""

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Reply:
    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    wait: Callable[[], object] = lambda: None


@dataclass
class Receiver:
    address: str
    port: int
    secrets: list[str] = field(default_factory=list)
    replies: list[Reply] = field(default_factory=list)
    """In turn; then `always`."""
    always: Reply = field(default_factory=Reply)
    got: list[Message] = field(default_factory=list)

    @property
    def types(self) -> list[str]:
        return [message.body["type"] for message in self.got]


@contextmanager
def receiving(*, tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            receiver.got.append(Message(self.path, headers, raw, _fits(raw, headers, receiver.secrets)))
            reply = receiver.replies.pop(0) if receiver.replies else receiver.always
            reply.wait()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
            pass

    class Quiet(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """Who hangs up early is part of the tests."""

    http = Quiet(("127.0.0.1", 0), Handler)
    if tls is not None:
        http.socket = tls.wrap_socket(http.socket, server_side=True, do_handshake_on_connect=False)
    scheme = "https" if tls else "http"
    receiver = Receiver(f"{scheme}://127.0.0.1:{http.server_port}", http.server_port)
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        http.shutdown()
        http.server_close()


def _fits(raw: bytes, headers: dict[str, str], secrets: list[str]) -> bool:
    for secret in secrets:
        try:
            Webhook(secret).verify(raw, headers)
        except WebhookVerificationError:
            continue
        return True
    return False
