"""Install what a checkout needs, once: Python packages, Node, the built front end, a browser for tests.

Runs with any Python 3.11 or newer and nothing else. Everything lands inside the
checkout, and each step is skipped while the files it depends on are unchanged,
so that a second run needs neither network nor patience.
"""

import argparse
import contextlib
import fcntl
import hashlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from launch.files import CHECKOUT

MINIMUM_NODE = (20, 19)
NEEDED_BYTES = 1_000_000_000
"""Python packages take 0.25 GB, the tools for checks and tests 0.35, Node's packages 0.15, and Node itself 0.2."""
SYSTEM_CHROMIUM = Path("/usr/bin/chromium")
SYSTEM_PYTHON = Path("/usr/bin/python3")


class BootstrapError(Exception):
    """Something is missing on this machine; the message says what and how to get it."""


@dataclass(frozen=True)
class Checkout:
    """A checkout, and where things are installed in it."""

    root: Path = CHECKOUT

    @property
    def venv(self) -> Path:
        return self.root / ".venv"

    @property
    def python(self) -> Path:
        return self.venv / "bin" / "python"

    @property
    def frontend(self) -> Path:
        return self.root / "frontend"

    @property
    def built(self) -> Path:
        return self.root / "infra24" / "core" / "static" / "built"


def bootstrap(checkout: Checkout, *, dev: bool = False, built: bool = True, browser: bool = False) -> None:
    """Bring the checkout up to date.

    `dev` adds the tools for checks and tests, `built` the compiled front end,
    `browser` a Chromium for tests where the machine has none. Raises BootstrapError.
    """
    with _one_at_a_time(checkout.root):
        names = ["base", "dev"] if dev else ["base"]
        install_python_packages(checkout, names)
        compile_translations(checkout)
        install_node_packages(checkout)
        if built:
            build_front_end(checkout)
        if browser:
            install_browser(checkout)


# --- Python ------------------------------------------------------------------------


def install_python_packages(checkout: Checkout, names: Sequence[str]) -> None:
    """Make the environment and install each `requirements/<name>.txt`, all versions and hashes locked."""
    stamp = checkout.venv / "installed.json"
    files = [checkout.root / "requirements" / f"{name}.txt" for name in names]
    wanted = {file.name: digest([file]) for file in files}
    installed = read_stamp(stamp) if checkout.python.exists() else {}
    if wanted.items() <= installed.items():
        return
    if not checkout.python.exists():
        _make_environment(checkout)
    with step("Python packages"):
        options = ["--quiet", "--require-hashes", "--no-input", "--disable-pip-version-check"]
        run([checkout.python, "-m", "pip", "install", *options, *(f"--requirement={file}" for file in files)], checkout)
    stamp.write_text(json.dumps(installed | wanted))


def compile_translations(checkout: Checkout) -> None:
    """Compile what translators wrote, when it has changed; gettext's own tools are not needed."""
    stamp = checkout.venv / "translated.json"
    sources = sorted((checkout.root / "infra24" / "locale").rglob("*.po"))
    wanted = {"sources": digest(sources)}
    if read_stamp(stamp) == wanted and all(source.with_suffix(".mo").exists() for source in sources):
        return
    with step("Translations"):
        run([checkout.python, "-m", "infra24.core.catalogues"], checkout)
    stamp.write_text(json.dumps(wanted))


def _make_environment(checkout: Checkout) -> None:
    python = quickest_python()
    for module in ("venv", "ensurepip"):
        if python == Path(sys.executable) and not importlib.util.find_spec(module):
            raise BootstrapError(
                f"{sys.executable} cannot make an environment: its module {module} is not installed."
                f" Debian and Ubuntu: apt-get install python3-venv"
            )
    free = shutil.disk_usage(checkout.root).free
    if free < NEEDED_BYTES:
        raise BootstrapError(
            f"{checkout.root} has {free / 1e9:.1f} GB free; the packages need {NEEDED_BYTES / 1e9:.1f} GB. Make room."
        )
    with step(f"Python environment from {python}"):
        run([python, "-m", "venv", "--clear", checkout.venv], checkout)


def quickest_python() -> Path:
    """The Python to make the environment from: this one, or the system's where this one was compiled in a hurry.

    Unless told `--enable-optimizations`, pyenv and a build by hand leave out the
    profile that the compiler goes by, and everything takes about 1.6 times as
    long. Distributions do not leave it out, even where their configuration does
    not name it. Whoever names a `PYTHON` gets that one, and nobody a newer version.
    """
    this = Path(sys.executable)
    profiled = "--enable-optimizations" in (sysconfig.get_config_var("CONFIG_ARGS") or "")
    return this if profiled or os.environ.get("PYTHON") or not _is_good_python(SYSTEM_PYTHON) else SYSTEM_PYTHON


def _is_good_python(python: Path) -> bool:
    """Whether it is new enough, not newer than this one, and can make an environment."""
    if not python.exists():
        return False
    told = f"import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= {sys.version_info[:2]})"
    return subprocess.run([python, "-c", told], stderr=subprocess.DEVNULL, check=False).returncode == 0


# --- The front end -----------------------------------------------------------------


def install_node_packages(checkout: Checkout) -> None:
    """Install what package-lock.json names."""
    stamp = checkout.frontend / "node_modules" / ".installed.json"
    wanted = {"packages": digest([checkout.frontend / "package.json", checkout.frontend / "package-lock.json"])}
    if read_stamp(stamp) == wanted:
        return
    environment = node_environment(checkout)
    with step("Front-end packages"):
        run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], checkout, environment, checkout.frontend)
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(json.dumps(wanted))


