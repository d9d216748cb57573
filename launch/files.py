"""The data folder, and files in it that only their owner may read."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def data_folder() -> Path:
    """The folder of `INFRA24_VAR`, by default `var` in the checkout; it need not exist."""
    return Path(os.environ.get("INFRA24_VAR") or CHECKOUT / "var").resolve()


def make_data_folder(var: Path) -> None:
    """Make `var` and its log folder."""
    make_passable(var / "log")


def make_passable(folder: Path) -> None:
    """Make a folder, and what it lies in, that others may pass through but not list, whatever the umask.

    A folder that exists keeps its mode.
    """
    if not folder.is_dir():
        make_passable(folder.parent)
        folder.mkdir(exist_ok=True)
        folder.chmod(0o711)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read: all of it or nothing."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text)
    fresh.replace(path)
