"""Alive, ready, and how it is doing."""

import json
import logging
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from django.test import Client, override_settings

from infra24.config import health
from infra24.core.logs import QuietFormatter, RequestFilter
from tests import make
from tests.database import ROOT, TestDatabase


def test_alive_asks_nobody_else() -> None:
    assert Client().get("/healthz").json() == {"live": True}


@pytest.mark.django_db
def test_ready_when_the_schema_is_this_versions() -> None:
    assert Client().get("/readyz").json() == {"ready": True, "fault": ""}


@pytest.mark.django_db(transaction=True)
def test_not_ready_before_the_migrations_have_run(database: TestDatabase) -> None:
    health._found_current.clear()
    with database.as_owner() as owner:
        newest = owner.execute(
            """DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations WHERE app = 'orgs')
               RETURNING name, applied"""
        ).fetchone()
    try:
        answer = Client().get("/readyz")
    finally:
        with database.as_owner() as owner:
            owner.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('orgs', %s, %s)", newest)

    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert "prepare_database" in answer.json()["fault"]
    assert Client().get("/readyz").status_code == 200


@pytest.mark.django_db
def test_figures_are_for_this_machine_or_for_the_token() -> None:
    def status(**options: Any) -> int:
        return Client().get("/metrics", **options).status_code

    assert status() == 200
    assert status(REMOTE_ADDR="::1") == 200
    assert status(REMOTE_ADDR="203.0.113.9") == 403
    assert status(headers={"X-Forwarded-For": "127.0.0.1"}) == 403
    assert status(REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer "}) == 403
    with override_settings(METRICS_TOKEN="figures"):
        assert status(REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer figures"}) == 200
        assert status(REMOTE_ADDR="203.0.113.9", headers={"Authorization": "Bearer guess"}) == 403
    with override_settings(TRUSTED_PROXIES=1):
        assert status(headers={"X-Forwarded-For": "203.0.113.9"}) == 403


@pytest.mark.django_db
def test_requests_are_counted_by_route_and_not_by_path() -> None:
    make.organisation(slug="oolite")

    def counted() -> float:
        found = re.search(
            r'^infra24_requests_total\{method="GET",route="o/<slug:org>/",status="200"\} (.+)$',
            Client().get("/metrics").content.decode(),
            re.MULTILINE,
        )
        return float(found[1]) if found else 0

    before = counted()
    Client().get("/o/oolite/")
    assert counted() == before + 1
    assert "oolite" not in Client().get("/metrics").content.decode()


@pytest.mark.django_db
def test_the_log_has_one_line_a_request_without_path_query_or_person(caplog: pytest.LogCaptureFixture) -> None:
    make.organisation(slug="oolite")
    caplog.set_level(logging.INFO, "infra24.access")

    Client().get("/o/oolite/invitation/a-secret?email=dora@example.org", headers={"X-Request-Id": "from-the-proxy"})

    (record,) = [record for record in caplog.records if record.name == "infra24.access"]
    RequestFilter().filter(record)
    line = json.loads(QuietFormatter("%(message)s").format(record))
    assert {key: line[key] for key in ("message", "method", "route", "status")} == {
        "message": "request",
        "method": "GET",
        "route": "o/<slug:org>/invitation/<str:secret>",
        "status": 404,
    }
    assert "secret?" not in str(line)
    assert "dora" not in str(line)


def test_what_django_logs_about_a_request_names_the_route_only() -> None:
    request = Client().get("/healthz").wsgi_request
    request.path_info = "/o/oolite/invitation/a-secret"
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Broken", request.path_info), None)
    record.request = request

    RequestFilter().filter(record)

    assert (record.getMessage(), hasattr(record, "request")) == ("Broken: healthz", False)


def test_tracebacks_do_not_quote_rows() -> None:
    quoted = "DETAIL:  Key (email)=(dora@example.org) already exists."
    try:
        raise ValueError(f"duplicate key\n{quoted}\n")
    except ValueError:
        text = QuietFormatter().formatException(sys.exc_info())

    assert "duplicate key\nDETAIL: left out" in text
    assert "dora" not in text


@pytest.fixture
def server(database: TestDatabase, tmp_path: Path) -> Iterator[str]:
    """The product on two worker processes; its address."""
    port = 20000 + os.getpid() % 20000
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port), "--workers", "2"]
    environment = {**database.environment(), "INFRA24_VAR": str(tmp_path), "PORT": str(port)}
    environment["DATABASE_URL"] += " application_name=served"
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [*command, "infra24.config.wsgi:application"], cwd=ROOT, env=environment, stdout=log, stderr=log
        ) as process,
    ):
        try:
            _wait(f"http://127.0.0.1:{port}/healthz", tmp_path / "log")
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def test_the_figures_of_two_workers_are_added_up(server: str) -> None:
    """Whichever worker answers, it has counted what both did."""
    asked = 40
    for _ in range(asked):
        assert httpx.get(f"{server}/readyz").status_code == 200

    seen = set()
    for _ in range(20):
        figures = httpx.get(f"{server}/metrics").text
        found = re.search(r'requests_total\{method="GET",route="readyz",status="200"\} (\S+)', figures)
        assert found
        seen.add(float(found[1]))
    assert seen == {asked}


def test_connections_that_postgresql_has_closed_cost_nobody_an_answer(server: str, database: TestDatabase) -> None:
    """As after a restart of the database: all connections are dead."""
    statuses = [httpx.get(f"{server}/readyz").status_code for _ in range(20)]
    with database.as_app() as rival:
        ended = rival.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'served'"
        ).fetchone()
    statuses += [httpx.get(f"{server}/readyz").status_code for _ in range(20)]

    assert ended is not None
    assert ended[0] >= 1
    assert set(statuses) == {200}


def _wait(address: str, log: Path) -> None:
    for _ in range(600):
        try:
            httpx.get(address)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError(log.read_text())