def build_front_end(checkout: Checkout) -> None:
    """Compile scripts and styles when a source has changed. Templates count: styles hold the classes they use."""
    stamp = checkout.frontend / "node_modules" / ".built.json"
    sources = [file for file in files_in(checkout.frontend) if not file.name.endswith(".test.ts")]
    templates = [file for file in files_in(checkout.root / "infra24") if file.suffix == ".html"]
    wanted = {"sources": digest([*sources, *templates])}
    if checkout.built.is_dir() and read_stamp(stamp) == wanted:
        return
    environment = node_environment(checkout)
    with step("Front-end build"):
        run(["npm", "run", "--silent", "build"], checkout, environment, checkout.frontend)
    stamp.write_text(json.dumps(wanted))


def node_environment(checkout: Checkout) -> dict[str, str]:
    """The environment with a good enough Node on its path: the machine's, or else one in our own folder."""
    path = os.environ.get("PATH", os.defpath)
    if not _is_good_node(path):
        path = f"{checkout.venv / 'bin'}{os.pathsep}{path}"
        if not _is_good_node(path):
            install_python_packages(checkout, ["node"])
    return {**os.environ, "PATH": path, "CI": "1", "NODE_DISABLE_COMPILE_CACHE": "1"}


def _is_good_node(path: str) -> bool:
    node = shutil.which("node", path=path)
    if not node or not shutil.which("npm", path=path):
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    numbers = re.match(r"v(\d+)\.(\d+)", version)
    return numbers is not None and (int(numbers[1]), int(numbers[2])) >= MINIMUM_NODE


# --- A browser for tests -------------------------------------------------------------


def install_browser(checkout: Checkout) -> None:
    """See that Playwright runs, and let it fetch its Chromium unless CHROMIUM names one or the system has it."""
    run([checkout.python, "-m", "playwright", "--version"], checkout)
    if os.environ.get("CHROMIUM") or SYSTEM_CHROMIUM.exists():
        return
    try:
        with step("Chromium for tests"):
            run([checkout.python, "-m", "playwright", "install", "chromium"], checkout)
    except BootstrapError as problem:
        raise BootstrapError(
            f"{problem}\nThe tests need a Chromium: apt-get install chromium, or name one in CHROMIUM."
        ) from None


# --- Helpers -------------------------------------------------------------------------


def run(
    command: Sequence[str | Path], checkout: Checkout, env: Mapping[str, str] | None = None, cwd: Path | None = None
) -> None:
    """Run a command quietly. Raises BootstrapError with the end of its output and what may help."""
    done = subprocess.run(
        command,
        cwd=cwd or checkout.root,
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        check=False,
    )
    if done.returncode:
        end = "\n".join(done.stdout.strip().splitlines()[-15:])
        told = " ".join(map(str, command[:4]))
        raise BootstrapError(f"{told} … failed:\n{end}{_advice(done.stdout)}")


def _advice(output: str) -> str:
    if re.search(r"No space left on device|ENOSPC", output):
        return "\n\nThe disk is full. Make room and run the command again."
    if "libatomic.so" in output:
        return "\n\nThe driver of the browser tests needs a library: apt-get install libatomic1"
    offline = (
        r"NewConnectionError|Temporary failure in name resolution|from versions: none|ENOTFOUND|EAI_AGAIN|ECONNREFUSED"
    )
    if re.search(offline, output):
        return (
            "\n\nThe package index cannot be reached. The first installation needs the network,"
            " or a mirror named in PIP_INDEX_URL and npm_config_registry; later runs do not."
        )
    return ""


@contextlib.contextmanager
def step(title: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    print(f"{title} … ", end="", flush=True)
    began = time.monotonic()
    try:
        yield
    except BaseException:
        print("failed", flush=True)
        raise
    print(f"{time.monotonic() - began:.0f} s", flush=True)


@contextlib.contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Two bootstraps of one checkout wait for each other; the lock needs no file of its own."""
    folder = os.open(root / "requirements", os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def files_in(folder: Path) -> Iterator[Path]:
    """Every file below, in a stable order, what was installed or compiled left out."""
    for path, folders, names in os.walk(folder):
        folders[:] = sorted(set(folders) - {"node_modules", "__pycache__", "built"})
        yield from (Path(path, name) for name in sorted(names) if not name.endswith(".tsbuildinfo"))


def digest(files: Iterable[Path]) -> str:
    """A fingerprint of names and contents."""
    sum_of_all = hashlib.sha256()
    for file in files:
        sum_of_all.update(os.fsencode(file.name) + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return sum_of_all.hexdigest()


def read_stamp(file: Path) -> dict[str, str]:
    """What was installed last; nothing when that is unknown."""
    try:
        stamp = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return stamp if isinstance(stamp, dict) else {}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python3 -m launch.bootstrap", description="Install what a checkout needs.")
    parser.add_argument("--dev", action="store_true", help="also the tools for checks and tests")
    parser.add_argument("--browser", action="store_true", help="also a Chromium for tests where the machine has none")
    parser.add_argument("--no-build", action="store_true", help="leave the front end as it is")
    wanted = parser.parse_args()
    try:
        bootstrap(Checkout(), dev=wanted.dev, built=not wanted.no_build, browser=wanted.browser)
    except (BootstrapError, OSError) as problem:
        print(problem, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
