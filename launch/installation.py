"""A running demo: database, web, worker, verifier and CRM emulator of one data folder, from start to stop.

The first start makes and fills the database. Later ones skip that while the
sources, the addresses and the day are the same. Whatever an earlier run left
behind is ended or taken over; a run that lives is left alone.
"""

import contextlib
import datetime as dt
import fcntl
import hashlib
import http.client
import json
import os
import shutil
import signal
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import FrameType

from launch import postgres
from launch.bootstrap import Checkout, digest, files_in, node_environment, read_stamp, step
from launch.cluster import PostgresError
from launch.files import data_folder, make_data_folder, write_private
from launch.processes import end_processes, free_port, is_free, listener, marked_processes
from launch.supervisor import SIGNALS, Child, Supervisor, until_a_signal

READY_LIMIT_SECONDS = 60
_DIRECT = urllib.request.build_opener(urllib.request.ProxyHandler({}))
"""Asks this machine itself, whatever proxy the environment names."""
STOP_LIMIT_SECONDS = 40
DEMO_FILES = (
    *("postgres-*", "postgres.lock", "database_url", "app_role_password", "prepared.json", "demo.json", "demo-crm.*"),
    *("media", "mail", "metrics", "static", "log", "supervisor.json"),
)
"""What a run writes into the data folder, but for its keys; `make reset-demo` deletes nothing else."""


class RunError(Exception):
    """The demo cannot run or stop; the message says what to do."""


@dataclass(frozen=True)
class Installation:
    """One data folder and the addresses it is served at."""

    checkout: Checkout
    var: Path
    port: int

    @classmethod
    def from_environment(cls) -> "Installation":
        """Raises RunError when PORT is no port."""
        text = os.environ.get("PORT") or "8000"
        if not text.isdecimal() or not 1 <= int(text) <= 65535:
            raise RunError(f"PORT is {text!r}; it must be a number from 1 to 65535, as in: PORT=8001 make run")
        return cls(Checkout(), data_folder(), int(text))

    @property
    def address(self) -> str:
        return (os.environ.get("INFRA24_BASE_URL") or f"http://localhost:{self.port}").rstrip("/")

    @property
    def embedded(self) -> bool:
        """True when no DATABASE_URL names a server, so that ours is used."""
        return not os.environ.get("DATABASE_URL")

    @property
    def state_file(self) -> Path:
        return self.var / "supervisor.json"

    @cached_property
    def crm_port(self) -> int:
        """The CRM keeps its address from run to run while nobody takes it."""
        return self._kept_port("crm_port")

    @cached_property
    def sink_port(self) -> int:
        """Where a receiver of webhooks on this machine may listen, such as that of `make chaos-small`."""
        return self._kept_port("sink_port")

    def _kept_port(self, name: str) -> int:
        known = read_stamp(self.state_file).get(name, "")
        return free_port(int(known) if known.isdecimal() else None)

    @property
    def crm_address(self) -> str:
        return f"http://127.0.0.1:{self.crm_port}"

    def environment(self, *, debug: bool) -> dict[str, str]:
        """What every process of the demo is told."""
        return {
            "INFRA24_DEMO": "1",
            "INFRA24_VAR": str(self.var),
            "INFRA24_BASE_URL": self.address,
            "INFRA24_DEMO_CRM_URL": self.crm_address,
            "INFRA24_WEBHOOK_ADDRESSES": f"http://127.0.0.1:{self.sink_port}",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
        } | ({"INFRA24_DEBUG": "1"} if debug else {})


# --- Running ---------------------------------------------------------------------


def run(here: Installation, *, dev: bool = False) -> None:
    """Start everything, say where it is, and keep it running until a signal ends it.

    Raises RunError, PostgresError or CommandFailed when it cannot start.
    """
    make_data_folder(here.var)
    with _only_run(here):
        # Whoever is left had been asked to end when the earlier run died, so they need not be asked for long.
        if left := end_processes(lambda: marked_processes(here.var), patience=2):
            print(f"Ended {left} process{'es' if left > 1 else ''} that an earlier run had left behind.")
        _refuse_taken_port(here.port)
        supervisor = Supervisor(var=here.var, say=lambda text: print(text, flush=True))
        with until_a_signal():
            try:
                _start(here, supervisor, dev=dev)
                _tell(here)
                tasks = [_database_keeper(here)] if here.embedded else []
                supervisor.run_until_told(*tasks, *([_source_watcher(here, supervisor)] if dev else []))
            finally:
                _stop_all(here, supervisor)


