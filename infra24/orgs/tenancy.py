"""The tenant's transaction: the only place that says which organisation is acting."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from django.db import connection, transaction

from infra24.core.statements import Statement
from infra24.core.transactions import hold

_READ = Statement("SELECT nullif(current_setting('infra24.org_id', true), '')::uuid")
_REQUIRE = Statement("SELECT current_setting('infra24.org_id')::uuid")


@contextmanager
def acting_for(org_id: UUID) -> Iterator[None]:
    """Open a transaction (or savepoint) in which only this organisation's rows exist.

    The setting lasts as long as the transaction; a block inside another one
    restores the outer organisation when it leaves. When the block raises, the
    rollback restores it.
    """
    nested = connection.in_atomic_block
    with transaction.atomic():
        outer = _organisation_acting() if nested else None
        hold(_set(org_id))
        yield
        if nested and not connection.needs_rollback:
            hold(_set(outer))


def _set(org_id: UUID | None) -> str:
    """What sets it; None for no organisation. Nothing else may come into a statement without being bound."""
    if org_id is not None and not isinstance(org_id, UUID):
        raise TypeError(f"An organisation's id is a UUID, not {org_id!r}.")
    return f"SET LOCAL infra24.org_id = '{org_id or ''}'"


def _organisation_acting() -> UUID | None:
    ((acting,),) = _READ.rows()
    return cast("UUID | None", acting)


def current_organisation_id() -> UUID:
    """The organisation now acting. Outside `acting_for` PostgreSQL raises an error."""
    ((acting,),) = _REQUIRE.rows()
    return cast(UUID, acting)
