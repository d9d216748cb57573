"""Every organisation has its nights: one timer, one fact, and the next timer."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from infra24.config.subscriptions import REACTIONS
from infra24.facts import services as facts
from infra24.facts.models import Fact
from infra24.orgs.models import Key, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.outbox.nights import TIMER, begin_missing_nights
from infra24.outbox.policies import next_night
from tests.database import TestDatabase
from tests.outbox.story import Clock, organisation

pytestmark = pytest.mark.django_db


def nights(org: Organisation) -> list[str]:
    with acting_for(org.pk):
        found = Fact.objects.filter(type="organisation.night_came").order_by("number")
        return [fact.data["on"] for fact in found]


def next_timers(org: Organisation) -> list[datetime]:
    with acting_for(org.pk):
        waiting = Delivery.objects.filter(handler=TIMER, status="pending", is_timer=True)
        return list(waiting.values_list("due_at", flat=True))


def test_a_worker_that_starts_gives_every_organisation_its_night_once() -> None:
    orgs = [organisation(), organisation("locust")]

    assert (begin_missing_nights(), begin_missing_nights()) == (2, 0)

    for org in orgs:
        assert len(nights(org)) == 1
        assert next_timers(org) == [next_night(timezone.now(), ZoneInfo(org.time_zone))]


def test_an_organisation_founded_while_workers_run_gets_its_nights() -> None:
    org = organisation()
    with acting_for(org.pk):
        facts.record(org.pk, "organisation.founded", now=timezone.now(), source="staff", organisation_id=org.pk)

    deliver_due(REACTIONS)

    assert (len(nights(org)), len(next_timers(org))) == (1, 1)
    assert begin_missing_nights() == 0


def test_night_follows_night_over_a_change_of_clocks() -> None:
    org, clock = organisation(), Clock()
    clock.now = datetime(2027, 3, 12, 12, tzinfo=UTC)
    with acting_for(org.pk):
        facts.record(org.pk, "organisation.founded", now=clock.now, source="staff", organisation_id=org.pk)
    deliver_due(REACTIONS, clock=clock)

    came = []
    for _ in range(3):
        (clock.now,) = next_timers(org)
        came.append(clock.now)
        deliver_due(REACTIONS, clock=clock)

    assert nights(org) == ["2027-03-12", "2027-03-13", "2027-03-14", "2027-03-15"]
    assert [at.hour for at in came] == [8, 7, 7]  # New York springs forward on the 14th at 2:00


def test_nights_missed_while_no_worker_ran_come_once() -> None:
    org, clock = organisation(), Clock()
    begin_missing_nights()
    clock.advance(timedelta(days=5))

    deliver_due(REACTIONS, clock=clock)

    assert len(nights(org)) == 2
    assert next_timers(org) == [next_night(clock.now, ZoneInfo(org.time_zone))]


def test_after_a_night_whose_timer_failed_for_good_another_comes() -> None:
    org = organisation()
    begin_missing_nights()
    with acting_for(org.pk):
        Delivery.objects.filter(handler=TIMER).update(status="dead")

    assert begin_missing_nights() == 1
    assert next_timers(org) == [next_night(timezone.now(), ZoneInfo(org.time_zone))]


def test_a_night_purges_what_nobody_can_need(database: TestDatabase) -> None:
    org = organisation()
    with acting_for(org.pk):
        for number, days in enumerate((1, 100)):
            Key.objects.create(
                org_id=org.pk,
                kind="token",
                sha256=bytes([number]) * 32,
                created_at=timezone.now() - timedelta(days=200),
                expires_at=timezone.now() - timedelta(days=days),
            )
    begin_missing_nights()

    deliver_due(REACTIONS)

    with acting_for(org.pk):
        assert [bytes(key.sha256)[0] for key in Key.objects.all()] == [0]
        sweep = Delivery.objects.get(handler="config.sweep_at_night")
        assert (sweep.status, sweep.note) == (
            "delivered",
            "Purged one technical row. Nobody waits. No skipped date can be had. No webhook needs anything.",
        )
