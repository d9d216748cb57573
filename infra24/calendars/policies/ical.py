"""Calendar files (RFC 5545), event by event, so that what is wrong with one is told by its line and harms no other."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, Final
from zoneinfo import ZoneInfo

from icalendar import Event

from infra24.calendars.errors import CalendarTooLarge, CalendarUnreadable
from infra24.calendars.policies.events import CalendarRead, Fault, Occurrence, Reading, short_uid, shortened
from infra24.calendars.policies.recurring import Budget, RuleRefused, walls_of
from infra24.calendars.policies.zones import Zones, name_of
from infra24.core.wording import said

LONGEST_EVENT = 100_000
"""Characters; descriptions can be long."""
MOST_DATES = 2_000
"""Dates added to, or taken out of, one series."""
_LINE_END = re.compile(r"\r\n|\n|\r")
_UNTITLED: Final = said("Imported")


@dataclass(frozen=True)
class _Block:
    """The text between BEGIN and END of one component, and the line of its BEGIN."""

    line: int
    text: str


@dataclass(frozen=True)
class _Said:
    """An event as it was written, its times as walls in a zone."""

    occurrence: Occurrence
    begins: datetime
    """Naive."""
    length: timedelta
    """On the clock of the wall, unless `is_elapsed`."""
    zone: tzinfo
    rule: Mapping[str, Any]
    last: datetime | None
    added: tuple[datetime, ...]
    left_out: frozenset[datetime]
    days_out: frozenset[date]
    """Left out by the day alone."""
    replaces: datetime | None
    """Which one of the series it speaks for, as an instant."""
    is_elapsed: bool = False


def read_ical(text: str, reading: Reading) -> CalendarRead:
    """Everything that happens in the window, each occurrence by itself.

    Times without a zone, and whole days, are meant in the zone of `reading`.
    Raises CalendarUnreadable, CalendarTooLarge.
    """
    # Not `splitlines`, which also ends lines at characters that stand in texts.
    lines = _LINE_END.split(text.lstrip("\ufeff"))
    if not any(line.strip().upper() == "BEGIN:VCALENDAR" for line in lines[:50]):
        raise CalendarUnreadable
    found = CalendarRead(name=_calendar_name(lines))
    events, rules = _blocks(lines, reading.most)
    zones = Zones(rules)
    by_uid: dict[str, list[_Said]] = defaultdict(list)
    for block in events:
        try:
            event = _said(block, zones, reading)
        except _Unclear as fault:
            found.faults.append(Fault(block.line, fault.args[0]))
            continue
        by_uid[event.occurrence.uid].append(event)
    found.uids = set(by_uid)
    budget = Budget()
    for same in by_uid.values():
        for occurrence in _occurrences(same, reading, budget, found.faults):
            found.occurrences.append(occurrence)
            if len(found.occurrences) > reading.most:
                raise CalendarTooLarge
    found.occurrences.sort(key=lambda one: (one.starts_at, one.line))
    return found


class _Unclear(Exception):
    """Something of an event cannot be understood; the argument says what."""


def _calendar_name(lines: list[str]) -> str:
    name = next((line.partition(":")[2] for line in lines[:200] if line.upper().startswith("X-WR-CALNAME")), "")
    return shortened(name.replace("\\,", ",").replace("\\;", ";"), 80)


def _blocks(lines: list[str], most: int) -> tuple[list[_Block], dict[str, str]]:
    """The events, and the rules of zones by name. What lies inside an event, as an alarm, is left out."""
    events: list[_Block] = []
    zones: dict[str, str] = {}
    kind, begins, depth = "", 0, 0
    kept: list[str] = []
    for number, line in enumerate(lines, start=1):
        mark = line.strip().upper()
        if not kind:
            if mark in {"BEGIN:VEVENT", "BEGIN:VTIMEZONE"}:
                kind, begins, depth, kept = mark[6:], number, 0, []
            continue
        if mark == f"END:{kind}":
            if kind == "VEVENT":
                events.append(_Block(begins, "\r\n".join(kept)))
            else:
                block = "\r\n".join([f"BEGIN:{kind}", *kept, f"END:{kind}"])
                if named := re.search(r"^TZID[^:\r\n]*:(.+?)\r?$", block, re.MULTILINE):
                    zones.setdefault(named[1].strip(), block)
            kind = ""
            if len(events) > most:
                raise CalendarTooLarge
        elif kind == "VEVENT" and mark.startswith("BEGIN:"):
            depth += 1
        elif kind == "VEVENT" and mark.startswith("END:") and depth:
            depth -= 1
        elif depth == 0:
            kept.append(line)
    return events, zones


def _said(block: _Block, zones: Zones, reading: Reading) -> _Said:
    """One event. Raises _Unclear."""
    if len(block.text) > LONGEST_EVENT:
        raise _Unclear(said("This event is too long."))
    try:
        event: Any = Event.from_ical(f"BEGIN:VEVENT\r\n{block.text}\r\nEND:VEVENT\r\n")
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise _Unclear(said("This is no event.")) from error
    wrong = {name for name, _why in event.errors}
    if broken := wrong & {"DTSTART", "DTEND", "DURATION", "RRULE", "EXDATE", "RDATE", "RECURRENCE-ID"}:
        raise _Unclear(said("%(names)s cannot be read.", names=", ".join(sorted(broken))))
    uid = short_uid(_text(event, "UID"))
    if not uid:
        raise _Unclear(said("It has no UID, so a second import would not know it again."))
    begins, zone, is_day = _wall(event, "DTSTART", zones, reading)
    length, is_elapsed = _length(event, begins, zone, zones, reading, is_day=is_day)
    if _parameter(event.get("RECURRENCE-ID"), "RANGE"):
        raise _Unclear(said("It changes all that follow in a series. Export the series anew, or change them here."))
    status, freeness = _text(event, "STATUS").upper(), _text(event, "TRANSP").upper()
    occurrence = Occurrence(
        uid=uid,
        recurrence="",
        line=block.line,
        title=shortened(_text(event, "SUMMARY"), 200) or str(_UNTITLED),
        starts_at=_instant(begins, zone),
        ends_at=_instant(begins, zone),
        zone=name_of(zone),
        place=shortened(_text(event, "LOCATION"), 200),
        note=shortened(_text(event, "DESCRIPTION"), 4000),
        is_cancelled=status == "CANCELLED",
        is_public=_text(event, "CLASS").upper() == "PUBLIC",
        is_free=freeness == "TRANSPARENT" or _text(event, "X-MICROSOFT-CDO-BUSYSTATUS").upper() == "FREE",
    )
    rule = event.get("RRULE")
    if isinstance(rule, list):
        raise _Unclear(said("It has more than one rule of repetition."))
    added, _days = _dates(event, "RDATE", zone, zones, reading)
    left_out, days_out = _dates(event, "EXDATE", zone, zones, reading)
    replaces = None
    if "RECURRENCE-ID" in event:
        wall, its_zone, _day = _wall(event, "RECURRENCE-ID", zones, reading)
        replaces = _instant(wall, its_zone)
    return _Said(
        occurrence,
        begins,
        length,
        zone,
        rule=dict(rule) if rule else {},
        last=_last(rule, zone) if rule else None,
        added=tuple(added),
        left_out=frozenset(left_out),
        days_out=frozenset(days_out),
        replaces=replaces,
        is_elapsed=is_elapsed,
    )


def _wall(event: Any, name: str, zones: Zones, reading: Reading) -> tuple[datetime, tzinfo, bool]:
    """A time as the wall shows it, the zone of the wall, and whether it is a day without a clock."""
    value = event.get(name)
    if value is None or isinstance(value, list):
        raise _Unclear(said("%(name)s is missing or there twice.", name=name))
    return _read(value.dt, _parameter(value, "TZID"), zones, reading)


def _read(moment: Any, zone_name: str, zones: Zones, reading: Reading) -> tuple[datetime, tzinfo, bool]:
    if not isinstance(moment, date):
        raise _Unclear(said("A time cannot be read."))
    if not 1900 <= moment.year <= 2199:
        raise _Unclear(said("Times lie between the years 1900 and 2200."))
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time()), ZoneInfo(reading.zone), True
    wall = moment.replace(tzinfo=None, fold=0)
    if zone_name:
        zone = zones.of(zone_name)
        if zone is None:
            raise _Unclear(said("Nobody knows the time zone “%(zone)s”.", zone=shortened(zone_name, 60)))
        return wall, zone, False
    if moment.tzinfo is not None:
        return moment.astimezone(UTC).replace(tzinfo=None), UTC, False
    return wall, ZoneInfo(reading.zone), False


def _length(
    event: Any, begins: datetime, zone: tzinfo, zones: Zones, reading: Reading, *, is_day: bool
) -> tuple[timedelta, bool]:
    """How long it lasts, and whether that is elapsed time rather than on the clock."""
    if "DTEND" in event:
        ends, its_zone, _day = _wall(event, "DTEND", zones, reading)
        if its_zone == zone:
            length, is_elapsed = ends - begins, False
        else:
            length, is_elapsed = _instant(ends, its_zone) - _instant(begins, zone), True
    elif "DURATION" in event:
        duration = getattr(event["DURATION"], "dt", None)
        if not isinstance(duration, timedelta):
            raise _Unclear(said("%(names)s cannot be read.", names="DURATION"))
        length = duration
        # Days are days on the calendar, hours are hours that pass.
        is_elapsed = bool(length % timedelta(days=1))
    else:
        length, is_elapsed = timedelta(days=1) if is_day else timedelta(), False
    if length <= timedelta():
        raise _Unclear(said("It ends before it begins, or takes no time."))
    return length, is_elapsed


def _last(rule: Any, zone: tzinfo) -> datetime | None:
    """UNTIL as the wall of the event shows it; a day is meant whole."""
    values = rule.get("UNTIL") or [None]
    until = values[0] if isinstance(values, list) else values
    match until:
        case None:
            return None
        case datetime() if until.tzinfo is not None:
            return until.astimezone(zone).replace(tzinfo=None)
        case datetime():
            return until
        case date():
            return datetime.combine(until, time(23, 59, 59))
    raise _Unclear(said("Its rule of repetition makes no sense."))


def _dates(event: Any, name: str, zone: tzinfo, zones: Zones, reading: Reading) -> tuple[list[datetime], list[date]]:
    """EXDATE or RDATE: walls in the event's own zone, and days without a clock; a period counts by its beginning."""
    walls: list[datetime] = []
    days: list[date] = []
    values = event.get(name) or []
    for each in values if isinstance(values, list) else [values]:
        for entry in each.dts:
            moment = entry.dt[0] if isinstance(entry.dt, tuple) else entry.dt
            wall, its_zone, is_day = _read(moment, _parameter(each, "TZID"), zones, reading)
            if is_day:
                days.append(wall.date())
            walls.append(wall if is_day else _instant(wall, its_zone).astimezone(zone).replace(tzinfo=None, fold=0))
    if len(walls) > MOST_DATES:
        raise _Unclear(said("%(name)s holds more than %(number)s dates.", name=name, number=MOST_DATES))
    return walls, days


