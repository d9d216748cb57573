"""The smallest storm: real workers, one of them killed, faults on all sides; and what keeps a run from beginning."""

import os
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from chaos.__main__ import UNABLE, main
from chaos.grounds import Ground, NoGround, OwnWorkers, emulating, old_enough, running_ground, sinking
from chaos.houses import HEARD, NAME, SLUG, ZONE
from chaos.plans import SMALLEST, faults_of
from chaos.running import run
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs.models import Organisation
from infra24.orgs.services import found_organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests.database import TestDatabase


@pytest.mark.django_db(transaction=True)
def test_a_storm_loses_doubles_and_inverts_nothing(database: TestDatabase, tmp_path: Path, settings: Any) -> None:
    _leave_a_fact()
    with (
        emulating(["emulators.bloomerang", "--state", str(tmp_path / "crm.sqlite")]) as crm,
        sinking(tmp_path / "sink.log", seed=SMALLEST.seed) as sink,
    ):
        settings.CRM_ADDRESSES, settings.WEBHOOK_ADDRESSES = [crm], [sink]
        environment = {
            **database.environment(),
            "INFRA24_CRM_ADDRESSES": crm,
            "INFRA24_WEBHOOK_ADDRESSES": sink,
            "INFRA24_EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend",
        }
        workers = HastyWorkers(SMALLEST.workers, environment, tmp_path / "worker.log")
        try:
            report = run(SMALLEST, Ground(sink, crm, workers, None), say=print)
        finally:
            workers.end()

    verdict = report.verdict
    assert verdict.is_clean, [*verdict.lost, *verdict.doubled, *verdict.inverted][:10]
    assert verdict.facts >= SMALLEST.facts + SMALLEST.bookings + 2 * SMALLEST.holds
    assert report.kills == 1
    assert verdict.ends["timer fired"] == SMALLEST.holds
    assert verdict.ends["webhook delivered"] >= SMALLEST.facts
    assert {"reset", "slow", "status", "timeout_after_commit", "wrong_body"} == report.sink["faults"].keys()
    assert report.sink["statuses"].get("401") is None, "everything was signed"


def _leave_a_fact() -> None:
    """As an interrupted run does: recorded before this one, and handed out in it."""
    house = found_organisation(slug=SLUG, name=NAME, time_zone=ZONE)
    with acting_for(house.pk):
        record(house.pk, HEARD[0], assignment_id=new_id(), now=timezone.now(), source="api")


class HastyWorkers(OwnWorkers):
    """One at a time. What the one before had taken is free at once: the suite does not wait for leases to run out."""

    def alive(self) -> list[int]:
        if any(process.poll() is not None for process in self._running):
            for org_id in Organisation.objects.values_list("pk", flat=True):
                with acting_for(org_id):
                    leased = Delivery.objects.filter(org_id=org_id, status="pending", lease__isnull=False)
                    leased.update(leased_until=timezone.now() - timedelta(seconds=1))
        return super().alive()


def test_faults_add_up_to_their_share() -> None:
    assert sum(fault["rate"] for fault in faults_of(0.2)) == pytest.approx(0.2)


def test_who_has_just_begun_is_not_old_enough_to_be_killed() -> None:
    with subprocess.Popen(["sleep", "60"]) as fresh:
        found = old_enough([os.getppid(), fresh.pid, 2**22 + 1])
        fresh.kill()

    assert found == [os.getppid()]


def test_without_a_running_installation_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(NoGround, match="make run"), running_ground(tmp_path, seed=1):
        pass
    monkeypatch.setenv("INFRA24_VAR", str(tmp_path))
    monkeypatch.setattr("sys.argv", ["chaos", "--running"])

    assert main() == UNABLE
    assert "No installation runs on" in capsys.readouterr().err
