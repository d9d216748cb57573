"""How a booking repeats: the part of RFC 5545's RRULE the house understands, and the dates it means.

Daily, weekly on days, monthly by date or by weekday; every so many; so often or
until a day. Everything is reckoned as clocks on the wall show it: what is at
ten stays at ten when clocks change. No Django, no clock, no database.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count, takewhile
from typing import Final, Literal
from zoneinfo import ZoneInfo

from infra24.bookings.errors import RuleNotUnderstood, SeriesEmpty, SeriesTooLong
from infra24.core.wording import Sentence, said

MOST_DATES = 400
LONGEST_SERIES_DAYS = 731
"""Two years: the last date lies at most this many days after the first."""
WEEKDAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_STEPS: Final = {"DAILY": "day", "WEEKLY": "week", "MONTHLY": "month"}
_KNOWN: Final = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "WKST"}
_UNTIL = re.compile(r"^(\d{8})(?:T(\d{6})(Z?))?$", re.ASCII)
_BY_DAY = re.compile(r"^([+-]?[1-5])?(MO|TU|WE|TH|FR|SA|SU)$", re.ASCII)
# Far beyond what MOST_DATES needs: a rule such as the 31st of every twelfth month from February on ends.
_MOST_PERIODS = 4000

Place = tuple[int, int]
"""A weekday of a month: which one, counted from its beginning or, negative, from its end; 0 for each. Then 0–6."""


@dataclass(frozen=True)
class Recurrence:
    """A rule. It ends by `times` or by `until`, which is the last day on which it may still happen."""

    step: Literal["day", "week", "month"]
    interval: int = 1
    times: int | None = None
    until: date | None = None
    weekdays: tuple[int, ...] = ()
    """Of a weekly rule, Monday is 0; empty: the weekday it starts on."""
    month_days: tuple[int, ...] = ()
    """Of a monthly rule; negative ones count from the month's end. A month without the day is left out."""
    places: tuple[Place, ...] = ()
    """Of a monthly rule: the first Friday is (1, 4)."""
    week_begins: int = 0
    """Which days are one week, where only every second one counts."""


def parse_rule(text: str, *, starts: datetime, zone: str) -> Recurrence:
    """Read `FREQ=WEEKLY;BYDAY=TU;COUNT=10`. `starts` is the first start on the wall of the zone, naive.

    An end in UTC, as calendars send it, is read as the last day of the zone.
    Raises RuleNotUnderstood, naming what it does not know.
    """
    parts = _parts(text)
    if unknown := sorted(set(parts) - _KNOWN):
        raise _misread(said("The house does not know %(what)s.", what=", ".join(unknown)))
    step = _STEPS.get(parts.get("FREQ", ""))
    if step is None:
        raise _misread(said("FREQ must be DAILY, WEEKLY or MONTHLY."))
    rule = Recurrence(
        step,  # type: ignore[arg-type]  # one of the three
        interval=_number(parts, "INTERVAL", most=366) or 1,
        times=_number(parts, "COUNT", most=10_000),
        until=_until(parts["UNTIL"], starts, zone) if "UNTIL" in parts else None,
        week_begins=_weekday(parts.get("WKST", "MO")),
    )
    rule = _with_days(rule, parts)
    if (rule.times is None) == (rule.until is None):
        raise _misread(said("Say how often with COUNT, or until when with UNTIL."))
    return rule


def print_rule(rule: Recurrence) -> str:
    """The rule as RFC 5545 writes it; `parse_rule` reads it back as equal."""
    parts = ["FREQ=" + {step: name for name, step in _STEPS.items()}[rule.step]]
    if rule.interval > 1:
        parts.append(f"INTERVAL={rule.interval}")
    if rule.weekdays:
        parts.append("BYDAY=" + ",".join(WEEKDAYS[day] for day in rule.weekdays))
    if rule.places:
        parts.append("BYDAY=" + ",".join(f"{nth or ''}{WEEKDAYS[day]}" for nth, day in rule.places))
    if rule.month_days:
        parts.append("BYMONTHDAY=" + ",".join(map(str, rule.month_days)))
    if rule.week_begins:
        parts.append(f"WKST={WEEKDAYS[rule.week_begins]}")
    if rule.times is not None:
        parts.append(f"COUNT={rule.times}")
    if rule.until is not None:
        parts.append(f"UNTIL={rule.until:%Y%m%d}")
    return ";".join(parts)


def walls_of(rule: Recurrence, starts: datetime) -> list[datetime]:
    """Every start of the series on the wall, naive, in order. The first is the first that fits, from `starts` on.

    Raises SeriesEmpty where none fits; SeriesTooLong beyond 400 dates or two years.
    """
    found: list[datetime] = []
    for day in days_of(rule, starts.date()):
        found.append(datetime.combine(day, starts.time()))
        if len(found) > MOST_DATES or (day - found[0].date()).days > LONGEST_SERIES_DAYS:
            raise SeriesTooLong(fields={"rule": said("Choose an earlier end, or fewer dates.")})
    if not found:
        raise SeriesEmpty(fields={"rule": said("Choose a later end, or other days.")})
    return found


