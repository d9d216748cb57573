"""A document of rules as the inputs of its page."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.utils.datastructures import MultiValueDict

from infra24.facilities.forms.rules import FLAGS, LENGTHS, NUMBERS, OWN
from infra24.facilities.forms.rules_fields import split_length
from infra24.facilities.forms.rules_hours import write_hours
from infra24.facilities.words import week_of
from infra24.resources.policies import DAYS, ApprovalWhen, DatedHours, Effective, Quota, Rules, Season


def data_of(
    rules: Rules, *, inherited: Effective, valid_from: date, note: str = "", based_on: UUID | None = None
) -> "MultiValueDict[str, Any]":
    """What the inputs hold for these rules; the week shows the inherited hours until it has its own."""
    data: dict[str, Any] = {
        "valid_from": valid_from.isoformat(),
        "note": note,
        "based_on": str(based_on or ""),
        "hours": "" if rules.weekly is None else OWN,
        **_week("", week_of(inherited) if rules.weekly is None else rules.weekly),
        "use": rules.use or "",
        "quotas": "" if rules.quotas is None else OWN,
    }
    for name in NUMBERS:
        number = getattr(rules, name)
        data[name] = "" if number is None else str(number)
    for name in FLAGS:
        data[name] = {None: "", True: "yes", False: "no"}[getattr(rules, name)]
    for name in LENGTHS:
        data[f"{name}_0"], data[f"{name}_1"] = split_length(getattr(rules, name))
    data |= _rows("seasons", [_season(one) for one in rules.seasons or ()])
    data |= _rows("exceptions", [_dated(one) for one in sorted(rules.exceptions or (), key=lambda one: one.on)])
    data |= _rows("quotas", [_quota(one) for one in rules.quotas or ()])
    lists = {name: [value] for name, value in data.items()}
    return MultiValueDict({**lists, **_approval(rules)})


def _week(prefix: str, weekly: Mapping[Any, Any]) -> dict[str, str]:
    return {f"{prefix}{day}": write_hours(weekly.get(day, ())) for day in DAYS}


def _approval(rules: Rules) -> dict[str, list[str]]:
    approval = rules.approval
    if not isinstance(approval, ApprovalWhen):
        return {"approval": [approval or ""]}
    found: dict[str, list[str]] = {"approval": ["when"], "approval_roles": list(approval.roles or ())}
    if approval.outside is not None:
        days = _week("approval_", approval.outside)
        found |= {"approval_hours": ["on"], **{name: [text] for name, text in days.items()}}
    return found


def _rows(part: str, rows: Sequence[Mapping[str, str]]) -> dict[str, str]:
    data = {f"{part}-TOTAL_FORMS": str(len(rows)), f"{part}-INITIAL_FORMS": "0"}
    for number, row in enumerate(rows):
        data |= {f"{part}-{number}-{name}": value for name, value in row.items()}
    return data


def _season(season: Season) -> dict[str, str]:
    return {
        "name": season.name,
        **_year_day("first", season.first),
        **_year_day("last", season.last),
        **_week("", season.weekly),
    }


def _year_day(name: str, day: str) -> dict[str, str]:
    return {f"{name}_0": day[:2], f"{name}_1": str(int(day[3:]))}


def _dated(one: DatedHours) -> dict[str, str]:
    until = one.until.isoformat() if one.until else ""
    return {"on": one.on.isoformat(), "until": until, "hours": write_hours(one.hours), "note": one.note}


def _quota(quota: Quota) -> dict[str, str]:
    kind = "hours" if quota.count is None else "count"
    return {"most": f"{getattr(quota, kind):g}", "kind": kind, "per": quota.per}
