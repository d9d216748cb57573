"""Bringing up a server of PostgreSQL's: its database when there is none yet, and what a crash left behind."""

import contextlib
import os
import re
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

from launch.account import Account, NoAccount, choose_account
from launch.cluster import DATABASE, OWNER, Cluster, PostgresError
from launch.files import make_passable, write_private

START_LIMIT_SECONDS = 300
"""Recovery after a crash replays at most a few GB."""
ORPHANS_LIMIT_SECONDS = 5

CONFIGURATION = """\
# Rewritten at every start by launch/starting.py.
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
# Written once by launch/starting.py: only through the socket, and never without a password.
local all all scram-sha-256
"""


def bring_up(cluster: Cluster, programs: Path) -> None:
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
            raise start_failure(cluster)
        time.sleep(0.01)


def wait_until_ready(cluster: Cluster) -> None:
    """Wait through start and recovery. Raises PostgresError when the server ends instead."""
    deadline = time.monotonic() + START_LIMIT_SECONDS
    while [line.strip() for line in cluster.pid_file()[7:8]] != ["ready"]:
        if not cluster.server_pid() or time.monotonic() > deadline:
            raise start_failure(cluster)
        time.sleep(0.02)


def start_failure(cluster: Cluster) -> PostgresError:
    last_lines = "\n".join(cluster.log.read_text(errors="replace").splitlines()[-8:])
    return PostgresError(f"PostgreSQL did not start. The end of {cluster.log}:\n{last_lines}")
