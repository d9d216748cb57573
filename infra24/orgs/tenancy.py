"""The tenant's transaction: the only place that says which organisation is acting."""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.db import connection, transaction

from infra24.core.transactions import hold

_READ = "SELECT coalesce(current_setting('infra24.org_id', true), '')"
_SET = "SET LOCAL infra24.org_id = '{}'"


@contextmanager
def acting_for(org_id: UUID) -> Iterator[None]:
    """Open a transaction (or savepoint) in which only this organisation's rows exist.

    The setting lasts as long as the transaction; a block inside another one
    restores the outer organisation when it leaves. When the block raises, the
    rollback restores it.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        outer = _organisation_acting() if nested else ""
        hold(_SET.format(UUID(str(org_id))))
        yield
        if nested and not connection.needs_rollback:
            hold(_SET.format(outer))


def _organisation_acting() -> str:
    with connection.cursor() as cursor:
        cursor.execute(_READ)
        return str(cursor.fetchone()[0])


def current_organisation_id() -> UUID:
    """The organisation now acting. Outside `acting_for` PostgreSQL raises an error."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('infra24.org_id')::uuid")
        org_id: UUID = cursor.fetchone()[0]
        return org_id
