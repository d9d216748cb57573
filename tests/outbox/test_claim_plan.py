"""The claim finds what is due without walking through what is done with."""

import re
from datetime import datetime, timedelta
from typing import Any

import psycopg
import pytest
from django.utils import timezone

from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from tests.database import ROOT, TestDatabase
from tests.outbox.filling import fill
from tests.outbox.story import Story, confirmed, crm_of, organisation

DOOR = ROOT / "infra24" / "outbox" / "sql" / "claims.sql"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "settled", [pytest.param(5_000, id="5,000"), pytest.param(200_000, id="200,000", marks=pytest.mark.prove)]
)
def test_the_claim_uses_the_index_of_what_waits_and_reads_nothing_else(database: TestDatabase, settled: int) -> None:
    org, story = organisation(), Story()
    crms = [crm_of(org, f"CRM {number}") for number in range(3)]
    for _ in range(20):
        confirmed(org)
    story.hand_out()
    with acting_for(org.pk):
        fact_id = Fact.objects.order_by("pk")[0].pk
    for crm in crms:
        fill(crm, fact_id, settled // 3, status="delivered", settled=timedelta(days=5))

    now = timezone.now() + timedelta(seconds=1)
    with database.as_owner() as owner:
        owner.execute("ANALYZE outbox_delivery, outbox_destination")
        plan = _plan(owner, now)

    assert "delivery_due" in plan
    assert "Seq Scan on outbox_delivery" not in plan
    assert "delivery_newest" not in plan


def _plan(owner: "psycopg.Connection[Any]", now: datetime) -> str:
    """How PostgreSQL goes about the statement inside the door, for its owner, whom no policy holds up."""
    body = DOOR.read_text().split("RETURN QUERY")[1].split("\nEND $$;")[0].rstrip(";\n ")
    values = {
        "n": "50",
        "kind": "'crm'",
        "each": "50",
        "running": "'{}'::uuid[]",
        "at": f"'{now.isoformat()}'::timestamptz",
        "until": f"'{(now + timedelta(seconds=45)).isoformat()}'::timestamptz",
    }
    statement = re.sub(r"claim_deliveries\.(\w+)", lambda found: values[found[1]], body)
    with owner.transaction(force_rollback=True):
        for kind in ("seqscan", "hashjoin", "mergejoin", "sort"):  # as the door has them
            owner.execute(f"SET LOCAL enable_{kind} = off")
        rows = owner.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {statement}").fetchall()
    return "\n".join(row[0] for row in rows)
