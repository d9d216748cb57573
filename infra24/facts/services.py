"""Recording what happened."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from infra24.core.ids import new_id
from infra24.core.statements import Statement
from infra24.core.transactions import notify_after_commit
from infra24.facts.catalogue import CATALOGUE

# On the path of every booking, for one fact or for many: numbers, facts and their pending rows. Parts of a statement,
# to which others may be added. A subject is locked by whoever changes it, so the next number cannot be taken twice.
RECORDING = """
    told AS (
        SELECT * FROM jsonb_to_recordset(%(facts)s::jsonb)
            AS told(place int, id uuid, type text, version int, subject_kind text, subject_id uuid, data jsonb)
    ), fact AS (
        INSERT INTO facts_fact
            (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
        SELECT told.id, %(org_id)s, told.type, told.version, told.subject_kind, told.subject_id,
               coalesce((SELECT max(number) FROM facts_fact f
                          WHERE f.org_id = %(org_id)s AND f.subject_id = told.subject_id), 0)
               + row_number() OVER (PARTITION BY told.subject_id ORDER BY told.place),
               told.data, %(source)s, %(now)s
          FROM told
        RETURNING id, org_id, subject_id, number
    ), pending AS (
        INSERT INTO facts_factpending (fact_id, org_id, subject_id, number)
        SELECT id, org_id, subject_id, number FROM fact
    )
"""
_RECORD = Statement(f"WITH {RECORDING} SELECT")


@dataclass(frozen=True)
class Event:
    """Something that happened to a subject: a type of the catalogue, and the data its entry names."""

    type: str
    subject_id: UUID
    data: Mapping[str, Any] = field(default_factory=dict)


def record(org_id: UUID, fact_type: str, *, now: datetime, source: str, **values: Any) -> UUID:
    """Write one fact in the caller's transaction and return its id.

    `values` holds the subject's id as `<subject>_id` and exactly the data its
    catalogue entry names; ids and instants, never copies of people's data.
    A type or value the catalogue does not know raises KeyError, a value of
    another type than it says TypeError: both are bugs.
    """
    subject_id: UUID = values.pop(f"{CATALOGUE[fact_type].subject_kind}_id")
    return record_all(org_id, [Event(fact_type, subject_id, values)], now=now, source=source)[0]


def record_all(org_id: UUID, events: Sequence[Event], *, now: datetime, source: str) -> list[UUID]:
    """`record` for many at once, in one statement; those of one subject in the order given. Returns their ids."""
    if not events:
        return []
    values, ids = recording(org_id, events, now=now, source=source)
    _RECORD.tell(**values)
    return ids


def recording(
    org_id: UUID, events: Sequence[Event], *, now: datetime, source: str
) -> tuple[dict[str, Any], list[UUID]]:
    """The values of a statement that has `RECORDING` in it, and the facts' ids. The relay will be woken."""
    rows = [_row(place, event) for place, event in enumerate(events)]
    wake_relay()
    facts = msgspec.json.encode(rows).decode()
    return {"facts": facts, "org_id": org_id, "source": source, "now": now}, [row["id"] for row in rows]


def _row(place: int, event: Event) -> dict[str, Any]:
    kind = CATALOGUE[event.type]
    if unknown := event.data.keys() ^ kind.data.keys():
        raise KeyError(f"{event.type} does not carry exactly: {', '.join(sorted(unknown))}")
    for name, value in event.data.items():
        if not kind.data[name].fits(value):
            raise TypeError(f"{event.type}: {name} is no {kind.data[name].kind}")
    return {
        "place": place,
        "id": new_id(),
        "type": event.type,
        "version": kind.version,
        "subject_kind": kind.subject_kind,
        "subject_id": event.subject_id,
        "data": event.data,
    }


def wake_relay() -> None:
    """Tell the relay, after the commit, that something waits. Within a second it finds out itself; this is sooner."""
    notify_after_commit("infra24_facts")
