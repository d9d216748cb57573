"""`make run` as a newcomer meets it: the real processes, killed and taken over."""

import json
import os
import signal
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from launch import postgres
from launch.files import CHECKOUT
from launch.processes import end_processes, free_port, marked_processes

RUN = """
import sys
from pathlib import Path
from launch.bootstrap import Checkout
from launch.installation import Installation, run
run(Installation(Checkout(), Path(sys.argv[1]), int(sys.argv[2])))
"""


class Demo:
    """A run of the demo in a data folder of its own, as `make run` makes it once everything is installed."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = free_port(None)
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> str:
        """Start, wait until it says that it runs or ends; all it said."""
        said = self.var.with_name("said")
        chosen = ("DATABASE_", "INFRA24_")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(chosen)}
        if programs := os.environ.get("INFRA24_PG_BIN"):
            environment["INFRA24_PG_BIN"] = programs
        with said.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", RUN, str(self.var), str(self.port)],
                cwd=CHECKOUT,
                env=environment | {"PYTHONUNBUFFERED": "1"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        deadline = time.monotonic() + 240
        while "Ctrl-C stops it." not in said.read_text() and self.process.poll() is None:
            assert time.monotonic() < deadline, said.read_text()
            time.sleep(0.1)
        return said.read_text()

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def becomes_ready(self) -> bool:
        deadline = time.monotonic() + 120
        while not self.is_ready() and time.monotonic() < deadline:
            time.sleep(0.1)
        return self.is_ready()


@pytest.fixture
def demo(place: Path) -> Iterator[Demo]:
    demo = Demo(place / "var")
    yield demo
    if demo.process:
        demo.process.kill()
        demo.process.wait()
    end_processes(lambda: marked_processes(demo.var), patience=0)


def test_a_run_survives_kills_and_a_later_one_takes_over(demo: Demo) -> None:
    said = demo.start()
    assert demo.process is not None
    assert f"Infra24 runs at http://localhost:{demo.port}" in said
    about = json.loads((demo.var / "demo.json").read_text())
    assert stat.S_IMODE((demo.var / "demo.json").stat().st_mode) == 0o600
    assert about["base_url"] == f"http://localhost:{demo.port}"
    for organisation in about["organisations"]:
        assert set(organisation["roles"]) == {"admin", "manager", "staff", "instructor", "member"}
        assert organisation["roles"]["staff"]["email"] in said
    assert demo.is_ready()

    url = postgres.running_url(demo.var)
    assert url
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE written_before_the_kill AS SELECT 1 AS number")
    [note] = demo.var.glob("postgres-*/data/postmaster.pid")
    os.kill(int(note.read_text().splitlines()[0]), signal.SIGKILL)
    for process in marked_processes(demo.var):
        os.kill(process, signal.SIGKILL)
    assert demo.becomes_ready(), "the run did not bring back what was killed"

    demo.process.kill()
    demo.process.wait()
    said = demo.start()
    assert "Infra24 runs at" in said
    assert demo.is_ready()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT number FROM written_before_the_kill").fetchall() == [(1,)]

    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait(timeout=120) == 0
    assert marked_processes(demo.var) == set()
    assert postgres.running_url(demo.var) is None
