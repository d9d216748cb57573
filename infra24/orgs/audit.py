"""Who did what, with what it was before and after."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection

from infra24.core.ids import new_id
from infra24.orgs.models import Member

_WRITE = """
    INSERT INTO orgs_auditentry
        (id, org_id, at, member_id, source, action, subject_kind, subject_id, before, after)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb, %s::jsonb)
"""


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
    """Add an entry in the caller's transaction. `action` is `subject.verb`, as in `booking.move`."""
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            [
                new_id(),
                org_id,
                now,
                by.pk if by else None,
                source,
                action,
                action.partition(".")[0],
                subject_id,
                _json(before),
                _json(after),
            ],
        )


def _json(values: Mapping[str, Any] | None) -> str | None:
    return None if values is None else msgspec.json.encode(values).decode()