def _start(here: Installation, supervisor: Supervisor, *, dev: bool) -> None:
    children = {child.name: child for child in _children(here, dev=dev)}
    write_private(
        here.state_file,
        json.dumps(
            {
                "pid": str(os.getpid()),
                "address": here.address,
                "crm_port": str(here.crm_port),
                "sink_port": str(here.sink_port),
            }
        ),
    )
    supervisor.start(children.pop("demo CRM"))
    if here.embedded:
        with step("PostgreSQL"):
            postgres.start(here.var)
    _prepare(here, supervisor)
    with step("Web and worker"):
        # The first page comes first: on two cores the others would only delay it.
        supervisor.start(children.pop("web"))
        _wait_until_ready(here, supervisor)
        for child in children.values():
            supervisor.start(child)


def _children(here: Installation, *, dev: bool) -> list[Child]:
    """The processes of a demo. A developer sees their logs in the terminal."""
    checkout, python, environment = here.checkout, sys.executable, here.environment(debug=dev)

    def child(name: str, command: list[str], *, env: dict[str, str] | None = None, sources: bool = True) -> Child:
        log = None if dev else here.var / "log" / f"{name.replace(' ', '-')}.log"
        return Child(name, command, checkout.root, {**environment, **(env or {})}, log, restart_on_change=sources)

    crm = [python, "-m", "emulators.bloomerang", "--port", str(here.crm_port)]
    children = [
        child("demo CRM", [*crm, "--state", str(here.var / "demo-crm.sqlite3")]),
        child("web", web_command(here.port)),
        child("worker", [python, "manage.py", "worker"]),
        # The one process with the owner's rights, which nobody can reach: it serves no requests.
        child("verifier", [python, "manage.py", "verify_invariants", "--every-night"]),
    ]
    if dev:
        vite = ["npm", "run", "--silent", "--prefix", str(checkout.frontend), "dev"]
        children.append(child("front end", vite, env=node_environment(checkout), sources=False))
    return children


def web_command(port: int) -> list[str]:
    """The product's web server on a port of loopback: two workers of two threads, which a death does not reduce."""
    server = [sys.executable, "-m", "granian", "--interface", "wsgi", "--http", "1", "--no-ws"]
    size = [
        "--workers",
        "2",
        "--blocking-threads",
        "2",
        "--blocking-threads-idle-timeout",
        "600",
        "--respawn-failed-workers",
        "--respawn-interval",
        "0.5",
    ]
    place = ["--host", "127.0.0.1", "--port", str(port), "--workers-kill-timeout", "5", "--log-level", "warning"]
    return [*server, *size, *place, "infra24.config.wsgi:application"]


def _prepare(here: Installation, supervisor: Supervisor) -> None:
    """Migrate and fill the database, unless this very code did so today for these addresses."""
    stamp = here.var / "prepared.json"
    sources = [file for file in files_in(here.checkout.root / "infra24") if file.suffix in {".py", ".sql"}]
    wanted = {
        "sources": digest([*sources, here.checkout.root / "requirements" / "base.txt"]),
        "database": hashlib.sha256((postgres.running_url(here.var) or "").encode()).hexdigest(),
        "addresses": f"{here.address} {here.crm_address}",
        "day": dt.datetime.now(tz=dt.UTC).date().isoformat(),
    }
    if here.embedded and read_stamp(stamp) == wanted and (here.var / "demo.json").exists():
        return
    stamp.unlink(missing_ok=True)
    log = here.var / "log" / "prepare.log"
    for title, command in (("Database", "prepare_database"), ("Demo data", "seed_demo")):
        with step(title):
            words = [sys.executable, "manage.py", command]
            supervisor.run_to_end(Child(title, words, here.checkout.root, here.environment(debug=False), log))
    stamp.write_text(json.dumps(wanted))


def _wait_until_ready(here: Installation, supervisor: Supervisor) -> None:
    """Raises RunError with the end of the log when the web process does not come up."""
    deadline = time.monotonic() + READY_LIMIT_SECONDS
    while not _is_ready(here.port):
        if supervisor.has_ended("web") or time.monotonic() > deadline:
            log = here.var / "log" / "web.log"
            told = "\n".join(log.read_text(errors="replace").splitlines()[-20:]) if log.exists() else ""
            raise RunError(f"The web process did not become ready. The end of {log}:\n{told}")
        time.sleep(0.05)


