"""The sink: what it counts, how it fails on request, and what a kill leaves of it."""

import base64
import hashlib
import hmac
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.sink.books import StateUnusable, opened
from emulators.sink.server import running

ROOT = Path(__file__).parents[2]
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[httpx.Client]:
    with running(tmp_path / "sink.log", seed=1) as url, httpx.Client(base_url=url, timeout=10) as client:
        yield client


class TestBooks:
    def test_an_effect_happens_once_for_its_key_and_repeats_are_harmless(self, sink: httpx.Client) -> None:
        assert [send(sink, "fact-1", number=1).status_code for _ in range(3)] == [204, 204, 204]

        assert counts(sink) == {"received": 3, "effects": 1, "repeats": 2, "doubled": 0, "inverted": 0}
        ((key, organisation, subject, number, at),) = sink.get("/_emulator/effects").json()
        assert (key, organisation, subject, number) == ("fact-1", "oolite", "kiln", 1)
        assert abs(at - time.time()) < 60

    def test_a_place_in_a_line_under_two_keys_is_a_double(self, sink: httpx.Client) -> None:
        send(sink, "fact-1", number=1)
        send(sink, "another", number=1)

        assert counts(sink) == {"received": 2, "effects": 2, "repeats": 0, "doubled": 1, "inverted": 0}
        assert sink.get("/").json()["doubles"][0]["key"] == "another"

    def test_a_lower_number_after_a_higher_is_an_inversion_of_that_subject_alone(self, sink: httpx.Client) -> None:
        send(sink, "fact-2", number=2)
        send(sink, "fact-1", number=1)
        send(sink, "of-another", number=1, subject="loom")
        send(sink, "from-another", number=1, organisation="elsewhere")

        assert counts(sink)["inverted"] == 1
        assert sink.get("/").json()["inversions"] == [
            {"key": "fact-1", "organisation": "oolite", "subject": "kiln", "number": 1}
        ]

    def test_a_late_repeat_is_no_inversion(self, sink: httpx.Client) -> None:
        for key, number in (("fact-1", 1), ("fact-2", 2), ("fact-1", 1)):
            send(sink, key, number=number)

        assert counts(sink) == {"received": 3, "effects": 2, "repeats": 1, "doubled": 0, "inverted": 0}

    def test_test_events_are_taken_and_have_no_effect(self, sink: httpx.Client) -> None:
        proof = json.loads(event(1)) | {"type": "endpoint.proof"}

        answers = [
            sink.post("/hook", headers={"webhook-id": "one"}, json=body).status_code
            for body in (proof, {"type": "booking.confirmed", "data": {}})
        ]

        assert (answers, counts(sink)["effects"], sink.get("/").json()["others"]) == ([204, 204], 0, 2)

    @pytest.mark.parametrize(
        ("headers", "body", "status"),
        [({}, b'{"data": {}}', 400), ({"webhook-id": "one"}, b"no JSON", 400), ({"webhook-id": "one"}, b"[]", 400)],
    )
    def test_what_is_no_delivery_is_refused(
        self, sink: httpx.Client, headers: dict[str, str], body: bytes, status: int
    ) -> None:
        assert sink.post("/hook", headers=headers, content=body).status_code == status
        assert counts(sink)["effects"] == 0

    def test_effects_can_be_asked_for_by_organisation(self, sink: httpx.Client) -> None:
        send(sink, "one", number=1)
        send(sink, "two", number=1, organisation="elsewhere")

        found = sink.get("/_emulator/effects", params={"organisation": "elsewhere"}).json()

        assert [key for key, *_ in found] == ["two"]


class TestSignatures:
    def test_a_path_takes_only_what_one_of_its_secrets_signed(self, sink: httpx.Client) -> None:
        other = "whsec_" + base64.b64encode(b"another").decode()
        sink.post("/_emulator/expectations", json={"path": "/hook", "secrets": [other, SECRET]})

        assert send(sink, "one", number=1, secret=SECRET).status_code == 204
        assert send(sink, "two", number=2).status_code == 401
        assert send(sink, "three", number=3, secret="whsec_" + base64.b64encode(b"third").decode()).status_code == 401
        assert send(sink, "four", number=4, secret=SECRET, at=time.time() - 3600).status_code == 401
        assert counts(sink)["effects"] == 1

    def test_the_published_example_is_taken(self) -> None:
        from emulators.sink.signing import is_signed

        headers = {
            "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
            "webhook-timestamp": "1614265330",
            "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
        }

        assert is_signed(headers, b'{"test": 2432232314}', secrets=[SECRET], now=1614265330.0)
        assert not is_signed(headers, b'{"test": 2432232315}', secrets=[SECRET], now=1614265330.0)


