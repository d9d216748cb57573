"""Rows of hand-written statements as instances of their models."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.base import ModelState

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
        ends = begins + len(part.names)
        yield None if row[begins] is None else loaded(part.model, dict(zip(part.names, row[begins:ends], strict=True)))
        begins = ends


def loaded(model: type[Row], values: Mapping[str, Any], **related: Model | None) -> Row:
    """An instance as the ORM would have loaded it; columns not given are fetched when somebody asks.

    `related` are instances its foreign keys in `values` stand for.

    Made as unpickling makes one, for the ORM looks at each column and would take ten times as long.
    """
    instance = model.__new__(model)
    state = ModelState()
    state.adding, state.db, state.fields_cache = False, DEFAULT_DB_ALIAS, related
    instance.__dict__.update(values, _state=state)
    return instance


def as_array(ids: Iterable[UUID]) -> str:
    """Ids as the text of an array, to be cast with `::uuid[]`: psycopg takes three times as long over a list."""
    return "{" + ",".join(map(str, ids)) + "}"
