"""The product as it runs: its own web and worker processes on a clone, reached by real HTTP."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.database import ROOT, TestDatabase

PATIENCE_SECONDS = 60


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def web(database: TestDatabase, *, environment: dict[str, str] | None = None) -> Iterator[str]:
    """The web server on the clone, as in production: two workers, two threads. Yields its address."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--workers", "2", "--blocking-threads", "2"]
    command += ["--host", "127.0.0.1", "--port", str(port), "--no-ws", "infra24.config.wsgi:application"]
    told = {**database.environment(), "PORT": str(port), "INFRA24_BASE_URL": address, **(environment or {})}
    with process(command, told):
        until(lambda: _answers(f"{address}/healthz"), "the web server answers")
        yield address


@contextmanager
def process(command: list[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A process of the product; ended when the block ends, its last words shown if the block failed."""
    with tempfile.NamedTemporaryFile(suffix=".log") as log:
        started = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True)
        try:
            yield started
        except BaseException:
            sys.stderr.write(Path(log.name).read_text(errors="replace")[-4000:])
            raise
        finally:
            started.terminate()
            try:
                started.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(started.pid, signal.SIGKILL)  # its own children too: they would keep the database busy
                started.wait()


def until(happened: Callable[[], bool], what: str, patience: float = PATIENCE_SECONDS) -> None:
    """Wait until something has happened. Fails naming it once patience is gone; never a measure of speed."""
    deadline = time.monotonic() + patience
    while not happened():
        assert time.monotonic() < deadline, f"It never happened that {what}."
        time.sleep(0.05)


def _answers(url: str) -> bool:
    """Does anybody answer there, whatever they say?"""
    try:
        httpx.get(url, timeout=5)
    except httpx.TransportError:
        return False
    return True


def postgres_log(database: TestDatabase) -> str:
    """What the embedded server has logged; empty where another server is used."""
    if os.environ.get("DATABASE_URL"):
        return ""
    logs = sorted((database.var / "log").glob("*.log"))
    return "".join(log.read_text(errors="replace") for log in logs)