def _occurrences(same: list[_Said], reading: Reading, budget: Budget, faults: list[Fault]) -> Iterator[Occurrence]:
    """What one UID stands for: a single event, or a series with what replaces some of it."""
    replaced = {each.replaces: each for each in same if each.replaces is not None}
    masters = [each for each in same if each.replaces is None]
    for master in masters[:1]:
        is_series = bool(master.rule or master.added or replaced)
        try:
            walls = _walls(master, reading, budget)
        except RuleRefused as refusal:
            faults.append(Fault(master.occurrence.line, refusal.args[0]))
            return
        for wall in walls:
            starts_at = _instant(wall, master.zone)
            if starts_at not in replaced:
                yield from _within(_placed(master, wall, starts_at if is_series else None), reading)
    for first_meant, each in replaced.items():
        yield from _within(_placed(each, each.begins, first_meant), reading)
    faults += [Fault(each.occurrence.line, said("Its UID is there twice; the first is read.")) for each in masters[1:]]


def _walls(master: _Said, reading: Reading, budget: Budget) -> list[datetime]:
    """When it happens, by the wall; a little more than the window. Raises RuleRefused."""
    margin = timedelta(days=33)
    since = reading.since.astimezone(UTC).replace(tzinfo=None) - margin
    until = reading.until.astimezone(UTC).replace(tzinfo=None) + margin
    walls = {master.begins, *master.added}
    if master.rule:
        walls |= set(walls_of(master.rule, master.begins, since=since, until=until, last=master.last, budget=budget))
    left_out, days_out = master.left_out, master.days_out
    return sorted(
        wall for wall in walls if since <= wall < until and wall not in left_out and wall.date() not in days_out
    )


def _placed(event: _Said, wall: datetime, first_meant: datetime | None) -> Occurrence:
    starts_at = _instant(wall, event.zone)
    ends_at = starts_at + event.length if event.is_elapsed else _instant(wall + event.length, event.zone)
    recurrence = f"{first_meant:%Y%m%dT%H%M%SZ}" if first_meant else ""
    return replace(event.occurrence, recurrence=recurrence, starts_at=starts_at, ends_at=max(ends_at, starts_at))


def _within(occurrence: Occurrence, reading: Reading) -> Iterator[Occurrence]:
    if occurrence.starts_at < reading.until and occurrence.ends_at > reading.since:
        yield occurrence


def _instant(wall: datetime, zone: tzinfo) -> datetime:
    """A time the clock skips moves forward by the gap; of a repeated hour the first is meant."""
    return wall.replace(tzinfo=zone, fold=0).astimezone(UTC)


def _text(event: Any, name: str) -> str:
    value = event.get(name)
    if isinstance(value, list):
        value = value[0]
    return str(value).strip() if value is not None else ""


def _parameter(value: Any, name: str) -> str:
    parameters = getattr(value, "params", None)
    return str(parameters.get(name, "")) if parameters else ""
