"""A calendar's server under the tests' hands."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

Answer = tuple[int, dict[str, str], bytes]


class Server:
    """Answers each request with what `answer` gives for its path and headers; remembers what was asked."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.answer: Callable[[str, dict[str, str]], Answer] = lambda path, headers: (404, {}, b"")

    def give(self, text: str, *, etag: str = "") -> None:
        def answer(path: str, headers: dict[str, str]) -> Answer:
            if etag and headers.get("If-None-Match") == etag:
                return 304, {}, b""
            return 200, {"ETag": etag} if etag else {}, text.encode()

        self.answer = answer

    def fail(self, status: int = 500, **headers: str) -> None:
        self.answer = lambda path, asked: (status, headers, b"")


@contextmanager
def serving() -> Iterator[Server]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            headers = dict(self.headers.items())
            server.asked.append((self.path, headers))
            status, more, body = server.answer(self.path, headers)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library calls it so
            pass

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server = Server(f"http://127.0.0.1:{http.server_port}")
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        http.shutdown()
        http.server_close()
