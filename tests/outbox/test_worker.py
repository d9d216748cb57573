"""The worker as a process of its own."""

import signal
from pathlib import Path

import pytest
from django.utils import timezone

from infra24.core.metrics import exposition
from infra24.core.workers import FOLDER
from infra24.facts import services as facts
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests.database import TestDatabase
from tests.outbox.process import wait_for, worker
from tests.outbox.story import organisation

pytestmark = pytest.mark.django_db(transaction=True)


def delivered(org: Organisation, handler: str) -> bool:
    with acting_for(org.pk):
        return Delivery.objects.filter(handler=handler, status="delivered").exists()


def figures() -> str:
    return exposition().decode()


def test_a_worker_wakes_for_a_fact_and_ends_when_asked(
    database: TestDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = organisation()
    log = tmp_path / "worker.log"
    with worker(database, log) as process:
        wait_for(lambda: "worker is ready" in log.read_text(), seconds=60, what="the worker's start")
        wait_for(lambda: delivered(first, "config.sweep_at_night"), seconds=60, what="the first night")

        late = organisation("late")
        with acting_for(late.pk):
            facts.record(late.pk, "organisation.founded", now=timezone.now(), source="staff", organisation_id=late.pk)
        wait_for(lambda: delivered(late, "outbox.begin_night"), seconds=60, what="a fact's delivery")

        # A web server of the same data folder answers with what the worker counted.
        monkeypatch.setenv(FOLDER, str(database.var / "metrics" / "of-a-web-server"))
        wait_for(lambda: "infra24_delivery_attempts_total{" in figures(), seconds=60, what="the worker's figures")
        assert 'infra24_delivery_lag_seconds_count{kind="clock"}' in figures()

        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    assert '"level": "ERROR"' not in log.read_text()


def test_a_worker_survives_the_loss_of_its_connections(database: TestDatabase, tmp_path: Path) -> None:
    org = organisation()
    log = tmp_path / "worker.log"
    with worker(database, log) as process, database.as_app() as rival:
        wait_for(lambda: delivered(org, "config.sweep_at_night"), seconds=60, what="the first night")
        ended = rival.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'infra24-worker'"
        ).fetchone()
        assert ended is not None
        assert ended[0] > 1
        late = organisation("late")
        with acting_for(late.pk):
            facts.record(late.pk, "organisation.founded", now=timezone.now(), source="staff", organisation_id=late.pk)
        wait_for(lambda: delivered(late, "outbox.begin_night"), seconds=60, what="a delivery after the loss")
        assert process.poll() is None


def test_a_worker_refuses_to_run_as_the_owner(database: TestDatabase, tmp_path: Path) -> None:
    log = tmp_path / "worker.log"
    with worker(database, log, INFRA24_DATABASE_ROLE="owner") as process:
        assert process.wait(timeout=60) != 0
    assert "owns the tables" in log.read_text()
