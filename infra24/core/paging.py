"""Pages of a list, by cursor: the position is the last row's sort key, so that new rows shift nothing."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Annotated, Any, Generic, TypeVar

import msgspec
from django.core.exceptions import ValidationError
from django.db.models import Field, Model, Q, QuerySet
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import Field as Limits

from infra24.core.errors import Invalid

Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item")


class CursorInvalid(Invalid):
    """This cursor is not one of ours. Start again without it."""


class PageQuery(Schema):
    """The query parameters of every list."""

    limit: Annotated[int, Limits(ge=1, le=200, description="Items on a page.")] = 50
    cursor: Annotated[str, Limits(max_length=1000, description="`next` of the page before.")] = ""


class PageOut(Schema, Generic[Item], json_schema_extra={"description": "One page of a list."}):
    """The answer of every list."""

    items: list[Item]
    next: str | None = Limits(description="The cursor of the next page; null on the last.")


@dataclass(frozen=True)
class Page(Generic[Row]):
    items: list[Row]
    next: str | None


def page_of(rows: "QuerySet[Row]", *, by: Sequence[str], limit: int, cursor: str = "") -> Page[Row]:
    """One page of `rows`, ordered by stored columns, the last of them unique.

    `by` is as in `order_by`, all ascending or all descending: ("sort_key", "id")
    or ("-starts_at", "-id"). The columns are not null.
    Raises CursorInvalid.
    """
    names = [name.removeprefix("-") for name in by]
    descending = by[0].startswith("-")
    assert all(name.startswith("-") == descending for name in by), "a cursor goes one way"
    fields = [rows.model._meta.get_field(name) for name in names]
    if cursor:
        rows = rows.filter(_beyond(names, _decoded(cursor, fields), "lt" if descending else "gt"))
    found = list(rows.order_by(*by)[: limit + 1])
    items = found[:limit]
    following = _encoded([getattr(items[-1], name) for name in names]) if len(found) > limit else None
    return Page(items, following)


def _beyond(names: Sequence[str], values: Sequence[Any], side: str) -> Q:
    """Rows after (a, b, …). `a >= …` stands alone in front, so that the index is entered at the right place."""
    pairs = list(zip(names, values, strict=True))
    last_name, last_value = pairs[-1]
    condition = Q(**{f"{last_name}__{side}": last_value})
    return reduce(
        lambda rest, pair: Q(**{f"{pair[0]}__{side}e": pair[1]}) & (Q(**{f"{pair[0]}__{side}": pair[1]}) | rest),
        reversed(pairs[:-1]),
        condition,
    )


def _encoded(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(values)).decode().rstrip("=")


def _decoded(cursor: str, fields: Sequence[Any]) -> list[Any]:
    try:
        values = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
        return [_typed(field, value) for field, value in zip(fields, values, strict=True)]
    except (ValueError, binascii.Error, msgspec.MsgspecError, ValidationError, RecursionError) as error:
        raise CursorInvalid(fields={"cursor": _("Leave it out, or send the one from `next`.")}) from error


def _typed(field: "Field[Any, Any]", value: Any) -> Any:
    if not isinstance(value, str | int) or isinstance(value, bool) or "\0" in str(value):
        raise ValueError("neither text nor number")
    return field.to_python(value)