def days_of(rule: Recurrence, starts_on: date) -> Iterator[date]:
    """The days a rule means, in order, however many. As RFC 5545 has it, `starts_on` counts only if it fits."""
    fitting = (day for day in _all_days(rule, starts_on) if day >= starts_on)
    last = rule.until
    until = takewhile(lambda day: last is None or day <= last, fitting)
    return (day for _, day in zip(range(rule.times), until, strict=False)) if rule.times is not None else until


def ended_before(rule: Recurrence, day: date) -> Recurrence:
    """The same rule, over before a day."""
    return replace(rule, times=None, until=day - timedelta(days=1))


def moved(rule: Recurrence, was: date, starts_on: date) -> Recurrence:
    """The rule when its date `was` becomes `starts_on`: on other weekdays, or another day of the month.

    A rule that names several days of a month stays; say it anew instead.
    """
    days = (starts_on - was).days
    if not days:
        return rule
    if rule.weekdays:
        rule = replace(rule, weekdays=tuple(sorted({(day + days) % 7 for day in rule.weekdays})))
    if len(rule.month_days) == 1:
        rule = replace(rule, month_days=(starts_on.day,))
    if len(rule.places) == 1 and rule.places[0][0]:
        rule = replace(rule, places=(place_of(starts_on, from_end=rule.places[0][0] < 0),))
    return replace(rule, until=rule.until + timedelta(days=days)) if rule.until else rule


