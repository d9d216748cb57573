"""A file as somebody sends it: which kind it is, in which letters it is written, and what it says."""

from datetime import datetime, timedelta

from infra24.calendars.errors import CalendarTooLarge, CalendarUnreadable, WindowUnclear
from infra24.calendars.policies import CalendarRead, Reading, read_ical, read_rows
from infra24.calendars.policies.events import MOST_EVENTS
from infra24.core.tables import TableTooLarge, read_table

MOST_BYTES = 5 * 1024 * 1024
USUAL_AHEAD = timedelta(days=366)
FURTHEST = timedelta(days=2 * 366)


def window(now: datetime, *, since: datetime | None, until: datetime | None) -> tuple[datetime, datetime]:
    """From now on for a year, unless asked otherwise. Raises WindowUnclear beyond two years."""
    begins, ends = since or now, until or now + USUAL_AHEAD
    if begins >= ends or begins < now - FURTHEST or ends > now + FURTHEST:
        raise WindowUnclear(
            fields={"until" if ends > now + FURTHEST or begins >= ends else "since": WindowUnclear.__doc__ or ""}
        )
    return begins, ends


def read_file(
    data: bytes, *, zone: str, since: datetime, until: datetime, day_first: bool | None = None
) -> CalendarRead:
    """What a calendar file or a table says happens in the window.

    Raises CalendarTooLarge, CalendarUnreadable, TableUnreadable.
    """
    if len(data) > MOST_BYTES:
        raise CalendarTooLarge
    text = _text(data)
    if "\0" in text or not text.strip():
        raise CalendarUnreadable
    reading = Reading(zone, since, until)
    if "BEGIN:VCALENDAR" in text[:2000].upper():
        return read_ical(text, reading)
    try:
        table = read_table(text.encode(), most_bytes=4 * MOST_BYTES, most_rows=MOST_EVENTS)
    except TableTooLarge as error:
        raise CalendarTooLarge from error
    if len(table.columns) < 2:
        raise CalendarUnreadable
    return read_rows(table.columns, ((row.line, row.cells) for row in table.rows), reading, day_first=day_first)


def _text(data: bytes) -> str:
    """UTF-8 first; then as Excel writes: UTF-16 with a mark, or Windows' own letters."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError as error:
            raise CalendarUnreadable from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", errors="replace")
