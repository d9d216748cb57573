"""Keeps a handful of processes running: starts them, restarts what ends, ends them all together."""

import contextlib
import itertools
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from launch.processes import MARK, die_with, end_processes, mark_of, marked_processes

FIRST_DELAY_SECONDS = 0.2
LONGEST_DELAY_SECONDS = 10.0
STEADY_AFTER_SECONDS = 30.0
"""A process that ran this long failed for a new reason: its next restart is quick again."""
LOG_LIMIT_BYTES = 10_000_000
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class CommandFailed(Exception):
    """A command that had to succeed did not; the message holds the end of its output."""


@dataclass(frozen=True)
class Child:
    """A process to keep running. Without a log it writes to the terminal."""

    name: str
    command: Sequence[str | Path]
    cwd: Path
    env: Mapping[str, str] = field(default_factory=dict)
    log: Path | None = None
    restart_on_change: bool = False


@dataclass
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    started_at: float
    delay: float = FIRST_DELAY_SECONDS
    restart_at: float | None = None


class Supervisor:
    """Runs children that belong to one data folder. Times are of the monotonic clock, in seconds."""

    def __init__(self, *, var: Path, say: Callable[[str], None], patience: float = 10.0) -> None:
        self.var = var
        self.say = say
        self.patience = patience
        self._running: dict[str, _Running] = {}

    def start(self, child: Child) -> None:
        self._running[child.name] = _Running(child, self._spawn(child), time.monotonic())

    def run_to_end(self, child: Child) -> None:
        """Run something that ends by itself. Raises CommandFailed."""
        if child.log is None:
            raise ValueError("A command that ends by itself needs a log to read its failure from.")
        began = child.log.stat().st_size if child.log.exists() else 0
        process = self._spawn(child)
        self._running[child.name] = _Running(child, process, time.monotonic())
        status = process.wait()
        del self._running[child.name]
        if status:
            with child.log.open(errors="replace") as log:
                log.seek(began)
                told = "\n".join(log.read().strip().splitlines()[-20:])
            raise CommandFailed(f"{child.name} failed:\n{told}")

    def has_ended(self, name: str) -> bool:
        """True while the child lies dead, before its restart."""
        return self._running[name].process.poll() is not None

    def tend(self) -> None:
        """Look after the children once: note who ended, restart who is due. Never waits."""
        now = time.monotonic()
        for running in self._running.values():
            if running.restart_at is None and running.process.poll() is not None:
                self._note_end(running, now)
            if running.restart_at is not None and now >= running.restart_at:
                running.process, running.started_at, running.restart_at = self._spawn(running.child), now, None

    def restart_changed(self) -> None:
        """Restart, at once, the children that run the sources."""
        for running in self._running.values():
            if running.child.restart_on_change:
                self._end([running])
                running.restart_at, running.delay = time.monotonic(), FIRST_DELAY_SECONDS

    def run_until_told(self, *also: Callable[[], None]) -> None:
        """Tend the children, and do what else there is every second, until an exception such as a signal's ends it."""
        for beat in itertools.count(1):
            time.sleep(0.1)
            self.tend()
            if beat % 10 == 0:
                for task in also:
                    task()

    def stop(self) -> None:
        """End every child: all are asked at once, and killed when their patience is over."""
        self._end(list(self._running.values()))
        self._running.clear()
        end_processes(lambda: marked_processes(self.var), patience=0)

    def _spawn(self, child: Child) -> subprocess.Popen[bytes]:
        environment = {**os.environ, **child.env, MARK: mark_of(self.var)}
        with contextlib.ExitStack() as stack:
            output = None
            if child.log:
                _make_room(child.log)
                output = stack.enter_context(child.log.open("ab"))
            return subprocess.Popen(
                [os.fspath(word) for word in child.command],
                cwd=child.cwd,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT if output else None,
                # Ctrl-C is for us alone: we end the children in good order.
                start_new_session=True,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - we have no threads
            )

    def _note_end(self, running: _Running, now: float) -> None:
        """Clear up after a child that ended by itself, and say when it comes back."""
        _kill_group(running.process)
        if now - running.started_at > STEADY_AFTER_SECONDS:
            running.delay = FIRST_DELAY_SECONDS
        running.restart_at = now + running.delay
        running.delay = min(running.delay * 2, LONGEST_DELAY_SECONDS)
        where = f" ({running.child.log})" if running.child.log else ""
        self.say(f"{running.child.name} {_ending(running.process.returncode)}; starting it again{where}.")

    def _end(self, some: Sequence[_Running]) -> None:
        for running in some:
            if running.process.poll() is None:
                running.process.terminate()
        deadline = time.monotonic() + self.patience
        for running in some:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(timeout=max(0.0, deadline - time.monotonic()))
            _kill_group(running.process)
            running.process.wait()


@contextlib.contextmanager
def until_a_signal() -> Iterator[None]:
    """Leave the block on Ctrl-C, SIGTERM, or when the terminal closes; not on one the caller had us ignore."""

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, leave)
    with contextlib.suppress(KeyboardInterrupt):
        yield


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill what a child leaves behind; a server's helpers may still hold its port."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def _ending(status: int) -> str:
    return f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"


def _make_room(log: Path) -> None:
    """Keep one older log beside a long one."""
    if log.exists() and log.stat().st_size > LOG_LIMIT_BYTES:
        log.replace(log.with_name(f"{log.name}.1"))
    log.touch(mode=0o600)
