"""Many deliveries at once, past the services: history that would take months."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination

_FILL = """
    INSERT INTO outbox_delivery (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status,
                                 due_at, attempts, failures, outcome, note, created_at, settled_at)
    SELECT gen_random_uuid(), %(org)s, %(fact)s, %(destination)s, 'test.' || gen_random_uuid(), gen_random_uuid(), 1,
           false, %(status)s, now() - %(made)s, 1, 0, '', '', now() - %(made)s, now() - %(settled)s::interval
      FROM generate_series(1, %(many)s)
"""


def fill(
    destination: Destination,
    fact_id: UUID,
    many: int,
    *,
    status: str,
    made: timedelta = timedelta(days=1),
    settled: timedelta | None = None,
) -> None:
    """So many deliveries of one fact, each with a subject and a handler's name of its own."""
    values: dict[str, Any] = {
        "org": destination.org_id,
        "fact": fact_id,
        "destination": destination.pk,
        "status": status,
        "made": settled or made,
        "settled": settled,
        "many": many,
    }
    with acting_for(destination.org_id), connection.cursor() as cursor:
        cursor.execute(_FILL, values)
