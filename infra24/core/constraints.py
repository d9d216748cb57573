"""PostgreSQL's refusals in the words of the front desk."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, OperationalError, transaction

from infra24.core.errors import Infra24Error
from infra24.core.transactions import send_told


@contextmanager
def guarded_by(**refusals: type[Infra24Error]) -> Iterator[None]:
    """Run a write in a savepoint; turn a named constraint's refusal into its error.

    `refusals` maps constraint names to error classes. A deadlock (40P01) counts
    as the first of them: rivals met, and this one gave way. An IntegrityError
    nobody named is a bug and stays loud. So does what was told before and is refused.
    """
    send_told()
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        name = constraint_of(error)
        if name in refusals:
            raise refusals[name] from error
        raise
    except OperationalError as error:
        if sqlstate_of(error) == "40P01" and refusals:
            raise next(iter(refusals.values())) from error
        raise


def constraint_of(error: Exception) -> str:
    """The constraint's name as PostgreSQL reports it; empty when it names none."""
    diagnosis = getattr(error.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def sqlstate_of(error: Exception) -> str:
    """The five-character SQLSTATE; empty when the error did not come from PostgreSQL."""
    return getattr(error.__cause__, "sqlstate", None) or ""
