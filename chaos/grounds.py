"""Where a run takes place: workers that can be killed, a database that can fall, a sink and perhaps a CRM."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from launch import postgres
from launch.bootstrap import read_stamp
from launch.files import CHECKOUT
from launch.processes import PROC, die_with, marked_processes

WORKER = ("manage.py", "worker")
START_LIMIT_SECONDS = 30
BACK_LIMIT_SECONDS = 120
"""Within this a database that fell has to be up again."""
OLD_ENOUGH_SECONDS = 4.0
"""A worker that has only just started has nothing yet that a kill could take from it."""


class NoGround(Exception):
    """The run cannot take place; the message says what to do."""


class Workers(Protocol):
    """The workers of a ground, whoever keeps them running."""

    def alive(self) -> list[int]:
        """Process ids. Starts again whom nobody else starts again."""


@dataclass
class OwnWorkers:
    """So many processes of `manage.py worker`, kept up by whoever calls `alive`."""

    wanted: int
    environment: Mapping[str, str]
    log: Path
    _running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def alive(self) -> list[int]:
        self._running = [process for process in self._running if process.poll() is None]
        while len(self._running) < self.wanted:
            with self.log.open("ab") as output:
                self._running.append(
                    subprocess.Popen(
                        [sys.executable, *WORKER],
                        cwd=CHECKOUT,
                        env=dict(self.environment),
                        stdin=subprocess.DEVNULL,
                        stdout=output,
                        stderr=output,
                        start_new_session=True,
                        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - it only asks the kernel for a signal
                    )
                )
        return [process.pid for process in self._running]

    def end(self) -> None:
        self.wanted = 0
        for process in self._running:
            process.terminate()
        for process in self._running:
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


@dataclass(frozen=True)
class SupervisedWorkers:
    """Those of a running installation; its supervisor starts them again."""

    var: Path

    def alive(self) -> list[int]:
        wanted = " ".join(WORKER).encode()
        return [pid for pid in sorted(marked_processes(self.var)) if wanted in _command(pid)]


@dataclass
class Ground:
    """What a run needs to know of the place."""

    sink: str
    """Address of the sink."""
    crm: str | None
    """Address of a CRM emulator that nobody else uses."""
    workers: Workers
    fell_database: Callable[[], None] | None
    """End the database as a power cut would, and wait until it is back; None where it is not ours to end."""


def old_enough(pids: list[int]) -> list[int]:
    """Those that have run long enough to be at work."""
    ticks = os.sysconf("SC_CLK_TCK")
    up = float((PROC / "uptime").read_text().split()[0])
    found = []
    for pid in pids:
        with contextlib.suppress(OSError):
            fields = (PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
            if up - int(fields[19]) / ticks > OLD_ENOUGH_SECONDS:
                found.append(pid)
    return found


@contextmanager
def sinking(state: Path, *, seed: int, port: int = 0) -> Iterator[str]:
    """A sink in a process of its own, its books begun anew. Yields its address."""
    state.unlink(missing_ok=True)
    with emulating(["emulators.sink", "--state", str(state), "--seed", str(seed)], port=port) as address:
        yield address


@contextmanager
def emulating(words: list[str], *, port: int = 0) -> Iterator[str]:
    """One of the emulators, on a free port if none is given. Raises NoGround when it does not start."""
    process = subprocess.Popen(
        [sys.executable, "-m", *words, "--port", str(port)],
        cwd=CHECKOUT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - it only asks the kernel for a signal
    )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line.startswith("listening on "):
            raise NoGround(f"`python -m {' '.join(words)}` did not start; call it by hand to see why.")
        yield line.removeprefix("listening on ").strip()
    finally:
        process.terminate()
        process.wait()


@contextmanager
def own_ground(var: Path, *, workers: int, seed: int) -> Iterator[Ground]:
    """A PostgreSQL, workers, a sink and a CRM of the run's own, in the data folder `var`; servers end with the block.

    Sets the environment of this process: call it before Django's settings are read.
    """
    with ExitStack() as stack:
        stack.callback(postgres.stop, var)
        url = postgres.start(var)
        # It remembers what the database remembers: contacts of earlier runs keep their numbers.
        crm = stack.enter_context(emulating(["emulators.bloomerang", "--state", str(var / "crm.sqlite")]))
        sink = stack.enter_context(sinking(var / "sink.log", seed=seed))
        os.environ.update(
            {
                "DATABASE_URL": url,
                "INFRA24_VAR": str(var),
                "INFRA24_CRM_ADDRESSES": crm,
                "INFRA24_WEBHOOK_ADDRESSES": sink,
                "INFRA24_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
                "INFRA24_LOG_LEVEL": "ERROR",
            }
        )
        subprocess.run(
            [sys.executable, "manage.py", "prepare_database"],
            cwd=CHECKOUT,
            check=True,
            env={**os.environ, "INFRA24_DATABASE_ROLE": "owner"},
            stdout=subprocess.DEVNULL,
        )
        own = OwnWorkers(workers, {**os.environ, "INFRA24_LOG_LEVEL": "WARNING"}, var / "log" / "worker.log")
        stack.callback(own.end)

        def fell() -> None:
            postgres.crash(var)
            postgres.start(var)

        yield Ground(sink, crm, own, fell)


@contextmanager
def running_ground(var: Path, *, seed: int) -> Iterator[Ground]:
    """The installation that runs on the data folder, with a sink of the run's own. Raises NoGround when none does.

    Sets the environment of this process: call it before Django's settings are read.
    """
    workers = SupervisedWorkers(var)
    if not var.is_dir() or not workers.alive():
        raise NoGround(
            f"No installation runs on {var}. Start one in another terminal: make run;"
            " or say where it runs: INFRA24_VAR=/some/folder make chaos-small"
        )
    if os.environ.get("DATABASE_URL") or not postgres.running_url(var):
        raise NoGround(
            "This installation's PostgreSQL is not the embedded one, and not ours to end in the middle of its work."
            " Run it on the embedded server, without DATABASE_URL, or use `make chaos`, which has one of its own."
        )
    state = read_stamp(var / "supervisor.json")
    if not state.get("sink_port"):
        raise NoGround("This installation was started by an older version. Start it anew: make stop, then make run.")
    sink_address = f"http://127.0.0.1:{state['sink_port']}"
    os.environ.update(
        {
            "INFRA24_VAR": str(var),
            "INFRA24_DEMO": "1",
            "INFRA24_BASE_URL": state.get("address", ""),
            "INFRA24_WEBHOOK_ADDRESSES": sink_address,
            "INFRA24_LOG_LEVEL": "ERROR",
        }
    )

    def fell() -> None:
        postgres.crash(var)
        deadline = time.monotonic() + BACK_LIMIT_SECONDS
        while not postgres.running_url(var):
            if time.monotonic() > deadline:
                raise NoGround("Nobody has started PostgreSQL again. Look at the terminal of `make run`.")
            time.sleep(0.1)

    with sinking(var / "chaos-sink.log", seed=seed, port=int(state["sink_port"])) as sink:
        yield Ground(sink, None, workers, fell)


def kill(pid: int) -> None:
    """As the kernel does when memory runs out."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _command(pid: int) -> bytes:
    try:
        return (PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return b""
