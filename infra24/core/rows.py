"""Rows of hand-written statements as instances of their models."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model

Row = TypeVar("Row", bound=Model)


class Columns:
    """The columns of one model in a statement: `sql` selects them.

    `besides` names fields left out, which are fetched should somebody ask for
    them. Values must need no conversion by their field: leave JSON out.
    """

    def __init__(self, model: type[Model], alias: str, *, besides: Sequence[str] = ()) -> None:
        fields = [field for field in model._meta.concrete_fields if field.attname not in besides]
        self.sql = ", ".join(f"{alias}.{field.column}" for field in fields)
        self.model = model
        self.names = [field.attname for field in fields]


def instances(row: Sequence[Any], parts: Sequence[Columns]) -> Iterator[Any]:
    """What a row holds: an instance for each part as the ORM would have loaded it, None where an outer join found none.

    Each part begins with the model's key.
    """
    begins = 0
    for part in parts:
        values = row[begins : begins + len(part.names)]
        begins += len(part.names)
        yield None if values[0] is None else part.model.from_db("default", part.names, values)


def loaded(model: type[Row], **values: Any) -> Row:
    """An instance as the ORM would have loaded it; columns not given are fetched when somebody asks."""
    given = _in_order(model, tuple(values))
    return model.from_db("default", given, [values[name] for name in given])


@cache
def _in_order(model: type[Model], names: tuple[str, ...]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields if field.attname in names]


def as_array(ids: Iterable[UUID]) -> str:
    """Ids as the text of an array, to be cast with `::uuid[]`: psycopg takes three times as long over a list."""
    return "{" + ",".join(map(str, ids)) + "}"
