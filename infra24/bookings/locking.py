"""The one order in which rows are locked, and the one module that knows it.

Persons, then bookings, then resources, each by id. Whoever locked in another
order would deadlock with everybody who does not; without these locks rivals
meet in the exclusion constraint's index, and PostgreSQL ends one of them.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

Locked = dict[UUID, tuple[int, str]]
"""Version and status of each locked booking by id."""

# Materialised parts of a UNION ALL are fetched one after the other, in this order.
# Holds that have run out, though nobody has noticed yet, are found from their own
# small index: an organisation has few, and long histories do not matter.
_LOCK = """
    WITH booked AS MATERIALIZED (
        SELECT id, version, status FROM bookings_booking
         WHERE org_id = %(org)s AND id = ANY(%(bookings)s::uuid[] || ARRAY(
               SELECT b.id
                 FROM bookings_booking b JOIN bookings_leg l ON l.org_id = b.org_id AND l.booking_id = b.id
                WHERE b.org_id = %(org)s AND b.status = 'hold' AND b.expires_at <= %(now)s::timestamptz
                  AND l.resource_id = ANY(%(resources)s::uuid[]) AND l.is_blocking
                  AND l.blocks_from < %(until)s::timestamptz AND l.blocks_until > %(since)s::timestamptz))
         ORDER BY id FOR NO KEY UPDATE
    ), things AS MATERIALIZED (
        SELECT id FROM resources_resource
         WHERE org_id = %(org)s AND id = ANY(%(resources)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT id, version, status FROM booked
    UNION ALL
    SELECT id, NULL, NULL FROM things
"""


def lock_bookings(org_id: UUID, bookings: Iterable[UUID]) -> Locked:
    """Lock bookings until the transaction ends."""
    locked, _ = _lock(org_id, bookings, (), since=None, until=None, now=None)
    return locked


def lock_claims(
    org_id: UUID,
    resources: Iterable[UUID],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    bookings: Iterable[UUID] = (),
) -> tuple[Locked, list[UUID]]:
    """Lock what a claim on resources touches until the transaction ends: bookings, dead holds in its way, resources.

    Returns the bookings, dead holds included, and which of them are dead holds
    besides `bookings`.
    """
    return _lock(org_id, bookings, resources, since=since, until=until, now=now)


def _lock(
    org_id: UUID,
    bookings: Iterable[UUID],
    resources: Iterable[UUID],
    *,
    since: datetime | None,
    until: datetime | None,
    now: datetime | None,
) -> tuple[Locked, list[UUID]]:
    asked = set(bookings)
    parameters: dict[str, Any] = {
        "org": org_id,
        "bookings": list(asked),
        "resources": list(set(resources)),
        "since": since,
        "until": until,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, parameters)
        locked = {key: (version, status) for key, version, status in cursor.fetchall() if version is not None}
    return locked, [key for key in locked if key not in asked]
