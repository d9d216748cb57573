"""What rules say, in the reader's language: names of the values, the values themselves, and who said them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any, Final

from django.utils.dates import MONTHS_3, WEEKDAYS_ABBR
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from infra24.core.translating import length
from infra24.core.wording import clock_of
from infra24.resources.policies import DAYS, ApprovalWhen, DatedHours, DayHours, Effective, Quota, Rules, Season
from infra24.resources.policies.document import in_minutes
from infra24.resources.policies.rules import HoursSaid

SCOPES: Final[Mapping[str, str | Promise]] = {
    "default": gettext_lazy("Infra24’s default"),
    "organisation": gettext_lazy("the whole house"),
    "kind": gettext_lazy("its kind"),
    "resource": gettext_lazy("this resource"),
}
NAMES: Final[Mapping[str, str | Promise]] = {
    "use": gettext_lazy("Use"),
    "approval": gettext_lazy("Confirmation"),
    "pending_blocks": gettext_lazy("Requested time"),
    "slot_minutes": gettext_lazy("Bookings start every"),
    "shortest_minutes": gettext_lazy("Shortest booking"),
    "longest_minutes": gettext_lazy("Longest booking"),
    "buffer_before_minutes": gettext_lazy("Set-up before"),
    "buffer_after_minutes": gettext_lazy("Pack-down after"),
    "notice_minutes": gettext_lazy("Notice needed"),
    "horizon_days": gettext_lazy("Bookings open"),
    "cancel_notice_minutes": gettext_lazy("Cancelling in time"),
    "check_in_before_minutes": gettext_lazy("Check-in opens before"),
    "check_in_after_minutes": gettext_lazy("Check-in closes after"),
    "reminder_minutes": gettext_lazy("Reminder before"),
    "quotas": gettext_lazy("For each person"),
    "no_show_weight": gettext_lazy("A missed booking counts"),
    "no_show_notice": gettext_lazy("When nobody comes"),
}
"""Every value but the hours, in the order in which pages list them."""
_MOST_DATES = 6
"""Dated exceptions a page lists; the rest is counted."""


@dataclass(frozen=True)
class Saying:
    """One rule in words, and who said so."""

    name: str | Promise
    lines: Sequence[str]
    source: str | Promise = ""


def sayings(rules: Effective) -> list[Saying]:
    """Every value that holds but the hours, with the scope it comes from."""
    return [
        Saying(shown, [in_words(name, value_of(rules, name))], SCOPES[rules.source_of(attribute_of(name))["scope"]])
        for name, shown in NAMES.items()
    ]


def own_sayings(rules: Rules, *, today: date) -> list[Saying]:
    """What one document says itself, hours first."""
    found = []
    if rules.weekly is not None:
        found.append(Saying(_("Hours"), week_lines(rules.weekly)))
    if rules.seasons:
        found.append(Saying(_("Seasons"), [season_words(season) for season in rules.seasons]))
    if rules.exceptions:
        found.append(Saying(_("Dates"), _date_lines(rules.exceptions, today)))
    for name, shown in NAMES.items():
        value = getattr(rules, name)
        if value is not None:
            found.append(Saying(shown, [in_words(name, timedelta(minutes=value) if _is_length(name) else value)]))
    return found


def attribute_of(name: str) -> str:
    """How `Effective` calls a value of a document."""
    return name if name == "slot_minutes" else name.removesuffix("_minutes")


def value_of(rules: Effective, name: str) -> Any:
    """A value that holds, by its name in documents; lengths as timedeltas."""
    value = getattr(rules, attribute_of(name))
    return timedelta(minutes=value) if name == "slot_minutes" else value


def in_words(name: str, value: Any) -> str:
    """One value as people say it."""
    if _is_length(name):
        return _nothing(name) if value is None else length(value)
    return _WORDS[name](value)


def week_lines(weekly: Mapping[Any, Any], *, leave_closed: bool = False) -> list[str]:
    """`Mon – Fri 09:00 – 21:00`, `Sat – Sun closed`: days in a row with the same hours are one line."""
    spans = [in_minutes(weekly.get(day, ())) for day in DAYS]
    lines = []
    for hours, days in groupby(range(7), key=lambda day: spans[day]):
        numbers = list(days)
        if leave_closed and not hours:
            continue
        names = [str(WEEKDAYS_ABBR[numbers[0]]), str(WEEKDAYS_ABBR[numbers[-1]])]
        shown = names[0] if len(numbers) == 1 else f"{names[0]} – {names[1]}"
        lines.append(f"{shown} {hours_words(hours)}")
    return lines


def hours_words(spans: Sequence[tuple[int, int]]) -> str:
    """`09:00 – 13:00, 14:00 – 22:00`, or `closed`."""
    return ", ".join(f"{clock_of(opens)} – {clock_of(closes)}" for opens, closes in spans) or _("closed")


def season_words(season: Season) -> str:
    """`Summer, Jun 1 – Aug 31: Mon – Fri 10:00 – 16:00; Sat – Sun closed`."""
    span = f"{year_day(season.first)} – {year_day(season.last)}"
    return f"{season.name}, {span}: {'; '.join(week_lines(season.weekly))}"


def year_day(text: str) -> str:
    """`06-01` as `Jun 1`."""
    return _("%(month)s %(day)s") % {"month": str(MONTHS_3[int(text[:2])]).capitalize(), "day": int(text[3:])}


def source_words(hours: DayHours) -> str:
    """Why the hours of a date are not the usual ones: a season or dated exception by name; empty when they are."""
    if hours.source == "weekly":
        return ""
    return hours.name or (_("other hours on this date") if hours.source == "exception" else _("season"))


def week_of(rules: Effective) -> Mapping[Any, Any]:
    """The hours of an ordinary week: those of the narrowest scope that says one."""
    return _week_said(rules).rules.weekly or {}


def week_source(rules: Effective) -> str:
    """Who says the hours of an ordinary week."""
    return str(SCOPES[_week_said(rules).said.scope])


def _date_lines(exceptions: Sequence[DatedHours], today: date) -> list[str]:
    ahead = sorted((one for one in exceptions if one.last >= today), key=lambda one: one.on)
    lines = [_date_words(one) for one in ahead[:_MOST_DATES]]
    if more := len(ahead) - len(lines):
        lines.append(ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more})
    if past := len(exceptions) - len(ahead):
        lines.append(ngettext("%(n)s date gone by", "%(n)s dates gone by", past) % {"n": past})
    return lines


def _date_words(one: DatedHours) -> str:
    days = date_format(one.on, "DATE_FORMAT")
    if one.last > one.on:
        days = f"{days} – {date_format(one.last, 'DATE_FORMAT')}"
    words = f"{days}: {hours_words(in_minutes(one.hours))}"
    return f"{words} ({one.note})" if one.note else words


def _week_said(rules: Effective) -> HoursSaid:
    return next(hours for hours in rules.hours_said if hours.weekly is not None)


def _is_length(name: str) -> bool:
    return name.endswith("_minutes")


def _nothing(name: str) -> str:
    return _("none") if name == "reminder_minutes" else _("nobody checks in")


def _use(value: str) -> str:
    return _("shared: several bookings at once") if value == "shared" else _("one booking at a time")


def _pending(value: bool) -> str:
    return _("kept while a request waits") if value else _("free until a request is approved")


def _horizon(days: int) -> str:
    return ngettext("%(days)s day ahead", "%(days)s days ahead", days) % {"days": days}


def _approval(value: str | ApprovalWhen) -> str:
    if not isinstance(value, ApprovalWhen):
        return _("at once") if value == "never" else _("staff approve each request")
    roles = set(value.roles or ())
    if roles == {"member"}:
        whose = _("staff approve requests by members")
    elif roles == {"instructor"}:
        whose = _("staff approve requests by instructors")
    else:
        whose = _("staff approve requests")
    if value.outside is None:
        return whose
    hours = "; ".join(week_lines(value.outside, leave_closed=True)) or _("no hours")
    return _("%(what)s outside %(hours)s") % {"what": whose, "hours": hours}


def _quotas(quotas: Sequence[Quota]) -> str:
    return ", ".join(map(_quota, quotas)) or _("no limit")


def _quota(quota: Quota) -> str:
    per = {"day": _("a day"), "week": _("a week"), "month": _("a month")}[quota.per]
    if quota.count is not None:
        most = ngettext("%(n)s booking", "%(n)s bookings", quota.count) % {"n": quota.count}
    else:
        most = length(timedelta(hours=quota.hours or 0))
    return _("at most %(most)s %(per)s") % {"most": most, "per": per}


def _weight(times: int) -> str:
    return _("once") if times == 1 else ngettext("%(n)s time", "%(n)s times", times) % {"n": times}


def _notice(value: bool) -> str:
    return _("staff are mailed") if value else _("nobody is told")


_WORDS: Final[Mapping[str, Callable[[Any], str]]] = {
    "use": _use,
    "approval": _approval,
    "pending_blocks": _pending,
    "horizon_days": _horizon,
    "quotas": _quotas,
    "no_show_weight": _weight,
    "no_show_notice": _notice,
}
