"""The one order in which rows are locked, and the one helper that knows it.

Persons, then bookings, then resources, each by id. Whoever locked in another
order would deadlock with everybody who does not; without these locks rivals
meet in the exclusion constraint's index, and PostgreSQL ends one of them.
"""

from collections.abc import Iterable
from uuid import UUID

from django.db import connection

# Materialised parts of a UNION ALL are fetched one after the other, in this order.
_LOCK = """
    WITH booked AS MATERIALIZED (
        SELECT id, version, status FROM bookings_booking
         WHERE org_id = %(org)s AND id = ANY(%(bookings)s) ORDER BY id FOR NO KEY UPDATE
    ), things AS MATERIALIZED (
        SELECT id FROM resources_resource
         WHERE org_id = %(org)s AND id = ANY(%(resources)s) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT id, version, status FROM booked
    UNION ALL
    SELECT id, 0, '' FROM things
"""


def lock(org_id: UUID, *, bookings: Iterable[UUID] = (), resources: Iterable[UUID] = ()) -> dict[UUID, tuple[int, str]]:
    """Lock rows until the transaction ends; return (version, status) of each locked booking by id."""
    wanted = set(bookings)
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"org": org_id, "bookings": list(wanted), "resources": list(set(resources))})
        return {row[0]: (row[1], row[2]) for row in cursor.fetchall() if row[0] in wanted}
