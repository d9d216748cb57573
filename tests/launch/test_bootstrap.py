"""Installing a checkout: once, again only when a lock or a source has changed, and with errors that help."""

import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import quote

import pytest

from launch import bootstrap
from launch.bootstrap import BootstrapError, Checkout


def make_wheel(folder: Path, version: str) -> str:
    """A package `kiln` that knows its version; the locked requirement that names it."""
    wheel = folder / f"kiln-{version}-py3-none-any.whl"
    about = f"kiln-{version}.dist-info"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("kiln.py", f"version = {version!r}\n")
        archive.writestr(f"{about}/METADATA", f"Metadata-Version: 2.1\nName: kiln\nVersion: {version}\n")
        archive.writestr(f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr(f"{about}/RECORD", "")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    return f"kiln @ file://{quote(str(wheel))} --hash=sha256:{digest}\n"


@pytest.fixture
def checkout(place: Path) -> Checkout:
    """The smallest checkout that can be installed: one package, and a front end that copies a file."""
    root = place / "a checkout"
    for folder in ("requirements", "frontend", "infra24/core/static"):
        (root / folder).mkdir(parents=True)
    (root / "requirements/base.txt").write_text(make_wheel(place, "1.0"))
    about = {"name": "front", "version": "1.0.0", "scripts": {"build": "node build.mjs"}}
    (root / "frontend/package.json").write_text(json.dumps(about))
    lock = about | {"lockfileVersion": 3, "packages": {"": {"name": "front", "version": "1.0.0"}}}
    (root / "frontend/package-lock.json").write_text(json.dumps(lock))
    (root / "frontend/build.mjs").write_text(
        "import { cpSync } from 'node:fs'; cpSync('style.css', '../infra24/core/static/built/style.css');"
    )
    (root / "frontend/style.css").write_text("first")
    return Checkout(root)


def version_installed(checkout: Checkout) -> str:
    show = [str(checkout.python), "-c", "import kiln; print(kiln.version)"]
    return subprocess.run(show, check=True, capture_output=True, text=True).stdout.strip()


def test_packages_are_installed_once_and_again_when_the_lock_changes(
    checkout: Checkout, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bootstrap.install_python_packages(checkout, ["base"])
    assert version_installed(checkout) == "1.0"
    assert "Python packages" in capsys.readouterr().out

    bootstrap.install_python_packages(checkout, ["base"])
    assert capsys.readouterr().out == ""

    (checkout.root / "requirements/base.txt").write_text(make_wheel(place, "2.0"))
    bootstrap.install_python_packages(checkout, ["base"])
    assert version_installed(checkout) == "2.0"


def test_a_package_that_is_not_the_locked_one_is_refused(checkout: Checkout, place: Path) -> None:
    lock = checkout.root / "requirements/base.txt"
    lock.write_text(lock.read_text()[:-9] + "deadbeef\n")

    with pytest.raises(BootstrapError, match="THESE PACKAGES DO NOT MATCH THE HASHES"):
        bootstrap.install_python_packages(checkout, ["base"])


@pytest.mark.skipif(not bootstrap._is_good_node(os.environ["PATH"]), reason="needs a Node on the machine")
def test_the_front_end_is_built_when_a_source_or_template_changes(
    checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    style, built = checkout.frontend / "style.css", checkout.built / "style.css"

    def build() -> str:
        bootstrap.install_node_packages(checkout)
        bootstrap.build_front_end(checkout)
        return capsys.readouterr().out

    assert "Front-end packages" in build()
    assert built.read_text() == "first"
    assert build() == ""

    style.write_text("second")
    build()
    assert built.read_text() == "second"

    (checkout.root / "infra24/page.html").write_text("<p class='new'>")
    assert "Front-end build" in build()

    shutil.rmtree(checkout.built)
    build()
    assert built.read_text() == "second"


def test_without_the_module_that_makes_environments_the_package_is_named(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHON", sys.executable)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else object())

    with pytest.raises(BootstrapError, match="apt-get install python3-venv"):
        bootstrap.install_python_packages(checkout, ["base"])


@pytest.mark.parametrize(
    ("built_with", "named", "system"),
    [
        ("--enable-shared --enable-optimizations", "", "can"),
        ("--enable-shared", "python3.12", "can"),
        ("--enable-shared", "", "cannot"),
        ("--enable-shared", "", "is missing"),
    ],
)
def test_the_environment_is_made_from_this_python(
    place: Path, monkeypatch: pytest.MonkeyPatch, built_with: str, named: str, system: str
) -> None:
    beside(place, monkeypatch, built_with, system)
    monkeypatch.setenv("PYTHON", named)
    assert bootstrap.quickest_python() == Path(sys.executable)


def test_the_environment_is_made_from_the_systems_python_where_that_is_quicker(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    python = beside(place, monkeypatch, "--enable-shared", "can")
    monkeypatch.delenv("PYTHON", raising=False)
    assert bootstrap.quickest_python() == python


def beside(place: Path, monkeypatch: pytest.MonkeyPatch, built_with: str, system: str) -> Path:
    """A Python that was built so, and a system's that can make environments, cannot, or is missing."""
    python = place / "python3"
    if system != "is missing":
        python.write_text(f"#!/bin/sh\nexit {0 if system == 'can' else 1}\n")
        python.chmod(0o755)
    monkeypatch.setattr(bootstrap, "SYSTEM_PYTHON", python)
    monkeypatch.setattr(sysconfig, "get_config_var", {"CONFIG_ARGS": built_with}.get)
    return python


def test_a_full_disk_is_told_before_anything_is_installed(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda path: SimpleNamespace(free=300_000_000))

    with pytest.raises(BootstrapError, match=r"has 0.3 GB free; the packages need .* GB"):
        bootstrap.install_python_packages(checkout, ["base"])
    assert not checkout.venv.exists()


def test_without_a_network_the_error_says_what_to_do(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_INDEX_URL", "http://127.0.0.1:9/simple")
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_RETRIES", "0")
    (checkout.root / "requirements/base.txt").write_text("kiln-nobody-has==1.0 --hash=sha256:" + "0" * 64 + "\n")

    with pytest.raises(BootstrapError, match="needs the network, or a mirror"):
        bootstrap.install_python_packages(checkout, ["base"])


def test_an_older_python_is_told_at_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    door = Path(bootstrap.__file__).with_name("__init__.py")
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))

    with pytest.raises(SystemExit, match=r"3\.11 or newer; .* is 3\.9\.\n.*python3-venv"):
        exec(compile(door.read_text(), door, "exec"), {})  # noqa: S102


@pytest.mark.parametrize(
    ("said", "good"), [("v20.19.0", True), ("v24.1.0", True), ("v20.18.1", False), ("none", False)]
)
def test_only_a_new_enough_node_will_do(
    place: Path, said: str, good: bool, make_program: Callable[[str, str], Path]
) -> None:
    make_program("npm", "exit 0")
    programs = make_program("node", f"echo {said}")

    assert bootstrap._is_good_node(str(programs)) is good


@pytest.fixture
def make_program(place: Path) -> Callable[[str, str], Path]:
    """Writes a small shell program; the folder it lies in."""

    def make(name: str, script: str) -> Path:
        folder = place / "bin"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{script}\n")
        (folder / name).chmod(0o755)
        return folder

    return make
