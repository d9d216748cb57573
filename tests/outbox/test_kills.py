"""Workers killed in the middle of their work: nothing is lost, and the CRM holds nothing twice."""

import random
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.bloomerang.server import DEFAULT_KEY, running
from infra24.facts.models import FactPending
from infra24.notifications.kept_mail import kept_mails
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Attempt, Delivery
from tests import make
from tests.crm.story import Story
from tests.database import TestDatabase
from tests.make import NOON
from tests.outbox.process import wait_for, worker

pytestmark = pytest.mark.django_db(transaction=True)
A_ROUND = 4
"""Bookings, each for somebody the CRM has never heard of."""


@pytest.mark.parametrize(
    ("kills", "is_patient"),
    [
        pytest.param(3, False, id="3"),
        pytest.param(20, True, id="20", marks=pytest.mark.prove),
    ],
)
def test_every_fact_is_delivered_though_workers_are_killed(
    database: TestDatabase, tmp_path: Path, settings: Any, kills: int, is_patient: bool
) -> None:
    """Killed between taking a delivery and recording it. Patient: leases run out by themselves, within a minute."""
    with running(tmp_path / "crm.sqlite") as crm_url:
        settings.CRM_ADDRESSES = [crm_url]
        settings.VAR_DIR = tmp_path / "var"
        with Story(crm_url, DEFAULT_KEY) as story:
            story.connect()
            story.fail(kind="timeout_after_commit", match="POST *", rate=0.1)
            story.fail(kind="slow", seconds=0.15)
            for number in range(kills):
                _book_a_round(story, number)
                _kill_one_at_work(story, database, tmp_path)
                if not is_patient:
                    _let_leases_run_out(story)
            _finish(story, database, tmp_path, is_patient=is_patient)
            _judge(story, bookings=kills * A_ROUND, kills=kills)


def _book_a_round(story: Story, number: int) -> None:
    for place in range(A_ROUND):
        person = make.person(story.org, name=f"Guest {number}-{place}", email=f"guest-{number}-{place}@example.org")
        story.book(person=person, starts_at=NOON + timedelta(days=number, hours=place))


def _kill_one_at_work(story: Story, database: TestDatabase, folder: Path) -> None:
    before = _taken(story)
    with worker(database, folder / "worker.log", **_demo(folder)) as process:
        wait_for(lambda: _taken(story) > before, seconds=60, what="a worker that takes a delivery")
        time.sleep(random.uniform(0, 0.8))  # noqa: S311 - no secret
        process.kill()
        process.wait()


def _taken(story: Story) -> int:
    """How often deliveries to the CRM were taken so far."""
    with acting_for(story.org.pk):
        return sum(Delivery.objects.filter(destination__kind="crm").values_list("attempts", flat=True))


def _let_leases_run_out(story: Story) -> None:
    """As when a minute has passed, and the wait after a failure with it."""
    with acting_for(story.org.pk):
        ago = story.clock() - timedelta(seconds=1)
        Delivery.objects.filter(status="pending", lease__isnull=False).update(leased_until=ago)
        Delivery.objects.filter(status="pending", is_timer=False, due_at__gt=ago).update(due_at=ago)


def _finish(story: Story, database: TestDatabase, folder: Path, *, is_patient: bool) -> None:
    def is_done() -> bool:
        # A delivery that was lost three times, or also failed, waits for minutes; that is the schedule's business.
        _let_waits_pass(story)
        with acting_for(story.org.pk):
            open_ = Delivery.objects.filter(is_timer=False).exclude(status="delivered")
            return not open_.exists() and not FactPending.objects.exists()

    httpx.delete(f"{story.url}/_emulator/faults").raise_for_status()
    with worker(database, folder / "worker.log", **_demo(folder)):
        wait_for(is_done, seconds=120 if is_patient else 60, what="the delivery of everything")


def _let_waits_pass(story: Story) -> None:
    with acting_for(story.org.pk):
        Delivery.objects.filter(status="pending", is_timer=False, lease__isnull=True, due_at__gt=story.clock()).update(
            due_at=story.clock()
        )


def _judge(story: Story, *, bookings: int, kills: int) -> None:
    with acting_for(story.org.pk):
        lost = Attempt.objects.filter(outcome="lost", delivery__destination__kind="crm").count()
    assert lost >= kills // 2, "the kills did not fall where they were meant to"
    journal = story.journal()
    created = {e["record_type"]: e["times"] for e in journal["effects"] if e["change"] == "created"}
    assert (created, journal["extra_records"]) == ({"Constituent": bookings, "Interaction": bookings}, 0)
    mails = _mails()
    assert len({mail for mail, _times in mails.items()}) == bookings
    # Between handing a mail over and noting it lies a moment in which a kill doubles it, under one Message-ID.
    assert sum(mails.values()) <= bookings + kills


def _mails() -> "Counter[str]":
    return Counter(mail.message_id for mail in kept_mails())


def _demo(folder: Path) -> dict[str, str]:
    return {"INFRA24_DEMO": "1", "INFRA24_VAR": str(folder / "var")}
