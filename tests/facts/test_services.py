"""Recording facts, and who hears of it."""

from datetime import UTC, datetime
from uuid import UUID, uuid4

import psycopg
import pytest
from django.db import transaction

from infra24.facts.services import record
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.database import TestDatabase

pytestmark = pytest.mark.django_db(transaction=True)


def found(org_id: UUID) -> None:
    record(org_id, "organisation.founded", now=datetime.now(UTC), source="test", organisation_id=org_id)


def test_a_committed_fact_wakes_the_relay_and_one_taken_back_does_not(database: TestDatabase) -> None:
    house = make.organisation()
    with psycopg.connect(**database.app, autocommit=True) as relay:
        relay.execute("LISTEN infra24_facts")

        with acting_for(house.pk):
            found(house.pk)
            assert list(relay.notifies(timeout=0.05)) == []
        assert [heard.channel for heard in relay.notifies(timeout=5, stop_after=1)] == ["infra24_facts"]

        with acting_for(house.pk), transaction.atomic():
            found(house.pk)
            transaction.set_rollback(True)
        assert list(relay.notifies(timeout=0.2)) == []


def test_a_fact_with_other_data_than_its_type_names_is_a_bug() -> None:
    house = make.organisation()

    with acting_for(house.pk), pytest.raises(KeyError, match="reason"):
        record(house.pk, "booking.cancelled", now=datetime.now(UTC), source="test", booking_id=uuid4())
