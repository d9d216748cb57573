"""A folder with a database of PostgreSQL's: where its parts lie, and which processes serve it."""

import contextlib
import hashlib
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

OWNER = DATABASE = "infra24"
SOCKET_PATH_LIMIT = 100
"""Bytes. The kernel allows 107 for the whole path of a socket; some systems fewer."""


class PostgresError(Exception):
    """PostgreSQL cannot be started or stopped; the message says what to do."""


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


def clusters_in(var: Path) -> list[Cluster]:
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
