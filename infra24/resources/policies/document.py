"""The document in which an organisation says when its things can be had: shape, limits, and what contradicts itself.

Version 1 of the schema; docs/reference/rules.md describes each value. A fault is
named by the path of its field, with what to do about it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

from infra24.core.wording import Sentence, said

Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_MINUTES = 1440
MOST_SPANS, MOST_EXCEPTIONS, MOST_SEASONS, MOST_QUOTAS = 12, 400, 12, 12
LONGEST_DOCUMENT = 100_000
"""Bytes of JSON; a year of dated exceptions is a tenth of it."""

_OPENS = r"^([01]\d|2[0-3]):[0-5]\d$"
_CLOSES = r"^([0-3]\d|4[0-7]):[0-5]\d$|^48:00$"
_YEAR_DAY = r"^(0[1-9]|1[0-2])-(0[1-9]|[12]\d)$|^(0[13-9]|1[0-2])-30$|^(0[13578]|1[02])-31$"


def _written_as(pattern: str, advice: Sentence) -> Callable[[str], str]:
    """Refuses other text with advice; a bare pattern would be refused with the pattern."""
    form = re.compile(pattern)

    def check(text: str) -> str:
        if not form.fullmatch(text):
            raise ValueError(advice)
        return text

    return check


Opens = Annotated[
    str,
    Field(json_schema_extra={"pattern": _OPENS}),
    AfterValidator(_written_as(_OPENS, said("Write the time as HH:MM, from 00:00 to 23:59."))),
]
"""A wall time as HH:MM."""
Closes = Annotated[
    str,
    Field(json_schema_extra={"pattern": _CLOSES}),
    AfterValidator(
        _written_as(_CLOSES, said("Write the time as HH:MM, counted on past midnight: 26:00 is 02:00 of the next day."))
    ),
]
"""A wall time as HH:MM, counted on past midnight: 24:00 is the end of the day, 26:00 is two in the morning."""
YearDay = Annotated[
    str,
    Field(json_schema_extra={"pattern": _YEAR_DAY}),
    AfterValidator(_written_as(_YEAR_DAY, said("Write a day of the year as MM-DD, such as 11-01."))),
]
"""A day of every year as MM-DD."""


def minute_of(wall: str) -> int:
    """Minutes since midnight of HH:MM."""
    return int(wall[:2]) * 60 + int(wall[3:])


def _forwards(span: tuple[str, str]) -> tuple[str, str]:
    opens, closes = minute_of(span[0]), minute_of(span[1])
    if closes <= opens:
        raise ValueError(
            said(
                "%(opens)s to %(closes)s ends before it starts. Write a later end, or %(next_day)s for the next day.",
                opens=span[0],
                closes=span[1],
                next_day=f"{closes // 60 + 24:02d}:{closes % 60:02d}",
            )
        )
    if closes - opens > DAY_MINUTES:
        raise ValueError(said("%(opens)s to %(closes)s is longer than a day.", opens=span[0], closes=span[1]))
    return span


Span = Annotated[tuple[Opens, Closes], AfterValidator(_forwards)]


def _in_order(spans: list[tuple[str, str]]) -> list[tuple[str, str]]:
    for before, after in pairwise(spans):
        if minute_of(after[0]) < minute_of(before[1]):
            raise ValueError(
                said(
                    "%(opens)s to %(closes)s overlaps %(before)s to %(until)s. List spans in order and apart.",
                    opens=after[0],
                    closes=after[1],
                    before=before[0],
                    until=before[1],
                )
            )
    return spans


Spans = Annotated[list[Span], Field(max_length=MOST_SPANS), AfterValidator(_in_order)]
"""Opening hours of one day, in order; none: closed."""


def _not_into_the_next_day(weekly: dict[Day, list[tuple[str, str]]]) -> dict[Day, list[tuple[str, str]]]:
    for day, following in zip(DAYS, (*DAYS[1:], DAYS[0]), strict=True):
        spans, next_spans = weekly.get(day), weekly.get(following)
        if spans and next_spans and minute_of(spans[-1][1]) - DAY_MINUTES > minute_of(next_spans[0][0]):
            raise ValueError(
                said(
                    "%(day)s %(opens)s to %(closes)s runs into %(next_day)s %(next_opens)s. End it earlier.",
                    day=day,
                    opens=spans[-1][0],
                    closes=spans[-1][1],
                    next_day=following,
                    next_opens=next_spans[0][0],
                )
            )
    return weekly


Weekly = Annotated[dict[Day, Spans], AfterValidator(_not_into_the_next_day)]
"""Hours by day of the week; a day not named is closed."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class DatedHours(_Part):
    """Other hours on one date, or on each of several in a row."""

    on: date
    until: date | None = None
    """The last day it holds; the same day when absent."""
    hours: Spans
    note: Annotated[str, Field(max_length=120)] = ""

    @model_validator(mode="after")
    def _not_into_its_next_day(self) -> Self:
        if self.last > self.on and self.hours:
            opens, closes = self.hours[-1]
            if minute_of(closes) - DAY_MINUTES > minute_of(self.hours[0][0]):
                raise ValueError(
                    said(
                        "%(opens)s to %(closes)s runs into the next day's hours. End it earlier.",
                        opens=opens,
                        closes=closes,
                    )
                )
        return self

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.until is not None and not timedelta() <= self.until - self.on <= timedelta(days=366):
            raise ValueError(said("until must lie within a year after on. Choose a later last day, or leave it out."))
        return self

    @property
    def last(self) -> date:
        return self.until or self.on