def place_of(day: date, *, from_end: bool = False) -> Place:
    """Which weekday of its month a day is: the second Tuesday, or the last."""
    if from_end:
        return -((_month_length(day.year, day.month) - day.day) // 7 + 1), day.weekday()
    return (day.day - 1) // 7 + 1, day.weekday()


def in_words(rule: Recurrence, starts_on: date) -> Sentence:
    """`Every Tuesday until 14 December`: a sentence that can be said in the reader's language."""
    if rule.times is not None:
        ends: Sentence = said("%(times)s times", times=rule.times)
        return said("%(how)s, %(ends)s", how=_how(rule, starts_on), ends=ends)
    assert rule.until is not None
    return said("%(how)s until %(day)s", how=_how(rule, starts_on), day=rule.until)


_DAY_NAMES = (
    said("Monday"),
    said("Tuesday"),
    said("Wednesday"),
    said("Thursday"),
    said("Friday"),
    said("Saturday"),
    said("Sunday"),
)
_NTH = {
    1: said("the first"),
    2: said("the second"),
    3: said("the third"),
    4: said("the fourth"),
    5: said("the fifth"),
    -1: said("the last"),
    -2: said("the second last"),
    -3: said("the third last"),
    -4: said("the fourth last"),
    -5: said("the fifth last"),
}


def _how(rule: Recurrence, starts_on: date) -> Sentence:
    n = rule.interval
    match rule.step:
        case "day":
            return said("Every day") if n == 1 else said("Every %(n)s days", n=n)
        case "week":
            days = _listed([_DAY_NAMES[day] for day in rule.weekdays or (starts_on.weekday(),)])
            return (
                said("Every %(days)s", days=days) if n == 1 else said("Every %(n)s weeks on %(days)s", n=n, days=days)
            )
        case "month":
            places = [
                said("%(nth)s %(day)s", nth=_NTH[nth], day=_DAY_NAMES[day]) if nth else _DAY_NAMES[day]
                for nth, day in rule.places
            ]
            dates = () if places else rule.month_days or (starts_on.day,)
            days = _listed([*places, *(_date_in_words(day) for day in dates)])
            return (
                said("Every month on %(days)s", days=days)
                if n == 1
                else said("Every %(n)s months on %(days)s", n=n, days=days)
            )


def _date_in_words(day: int) -> Sentence:
    if day == -1:
        return said("the last day")
    return said("day %(n)s", n=day) if day > 0 else said("day %(n)s from its end", n=-day)


def _listed(words: list[Sentence]) -> Sentence:
    whole = words[0]
    for word in words[1:-1]:
        whole = said("%(first)s, %(second)s", first=whole, second=word)
    return said("%(first)s and %(second)s", first=whole, second=words[-1]) if len(words) > 1 else whole


def _all_days(rule: Recurrence, starts_on: date) -> Iterator[date]:
    """Of every period in turn, from the one that holds `starts_on`, the days that fit."""
    of_period: dict[str, Callable[[Recurrence, date, int], list[date]]] = {
        "day": lambda _rule, first, later: [first + timedelta(days=later)],
        "week": _of_week,
        "month": _of_month,
    }
    for number in takewhile(lambda number: number < _MOST_PERIODS, count()):
        try:
            yield from of_period[rule.step](rule, starts_on, number * rule.interval)
        except (OverflowError, ValueError):  # beyond the last year there is
            return


def _of_week(rule: Recurrence, starts_on: date, later: int) -> list[date]:
    first = starts_on - timedelta(days=(starts_on.weekday() - rule.week_begins) % 7) + timedelta(weeks=later)
    days = rule.weekdays or (starts_on.weekday(),)
    return sorted(first + timedelta(days=(day - rule.week_begins) % 7) for day in days)


def _of_month(rule: Recurrence, starts_on: date, later: int) -> list[date]:
    years, month = divmod(starts_on.month - 1 + later, 12)
    year, month = starts_on.year + years, month + 1
    length = _month_length(year, month)
    if rule.places:
        first = date(year, month, 1)
        numbers = {number for place in rule.places for number in _at_place(place, first.weekday(), length)}
    else:
        dates = rule.month_days or (starts_on.day,)
        numbers = {day if day > 0 else length + 1 + day for day in dates}
    return [date(year, month, number) for number in sorted(numbers) if 1 <= number <= length]


def _at_place(place: Place, first_weekday: int, length: int) -> list[int]:
    nth, weekday = place
    all_of_them = list(range(1 + (weekday - first_weekday) % 7, length + 1, 7))
    if nth == 0:
        return all_of_them
    return all_of_them[nth - 1 : nth] if nth > 0 else all_of_them[nth:][:1] if -nth <= len(all_of_them) else []


def _month_length(year: int, month: int) -> int:
    following = date(year + month // 12, month % 12 + 1, 1)
    return (following - timedelta(days=1)).day


def _parts(text: str) -> dict[str, str]:
    parts: dict[str, str] = {}
    for piece in text.strip().removeprefix("RRULE:").rstrip(";").upper().split(";"):
        name, equals, value = piece.partition("=")
        if not equals or not value or name in parts:
            raise _misread(said("Write it as in FREQ=WEEKLY;BYDAY=TU;COUNT=10."))
        parts[name] = value
    return parts


def _number(parts: dict[str, str], name: str, *, most: int) -> int | None:
    text = parts.get(name)
    if text is None:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= most:
        raise _misread(said("%(name)s must be a number from 1 to %(most)s.", name=name, most=most))
    return int(text)


def _until(text: str, starts: datetime, zone: str) -> date:
    found = _UNTIL.match(text)
    try:
        if found is None:
            raise ValueError
        day, clock, is_utc = found.groups()
        if clock is None:
            return datetime.strptime(day, "%Y%m%d").date()  # noqa: DTZ007 - a day has no zone
        until = datetime.strptime(day + clock, "%Y%m%d%H%M%S")  # noqa: DTZ007 - on the wall, or turned into it
        if is_utc:
            until = until.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        return until.date() if until.time() >= starts.time() else until.date() - timedelta(days=1)
    except (ValueError, OverflowError):
        raise _misread(said("UNTIL must be a day, as in UNTIL=20271214.")) from None


def _weekday(text: str) -> int:
    if text not in WEEKDAYS:
        raise _misread(said("WKST must be one of %(days)s.", days=", ".join(WEEKDAYS)))
    return WEEKDAYS.index(text)


def _with_days(rule: Recurrence, parts: dict[str, str]) -> Recurrence:
    by_day, by_date = parts.get("BYDAY"), parts.get("BYMONTHDAY")
    places = _places(by_day) if by_day else ()
    if rule.step == "day" and (by_day or by_date):
        raise _misread(said("A daily rule has no BYDAY or BYMONTHDAY; use WEEKLY or MONTHLY."))
    if rule.step == "week":
        if by_date or any(nth for nth, _day in places):
            raise _misread(said("A weekly rule names weekdays alone, as in BYDAY=TU,TH."))
        return replace(rule, weekdays=tuple(sorted({day for _nth, day in places})))
    if by_day and by_date:
        raise _misread(said("Say BYDAY or BYMONTHDAY, not both."))
    return replace(rule, places=places, month_days=_month_days(by_date) if by_date else ())


def _places(text: str) -> tuple[Place, ...]:
    places = []
    for item in text.split(","):
        found = _BY_DAY.match(item)
        if found is None:
            raise _misread(said("BYDAY must be as in TU,TH or 1FR or -1MO."))
        places.append((int(found[1] or 0), WEEKDAYS.index(found[2])))
    return tuple(dict.fromkeys(places))


def _month_days(text: str) -> tuple[int, ...]:
    if not re.fullmatch(r"[+-]?[0-9]{1,2}(,[+-]?[0-9]{1,2})*", text):
        raise _misread(said("BYMONTHDAY must be as in 1,15 or -1."))
    days = tuple(dict.fromkeys(int(day) for day in text.split(",")))
    if any(not 1 <= abs(day) <= 31 for day in days):
        raise _misread(said("BYMONTHDAY must be as in 1,15 or -1."))
    return days


def _misread(why: Sentence) -> RuleNotUnderstood:
    return RuleNotUnderstood(why, fields={"rule": why})