def _is_ready(port: int) -> bool:
    try:
        with _DIRECT.open(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (OSError, http.client.HTTPException):
        return False


def _database_keeper(here: Installation) -> Callable[[], None]:
    """Starts the server again when it has died. Web and worker find it by themselves."""

    def keep() -> None:
        if not postgres.running_url(here.var):
            print("PostgreSQL has ended; starting it again.", flush=True)
            try:
                postgres.start(here.var)
            except PostgresError as problem:
                print(problem, flush=True)

    return keep


def _source_watcher(here: Installation, supervisor: Supervisor) -> Callable[[], None]:
    """Restarts who runs the sources whenever one is written, made or deleted."""
    folders = [here.checkout.root / "infra24", here.checkout.root / "emulators"]

    def newest() -> tuple[int, int]:
        files = (file for folder in folders for file in files_in(folder))
        times = [file.stat().st_mtime_ns for file in files if file.suffix in {".py", ".html", ".sql", ".txt"}]
        return len(times), max(times)

    seen = newest()

    def watch() -> None:
        nonlocal seen
        with contextlib.suppress(FileNotFoundError):  # an editor's file that came and went
            found = newest()
            if found != seen:
                seen = found
                print("A source has changed: restarting.", flush=True)
                supervisor.restart_changed()

    return watch


def _tell(here: Installation) -> None:
    """Print where everything is, and who may sign in."""
    print(f"\nInfra24 runs at {here.address}\n")
    demo = json.loads((here.var / "demo.json").read_text())
    rows = [("Organisation", "Role", "E-mail", "Password")]
    for organisation in demo["organisations"]:
        for role, sign_in in organisation["roles"].items():
            rows.append((organisation["slug"], role, sign_in["email"], sign_in["password"]))
    shared_password = rows[1][3] if len({row[3] for row in rows[1:]}) == 1 else None
    shown = [row[:3] for row in rows] if shared_password else rows
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if shared_password:
        print(f"\n  Everybody's password: {shared_password}")
    print(f"\n  Mails it sent  {here.address}/dev/mail")
    print(f"  Demo CRM       {here.crm_address}")
    print(f"  Logs           {here.var / 'log'}\n\nCtrl-C stops it.", flush=True)


# --- Stopping --------------------------------------------------------------------


def stop(here: Installation) -> bool:
    """End the run of this data folder and its servers, also what a killed run left; true when there was something.

    Raises RunError when it does not end.
    """
    if not here.var.is_dir():
        return False
    told: set[int] = set()
    found = False
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while not _is_alone(here):
        found = True
        pid = int(read_stamp(here.state_file).get("pid") or 0)
        if pid and pid not in told:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            told.add(pid)
        if time.monotonic() > deadline:
            raise RunError(f"The run of {here.var} (process {pid}) does not end. kill -9 {pid} ends it.")
        time.sleep(0.1)
    found |= bool(end_processes(lambda: marked_processes(here.var), patience=10))
    for folder in (here.var, here.var / "test", here.var / "bench", here.var / "chaos"):
        found |= postgres.stop(folder)
    return found


def reset(here: Installation) -> None:
    """Stop the run and delete what runs have written into the data folder. Raises RunError."""
    stop(here)
    for pattern in DEMO_FILES:
        for path in here.var.glob(pattern):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()


def _stop_all(here: Installation, supervisor: Supervisor) -> None:
    """In good order; a second signal meanwhile kills what is left."""

    def hurry(_number: int, _frame: FrameType | None) -> None:
        end_processes(lambda: marked_processes(here.var), patience=0)

    for number in SIGNALS:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, hurry)
    print("\nStopping …", flush=True)
    supervisor.stop()
    if here.embedded:
        postgres.stop(here.var)
    print("Stopped.", flush=True)


# --- One run at a time -------------------------------------------------------------


@contextlib.contextmanager
def _only_run(here: Installation) -> Iterator[None]:
    """Hold the data folder, which the kernel frees whatever becomes of us. Raises RunError when another run has it."""
    with (here.var / "supervisor.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            state = read_stamp(here.state_file)
            raise RunError(
                f"Infra24 already runs on {here.var}: {state.get('address')} (process {state.get('pid')})."
                " `make stop` ends it; another data folder and port run beside it:"
                " INFRA24_VAR=/some/folder PORT=8001 make run"
            ) from None
        yield


def _is_alone(here: Installation) -> bool:
    """True when no run holds the data folder."""
    with contextlib.suppress(RunError), _only_run(here):
        return True
    return False


def _refuse_taken_port(port: int) -> None:
    try:
        if is_free(port):
            return
    except PermissionError:
        raise RunError(f"Port {port} is only for root. Choose one above 1023: PORT=8001 make run") from None
    who = listener(port) or "another program"
    raise RunError(f"Port {port} is taken by {who}. Choose another: PORT={free_port(port + 1)} make run")
