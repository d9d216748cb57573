"""The supervisor: what dies comes back, and when it goes, everybody goes."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from launch.bootstrap import Checkout
from launch.files import CHECKOUT, write_private
from launch.installation import Installation, RunError, _only_run, run, stop
from launch.processes import end_processes, free_port, marked_processes
from launch.supervisor import Child, CommandFailed, Supervisor

CHILD = """
import os, pathlib, signal, subprocess, sys, time
folder, name, manners = sys.argv[1:]
if "stubborn" in manners:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
if "helper" in manners:
    subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
(pathlib.Path(folder) / f"{name}.pid").write_text(str(os.getpid()))
time.sleep(600)
"""

SUPERVISOR = """
import sys
from pathlib import Path
from launch.supervisor import Child, Supervisor, until_a_signal
folder, child, *all_manners = sys.argv[1:]
supervisor = Supervisor(var=Path(folder), say=print, patience=1)
with until_a_signal():
    try:
        for number, manners in enumerate(all_manners):
            command = [sys.executable, "-c", child, folder, f"child-{number}", manners]
            supervisor.start(Child(f"child-{number}", command, Path(folder), log=Path(folder) / "children.log"))
        supervisor.run_until_told()
    finally:
        supervisor.stop()
"""


def eventually(is_true: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + 60
    while not is_true():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def tend_until(supervisor: Supervisor, is_true: Callable[[], bool], what: str) -> None:
    def look() -> bool:
        supervisor.tend()
        return is_true()

    eventually(look, what)


def pid_of(folder: Path, name: str, *, not_in: tuple[int, ...] = ()) -> int:
    """The process id a child wrote down, once it is there and a new one."""
    found: list[int] = []

    def look() -> bool:
        file = folder / f"{name}.pid"
        text = file.read_text() if file.exists() else ""
        found[:] = [int(text)] if text else []
        return bool(found) and found[0] not in not_in

    eventually(look, f"{name} never started")
    return found[0]


@pytest.fixture
def supervise(place: Path) -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    """Starts a supervisor, in a process of its own, with one child for each way to behave."""
    started: list[subprocess.Popen[bytes]] = []

    def launch(*manners: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", SUPERVISOR, str(place), CHILD, *manners]
        started.append(subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.DEVNULL))
        for number in range(len(manners)):
            pid_of(place, f"child-{number}")
        return started[-1]

    yield launch
    for process in started:
        process.kill()
        process.wait()
    end_processes(lambda: marked_processes(place), patience=0)


Supervise = Callable[..., "subprocess.Popen[bytes]"]


def test_a_killed_child_comes_back_and_its_helpers_do_not_stay(place: Path, supervise: Supervise) -> None:
    supervise("helper", "plain")
    first, other = pid_of(place, "child-0"), pid_of(place, "child-1")
    eventually(lambda: len(marked_processes(place)) == 3, "the helper never started")

    os.kill(first, signal.SIGKILL)

    second = pid_of(place, "child-0", not_in=(first,))
    eventually(lambda: len(marked_processes(place)) == 3, "the first helper stayed, or the second never came")
    assert pid_of(place, "child-1") == other
    assert second in marked_processes(place)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_everybody(place: Path, supervise: Supervise, number: signal.Signals) -> None:
    supervisor = supervise("plain", "helper", "stubborn")

    supervisor.send_signal(number)

    assert supervisor.wait(timeout=60) == 0
    assert marked_processes(place) == set()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's death")
def test_children_end_when_the_supervisor_is_killed(place: Path, supervise: Supervise) -> None:
    supervisor = supervise("plain", "plain")

    supervisor.kill()

    eventually(lambda: not marked_processes(place), "children outlived their supervisor")


def test_what_a_killed_supervisor_leaves_is_found_and_ended(place: Path, supervise: Supervise) -> None:
    supervisor = supervise("stubborn helper")
    eventually(lambda: len(marked_processes(place)) == 2, "the helper never started")
    supervisor.kill()
    supervisor.wait()

    assert end_processes(lambda: marked_processes(place), patience=0.2) == 2
    assert marked_processes(place) == set()


def test_a_child_that_cannot_run_is_tried_again_ever_more_rarely(place: Path) -> None:
    said: list[str] = []
    supervisor = Supervisor(var=place, say=said.append)
    supervisor.start(Child("broken", [sys.executable, "-c", "raise SystemExit(3)"], place, log=place / "children.log"))

    tend_until(supervisor, lambda: len(said) == 3, "it did not fail three times")

    assert set(said) == {f"broken ended with status 3; starting it again ({place / 'children.log'})."}
    assert supervisor._running["broken"].delay == pytest.approx(1.6)
    supervisor.stop()


def test_a_changed_source_restarts_those_who_run_it(place: Path) -> None:
    supervisor = Supervisor(var=place, say=print)
    for name, follows in (("web", True), ("other", False)):
        command = [sys.executable, "-c", CHILD, str(place), name, "plain"]
        supervisor.start(Child(name, command, place, log=place / "children.log", restart_on_change=follows))
    web, other = pid_of(place, "web"), pid_of(place, "other")

    supervisor.restart_changed()
    tend_until(supervisor, lambda: pid_of(place, "web") != web, "web was not restarted")

    assert pid_of(place, "other") == other
    supervisor.stop()
    assert marked_processes(place) == set()


def test_a_command_that_fails_shows_the_end_of_its_own_output(place: Path) -> None:
    (place / "children.log").write_text("an older line\n")
    supervisor = Supervisor(var=place, say=print)
    command = [sys.executable, "-c", "print('no such table'); raise SystemExit(1)"]

    with pytest.raises(CommandFailed) as failure:
        supervisor.run_to_end(Child("Demo data", command, place, log=place / "children.log"))

    assert str(failure.value) == "Demo data failed:\nno such table"


# --- One run of a data folder ---------------------------------------------------------


def installation(place: Path, port: int) -> Installation:
    return Installation(Checkout(), place / "var", port)


def test_a_second_run_is_told_where_the_first_one_is(place: Path) -> None:
    here = installation(place, free_port(None))
    (place / "var").mkdir()
    write_private(here.state_file, '{"pid": "4711", "address": "http://localhost:8123"}')

    with _only_run(here), pytest.raises(RunError, match=r"http://localhost:8123 \(process 4711\)"):
        run(here)


def test_a_taken_port_is_refused_with_its_owner_and_a_way_out(place: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(RunError, match=rf"Port {port} is taken by .*\(process {os.getpid()}\).*PORT=\d+ make run"):
            run(installation(place, port))

    assert not list((place / "var").glob("postgres-*"))


@pytest.mark.parametrize("text", ["0", "65536", "http", "-1", "80a"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("PORT", text)

    with pytest.raises(RunError, match="must be a number from 1 to 65535"):
        Installation.from_environment()


def test_stop_ends_what_a_killed_run_left(place: Path, supervise: Supervise) -> None:
    here = Installation(Checkout(), place, free_port(None))
    supervisor = supervise("helper")
    supervisor.kill()
    supervisor.wait()

    assert stop(here) is True
    assert stop(here) is False
    assert marked_processes(place) == set()