class TestFaults:
    def test_each_kind_shows_its_face_and_has_its_effect_or_none(self, sink: httpx.Client) -> None:
        seen = []
        kinds: list[dict[str, Any]] = [
            {"kind": "timeout_after_commit"},
            {"kind": "reset"},
            {"kind": "status", "status": 429, "retry_after": 2},
            {"kind": "status", "status": 502, "effect": True},
            {"kind": "slow", "seconds": 0.05},
            {"kind": "wrong_body"},
        ]
        for number, fault in enumerate(kinds):
            sink.post("/_emulator/faults", json={**fault, "times": 1}).raise_for_status()
            before = counts(sink)["effects"]
            try:
                answer: Any = send(sink, f"fact-{number}", number=number + 1)
                face = (answer.status_code, answer.headers.get("Retry-After"))
            except httpx.TransportError as error:
                face = (type(error).__name__, None)
            seen.append((*face, counts(sink)["effects"] - before))

        assert seen == [
            ("RemoteProtocolError", None, 1),
            ("ReadError", None, 0),
            (429, "2", 0),
            (502, None, 1),
            (204, None, 1),
            (200, None, 1),
        ]
        assert sink.get("/_emulator/faults").json() == []
        assert (sink.get("/").json()["unanswered"], counts(sink)["repeats"]) == (2, 0)

    def test_rates_of_several_faults_add_up(self, sink: httpx.Client) -> None:
        for status in (500, 503):
            sink.post("/_emulator/faults", json={"kind": "status", "status": status, "rate": 0.5}).raise_for_status()

        # Never a success, and all of 64 alike once in 2 ** 63 runs.
        assert {send(sink, f"fact-{n}", number=n).status_code for n in range(64)} == {500, 503}
        sink.delete("/_emulator/faults")
        assert send(sink, "well", number=100).status_code == 204

    def test_faults_strike_where_they_are_told_to_and_not_the_controls(self, sink: httpx.Client) -> None:
        sink.post("/_emulator/faults", json={"kind": "status", "match": "POST /bad/*"}).raise_for_status()

        assert send(sink, "one", number=1, path="/bad/hook").status_code == 503
        assert send(sink, "one", number=1, path="/good/hook").status_code == 204

    def test_a_senseless_fault_is_refused(self, sink: httpx.Client) -> None:
        refused = sink.post("/_emulator/faults", json={"kind": "slow"})

        assert (refused.status_code, refused.json()) == (400, {"detail": "slow needs seconds"})


