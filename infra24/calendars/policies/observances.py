"""The clock of a zone as a calendar file tells it (VTIMEZONE): when it changes, from what to what.

Written here because what libraries write lets summer begin an hour late. Changes
that follow a rule for years are said as that rule: some readers know no lists.
All files tell of the same years, since some readers keep what the first one said.
No Django, no clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

FIRST_YEAR, LAST_YEAR = 2020, 2100
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_WEEK, _SECOND = timedelta(weeks=1), timedelta(seconds=1)


class _Kind(NamedTuple):
    """Changes that are alike but for the year."""

    was: timedelta
    becomes: timedelta
    name: str
    is_summer: bool


@dataclass(frozen=True)
class _Change:
    at: datetime
    """Naive, as the clock showed it that was right until then."""
    kind: _Kind


@lru_cache(maxsize=600)
def zone_lines(zone: str, *, first: int = FIRST_YEAR) -> tuple[str, ...]:
    """VTIMEZONE for everything from the year `first` until 2100."""
    clock = ZoneInfo(zone)
    # A year more before it, so that each kind of time has begun.
    since, until = datetime(first - 1, 1, 1, tzinfo=UTC), datetime(LAST_YEAR, 1, 1, tzinfo=UTC)
    changes = list(_changes(clock, since, until))
    lines = ["BEGIN:VTIMEZONE", f"TZID:{zone}"]
    if not changes or changes[0].at.year >= first:
        local = since.astimezone(clock)
        lines += _observance(_kind(local, _offset(local)), local.replace(tzinfo=None), [])
    alike: dict[_Kind, list[datetime]] = {}
    for change in changes:
        alike.setdefault(change.kind, []).append(change.at)
    for kind, found in alike.items():
        runs = list(_runs(found))
        for run in runs:
            if len(run) > 1:
                lines += _observance(kind, run[0], [_rule_of(run, kind)])
        if alone := [run[0] for run in runs if len(run) == 1]:
            lines += _observance(kind, alone[0], [f"RDATE:{at:%Y%m%dT%H%M%S}" for at in alone[1:]])
    return (*lines, "END:VTIMEZONE")


def _observance(kind: _Kind, begins: datetime, more: Sequence[str]) -> list[str]:
    name = "DAYLIGHT" if kind.is_summer else "STANDARD"
    return [
        f"BEGIN:{name}",
        f"DTSTART:{begins:%Y%m%dT%H%M%S}",
        *more,
        f"TZNAME:{kind.name}",
        f"TZOFFSETFROM:{_sign(kind.was)}",
        f"TZOFFSETTO:{_sign(kind.becomes)}",
        f"END:{name}",
    ]


def _runs(found: Sequence[datetime]) -> Iterator[list[datetime]]:
    """The changes cut where the rule they follow becomes another one."""
    run: list[datetime] = []
    for at in found:
        if run and not (at.year == run[-1].year + 1 and _days_of([*run, at])):
            yield run
            run = []
        run.append(at)
    yield run


def _rule_of(run: Sequence[datetime], kind: _Kind) -> str:
    rule = f"RRULE:FREQ=YEARLY;BYMONTH={run[0].month};{_days_of(run)}"
    # What goes on until the end of all years goes on.
    return rule if run[-1].year == LAST_YEAR - 1 else f"{rule};UNTIL={run[-1] - kind.was:%Y%m%dT%H%M%SZ}"


def _days_of(run: Sequence[datetime]) -> str:
    """The second Sunday, the last one, or the Sunday from the 2nd to the 8th; empty where it is nothing so simple."""
    if len({(at.month, at.weekday(), at.time()) for at in run}) > 1:
        return ""
    day = _DAYS[run[0].weekday()]
    if all((at + _WEEK).month != at.month for at in run):
        return f"BYDAY=-1{day}"
    if len({(at.day - 1) // 7 for at in run}) == 1:
        return f"BYDAY={(run[0].day - 1) // 7 + 1}{day}"
    first, last = min(at.day for at in run), max(at.day for at in run)
    return f"BYDAY={day};BYMONTHDAY={','.join(map(str, range(first, first + 7)))}" if last - first < 7 else ""


def _changes(clock: ZoneInfo, since: datetime, until: datetime) -> Iterator[_Change]:
    before = since
    while before < until:
        after = before + _WEEK
        if _state(before, clock) != _state(after, clock):
            at = _instant(clock, before, after)
            was = _offset((at - _SECOND).astimezone(clock))
            yield _Change((at + was).replace(tzinfo=None), _kind(at.astimezone(clock), was))
        before = after


def _instant(clock: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The first second of the new time. Nowhere does the clock change twice in a week."""
    while after - before > _SECOND:
        middle = before + timedelta(seconds=(after - before) // _SECOND // 2)
        if _state(middle, clock) == _state(after, clock):
            after = middle
        else:
            before = middle
    return after


def _state(at: datetime, clock: ZoneInfo) -> tuple[timedelta, str | None]:
    local = at.astimezone(clock)
    return _offset(local), local.tzname()


def _kind(local: datetime, was: timedelta) -> _Kind:
    return _Kind(was, _offset(local), local.tzname() or "", bool(local.dst()))


def _offset(local: datetime) -> timedelta:
    return local.utcoffset() or timedelta()


def _sign(offset: timedelta) -> str:
    minutes = abs(int(offset.total_seconds())) // 60
    return f"{'-' if offset < timedelta() else '+'}{minutes // 60:02}{minutes % 60:02}"
