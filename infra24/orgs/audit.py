"""Who did what, with what it was before and after."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from infra24.core.ids import new_id
from infra24.core.statements import Statement
from infra24.facts.services import RECORDING, Event, recording
from infra24.orgs.models import Member

_ENTRIES = """
    INSERT INTO orgs_auditentry
        (id, org_id, at, member_id, source, action, subject_kind, subject_id, before, after)
    SELECT step.id, %(org_id)s, %(now)s, %(member)s, %(source)s, step.action, step.kind, step.subject_id,
           step.before, step.after
      FROM jsonb_to_recordset(%(steps)s::jsonb)
        AS step(id uuid, action text, kind text, subject_id uuid, before jsonb, after jsonb)
"""
_WRITE = Statement(_ENTRIES)
_ANNOUNCE = Statement(f"WITH {RECORDING} {_ENTRIES}")


@dataclass(frozen=True)
class Step:
    """One thing done to a subject. `action` is `subject.verb`, as in `booking.move`."""

    action: str
    subject_id: UUID
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


def write(
    org_id: UUID,
    action: str,
    *,
    subject_id: UUID,
    by: Member | None,
    source: str,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry in the caller's transaction."""
    write_all(org_id, [Step(action, subject_id, before, after)], by=by, source=source, now=now)


def write_all(org_id: UUID, steps: Sequence[Step], *, by: Member | None, source: str, now: datetime) -> None:
    """Add an entry for each step, in the order given and in one statement."""
    if not steps:
        return
    _WRITE.tell(org_id=org_id, now=now, source=source, **_entries(steps, by))


def announce(
    org_id: UUID, events: Sequence[Event], steps: Sequence[Step], *, by: Member | None, source: str, now: datetime
) -> list[UUID]:
    """Record facts and write entries about what was done, in the caller's transaction and one statement.

    Returns the facts' ids, in the order given. Entries may be none; facts may not.
    """
    values, fact_ids = recording(org_id, events, now=now, source=source)
    _ANNOUNCE.tell(**values, **_entries(steps, by))
    return fact_ids


def _entries(steps: Sequence[Step], by: Member | None) -> dict[str, Any]:
    rows = [
        {
            "id": new_id(),
            "action": step.action,
            "kind": step.action.partition(".")[0],
            "subject_id": step.subject_id,
            "before": step.before,
            "after": step.after,
        }
        for step in steps
    ]
    return {"member": by.pk if by else None, "steps": msgspec.json.encode(rows).decode()}
