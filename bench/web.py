"""The web server as production runs it, and what its processes cost."""

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.databases import Database
from launch.files import CHECKOUT
from launch.installation import web_command
from launch.processes import die_with, free_port

START_LIMIT_SECONDS = 60
STOP_LIMIT_SECONDS = 20


class NoServer(Exception):
    """The web server did not come up; the message has the end of its log."""


@dataclass(frozen=True)
class Web:
    """A running server: its port on loopback, and the process above its workers."""

    port: int
    pid: int


def environment(database: Database) -> dict[str, str]:
    """Of a process in production, on that database. Nothing here is secret: nobody but the bench can connect."""
    return {
        **os.environ,
        **database.environment(),
        "INFRA24_PRODUCTION": "1",
        "INFRA24_BASE_URL": "https://localhost",
        "INFRA24_TRUSTED_PROXIES": "1",
        "INFRA24_SECRET_KEY": "of-a-bench-that-nobody-else-can-reach-and-that-ends-in-minutes",
        "INFRA24_ENCRYPTION_KEYS": "ZGV2ZWxvcG1lbnQtb25seS1rZXktMDAwMDAwMDAwMDA=",
    }


@contextmanager
def serving(database: Database, log: Path, *, told: Mapping[str, str] | None = None) -> Iterator[Web]:
    """The product's web server on a free port of loopback, gone afterwards. Raises NoServer.

    `told` is its environment, when it is another one than `environment`.
    """
    port = free_port(None)
    with log.open("w") as output:
        process = subprocess.Popen(
            web_command(port),
            cwd=CHECKOUT,
            env=environment(database) if told is None else dict(told),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - we have no threads
        )
    try:
        _wait(process, port, log)
        yield Web(port, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOP_LIMIT_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise NoServer(f"The web server did not start:\n{log.read_text()[-2000:]}") from None
            time.sleep(0.05)
        else:
            return
