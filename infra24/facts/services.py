"""Recording what happened."""

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection, transaction

from infra24.core.ids import new_id
from infra24.facts.catalogue import CATALOGUE

# One statement on the path of every booking: the number, the fact and its
# pending row. The subject is locked by whoever changes it, so the next number
# cannot be taken twice.
_RECORD = """
    WITH fact AS (
        INSERT INTO facts_fact
            (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
        SELECT %(id)s, %(org_id)s, %(type)s, %(version)s, %(subject_kind)s, %(subject_id)s,
               coalesce(max(number), 0) + 1, %(data)s::jsonb, %(source)s, %(now)s
          FROM facts_fact
         WHERE org_id = %(org_id)s AND subject_id = %(subject_id)s
        RETURNING id, org_id, subject_id, number
    )
    INSERT INTO facts_factpending (fact_id, org_id, subject_id, number)
    SELECT id, org_id, subject_id, number FROM fact
"""


def record(org_id: UUID, fact_type: str, *, now: datetime, source: str, **values: Any) -> UUID:
    """Write one fact in the caller's transaction and return its id.

    `values` holds the subject's id as `<subject>_id` and exactly the data its
    catalogue entry names; ids and instants, never copies of people's data.
    A type or value the catalogue does not know raises KeyError: it is a bug.
    """
    kind = CATALOGUE[fact_type]
    subject_id: UUID = values.pop(f"{kind.subject_kind}_id")
    if unknown := set(values) ^ set(kind.data or {}):
        raise KeyError(f"{fact_type} does not carry exactly: {', '.join(sorted(unknown))}")
    fact_id = new_id()
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD,
            {
                "id": fact_id,
                "org_id": org_id,
                "type": fact_type,
                "version": kind.version,
                "subject_kind": kind.subject_kind,
                "subject_id": subject_id,
                "data": msgspec.json.encode(values).decode(),
                "source": source,
                "now": now,
            },
        )
    transaction.on_commit(wake_relay, robust=True)
    return fact_id


def wake_relay() -> None:
    """Tell the relay that something waits. It finds out by itself within a second; this is only sooner.

    Not in the transaction that made it wait: until such a transaction is on
    disk, PostgreSQL lets no other one commit that notifies.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify('infra24_facts', '')")
