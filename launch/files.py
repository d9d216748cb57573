"""The data folder, and files in it that only their owner may read."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[1]


def data_folder() -> Path:
    """The folder of `INFRA24_VAR`, by default `var` in the checkout; it need not exist."""
    return Path(os.environ.get("INFRA24_VAR") or CHECKOUT / "var").resolve()


def make_data_folder(var: Path) -> None:
    """Make `var` and its log folder; others may pass through what we make but not list it.

    A folder that exists keeps its mode.
    """
    for folder in (var, var / "log"):
        if not folder.is_dir():
            folder.mkdir(parents=True)
            folder.chmod(0o711)


def write_private(path: Path, text: str) -> None:
    """Write a file only its owner can read: all of it or nothing."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.unlink(missing_ok=True)
    fresh.touch(mode=0o600, exist_ok=False)
    fresh.write_text(text)
    fresh.replace(path)
