"""The vendor's surface: keys, the connection test, and what is no proper request."""

import logging
import socket

import httpx
import pytest

from tests.emulators.bloomerang import alice, answered, create, found, journal, refusal


def test_a_call_without_a_key_and_one_with_a_wrong_key_are_told_apart(crm: httpx.Client) -> None:
    without = httpx.get(f"{crm.base_url}/v2/user/current")
    wrong = httpx.get(f"{crm.base_url}/v2/user/current", headers={"X-API-KEY": "pub_wrong"})

    assert (without.status_code, without.json()) == (401, {"Message": "Missing Authorization Header", "ErrorCode": 110})
    assert (wrong.status_code, wrong.json()) == (401, {"Message": "Invalid Credentials", "ErrorCode": 109})


def test_the_connection_test_finds_user_and_database(crm: httpx.Client) -> None:
    user = answered(crm.get("/v2/user/current"))
    database = answered(crm.get("/v2/database"))

    assert (user["UserName"], user["PermissionLevel"]) == ("infra24", "Admin")
    assert (database["Name"], database["Flavor"]) == ("Emulated Arts Organization", "Demo")
    assert "emulator-key" not in str(user) + str(database)


class TestBadInput:
    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"Type": "\\ud800"}', b"\xff\xfe", b"null"])
    def test_a_body_that_is_no_object_of_text_is_refused(self, crm: httpx.Client, body: bytes) -> None:
        assert refusal(crm.post("/v2/constituent", content=body))[0] == 400

    def test_unknown_paths_and_methods_are_refused_and_counted(self, crm: httpx.Client) -> None:
        assert refusal(crm.get("/v2/constituent/alice@example.org"))[0] == 404
        assert refusal(crm.get(f"/v2/constituent/{10**30}"))[0] == 404
        assert refusal(crm.delete("/v2/interaction")) == (405, "This path answers POST")
        assert refusal(crm.get("/v1/constituents"))[0] == 404
        assert refusal(crm.get("/_emulator/journal", params={"limit": 2**70}))[0] == 400
        assert [entry["route"] for entry in journal(crm)["entries"]] == [
            "DELETE (unknown path)",
            "GET (unknown path)",
            "GET (unknown path)",
        ]

    def test_a_body_too_large_or_without_a_length_is_refused(self, crm: httpx.Client) -> None:
        assert refusal(crm.post("/v2/constituent", json=alice(Website="x" * 2**20)))[0] == 413
        assert refusal(crm.post("/v2/constituent", content=iter([b"{}"])))[0] == 411

    @pytest.mark.parametrize(
        ("head", "status"),
        [
            ("GET //[ HTTP/1.1\r\nHost: [", b"403"),
            ("GET /v2/database HTTP/1.1\r\nX-API-KEY: \xff", b"401"),
            ("POST /v2/constituent HTTP/1.1\r\nContent-Length: -1", b"411"),
            ("PATCH /v2/constituent HTTP/1.1\r\nHost: localhost", b"501"),
        ],
    )
    def test_a_malformed_request_gets_an_answer(self, crm: httpx.Client, head: str, status: bytes) -> None:
        with socket.create_connection((crm.base_url.host, crm.base_url.port or 0), timeout=5) as connection:
            connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))

            assert connection.recv(4096).split()[1] == status

    def test_nul_bytes_and_long_texts_are_stored_as_they_are(self, crm: httpx.Client) -> None:
        odd = "a\x00b" + "ü" * 10_000

        assert create(crm, Employer=odd)["Employer"] == odd


def test_the_log_names_routes_and_no_people(crm: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="emulators.bloomerang")

    create(crm, PrimaryEmail={"Value": "alice@example.org"})
    found(crm, "constituents/search", search="Ardito")
    crm.get("/v2/constituent/Ardito")
    crm.post("/v2/constituent", json=alice(Status="Ardito"))

    lines = [record.getMessage() for record in caplog.records if record.name == "emulators.bloomerang"]
    assert [line.split(" ms=")[0] for line in lines] == [
        "POST /v2/constituent status=200",
        "GET /v2/constituents/search status=200",
        "GET (unknown path) status=404",
        "POST /v2/constituent status=400",
    ]
