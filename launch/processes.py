"""Processes that belong to a data folder, and who listens on a port. Reads Linux's /proc."""

import contextlib
import ctypes
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

MARK = "INFRA24_SUPERVISED_IN"
"""Variable in the environment of every supervised process, and so of all that they start."""
PROC = Path("/proc")
KILL_LIMIT_SECONDS = 5
"""A process that waits for a broken disk does not even hear SIGKILL."""

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_PR_SET_PDEATHSIG = 1
_LISTENING = "0A"


def mark_of(var: Path) -> str:
    """The mark of a data folder: the same after the folder has moved, another in a copy."""
    about = var.stat()
    return f"{about.st_dev:x}-{about.st_ino:x}"


def marked_processes(var: Path) -> set[int]:
    """Ids of living processes, except this one, that were started for the data folder."""
    wanted = f"{MARK}={mark_of(var)}".encode()
    found = {pid for pid, entry in _processes() if wanted in _read(entry / "environ").split(b"\0")}
    return found - {os.getpid()}


def end_processes(find: Callable[[], set[int]], *, patience: float) -> int:
    """Ask all processes `find` returns to end, and kill those that have not after `patience` seconds; how many."""
    ended = asked = find()
    for pid in asked:
        _signal(pid, signal.SIGTERM)
    deadline = time.monotonic() + patience
    while remaining := find():
        ended |= remaining
        if time.monotonic() > deadline:
            for pid in remaining:
                _signal(pid, signal.SIGKILL)
        if time.monotonic() > deadline + KILL_LIMIT_SECONDS:
            break
        time.sleep(0.05)
    return len(ended)


def die_with(parent: int) -> Callable[[], None]:
    """What a new child does first: ask the kernel for SIGTERM when `parent` dies, be it by kill -9."""

    def prepare() -> None:
        if _libc:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return prepare


def is_free(port: int) -> bool:
    """True when a server could listen on the port of this machine's loopback address.

    Raises PermissionError for a port this user may not take.
    """
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
            probe.listen()
        except PermissionError:
            raise
        except OSError:
            return False
        return True


def free_port(preferred: int | None) -> int:
    """The preferred port if nobody has it, else any."""
    if preferred and is_free(preferred):
        return preferred
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listener(port: int) -> str | None:
    """Who listens on the port, as `python3 -m http.server (process 123)`; None where that cannot be seen."""
    sockets = set(_listening_sockets(port))
    for pid, entry in _processes():
        with contextlib.suppress(OSError):
            if any(str(file.readlink()) in sockets for file in (entry / "fd").iterdir()):
                command = _read(entry / "cmdline").replace(b"\0", b" ").decode(errors="replace").strip()
                return f"{command[:100]} (process {pid})"
    return None


def _listening_sockets(port: int) -> Iterator[str]:
    for table in ("tcp", "tcp6"):
        for line in _read(PROC / "net" / table).decode().splitlines():
            fields = line.split()
            if fields[1].endswith(f":{port:04X}") and fields[3] == _LISTENING:
                yield f"socket:[{fields[9]}]"


def _processes() -> Iterator[tuple[int, Path]]:
    if PROC.is_dir():
        yield from ((int(entry.name), entry) for entry in PROC.iterdir() if entry.name.isdigit())


def _read(file: Path) -> bytes:
    """The file; nothing when the process has ended or belongs to somebody else."""
    try:
        return file.read_bytes()
    except OSError:
        return b""


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, number)