class Season(_Part):
    """Other hours at a time of every year. From November to March runs over the new year."""

    name: Annotated[str, Field(min_length=1, max_length=60)]
    first: YearDay = Field(alias="from")
    last: YearDay = Field(alias="until")
    weekly: Weekly

    def covers(self, on: date) -> bool:
        today = f"{on.month:02d}-{on.day:02d}"
        if self.first <= self.last:
            return self.first <= today <= self.last
        return today >= self.first or today <= self.last


class ApprovalWhen(_Part):
    """Staff decide only on bookings by some roles, or outside some hours; with both given, where both are true."""

    roles: Annotated[tuple[Literal["instructor", "member"], ...], Field(min_length=1)] | None = None
    outside: Weekly | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.roles is None and self.outside is None:
            raise ValueError(said('Say roles or outside, or write "always".'))
        return self


def _kind_of_approval(value: Any) -> str:
    return "ApprovalWhen" if isinstance(value, dict | ApprovalWhen) else "Word"


# Told apart beforehand, so that a fault in one is not reported as a fault in both.
Approval = Annotated[
    Annotated[Literal["never", "always"], Tag("Word")] | Annotated[ApprovalWhen, Tag("ApprovalWhen")],
    Discriminator(_kind_of_approval),
]


class Quota(_Part):
    """How much one person may book of the scope that says it, in a calendar day, week or month of the organisation."""

    per: Literal["day", "week", "month"]
    count: Annotated[int, Field(ge=1, le=10_000)] | None = None
    hours: Annotated[float, Field(ge=0.25, le=744, multiple_of=0.25)] | None = None

    @model_validator(mode="after")
    def _counts_one_thing(self) -> Self:
        if (self.count is None) == (self.hours is None):
            raise ValueError(said("Say count or hours, one of them. For both, list two quotas."))
        return self


def _no_day_twice(exceptions: tuple[DatedHours, ...]) -> tuple[DatedHours, ...]:
    in_order = sorted(exceptions, key=lambda one: one.on)
    for before, after in pairwise(in_order):
        if after.on <= before.last:
            raise ValueError(said("%(day)s has two exceptions. Keep one of them.", day=after.on))
    return exceptions


