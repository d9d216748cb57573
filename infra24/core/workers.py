"""What the workers of one web server share.

Imports nothing of prometheus_client, which looks for its folder the moment it is imported.
"""

import os
import shutil
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"


def share_metrics(parent: Path) -> None:
    """Let all workers of this server write below `parent`, and forget those of servers that have ended.

    The workers know one another by the process that started them all.
    """
    server = _identity(os.getppid())
    folder = parent / server
    folder.mkdir(parents=True, exist_ok=True)
    for other in parent.iterdir():
        if other.name != server and other.name != _identity(int(other.name.partition("-")[0])):
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
