"""The occurrences of a rule (RFC 5545), on the clock of the wall, within a budget.

A rule that never matches, or matches every second, must not keep anybody
busy: what a rule may say is bounded, and each month looked at is counted.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import prod
from typing import Any, Final

from dateutil import rrule as library

from infra24.core.wording import said

MOST_OF_ONE = 2_000
"""Occurrences of one event in the window."""
HIGHEST_COUNT = 5_000
MOST_A_DAY = 24
MONTHS_FOR_ALL = 300_000
"""Months that all rules of one file may look at: half a minute at the very worst."""
_FREQUENCIES: Final = {
    "YEARLY": library.YEARLY,
    "MONTHLY": library.MONTHLY,
    "WEEKLY": library.WEEKLY,
    "DAILY": library.DAILY,
}
_PARTS: Final = {
    "BYSETPOS": "bysetpos",
    "BYMONTH": "bymonth",
    "BYMONTHDAY": "bymonthday",
    "BYYEARDAY": "byyearday",
    "BYWEEKNO": "byweekno",
    "BYHOUR": "byhour",
    "BYMINUTE": "byminute",
    "BYSECOND": "bysecond",
}
_DAYS: Final = {"MO": 0, "TU": 1, "WE": 2, "TH": 3, "FR": 4, "SA": 5, "SU": 6}


class RuleRefused(ValueError):
    """A rule that is not followed; its argument is the sentence that says why."""


class Budget:
    """What is left of the work one file may ask for."""

    def __init__(self, months: int = MONTHS_FOR_ALL) -> None:
        self.months = months


class _Spent(Exception):
    """The rule has been looked at for as long as it may matter."""


class _Counted(library.rrule):
    """A rule that stops where nobody looks any more.

    The library goes on to the year 9999 for a rule without matches. It asks for
    `_bynweekday` once for each month it comes to, and so each is counted here.
    """

    def __init__(self, *args: Any, months: int, budget: Budget, **kwargs: Any) -> None:
        self._left, self._budget = months, budget
        super().__init__(*args, **kwargs)

    @property
    def _bynweekday(self) -> Any:
        self._left -= 1
        self._budget.months -= 1
        if self._left < 0 or self._budget.months < 0:
            raise _Spent
        return self._days_of_months

    @_bynweekday.setter
    def _bynweekday(self, days: Any) -> None:
        self._days_of_months = days


def walls_of(
    rule: Mapping[str, Sequence[Any]],
    begins: datetime,
    *,
    since: datetime,
    until: datetime,
    last: datetime | None,
    budget: Budget,
) -> list[datetime]:
    """When a rule that begins then comes round in the window; all naive, as clocks on the wall show them.

    `rule` holds the parts of an RRULE by their names, `last` is its UNTIL on the same wall.
    Raises RuleRefused with the sentence that says what is wrong with it.
    """
    arguments = _arguments(rule)
    end = until if last is None else min(until, last)
    if last is not None and last < begins:
        return []
    # A number of times is counted from the first on.
    begins_at = begins if "count" in arguments else _later(begins, since, arguments)
    months = max(0, (end.year - begins_at.year) * 12 + end.month - begins_at.month) + 14
    found: list[datetime] = []
    try:
        steps = _Counted(dtstart=begins_at, months=months, budget=budget, **arguments)
        for wall in _until_spent(steps):
            if wall >= until or (last is not None and wall > last):
                break
            if wall >= since:
                found.append(wall)
            if len(found) > MOST_OF_ONE:
                raise RuleRefused(said("It repeats more than %(number)s times in that time.", number=MOST_OF_ONE))
    except (TypeError, ValueError, OverflowError) as error:
        if isinstance(error, RuleRefused):
            raise
        raise RuleRefused(said("Its rule of repetition makes no sense.")) from error
    if budget.months < 0:
        raise RuleRefused(said("The rules of this file ask for too much work. Split the file."))
    return found


def _until_spent(steps: library.rrule) -> Iterator[datetime]:
    try:
        yield from steps
    except _Spent:
        return


def _arguments(rule: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
    """What the library wants to be told. Raises RuleRefused."""
    parts = {str(name).upper(): values for name, values in rule.items()}
    frequency = str(_one(parts, "FREQ", "")).upper()
    if frequency in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise RuleRefused(
            said("It repeats within the day (%(rule)s). Daily is the most often there is.", rule=frequency)
        )
    if frequency not in _FREQUENCIES or "BYEASTER" in parts or "RSCALE" in parts:
        raise RuleRefused(said("Its rule of repetition makes no sense."))
    interval, count = int(_one(parts, "INTERVAL", 1)), _one(parts, "COUNT", None)
    if count is not None and not 1 <= int(count) <= HIGHEST_COUNT:
        raise RuleRefused(
            said("It repeats %(count)s times; at most %(most)s are read.", count=count, most=HIGHEST_COUNT)
        )
    if not 1 <= interval <= 10_000:
        raise RuleRefused(said("Its rule of repetition makes no sense."))
    if prod(max(1, len(parts.get(name, ()))) for name in ("BYHOUR", "BYMINUTE", "BYSECOND")) > MOST_A_DAY:
        raise RuleRefused(said("It repeats more than %(number)s times a day.", number=MOST_A_DAY))
    arguments: dict[str, Any] = {"freq": _FREQUENCIES[frequency], "interval": interval}
    if count is not None:
        arguments["count"] = int(count)
    try:
        arguments |= {ours: [int(value) for value in parts[name]] for name, ours in _PARTS.items() if name in parts}
        if "BYDAY" in parts:
            arguments["byweekday"] = [_weekday(str(value)) for value in parts["BYDAY"]]
        if "WKST" in parts:
            arguments["wkst"] = _DAYS[str(_one(parts, "WKST", "MO")).upper()]
    except (KeyError, ValueError, TypeError) as error:
        raise RuleRefused(said("Its rule of repetition makes no sense.")) from error
    return arguments


def _one(parts: Mapping[str, Sequence[Any]], name: str, otherwise: Any) -> Any:
    values = parts.get(name)
    return values[0] if values else otherwise


def _weekday(text: str) -> library.weekday:
    """`MO`, `2TU`, `-1FR`."""
    day, number = library.weekday(_DAYS[text[-2:].upper()]), text[:-2]
    if not number:
        return day
    which = int(number)
    if not -53 <= which <= 53:
        raise ValueError(text)
    return day(which)


def _later(begins: datetime, since: datetime, arguments: Mapping[str, Any]) -> datetime:
    """The last beginning of a round before the window: series that began decades ago need not be walked through.

    Only of those by days and weeks; of the others there are few rounds anyway. Whole rounds are skipped, so that
    weekday and clock stay what they are.
    """
    days = {library.DAILY: 1, library.WEEKLY: 7}.get(arguments["freq"])
    if days is None or begins >= since:
        return begins
    round_length = timedelta(days=days * arguments["interval"])
    return begins + max(0, (since - begins) // round_length - 1) * round_length
