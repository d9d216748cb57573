"""Calendar files (RFC 5545), and bookings as tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from icalendar import Parameters
from icalendar.parser import Contentline

from infra24.calendars.events import Event, Shown, event_of, installation, line, uid_of
from infra24.calendars.policies.observances import FIRST_YEAR, zone_lines
from infra24.core.days import wall_of
from infra24.core.tables import write_table

__all__ = ["Invited", "Method", "Shown", "calendar_file", "installation", "print_calendar", "table_file", "uid_of"]

PRODUCT = "-//Infra24//Bookings//EN"
Method = Literal["", "PUBLISH", "REQUEST", "CANCEL"]
_BUSY = {"CONFIRMED": "BUSY", "TENTATIVE": "TENTATIVE", "CANCELLED": "FREE"}
_ATTENDING = {"CUTYPE": "INDIVIDUAL", "ROLE": "REQ-PARTICIPANT", "PARTSTAT": "ACCEPTED", "RSVP": "FALSE"}
COLUMNS = (
    "title",
    "start",
    "end",
    "resource",
    "person name",
    "e-mail",
    "people",
    "status",
    "note",
    "source",
    "reason",
    "id",
)


@dataclass(frozen=True)
class Invited:
    """Between whom an event is: mail address and name of the organisation, and of the person if somebody is asked."""

    organiser: str
    organiser_name: str
    guest: str = ""
    guest_name: str = ""


def calendar_file(shown: Iterable[Shown], *, name: str) -> bytes:
    """One event for each booking, in the zone in which its times were chosen."""
    return print_calendar([event_of(one, by_name=True) for one in shown], name=name)


def print_calendar(
    events: Sequence[Event],
    *,
    name: str = "",
    zone: str = "",
    method: Method = "",
    remind: timedelta | None = None,
    invited: Invited | None = None,
    refresh: timedelta | None = None,
) -> bytes:
    """A whole file: the rules of every zone spoken of, then the events.

    The same events give the same bytes. `remind` is how long before its start an event is to be heard of; `refresh`,
    how often a feed is worth reading. The library's own objects take ten times as long for a busy house: lines are
    put together here, and only what is delicate, folding and parameters, is left to it.
    """
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN"]
    if method:
        lines.append(f"METHOD:{method}")
    if name:
        # The old name of it, which everybody knows, and the one of RFC 7986.
        lines += [f"X-WR-CALNAME:{_escaped(line(name))}", f"NAME:{_escaped(line(name))}"]
    if zone:
        lines.append(f"X-WR-TIMEZONE:{zone}")
    if refresh:
        lines += [f"REFRESH-INTERVAL;VALUE=DURATION:{_length(refresh)}", f"X-PUBLISHED-TTL:{_length(refresh)}"]
    body = [text for event in events for text in _event_lines(event, remind=remind, invited=invited)]
    whole = [*map(_folded, [*lines, *_zones(events), *body]), "END:VCALENDAR"]
    return ("\r\n".join(whole) + "\r\n").encode()


def table_file(shown: Iterable[Shown], *, zone: str) -> bytes:
    """A row for each booking, times as clocks in the zone show them. UTF-8 with a mark, as spreadsheets want it.

    It can be imported again: the columns have the names an import knows.
    """
    return write_table(COLUMNS, (_row(one, zone) for one in shown)).encode("utf-8-sig")


def _event_lines(event: Event, *, remind: timedelta | None, invited: Invited | None) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    if event.instance_of:
        yield f"RECURRENCE-ID{_on_the_wall(event.instance_of, event.zone)}"
    yield f"SEQUENCE:{event.sequence}"
    # When this was written is when the booking last changed: the same booking gives the same file.
    yield f"DTSTAMP:{_utc(event.changed_at)}"
    yield f"CREATED:{_utc(event.created_at)}"
    yield f"LAST-MODIFIED:{_utc(event.changed_at)}"
    yield f"DTSTART{_on_the_wall(event.starts_wall, event.zone) if event.starts_wall else _at(event.starts_at, event)}"
    yield f"DTEND{_at(event.ends_at, event)}"
    if event.rule:
        yield f"RRULE:{event.rule}"
    # One to a line: not every reader splits a list.
    for wall in event.excluded:
        yield f"EXDATE{_on_the_wall(wall, event.zone)}"
    yield f"SUMMARY:{_escaped(event.title)}"
    if event.places:
        yield f"LOCATION:{_escaped(', '.join(event.places))}"
    if event.text:
        yield f"DESCRIPTION:{_escaped(event.text)}"
    if event.page:
        yield f"URL:{event.page}"
    if event.kinds:
        yield "CATEGORIES:" + ",".join(_escaped(kind) for kind in event.kinds)
    if invited:
        yield _party("ORGANIZER", invited.organiser, invited.organiser_name)
    if invited and invited.guest:
        # They booked it themselves, or were booked: nobody waits for an answer.
        yield _party("ATTENDEE", invited.guest, invited.guest_name, **_ATTENDING)
    yield f"STATUS:{event.status}"
    yield f"TRANSP:{'TRANSPARENT' if event.status == 'CANCELLED' else 'OPAQUE'}"
    yield f"X-MICROSOFT-CDO-BUSYSTATUS:{_BUSY[event.status]}"
    yield f"CLASS:{'PUBLIC' if event.is_public else 'PRIVATE'}"
    if remind is not None and event.status != "CANCELLED":
        yield from ("BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:-{_length(remind)}")
        yield from (f"DESCRIPTION:{_escaped(event.title)}", "END:VALARM")
    yield "END:VEVENT"


def _party(name: str, address: str, called: str, **more: str) -> str:
    parameters = Parameters({"CN": line(called) or address, **more})
    return f"{name};{parameters.to_ical().decode()}:mailto:{address}"


def _at(at: datetime, event: Event) -> str:
    """In the zone; but of an hour that comes twice a wall can only mean the first, so the second is said in UTC."""
    local = at.astimezone(ZoneInfo(event.zone))
    if local.replace(fold=0).astimezone(UTC) != at:
        return f":{_utc(at)}"
    return _on_the_wall(local, event.zone)


def _on_the_wall(wall: datetime, zone: str) -> str:
    return f":{wall:%Y%m%dT%H%M%S}Z" if zone == "UTC" else f";TZID={zone}:{wall:%Y%m%dT%H%M%S}"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _length(length: timedelta) -> str:
    return f"PT{int(length.total_seconds()) // 60}M"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(text: str) -> str:
    """The line, cut where it is longer than 75 bytes; never within a character."""
    if len(text) < 75 and text.isascii():
        return text
    folded: bytes = Contentline(text).to_ical()  # type: ignore[no-untyped-call]
    return folded.decode()


def _zones(events: Iterable[Event]) -> Iterator[str]:
    earliest: dict[str, int] = {}
    for event in events:
        if event.zone != "UTC":
            # A wall on New Year's Eve may be next year's instant.
            earliest[event.zone] = min(earliest.get(event.zone, FIRST_YEAR), event.starts_at.year - 1)
    for zone, first in sorted(earliest.items()):
        yield from zone_lines(zone, first=first)


def _row(one: Shown, zone: str) -> list[str | int | float | None]:
    booking = one.booking
    person = booking.person if one.is_full else None
    return [
        one.title,
        f"{wall_of(booking.starts_at, zone):%Y-%m-%d %H:%M}",
        f"{wall_of(booking.ends_at, zone):%Y-%m-%d %H:%M}",
        ", ".join(one.places),
        person.name if person else "",
        person.email if person else "",
        booking.party_size if one.is_full else None,
        str(booking.status_now),
        booking.note if one.is_full else "",
        str(booking.source) if one.is_full else "",
        booking.reason if one.is_full else "",
        str(booking.pk),
    ]
