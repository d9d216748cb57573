"""Calendar files as the tests write them."""

from datetime import UTC, datetime

from infra24.calendars.policies import CalendarRead, Reading, read_ical

ZONE = "America/New_York"
READING = Reading(ZONE, datetime(2027, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC))


def calendar(*events: str, before: str = "") -> str:
    """A file with these events; each is what stands between BEGIN and END, a line per property."""
    blocks = [f"BEGIN:VEVENT\n{event.strip()}\nEND:VEVENT" for event in events]
    return "\r\n".join("\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", before, *blocks, "END:VCALENDAR", ""]).splitlines())


def event(uid: str = "a", starts: str = "DTSTART:20270601T140000Z", *more: str) -> str:
    lines = [f"UID:{uid}", starts, *more]
    if not any(line.startswith(("DTEND", "DURATION")) for line in more):
        lines.append("DURATION:PT1H")
    return "\n".join(lines)


def read(*events: str, before: str = "", reading: Reading = READING) -> CalendarRead:
    return read_ical(calendar(*events, before=before), reading)


def times(found: CalendarRead) -> list[tuple[str, str]]:
    """Beginnings and ends in UTC, to the minute."""
    return [(f"{one.starts_at:%Y-%m-%d %H:%M}", f"{one.ends_at:%m-%d %H:%M}") for one in found.occurrences]


def starts(found: CalendarRead) -> list[str]:
    return [begins for begins, _ends in times(found)]
