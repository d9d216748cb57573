"""What is not kept for ever leaves at night, in small steps; facts and dead letters stay."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.utils import timezone

from infra24.core.ids import new_id
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.reactions import Job
from infra24.outbox.retention import purge_technical
from tests.outbox.filling import fill
from tests.outbox.story import Clock, confirmed, crm_of, organisation

pytestmark = pytest.mark.django_db


def night_of(org: Organisation, clock: Clock) -> str:
    return purge_technical(
        Job(
            organisation=org,
            delivery_id=new_id(),
            destination_id=new_id(),
            fact_id=new_id(),
            fact_type="organisation.night_came",
            subject_id=org.pk,
            number=1,
            data={},
            version=1,
            recorded_at=clock(),
            attempt=1,
            now=clock(),
            lease=new_id(),
        )
    )


def test_what_went_well_leaves_after_half_a_year_and_the_rest_stays() -> None:
    org = organisation()
    crm = crm_of(org)
    fact_id = fact_of(org)
    days = {"delivered": 181, "superseded": 181, "cancelled": 181, "dead": 400, "discarded": 400}
    for status, age in days.items():
        fill(crm, fact_id, 500, status=status, settled=timedelta(days=age))
    fill(crm, fact_id, 500, status="delivered", settled=timedelta(days=179))
    with acting_for(org.pk):
        kept = Delivery.objects.filter(status="delivered", settled_at__lt=timezone.now() - timedelta(days=180))[:3]
        recent = timezone.now() - timedelta(days=10)
        for delivery in kept:  # not all it has gone through is gone
            Attempt.objects.create(
                org_id=org.pk, delivery=delivery, number=1, started_at=recent, ended_at=recent, outcome="delivered"
            )

    assert night_of(org, Clock()) == "Purged 1497 technical rows."

    with acting_for(org.pk):
        left = {
            status: Delivery.objects.filter(status=status).count()
            for status in ("delivered", "superseded", "cancelled", "dead", "discarded")
        }
        assert left == {"delivered": 503, "superseded": 0, "cancelled": 0, "dead": 500, "discarded": 500}
        assert Fact.objects.filter(pk=fact_id).count() == 1


def test_a_purge_takes_as_many_of_each_as_it_is_told() -> None:
    org = organisation()
    fill(crm_of(org), fact_of(org), 30, status="delivered", settled=timedelta(days=200))
    with connection.cursor() as cursor:
        cursor.execute("SELECT purge_technical(10)")
        assert cursor.fetchone() == (10,)


def test_what_waits_for_a_paused_webhook_is_given_up_after_a_month_with_the_reason() -> None:
    org, other = organisation(), organisation("locust")
    fact_id = fact_of(org)
    with acting_for(org.pk):
        paused, active, crm = (
            Destination.objects.create(org_id=org.pk, kind=kind, name=name, state=state)
            for kind, name, state in (
                ("webhook", "Paused", "paused"),
                ("webhook", "Active", "active"),
                ("crm", "Paused", "paused"),
            )
        )
    for destination in (paused, active, crm):
        fill(destination, fact_id, 3, status="pending", made=timedelta(days=31))
    fill(paused, fact_id, 2, status="pending", made=timedelta(days=29))

    assert night_of(other, Clock()) == "Purged 0 technical rows."
    assert night_of(org, Clock()) == "Purged 0 technical rows. Gave up 3 deliveries to paused webhooks."

    with acting_for(org.pk):
        given_up = Delivery.objects.filter(status="discarded")
        reason = "The webhook was paused for longer than deliveries are kept."
        assert list(given_up.values_list("destination_id", "note")) == [(paused.pk, reason)] * 3
        assert Delivery.objects.filter(status="pending").count() == 8
        entry = AuditEntry.objects.get(action="destination.discard_waiting")
        assert (entry.subject_id, entry.after) == (paused.pk, {"deliveries": 3, "reason": reason})


def fact_of(org: Organisation) -> UUID:
    confirmed(org)
    with acting_for(org.pk):
        return Fact.objects.get().pk
