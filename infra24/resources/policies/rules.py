"""What the rules of all scopes come to on a day, and who said each value."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any, Literal
from uuid import UUID

from infra24.resources.policies.document import DAYS, ApprovalWhen, Quota, Rules, Season, in_minutes

DaySpans = tuple[tuple[int, int], ...]
"""Opening hours of one day as (opens, closes) in minutes since its midnight; closes may lie past 1440."""
Week = tuple[DaySpans, ...]
"""Seven days from Monday."""
Scope = Literal["organisation", "kind", "resource"]


@dataclass(frozen=True)
class Provenance:
    """Where an effective value comes from: the scope that said it, and its row."""

    scope: Literal["default", "organisation", "kind", "resource"]
    rule_id: str | None = None


@dataclass(frozen=True, eq=False)
class RuleRow:
    """One stored row of rules. Rows never change, so what is computed from one is kept by its identity."""

    id: UUID
    scope: Scope
    valid_from: date
    rules: Rules


@dataclass(frozen=True)
class DayHours:
    """The hours of one date, and what said them: an exception, a season, or the weekly hours of a scope."""

    spans: DaySpans
    source: Literal["weekly", "season", "exception"]
    said: Provenance
    name: str = ""
    """The season's name or the exception's note."""


@dataclass(frozen=True, eq=False)
class HoursSaid:
    """What one scope says about hours, in minutes."""

    said: Provenance
    rules: Rules
    weekly: Week | None
    seasons: tuple[tuple[Season, Week], ...]
    exceptions: Mapping[date, tuple[DaySpans, str]]


@dataclass(frozen=True, eq=False)
class Effective:
    """Rules with every value filled in, and who said so."""

    hours_said: tuple[HoursSaid, ...]
    """The narrowest scope first."""
    slot_minutes: int
    shortest: timedelta
    longest: timedelta
    buffer_before: timedelta
    buffer_after: timedelta
    notice: timedelta
    horizon_days: int
    approval: Literal["never", "always"] | ApprovalWhen
    pending_blocks: bool
    use: str
    quotas: tuple[Quota, ...]
    cancel_notice: timedelta
    check_in_before: timedelta | None
    check_in_after: timedelta | None
    """Both None: nobody checks in."""
    no_show_weight: int
    no_show_notice: bool
    reminder: timedelta | None
    provenance: Mapping[str, Provenance]

    @cached_property
    def approval_hours(self) -> Week | None:
        """Hours in which nobody needs to approve, where the rules say such."""
        outside = self.approval.outside if isinstance(self.approval, ApprovalWhen) else None
        return None if outside is None else _week(outside)

    def hours_on(self, on: date) -> DayHours:
        """The hours of a local date.

        A dated exception goes before ordinary hours, whoever says it. Ordinary hours are those of the narrowest
        scope that says something of that day: a season of its own, else its week.
        """
        for hours in self.hours_said:
            if on in hours.exceptions:
                spans, note = hours.exceptions[on]
                return DayHours(spans, "exception", hours.said, note)
        for hours in self.hours_said:
            for season, week in hours.seasons:
                if season.covers(on):
                    return DayHours(week[on.weekday()], "season", hours.said, season.name)
            if hours.weekly is not None:
                return DayHours(hours.weekly[on.weekday()], "weekly", hours.said)
        raise AssertionError("the default says hours for every day")

    def source_of(self, name: str) -> dict[str, Any]:
        """`{"field", "scope", "rule_id"}` of one value, as reasons and pages show it: the field as documents do."""
        return _source(name if name in VALUES else f"{name}_minutes", self.provenance[name])

    def source_of_hours(self, on: date) -> dict[str, Any]:
        """The same for the hours of a date: the field is `weekly`, `seasons` or `exceptions`."""
        hours = self.hours_on(on)
        return _source({"weekly": "weekly", "season": "seasons", "exception": "exceptions"}[hours.source], hours.said)


def _source(name: str, said: Provenance) -> dict[str, Any]:
    return {"field": name, "scope": said.scope, "rule_id": said.rule_id}


DEFAULTS = Rules(
    schema=1,
    weekly={day: [("00:00", "24:00")] for day in DAYS},
    seasons=(),
    exceptions=(),
    slot_minutes=15,
    shortest_minutes=15,
    longest_minutes=44640,
    buffer_before_minutes=0,
    buffer_after_minutes=0,
    notice_minutes=0,
    horizon_days=730,
    approval="never",
    pending_blocks=True,
    use="exclusive",
    quotas=(),
    cancel_notice_minutes=0,
    no_show_weight=1,
    no_show_notice=False,
)
VALUES = tuple(name for name in Rules.model_fields if name != "schema_version")
"""Names of the values, as documents have them."""


def holding(rows: tuple[RuleRow, ...], on: date) -> tuple[RuleRow, ...]:
    """Of each scope the row that holds on a local date, the widest scope first. Of one day the later written."""
    newest: dict[str, RuleRow] = {}
    for row in rows:
        if row.valid_from <= on and (row.scope not in newest or newest[row.scope].valid_from <= row.valid_from):
            newest[row.scope] = row
    return tuple(newest[scope] for scope in ("organisation", "kind", "resource") if scope in newest)


@lru_cache(maxsize=4096)
def effective(rows: tuple[RuleRow, ...], on: date) -> Effective:
    """What holds on a local date: of each scope the newest row, narrower scopes over wider, value by value."""
    return _effective(holding(rows, on))


@lru_cache(maxsize=2048)
def _effective(rows: tuple[RuleRow, ...]) -> Effective:
    values = {name: getattr(DEFAULTS, name) for name in VALUES}
    said = dict.fromkeys(values, Provenance("default"))
    hours = [_HOURS_BY_DEFAULT]
    for row in rows:
        where = Provenance(row.scope, str(row.id))
        for name in VALUES:
            if (value := getattr(row.rules, name)) is not None:
                values[name], said[name] = value, where
        hours.insert(0, _hours_of(row))
    return Effective(
        hours_said=tuple(hours),
        slot_minutes=values["slot_minutes"],
        shortest=timedelta(minutes=values["shortest_minutes"]),
        longest=timedelta(minutes=values["longest_minutes"]),
        buffer_before=timedelta(minutes=values["buffer_before_minutes"]),
        buffer_after=timedelta(minutes=values["buffer_after_minutes"]),
        notice=timedelta(minutes=values["notice_minutes"]),
        horizon_days=values["horizon_days"],
        approval=values["approval"],
        pending_blocks=values["pending_blocks"],
        use=values["use"],
        quotas=values["quotas"],
        cancel_notice=timedelta(minutes=values["cancel_notice_minutes"]),
        check_in_before=_minutes(values["check_in_before_minutes"]),
        check_in_after=_minutes(values["check_in_after_minutes"]),
        no_show_weight=values["no_show_weight"],
        no_show_notice=values["no_show_notice"],
        reminder=_minutes(values["reminder_minutes"]),
        provenance={name.removesuffix("_minutes") if name != "slot_minutes" else name: p for name, p in said.items()},
    )


@lru_cache(maxsize=4096)
def _hours_of(row: RuleRow) -> HoursSaid:
    return _hours(row.rules, Provenance(row.scope, str(row.id)))


def _hours(rules: Rules, said: Provenance) -> HoursSaid:
    exceptions = {
        exception.on + timedelta(days=step): (in_minutes(exception.hours), exception.note)
        for exception in rules.exceptions or ()
        for step in range((exception.last - exception.on).days + 1)
    }
    return HoursSaid(
        said=said,
        rules=rules,
        weekly=None if rules.weekly is None else _week(rules.weekly),
        seasons=tuple((season, _week(season.weekly)) for season in rules.seasons or ()),
        exceptions=exceptions,
    )


def _week(weekly: Mapping[Any, Any]) -> Week:
    return tuple(in_minutes(weekly.get(day, ())) for day in DAYS)


def _minutes(value: int | None) -> timedelta | None:
    return None if value is None else timedelta(minutes=value)


_HOURS_BY_DEFAULT = _hours(DEFAULTS, Provenance("default"))
