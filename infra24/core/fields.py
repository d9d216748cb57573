"""Column types Django does not have."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

if TYPE_CHECKING:
    _DatetimeField = models.Field[datetime, datetime]
    _TextField = models.Field[str | None, str | None]
else:
    _DatetimeField = _TextField = models.Field


class WallTimeField(_DatetimeField):
    """What a clock on the wall shows: `timestamp without time zone`, a naive datetime.

    Stands beside the instant and the zone it was chosen in, so that a booking
    made for 10:00 stays at 10:00 when clock law changes.
    """

    description = "Wall time"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        del connection
        return "timestamp without time zone"

    def to_python(self, value: Any) -> Any:
        return datetime.fromisoformat(value) if isinstance(value, str) else value


def cleaned(row: models.Model, name: str, value: Any) -> Any:
    """A value as the column of that name takes it. Raises Django's ValidationError with what its model says of it."""
    field: Any = row._meta.get_field(name)
    return field.clean(value, row)


class TransactionIdField(_TextField):
    """PostgreSQL's number of a transaction, never used twice in the life of a database server; read as text."""

    description = "Transaction"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        del connection
        return "xid8"
