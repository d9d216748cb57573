"""`make client`: a project that can be installed, and nothing else overwritten."""

import subprocess
import sys
from pathlib import Path

import pytest

from launch.client import PACKAGE, generate
from launch.files import CHECKOUT
from launch.supervisor import CommandFailed

EMPTY = b'{"openapi": "3.1.0", "info": {"title": "Empty", "version": "1"}, "paths": {}}'
BEYOND_THE_GENERATOR = EMPTY.replace(
    b'"paths": {}',
    b'"paths": {"/things": {"post": {"operationId": "make_thing", "responses": {"200": {"description": "OK"}},'
    b' "requestBody": {"content": {"image/png": {"schema": {"$ref": "#/nowhere"}}}}}}}',
)


def test_it_writes_a_project_without_a_server(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "launch.client", str(tmp_path / "made")]

    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")
    assert {"openapi.json", "setup.py", PACKAGE} <= {path.name for path in (tmp_path / "made").iterdir()}
    assert (tmp_path / "made" / PACKAGE / "api" / "bookings" / "create_booking.py").is_file()


def test_a_second_time_replaces_the_first(tmp_path: Path) -> None:
    generate(EMPTY, tmp_path)
    (tmp_path / PACKAGE / "models" / "gone.py").touch()

    generate(EMPTY, tmp_path)

    assert not (tmp_path / PACKAGE / "models" / "gone.py").exists()


def test_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("Mine.")

    with pytest.raises(CommandFailed, match="other things"):
        generate(EMPTY, tmp_path)

    assert [path.name for path in tmp_path.iterdir()] == ["README.md"]


def test_what_the_generator_would_leave_out_fails(tmp_path: Path) -> None:
    with pytest.raises(CommandFailed, match="/things"):
        generate(BEYOND_THE_GENERATOR, tmp_path)
