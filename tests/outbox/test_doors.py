"""The worker's doors through the wall: what each lets through, and to whom."""

from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.db import connection
from django.utils import timezone
from prometheus_client import REGISTRY

from infra24.core.metrics import exposition
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import ConnectionBroken, TransientFailure
from infra24.outbox.metrics import BacklogCollector
from infra24.outbox.models import Attempt, Delivery
from infra24.outbox.nights import begin_missing_nights
from infra24.outbox.queries import DestinationFigures, backlog, destination_figures
from tests.database import TestDatabase
from tests.outbox.story import CLOCK, CRM, Story, cancelled, confirmed, crm_of, organisation, the_delivery

pytestmark = pytest.mark.django_db
DOORS = {
    "organisation_of_key(text,bytea)",
    "admit_token(bytea)",
    "admit_bearer(bytea)",
    "organisations_of_user(uuid)",
    "claim_facts(integer)",
    "hand_out_facts(integer,jsonb,text[],jsonb,timestamp with time zone)",
    "claim_deliveries(integer,text,integer,uuid[],timestamp with time zone,timestamp with time zone)",
    "leased_deliveries(uuid[],uuid[])",
    "record_arrivals(jsonb)",
    "leased_endpoints(uuid[],uuid[])",
    "delivery_backlog()",
    "destination_figures()",
    "blank_exchanges(uuid[])",
    "purge_technical(integer)",
}


def called(statement: str, *values: int | datetime) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())


def test_there_are_no_other_doors_and_each_is_built_like_one(database: TestDatabase) -> None:
    """Every SECURITY DEFINER function has a pinned search path and is closed to the public."""
    with database.as_owner() as owner:
        found = owner.execute(
            """SELECT p.oid::regprocedure::text, coalesce(p.proconfig[1], ''),
                      EXISTS (SELECT FROM aclexplode(p.proacl) a WHERE a.grantee = 0)
                 FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"""
        ).fetchall()
    assert {name for name, _path, _public in found} == DOORS
    assert {(path, public) for _name, path, public in found} == {("search_path=pg_catalog, public", False)}


def test_facts_are_claimed_over_organisations_and_in_the_order_of_each_subject() -> None:
    org, other = organisation(), organisation("locust")
    booking_id = confirmed(org)
    cancelled(org, booking_id)
    confirmed(other)

    claimed = called("SELECT org_id, fact_id FROM claim_facts(10)")

    assert sorted(row[0] for row in claimed) == sorted([org.pk, other.pk])  # not yet the cancellation
    assert called("SELECT * FROM claim_facts(10)") == []


def test_a_claim_shows_ids_and_nothing_of_what_is_in_the_rows() -> None:
    story, org = Story(), organisation()
    crm_of(org)
    confirmed(org)
    story.hand_out()
    now = story.clock.now

    (row,) = called("SELECT * FROM claim_deliveries(5, 'crm', 5, '{}', %s, %s)", now, now + timedelta(seconds=45))

    delivery = the_delivery(org)
    assert row == (org.pk, delivery.pk, delivery.destination_id, delivery.lease)


@pytest.mark.parametrize("n", [0, 1])
def test_a_claim_takes_no_more_than_asked(n: int) -> None:
    story, org = Story(), organisation()
    crm_of(org)
    for _ in range(3):
        confirmed(org)
    story.hand_out()
    now = story.clock.now

    assert len(called("SELECT * FROM claim_deliveries(%s, 'crm', 5, '{}', %s, %s)", n, now, now)) == n


def test_the_backlog_is_counted_over_organisations_and_names_none() -> None:
    story = Story()
    orgs = [organisation(), organisation("locust")]
    for org in orgs:
        crm_of(org)
        confirmed(org)
    story.hand_out()
    with acting_for(orgs[0].pk):
        Delivery.objects.update(status="dead")
    confirmed(orgs[0])
    assert begin_missing_nights() == 2

    found = {line.kind: (line.waiting, line.due, line.dead) for line in backlog()}

    assert found == {CRM.value: (1, 1, 1), CLOCK.value: (2, 0, 0), "fact": (3, 3, 0)}
    figures = exposition(BacklogCollector()).decode()
    assert 'infra24_deliveries_failed{kind="crm"} 1.0' in figures
    assert 'infra24_deliveries_due{kind="fact"} 3.0' in figures


def test_destinations_that_fare_badly_are_counted_over_organisations_and_tries_by_outcome() -> None:
    story = Story()
    orgs = [organisation(), organisation("locust"), organisation("center")]
    for org in orgs:
        crm_of(org)
        for _ in range(5):
            confirmed(org)
    before = tries("crm", "transient"), lags("crm")
    story.answers = [*[TransientFailure("no answer")] * 10, *[ConnectionBroken("no")] * 5]
    story.run()

    assert destination_figures() == [DestinationFigures("crm", resting=2, paused=1, failing=3)]
    figures = exposition(BacklogCollector()).decode()
    assert 'infra24_destinations{kind="crm",state="resting"} 2.0' in figures
    assert (tries("crm", "transient") - before[0], lags("crm") - before[1]) == (10, 15)


def tries(kind: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("infra24_delivery_attempts_total", {"kind": kind, "outcome": outcome}) or 0


def lags(kind: str) -> float:
    return REGISTRY.get_sample_value("infra24_delivery_lag_seconds_count", {"kind": kind}) or 0


def test_old_attempts_of_settled_deliveries_are_purged_and_others_stay() -> None:
    story, org = Story(), organisation()
    crm_of(org)
    for _ in range(2):
        confirmed(org)
    story.run()
    old = timezone.now() - timedelta(days=91)
    with acting_for(org.pk):
        settled, waiting = Delivery.objects.order_by("id")
        Delivery.objects.filter(pk=waiting.pk).update(status="pending")
        for delivery in (settled, waiting):
            Attempt.objects.create(
                org_id=org.pk, delivery=delivery, number=9, started_at=old, ended_at=old, outcome="transient"
            )

    assert called("SELECT purge_technical(100)") == [(1,)]
    with acting_for(org.pk):
        assert list(Attempt.objects.filter(number=9).values_list("delivery_id", flat=True)) == [waiting.pk]


def test_the_app_role_cannot_look_through_the_wall_itself(database: TestDatabase) -> None:
    org = organisation()
    confirmed(org)
    with database.as_app() as app, pytest.raises(psycopg.Error, match=r"infra24\.org_id"):
        app.execute("SELECT * FROM facts_factpending")