def _no_season_twice(seasons: tuple[Season, ...]) -> tuple[Season, ...]:
    leap_year = [date(2024, 1, 1) + timedelta(days=step) for step in range(366)]
    for on in leap_year:
        names = [season.name for season in seasons if season.covers(on)]
        if len(names) > 1:
            raise ValueError(
                said(
                    "On %(day)s both %(one)s and %(other)s hold. Let one end before the other begins.",
                    day=f"{on:%m-%d}",
                    one=names[0],
                    other=names[1],
                )
            )
    return seasons


class Rules(BaseModel):
    """What one scope says, version 1 of the schema. What it leaves out is inherited."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    schema_version: Literal[1] = Field(default=1, alias="schema")
    weekly: Weekly | None = None
    seasons: Annotated[tuple[Season, ...], Field(max_length=MOST_SEASONS), AfterValidator(_no_season_twice)] | None = (
        None
    )
    exceptions: (
        Annotated[tuple[DatedHours, ...], Field(max_length=MOST_EXCEPTIONS), AfterValidator(_no_day_twice)] | None
    ) = None
    slot_minutes: int | None = Field(default=None, ge=5, le=1440)
    shortest_minutes: int | None = Field(default=None, ge=5, le=44640)
    longest_minutes: int | None = Field(default=None, ge=5, le=44640)
    buffer_before_minutes: int | None = Field(default=None, ge=0, le=1440)
    buffer_after_minutes: int | None = Field(default=None, ge=0, le=1440)
    notice_minutes: int | None = Field(default=None, ge=0, le=527040)
    horizon_days: int | None = Field(default=None, ge=0, le=1830)
    approval: Approval | None = None
    pending_blocks: bool | None = None
    use: Literal["exclusive", "shared"] | None = None
    quotas: Annotated[tuple[Quota, ...], Field(max_length=MOST_QUOTAS)] | None = None
    cancel_notice_minutes: int | None = Field(default=None, ge=0, le=527040)
    check_in_before_minutes: int | None = Field(default=None, ge=0, le=1440)
    check_in_after_minutes: int | None = Field(default=None, ge=0, le=1440)
    no_show_weight: int | None = Field(default=None, ge=1, le=10)
    no_show_notice: bool | None = None
    reminder_minutes: int | None = Field(default=None, ge=5, le=43200)

    @model_validator(mode="after")
    def _lengths_in_order(self) -> Self:
        if self.shortest_minutes and self.longest_minutes and self.shortest_minutes > self.longest_minutes:
            raise ValueError(said("shortest_minutes is more than longest_minutes. Swap them."))
        return self


def all_spans(rules: Rules) -> Iterator[tuple[str, tuple[str, str]]]:
    """Every span of hours of a document with the path of its field: `weekly.mon.0`, `exceptions.3.hours.1`."""
    yield from _weekly_spans("weekly", rules.weekly or {})
    for number, season in enumerate(rules.seasons or ()):
        yield from _weekly_spans(f"seasons.{number}.weekly", season.weekly)
    for number, exception in enumerate(rules.exceptions or ()):
        for place, span in enumerate(exception.hours):
            yield f"exceptions.{number}.hours.{place}", span


def _weekly_spans(path: str, weekly: dict[Day, list[tuple[str, str]]]) -> Iterator[tuple[str, tuple[str, str]]]:
    for day, spans in weekly.items():
        for place, span in enumerate(spans):
            yield f"{path}.{day}.{place}", span


def off_grid_faults(spans: Iterable[tuple[str, tuple[str, str]]], slot_minutes: int) -> dict[str, Sentence]:
    """Spans the grid does not divide, by path: after the last start there would be a rest nobody can book."""
    return {
        path: said(
            "%(opens)s to %(closes)s is not a whole number of %(slot)s steps. Change the hours or the grid.",
            opens=opens,
            closes=closes,
            slot=timedelta(minutes=slot_minutes),
        )
        for path, (opens, closes) in spans
        if (minute_of(closes) - minute_of(opens)) % slot_minutes
    }


def in_minutes(spans: Sequence[Any]) -> tuple[tuple[int, int], ...]:
    """Spans as (opens, closes) in minutes since midnight."""
    return tuple((minute_of(opens), minute_of(closes)) for opens, closes in spans)