class TestConnections:
    def test_other_sites_do_not_reach_the_controls(self, sink: httpx.Client) -> None:
        for headers in ({"Host": "sink.example.org"}, {"Origin": "https://evil.example"}):
            assert sink.post("/_emulator/reset", headers=headers).status_code == 403

    def test_a_request_may_come_in_pieces_and_the_next_with_it(self, sink: httpx.Client) -> None:
        body = event(1)
        head = f"POST /hook HTTP/1.1\r\nHost: x\r\nwebhook-id: one\r\nContent-Length: {len(body)}\r\n\r\n".encode()
        with socket.create_connection(("127.0.0.1", sink.base_url.port or 0), timeout=5) as wire:
            for piece in (head[:10], head[10:] + body[:5], body[5:] + head + body):
                wire.sendall(piece)
                time.sleep(0.02)
            answer = b""
            while answer.count(b"204 No Content") < 2:
                answer += wire.recv(4096)
        assert counts(sink) == {"received": 2, "effects": 1, "repeats": 1, "doubled": 0, "inverted": 0}

    @pytest.mark.parametrize("raw", [b"\r\n\r\n", b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", b"x" * 40_000])
    def test_what_is_no_request_is_refused_and_the_connection_closed(self, sink: httpx.Client, raw: bytes) -> None:
        with socket.create_connection(("127.0.0.1", sink.base_url.port or 0), timeout=5) as wire:
            wire.sendall(raw)
            assert wire.recv(4096).startswith(b"HTTP/1.1 400 Bad Request")

    def test_reset_forgets_everything(self, sink: httpx.Client, tmp_path: Path) -> None:
        send(sink, "one", number=1)
        sink.post("/_emulator/faults", json={"kind": "status"})

        sink.post("/_emulator/reset").raise_for_status()

        assert counts(sink) == {"received": 0, "effects": 0, "repeats": 0, "doubled": 0, "inverted": 0}
        assert send(sink, "one", number=1).status_code == 204
        assert len((tmp_path / "sink.log").read_text().splitlines()) == 1


class TestProcess:
    def test_kill_9_loses_nothing_that_was_answered(self, tmp_path: Path) -> None:
        told: list[str] = []
        for turn in range(3):
            with process(tmp_path / "sink.log") as (url, child), httpx.Client(base_url=url, timeout=10) as client:
                if turn == 0:
                    client.post("/_emulator/faults", json={"kind": "status", "status": 500, "match": "POST /x"})
                for number in range(20):
                    send(client, f"fact-{turn}-{number}", number=turn * 20 + number + 1)
                    told.append(f"fact-{turn}-{number}")
                os.kill(child.pid, signal.SIGKILL)

        with process(tmp_path / "sink.log") as (url, _child), httpx.Client(base_url=url, timeout=10) as client:
            assert [key for key, *_ in client.get("/_emulator/effects").json()] == told
            assert len(client.get("/_emulator/faults").json()) == 1
            assert send(client, "fact-0-0", number=1).status_code == 204
            assert counts(client) == {"received": 61, "effects": 60, "repeats": 1, "doubled": 0, "inverted": 0}

    def test_a_line_that_a_kill_cut_short_is_taken_away(self, tmp_path: Path) -> None:
        with running(tmp_path / "sink.log") as url, httpx.Client(base_url=url) as client:
            send(client, "one", number=1)
            send(client, "two", number=2)
        whole = (tmp_path / "sink.log").read_bytes()
        (tmp_path / "sink.log").write_bytes(whole[:-10])

        books = opened(tmp_path / "sink.log")
        books.close()

        assert list(books.effects) == ["one"]
        assert (tmp_path / "sink.log").read_bytes() == whole.splitlines(keepends=True)[0]

    def test_a_told_process_ends_cleanly_and_a_strange_file_is_said_in_one_line(self, tmp_path: Path) -> None:
        with process(tmp_path / "sink.log") as (url, child):
            taken = start(tmp_path / "second.log", "--port", url.rpartition(":")[2])
            child.terminate()
            assert child.wait(timeout=5) == 0
        (tmp_path / "notes.txt").write_text("These are notes.\n")
        alien, folder = start(tmp_path / "notes.txt"), start(tmp_path)

        assert [one.returncode for one in (taken, alien, folder)] == [1, 1, 1]
        assert "Choose another with --port." in taken.stderr
        assert "was not written by the sink" in alien.stderr
        assert "cannot be opened" in folder.stderr
        assert all(len(one.stderr.splitlines()) == 1 for one in (taken, alien, folder))

    def test_what_keeps_it_from_running_in_a_thread_is_raised(self, tmp_path: Path) -> None:
        (tmp_path / "notes.txt").write_text("These are notes.\n")

        with pytest.raises(StateUnusable), running(tmp_path / "notes.txt"):
            pass


def event(number: int, *, organisation: str = "oolite", subject: str = "kiln") -> bytes:
    data = {"organisation_id": organisation, "subject_id": subject, "number": number}
    return json.dumps({"type": "booking.confirmed", "timestamp": "2026-12-01T10:00:00Z", "data": data}).encode()


def send(
    client: httpx.Client,
    key: str,
    *,
    number: int,
    path: str = "/hook",
    secret: str = "",
    at: float | None = None,
    **about: str,
) -> httpx.Response:
    body, timestamp = event(number, **about), str(int(time.time() if at is None else at))
    headers = {"webhook-id": key, "webhook-timestamp": timestamp}
    if secret:
        signed = f"{key}.{timestamp}.".encode() + body
        mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        headers["webhook-signature"] = f"v1,{base64.b64encode(mac).decode()}"
    return client.post(path, headers=headers, content=body)


def counts(client: httpx.Client) -> dict[str, int]:
    found = client.get("/_emulator/journal").json()
    return {name: found[name] for name in ("received", "effects", "repeats", "doubled", "inverted")}


@contextmanager
def process(state: Path, *more: str) -> Iterator[tuple[str, "subprocess.Popen[str]"]]:
    with subprocess.Popen(
        command(state, *more), cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as child:
        try:
            assert child.stdout is not None
            yield child.stdout.readline().removeprefix("listening on ").strip(), child
        finally:
            child.kill()


def start(state: Path, *more: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(state, *more), cwd=ROOT, capture_output=True, text=True, timeout=20, check=False)


def command(state: Path, *more: str) -> list[str]:
    return [sys.executable, "-m", "emulators.sink", "--port", "0", "--state", str(state), *more]
