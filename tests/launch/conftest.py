"""A folder of one's own for each test: not pytest's, whose parents only root may enter when root runs the suite."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from launch import postgres


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder with a space in its name that every account may enter; servers below `var*` end with the test."""
    folder = Path(tempfile.mkdtemp(prefix="infra24 test "))
    folder.chmod(0o755)
    yield folder
    for var in folder.glob("**/var*"):
        if (var / "postgres.lock").exists():
            postgres.stop(var)
    shutil.rmtree(folder)
