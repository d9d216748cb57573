"""Sentences made by pure rules: English as they stand, and translatable later from the parts they were made of.

No Django here. `core.translating` says them in the reader's language.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any, NamedTuple, Self

Plural = Callable[[str, str, int], str]
"""`ngettext`: singular, plural, number."""


class Hours(NamedTuple):
    """Opening hours of a day as minutes since midnight, for a sentence."""

    spans: tuple[tuple[int, int], ...]


class Sentence(str):
    """English text that remembers its template and values, so that it can be said in another language."""

    __slots__ = ("template", "values")
    template: str
    values: Mapping[str, Any]

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Self:
        words = {name: in_words(value) for name, value in values.items()}
        made = super().__new__(cls, template % words if words else template)
        made.template, made.values = template, values
        return made

    def __deepcopy__(self, memo: object) -> Self:
        return self


def said(text: str, **values: Any) -> Sentence:
    """A sentence with `%(name)s` for each value. Values: text, numbers, dates, timedeltas, Hours, sentences."""
    return Sentence(text, values)


def in_words(value: Any) -> str:
    """A value as an English sentence shows it."""
    match value:
        case timedelta():
            return length_in_words(value, _english, "none")
        case Hours():
            return ", ".join(f"{clock_of(opens)} to {clock_of(closes)}" for opens, closes in value.spans)
        case date():
            return value.isoformat()
    return str(value)


def length_in_words(length: timedelta, plural: Plural, nothing: str) -> str:
    """`2 hours`, `1 hour 30 minutes`, `31 days`; `nothing` for no time at all."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    days, hours = divmod(hours, 24)
    words = [
        plural("%(n)s day", "%(n)s days", days) % {"n": days} if days else "",
        plural("%(n)s hour", "%(n)s hours", hours) % {"n": hours} if hours else "",
        plural("%(n)s minute", "%(n)s minutes", minutes) % {"n": minutes} if minutes else "",
    ]
    return " ".join(word for word in words if word) or nothing


def clock_of(minute: int) -> str:
    """`09:30`; minutes past midnight go on from 00:00: 1560 is `02:00`. The day's end is `24:00`."""
    minute = minute if minute <= 1440 else minute - 1440
    return f"{minute // 60:02d}:{minute % 60:02d}"


def _english(singular: str, plural: str, number: int) -> str:
    return singular if number == 1 else plural
