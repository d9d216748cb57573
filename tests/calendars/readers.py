"""What calendar programs make of a file: two parsers that share nothing, and a third that follows rules."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import vobject
from dateutil.rrule import rrulestr
from icalendar import Calendar


def normal(text: str) -> str:
    """Text as everybody agrees on it: what cannot be seen, and how lines end, aside."""
    return " ".join(
        "".join(char if char.isprintable() else " " for char in text.replace("\r\n", "\n").replace("\r", "\n")).split()
    )


def by_icalendar(data: bytes) -> list[tuple[Any, ...]]:
    events: Any = Calendar.from_ical(data).walk("VEVENT")
    return sorted(
        (
            str(event["UID"]),
            event["DTSTART"].dt.astimezone(UTC),
            event["DTEND"].dt.astimezone(UTC),
            normal(str(event["SUMMARY"])),
            str(event["STATUS"]),
            int(event["SEQUENCE"]),
            normal(str(event.get("LOCATION", ""))),
        )
        for event in events
    )


def by_vobject(data: bytes) -> list[tuple[Any, ...]]:
    found = vobject.readOne(data.decode())
    return sorted(
        (
            event.uid.value,
            event.dtstart.value.astimezone(UTC),
            event.dtend.value.astimezone(UTC),
            normal(event.summary.value),
            event.status.value,
            int(event.sequence.value),
            normal(event.location.value if hasattr(event, "location") else ""),
        )
        for event in found.contents.get("vevent", [])
    )


def all_of_it(data: bytes) -> list[dict[str, Any]]:
    """Everything an event says, as icalendar reads it; what is said twice is a list."""
    return [_said(event) for event in Calendar.from_ical(data).walk("VEVENT")]


def all_of_it_again(data: bytes) -> list[dict[str, Any]]:
    """The same as vobject reads it."""
    found = vobject.readOne(data.decode())
    told = []
    for event in found.contents.get("vevent", []):
        values: dict[str, Any] = {}
        for name, lines in event.contents.items():
            if name != "valarm":
                values[name] = [_plain_vobject(line) for line in lines]
        values["alarms"] = [
            (alarm.action.value, alarm.trigger.value, normal(alarm.description.value))
            for alarm in event.contents.get("valarm", [])
        ]
        told.append(values)
    return told


def _said(event: Any) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, value in event.property_items(recursive=False):
        if name in {"BEGIN", "END"}:
            continue
        parts = value if isinstance(value, list) else [value]
        values.setdefault(name.lower(), []).extend(_plain(part) for part in parts)
    values["alarms"] = [
        (str(alarm["ACTION"]), alarm["TRIGGER"].dt, normal(str(alarm["DESCRIPTION"]))) for alarm in event.walk("VALARM")
    ]
    return values


def _plain(value: Any) -> Any:
    if type(value).__name__ == "vDDDLists":
        return sorted(each.dt.astimezone(UTC) for each in value.dts)
    if hasattr(value, "cats"):
        return sorted(normal(str(each)) for each in value.cats)
    if hasattr(value, "dt"):
        return value.dt.astimezone(UTC)
    if type(value).__name__ == "vRecur":
        return value.to_ical().decode()
    text = normal(str(int(value)) if isinstance(value, int) else str(value))
    called = value.params.get("CN") if hasattr(value, "params") else None
    return (text, normal(str(called))) if called is not None else text


def _plain_vobject(line: Any) -> Any:
    value = line.value
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if isinstance(value, list):
        if value and isinstance(value[0], datetime):
            return sorted(each.astimezone(UTC) for each in value)
        return sorted(normal(each) for each in value)
    called = line.params.get("CN")
    return (normal(value), normal(called[0])) if called else normal(value)


def expanded(data: bytes) -> list[tuple[datetime, datetime, str, str]]:
    """Every date a file means: beginning, end, title, status. Rules are followed by python-dateutil."""
    events: Any = Calendar.from_ical(data).walk("VEVENT")
    instead = {_wall(event, "RECURRENCE-ID"): event for event in events if "RECURRENCE-ID" in event}
    found = [_one(event, event["DTSTART"].dt, event["DTEND"].dt) for event in instead.values()]
    for event in events:
        if "RECURRENCE-ID" in event:
            continue
        starts, lasts = event["DTSTART"].dt, _lasting(event)
        if "RRULE" not in event:
            found.append(_one(event, starts, event["DTEND"].dt))
            continue
        excluded = event.get("EXDATE", [])
        excluded = excluded if isinstance(excluded, list) else [excluded]
        gone = {each.dt.replace(tzinfo=None) for one in excluded for each in one.dts} | set(instead)
        for start in rrulestr(event["RRULE"].to_ical().decode(), dtstart=starts):
            if start.replace(tzinfo=None) not in gone:
                at = start.astimezone(UTC)
                found.append(_one(event, at, at + lasts))
    return sorted(found)


def _lasting(event: Any) -> Any:
    return event["DTEND"].dt.astimezone(UTC) - event["DTSTART"].dt.astimezone(UTC)


def _wall(event: Any, name: str) -> datetime:
    value = event[name]
    zone = value.params.get("TZID")
    at: datetime = value.dt.astimezone(ZoneInfo(zone)) if zone else value.dt
    return at.replace(tzinfo=None)


def _one(event: Any, starts_at: datetime, ends_at: datetime) -> tuple[datetime, datetime, str, str]:
    return starts_at.astimezone(UTC), ends_at.astimezone(UTC), str(event["SUMMARY"]), str(event["STATUS"])
