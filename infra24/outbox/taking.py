"""A worker takes deliveries, and keeps them while it works on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from django.db import connection

from infra24.orgs.tenancy import acting_for
from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.models import Destination
from infra24.outbox.policies import LEASE

_RENEW = """
    UPDATE outbox_delivery d SET leased_until = %(until)s
      FROM unnest(%(ids)s::uuid[], %(leases)s::uuid[]) AS ours (id, lease)
     WHERE d.org_id = %(org_id)s AND d.id = ours.id AND d.lease = ours.lease AND d.status = 'pending'
    RETURNING d.id
"""


@dataclass(frozen=True, slots=True)
class Taken:
    """A delivery leased to this worker. Whoever holds another lease of it has lost it."""

    org_id: UUID
    delivery_id: UUID
    destination_id: UUID
    lease: UUID


def take(
    kind: Destination.Kind, *, n: int, each: int, running: Iterable[Taken] = (), clock: Clock = database_clock
) -> list[Taken]:
    """Lease up to `n` due deliveries of one kind; with those `running`, at most `each` of one destination.

    Fewer of one that is paced or keeps failing: see `sql/claims.sql`.
    """
    now = clock()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT org_id, delivery_id, destination_id, lease FROM claim_deliveries(%s, %s, %s, %s::uuid[], %s, %s)",
            [n, kind.value, each, [taken.destination_id for taken in running], now, now + LEASE],
        )
        return [Taken(*row) for row in cursor.fetchall()]


def renew(taken: Iterable[Taken], *, clock: Clock = database_clock) -> set[UUID]:
    """Keep deliveries a while longer, in one statement for each organisation; return those that still are ours."""
    kept: set[UUID] = set()
    for org_id, ones in by_organisation(taken).items():
        with acting_for(org_id), connection.cursor() as cursor:
            ids, leases = [one.delivery_id for one in ones], [one.lease for one in ones]
            cursor.execute(_RENEW, {"org_id": org_id, "ids": ids, "leases": leases, "until": clock() + LEASE})
            kept.update(row[0] for row in cursor.fetchall())
    return kept


def by_organisation(taken: Iterable[Taken]) -> dict[UUID, list[Taken]]:
    """Those of each organisation together."""
    found = sorted(taken, key=lambda one: one.org_id)
    return {org_id: list(ones) for org_id, ones in groupby(found, key=lambda one: one.org_id)}
