"""What processes of one host share.

Imports nothing of prometheus_client, which looks for its folder the moment it is imported.
"""

import os
import shutil
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
OF_RELAYS = "metrics-of-relays"
"""Beside the folder of the web servers: below it, one folder for each process that delivers."""


def share_metrics(parent: Path) -> None:
    """Let all workers of this server write below `parent`, and forget those of servers that have ended.

    The workers know one another by the process that started them all.
    """
    _share(parent, _identity(os.getppid()))


def show_metrics(var: Path) -> None:
    """Let this process, which answers no requests, write where the web servers of the same data folder look."""
    _share(var / OF_RELAYS, _identity(os.getpid()))


def shown_folders() -> list[Path]:
    """Where the figures lie that this web server answers with: its workers' own, and those of the relays beside it."""
    own = Path(os.environ[FOLDER])
    return [own, *sorted((own.parent.parent / OF_RELAYS).glob("*"))]


def _share(parent: Path, name: str) -> None:
    folder = parent / name
    folder.mkdir(parents=True, exist_ok=True)
    for other in parent.iterdir():
        if other.name != name and other.name != _identity(int(other.name.partition("-")[0])):
            shutil.rmtree(other, ignore_errors=True)
    os.environ[FOLDER] = str(folder)


def _identity(pid: int) -> str:
    """The process id with its start time, so that a reused id is another process."""
    try:
        # The name, in brackets, may hold spaces; the start time is the 22nd field.
        started = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        started = "0"
    return f"{pid}-{started}"
