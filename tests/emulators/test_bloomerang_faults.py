"""Failing on request, surviving kill -9, and the page for people."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from emulators.bloomerang.server import DEFAULT_KEY
from tests.emulators.bloomerang import alice, answered, create, inject, journal, log_visit, refusal, visit

ROOT = Path(__file__).parents[2]


class TestFaults:
    def test_a_timeout_after_commit_stores_the_effect_and_answers_nothing(self, crm: httpx.Client) -> None:
        person = create(crm)["Id"]
        inject(crm, kind="timeout_after_commit", match="POST /v2/interaction", times=1)

        with pytest.raises(httpx.RemoteProtocolError):
            crm.post("/v2/interaction", json=visit(person))
        log_visit(crm, person)

        judged = journal(crm)
        assert (judged["unanswered"], judged["extra_records"]) == (1, 1)
        lost = judged["entries"][1]
        assert (lost["status"], lost["fault"], lost["change"]) == (None, "timeout_after_commit", "created")
        assert answered(crm.get("/_emulator/faults")) == []

    def test_a_hanging_timeout_runs_into_the_clients_own_limit(self, crm: httpx.Client) -> None:
        inject(crm, kind="timeout_after_commit", seconds=30)

        with pytest.raises(httpx.ReadTimeout):
            crm.post("/v2/constituent", json=alice(), timeout=0.3)

        assert [entry["change"] for entry in journal(crm)["entries"]] == ["created"]

    def test_a_reset_connection_has_no_effect(self, crm: httpx.Client) -> None:
        inject(crm, kind="reset", times=1)

        with pytest.raises(httpx.ReadError):
            crm.post("/v2/constituent", json=alice())

        assert answered(crm.get("/v2/constituents"))["Total"] == 0

    def test_a_status_is_answered_with_retry_after_and_no_effect(self, crm: httpx.Client) -> None:
        inject(crm, kind="status", status=429, retry_after=2, times=1, match="POST /v2/*")

        throttled = crm.post("/v2/constituent", json=alice())

        assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "2")
        assert answered(crm.get("/v2/constituents"))["Total"] == 0
        create(crm)

    def test_a_gateway_error_can_hide_a_stored_effect(self, crm: httpx.Client) -> None:
        inject(crm, kind="status", status=502, effect=True, times=1)

        assert crm.post("/v2/constituent", json=alice()).status_code == 502
        assert answered(crm.get("/v2/constituents"))["Total"] == 1

    def test_a_slow_answer_is_late_and_right(self, crm: httpx.Client) -> None:
        inject(crm, kind="slow", seconds=0.3)
        started = time.monotonic()

        create(crm)

        assert time.monotonic() - started >= 0.3

    def test_a_wrong_body_is_a_success_in_html(self, crm: httpx.Client) -> None:
        inject(crm, kind="wrong_body", times=1)

        odd = crm.post("/v2/constituent", json=alice())

        assert (odd.status_code, odd.headers["Content-Type"]) == (200, "text/html; charset=utf-8")
        assert answered(crm.get("/v2/constituents"))["Total"] == 1

    def test_faults_strike_in_the_order_they_were_added_until_removed(self, crm: httpx.Client) -> None:
        inject(crm, kind="status", status=500, times=1)
        inject(crm, kind="status", status=503, match="GET /v2/database")

        statuses = [crm.get(path).status_code for path in ("/v2/database", "/v2/database", "/v2/user/current")]
        assert [fault["remaining"] for fault in answered(crm.get("/_emulator/faults"))] == [None]
        crm.delete("/_emulator/faults")

        assert [*statuses, crm.get("/v2/database").status_code] == [500, 503, 200, 200]

    def test_a_rate_strikes_some_requests_and_spares_others(self, crm: httpx.Client) -> None:
        inject(crm, kind="status", rate=0.5)

        # All or none of 64 by chance: once in 2 ** 63 runs.
        assert {crm.get("/v2/database").status_code for _ in range(64)} == {200, 503}

    @pytest.mark.parametrize(
        ("fault", "message"),
        [
            (
                {"kind": "explode"},
                "kind: Input should be 'timeout_after_commit', 'reset', 'status', 'slow' or 'wrong_body'",
            ),
            ({"kind": "status", "status": 200}, "status: Input should be greater than or equal to 400"),
            ({"kind": "status", "rate": 0}, "rate: Input should be greater than 0"),
            ({"kind": "slow"}, "slow needs seconds"),
            ({"kind": "reset", "match": "/v2/interaction"}, "match is written like POST /v2/interaction or * /v2/*"),
            ({"kind": "reset", "effect": True}, "effect can be chosen for status and wrong_body only"),
        ],
    )
    def test_a_senseless_fault_is_refused(self, crm: httpx.Client, fault: dict[str, object], message: str) -> None:
        assert refusal(crm.post("/_emulator/faults", json=fault)) == (400, message)
        assert answered(crm.get("/_emulator/faults")) == []


def test_reset_goes_back_to_the_first_day(crm: httpx.Client) -> None:
    fields = answered(crm.get("/v2/customFields/Interaction"))
    first = create(crm)["Id"]
    log_visit(crm, first)
    inject(crm, kind="status", match="POST /v2/note")

    answered(crm.post("/_emulator/reset"))

    judged = journal(crm)
    assert (judged["received"], judged["effects"], judged["duplicates"]) == (0, [], [])
    assert answered(crm.get("/_emulator/faults")) == []
    assert [one["Id"] for one in answered(crm.get("/v2/customFields/Interaction"))] == [one["Id"] for one in fields]
    assert create(crm)["Id"] == first


@pytest.mark.parametrize(
    "headers", [{"Host": "crm.example.org"}, {"Host": ""}, {"Origin": "https://evil.example"}, {"Origin": "null"}]
)
def test_other_sites_reach_neither_the_controls_nor_the_page(crm: httpx.Client, headers: dict[str, str]) -> None:
    create(crm)

    assert crm.post("/_emulator/reset", headers=headers).status_code == 403
    assert crm.get("/", headers=headers).status_code == 403
    assert journal(crm)["received"] == 1


def test_parallel_writers_lose_nothing(crm: httpx.Client) -> None:
    with ThreadPoolExecutor(16) as pool:
        made = list(pool.map(lambda n: create(crm, LastName=f"Number {n}"), range(80)))

    assert sorted(one["AccountNumber"] for one in made) == list(range(1, 81))
    assert answered(crm.get("/v2/constituents"))["Total"] == 80


class TestPage:
    def test_a_person_sees_that_the_crm_has_received_the_visit(self, crm: httpx.Client) -> None:
        alices, bobs = create(crm)["Id"], create(crm, FirstName="Bob")["Id"]
        log_visit(crm, bobs, Subject="Critique")
        log_visit(crm, alices, Subject="First visit")
        log_visit(crm, alices, Subject="Second visit")

        page = crm.get("/").text

        order = [
            page.index(words) for words in ("Alice Ardito", "Second visit", "First visit", "Bob Ardito", "Critique")
        ]
        assert order == sorted(order)
        assert "2 constituents, 3 interactions" in page

    def test_the_page_escapes_and_runs_nothing(self, crm: httpx.Client) -> None:
        nasty = "<script>alert(1)</script>\"'&"
        person = create(crm, FirstName=nasty, PrimaryEmail={"Value": '"><b>@x.y'})["Id"]
        log_visit(crm, person, Subject=nasty, Note=nasty, booking=nasty)

        response = crm.get("/")

        assert "<script" not in response.text
        assert "<b>" not in response.text
        assert "style=" not in response.text
        assert response.text.count("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#x27;&amp;") == 4
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self'")
        assert crm.get("/style.css").headers["Content-Type"] == "text/css; charset=utf-8"

    def test_the_page_goes_on_and_says_when_it_is_empty_or_failing(self, crm: httpx.Client) -> None:
        assert "Nothing here yet" in crm.get("/").text
        for n in range(26):
            create(crm, LastName=f"Number {n}")
        inject(crm, kind="reset", match="POST /v2/note")

        first, second = crm.get("/").text, crm.get("/?page=2").text

        assert ("Number 25<" in first, "Number 0<" in first, "Number 0<" in second) == (True, False, True)
        assert "1 fault switched on" in first
        assert 'href="/?page=2"' in first
        assert refusal(crm.get("/?page=two"))[0] == 400


class TestProcess:
    def test_kill_9_loses_nothing_that_was_answered(self, tmp_path: Path) -> None:
        """Writers run while the process is killed: what they were told is stored, is stored; no half effects."""
        told: list[int] = []
        for turn in range(3):
            with process(tmp_path / "crm.sqlite") as (url, child):
                writers = [threading.Thread(target=write_until_dead, args=(url, told)) for _ in range(4)]
                for writer in writers:
                    writer.start()
                while len(told) < 4 * (turn + 1):
                    time.sleep(0.02)
                os.kill(child.pid, signal.SIGKILL)
                for writer in writers:
                    writer.join()

        with process(tmp_path / "crm.sqlite") as (url, _child), client(url) as crm:
            stored = set()
            total = answered(crm.get("/v2/constituents"))["Total"]
            for skip in range(0, total, 50):
                stored |= {one["Id"] for one in answered(crm.get("/v2/constituents", params={"skip": skip}))["Results"]}
            created = journal(crm)["effects"][0]["times"]
        assert len(told) > 3
        assert set(told) <= stored
        assert len(stored) == created

    def test_faults_and_journal_survive_as_well(self, tmp_path: Path) -> None:
        with process(tmp_path / "crm.sqlite") as (url, child), client(url) as crm:
            inject(crm, kind="status", status=500, times=2)
            assert crm.get("/v2/database").status_code == 500
            os.kill(child.pid, signal.SIGKILL)

        with process(tmp_path / "crm.sqlite") as (url, _child), client(url) as crm:
            assert [crm.get("/v2/database").status_code for _ in range(2)] == [500, 200]
            assert journal(crm)["received"] == 3

    @pytest.mark.parametrize("told_by", [signal.SIGTERM, signal.SIGINT])
    def test_a_process_told_to_stop_does_so_cleanly(self, tmp_path: Path, told_by: signal.Signals) -> None:
        with process(tmp_path / "crm.sqlite") as (url, child), client(url) as crm:
            create(crm)
            child.send_signal(told_by)

            assert child.wait(timeout=5) == 0
        assert [path.name for path in tmp_path.iterdir()] == ["crm.sqlite"]
        assert (tmp_path / "crm.sqlite").stat().st_mode & 0o777 == 0o600

    def test_the_key_is_the_one_given(self, tmp_path: Path) -> None:
        with process(tmp_path / "crm.sqlite", "--key", "another") as (url, _child):
            assert httpx.get(f"{url}/v2/database", headers={"X-API-KEY": "another"}).status_code == 200
            assert httpx.get(f"{url}/v2/database", headers={"X-API-KEY": DEFAULT_KEY}).json()["ErrorCode"] == 109

    def test_what_keeps_it_from_starting_is_said_in_one_line(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("These are notes, and no database at all.\n" * 50)

        with process(tmp_path / "crm.sqlite") as (url, _child):
            taken = start(tmp_path / "second.sqlite", "--port", url.rpartition(":")[2])
            alien = start(tmp_path / "notes.txt")
            folder = start(tmp_path)

        assert [one.returncode for one in (taken, alien, folder)] == [1, 1, 1]
        assert taken.stderr.endswith("Address already in use. Choose another with --port.\n")
        assert "is not a usable SQLite file" in alien.stderr
        assert "cannot be opened" in folder.stderr
        assert all(len(one.stderr.splitlines()) == 1 for one in (taken, alien, folder))


@contextmanager
def process(state: Path, *more: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """An emulator in a process of its own: its address and the process."""
    arguments = command(state, *more)
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as child:
        try:
            assert child.stdout is not None
            line = child.stdout.readline()
            assert line.startswith("listening on http://127.0.0.1:")
            yield line.removeprefix("listening on ").strip(), child
        finally:
            child.kill()


def start(state: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """An emulator that cannot start."""
    return subprocess.run(command(state, *more), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def command(state: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "emulators.bloomerang", "--port", "0", "--state", str(state), *more]


def client(url: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"X-API-KEY": DEFAULT_KEY}, timeout=10)


def write_until_dead(url: str, told: list[int]) -> None:
    with client(url) as crm:
        try:
            while True:
                told.append(create(crm)["Id"])
        except httpx.TransportError:
            return
