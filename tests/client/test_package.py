"""The generated package is whole: nothing of the document is left out, and no operation goes uncalled."""

import ast
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from infra24.config.openapi import operations_in
from launch.client import PACKAGE
from tests.client.calling import Package

UNCALLED: Mapping[str, str] = {}
"""Operations no test calls through the client, each with the reason."""


def operations(package: Package) -> set[str]:
    return {operation["operationId"] for _path, _method, operation in operations_in(package.document)}


def called() -> set[str]:
    """Every name called as a method in the tests beside this one."""
    return {
        node.func.attr
        for file in Path(__file__).parent.glob("test_*.py")
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }


def test_every_operation_has_its_function(package: Package) -> None:
    """That the generator left out nothing else, it says itself: the fixture fails on its first warning."""
    assert set(package.functions) == operations(package)


def test_every_operation_is_called_through_the_client(package: Package) -> None:
    """A new one needs a line in a test of this folder: `house.alice.new_operation(…)`."""
    assert operations(package) - called() == set(UNCALLED)


def test_the_types_hold(package: Package) -> None:
    command = [sys.executable, "-m", "mypy", "--config-file=", "--cache-dir", str(package.folder / ".mypy_cache")]

    checked = subprocess.run([*command, str(package.folder / PACKAGE)], capture_output=True, text=True, check=False)

    assert checked.returncode == 0, checked.stdout + checked.stderr
