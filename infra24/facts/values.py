"""The types of what facts carry, each with its JSON Schema and an example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID


class Kind(StrEnum):
    """What sort of thing a value is, in the words of the published page."""

    ID = "id"
    INSTANT = "instant"
    DAY = "day"
    WALL_TIME = "wall time"
    COUNT = "count"
    FLAG = "yes or no"
    CHOICE = "one of"
    TEXT = "text"
    NAMES = "names"
    COUNTS = "counts by name"
    SNAPSHOT = "values by name"


@dataclass(frozen=True)
class Value:
    """One value of a fact. What is not public stays in the house: texts people typed, above all."""

    kind: Kind
    meaning: str
    is_public: bool = True
    may_be_null: bool = False
    choices: tuple[str, ...] = ()

    def fits(self, value: Any) -> bool:
        """Whether a value, as a service gives it, is of this kind. It runs for every fact: texts are not read."""
        if value is None:
            return self.may_be_null
        if self.choices:
            return value in self.choices
        return isinstance(value, _PYTHON[self.kind])

    @property
    def schema(self) -> dict[str, Any]:
        """JSON Schema of the value as it is stored and sent."""
        told: dict[str, Any] = {"enum": list(self.choices)} if self.choices else dict(_SCHEMAS[self.kind])
        if self.may_be_null:
            told = {"anyOf": [told, {"type": "null"}]}
        return {**told, "description": self.meaning}

    @property
    def example(self) -> Any:
        return self.choices[0] if self.choices else _EXAMPLES[self.kind]


_PYTHON: Final[Mapping[Kind, tuple[type, ...]]] = {
    Kind.ID: (UUID, str),
    Kind.INSTANT: (datetime, str),
    Kind.DAY: (date, str),
    Kind.WALL_TIME: (datetime, str),
    Kind.COUNT: (int,),
    Kind.FLAG: (bool,),
    Kind.CHOICE: (str,),
    Kind.TEXT: (str,),
    Kind.NAMES: (Sequence,),
    Kind.COUNTS: (Mapping,),
    Kind.SNAPSHOT: (Mapping,),
}
_SCHEMAS: Final[Mapping[Kind, Mapping[str, Any]]] = {
    Kind.ID: {"type": "string", "format": "uuid"},
    Kind.INSTANT: {"type": "string", "format": "date-time"},
    Kind.DAY: {"type": "string", "format": "date"},
    Kind.WALL_TIME: {"type": "string", "pattern": r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$"},
    Kind.COUNT: {"type": "integer", "minimum": 0},
    Kind.FLAG: {"type": "boolean"},
    Kind.TEXT: {"type": "string"},
    Kind.NAMES: {"type": "array", "items": {"type": "string"}},
    Kind.COUNTS: {"type": "object", "additionalProperties": {"type": "integer", "minimum": 0}},
    Kind.SNAPSHOT: {"type": "object"},
}
_EXAMPLES: Final[Mapping[Kind, Any]] = {
    Kind.ID: "0198c0de-0000-7000-8000-0000000000aa",
    Kind.INSTANT: "2026-12-01T15:00:00Z",
    Kind.DAY: "2026-12-01",
    Kind.WALL_TIME: "2026-12-01T10:00:00",
    Kind.COUNT: 3,
    Kind.FLAG: False,
    Kind.TEXT: "The kiln is broken.",
    Kind.NAMES: ["name", "capacity"],
    Kind.COUNTS: {"booked": 3},
    Kind.SNAPSHOT: {"starts_at": "2026-12-01T15:00:00Z", "title": None},
}


def ident(meaning: str, *, may_be_null: bool = False, is_public: bool = True) -> Value:
    return Value(Kind.ID, meaning, is_public=is_public, may_be_null=may_be_null)


def instant(meaning: str) -> Value:
    """A point in time, RFC 3339."""
    return Value(Kind.INSTANT, meaning)


def day(meaning: str) -> Value:
    """A date by the organisation's calendar."""
    return Value(Kind.DAY, meaning)


def wall_time(meaning: str) -> Value:
    """A date and time as a clock on the wall shows it, without a zone."""
    return Value(Kind.WALL_TIME, meaning)


def count(meaning: str) -> Value:
    return Value(Kind.COUNT, meaning)


def flag(meaning: str) -> Value:
    return Value(Kind.FLAG, meaning)


def choice(meaning: str, *choices: str) -> Value:
    return Value(Kind.CHOICE, meaning, choices=choices)


def text(meaning: str) -> Value:
    """What somebody typed. Never public."""
    return Value(Kind.TEXT, meaning, is_public=False)


def names(meaning: str) -> Value:
    """Names of ours, such as those of fields."""
    return Value(Kind.NAMES, meaning)


def counts(meaning: str) -> Value:
    return Value(Kind.COUNTS, meaning)


def snapshot(meaning: str) -> Value:
    """Values of several fields by name. Never public: what fields hold may change."""
    return Value(Kind.SNAPSHOT, meaning, is_public=False)
