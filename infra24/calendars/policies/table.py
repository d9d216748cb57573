"""Tables of bookings: columns under many names, days in many ways of writing them."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from infra24.calendars.policies.events import CalendarRead, Fault, Occurrence, Reading, short_uid, shortened
from infra24.core.wording import said

_NAMES: Final = {
    "title": ("title", "name", "summary", "subject", "event", "what", "booking"),
    "start": ("start", "starts", "start at", "starts at", "begin", "begins", "from", "start date/time"),
    "end": ("end", "ends", "end at", "ends at", "until", "to", "end date/time"),
    "start_date": ("start date", "date", "day", "begin date"),
    "start_time": ("start time", "begin time", "from time"),
    "end_date": ("end date", "last day"),
    "end_time": ("end time", "to time"),
    "resource": ("resource", "room", "location", "where", "place", "space", "equipment"),
    "person": ("person", "email", "e mail", "person email", "person e mail", "who", "for", "contact"),
    "party_size": ("party size", "people", "size", "guests", "attendees", "number of people"),
    "note": ("note", "notes", "description", "comment", "comments"),
    "status": ("status", "state"),
    "id": ("id", "uid", "key"),
}
_COLUMN: Final = {name: column for column, names in _NAMES.items() for name in names}
_CLOCK = re.compile(r"^(\d{1,2})(?:[:.h](\d{2}))?(?::(\d{2}))?\s*([ap])?\.?\s*(?:m\.?)?$", re.IGNORECASE)
_DAY = re.compile(r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})$")
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_WORDED = (
    re.compile(r"^(?P<day>\d{1,2})\.?\s+(?P<month>[a-z]{3})[a-z]*\.?,?\s+(?P<year>\d{4})$", re.IGNORECASE),
    re.compile(r"^(?P<month>[a-z]{3})[a-z]*\.?\s+(?P<day>\d{1,2}),?\s+(?P<year>\d{4})$", re.IGNORECASE),
)


class _Unclear(ValueError):
    """A cell that says nothing; its argument is the sentence."""


def known_columns(columns: Sequence[str]) -> dict[str, str]:
    """The columns that say something, each with what it says: the first of several that would do."""
    found: dict[str, str] = {}
    for column in columns:
        meaning = _COLUMN.get(re.sub(r"[\s_\-]+", " ", column).strip().casefold())
        if meaning and meaning not in found.values():
            found[column] = meaning
    return found


def read_rows(
    columns: Sequence[str],
    rows: Iterable[tuple[int, Mapping[str, str]]],
    reading: Reading,
    *,
    day_first: bool | None = None,
) -> CalendarRead:
    """What a table says happens in the window. Rows come with the line on which they begin.

    `day_first` says how 03/04/2026 is meant; None lets the table tell, and
    means the month first where it does not.
    """
    known = known_columns(columns)
    found = CalendarRead()
    meanings = set(known.values())
    missing = [
        Fault(1, said("There is no such column; it is needed."), column)
        for column, names in (
            ("title", {"title"}),
            ("start", {"start", "start_date"}),
            ("end", {"end", "end_date", "end_time"}),
        )
        if not names & meanings
    ]
    if missing:
        found.faults = missing
        return found
    written = [
        (line, {known[column]: cell for column, cell in cells.items() if column in known}) for line, cells in rows
    ]
    if day_first is None:
        day_first = _tells_day_first(cells for _line, cells in written)
        found.dates = {True: "day_first", False: "month_first", None: ""}[day_first]
    seen: Counter[str] = Counter()
    for line, cells in written:
        faults: dict[str, str] = {}
        occurrence = _occurrence(line, cells, reading, faults, seen, day_first=bool(day_first))
        found.faults += [Fault(line, detail, column) for column, detail in faults.items()]
        if occurrence is None:
            continue
        found.uids.add(occurrence.uid)
        if occurrence.starts_at < reading.until and occurrence.ends_at > reading.since:
            found.occurrences.append(occurrence)
    found.occurrences.sort(key=lambda one: (one.starts_at, one.line))
    return found


def _occurrence(
    line: int,
    cells: Mapping[str, str],
    reading: Reading,
    faults: dict[str, str],
    seen: Counter[str],
    *,
    day_first: bool,
) -> Occurrence | None:
    title = shortened(cells.get("title", ""), 200)
    if not title:
        faults["title"] = said("Say what it is.")
    starts_at = _moment(cells, "start", None, reading, faults, day_first=day_first)
    ends_at = _moment(cells, "end", starts_at, reading, faults, day_first=day_first)
    party_size = 1
    if text := cells.get("party_size", "").strip():
        if text.isdecimal() and text.isascii() and 1 <= int(text[:7]) <= 100_000:
            party_size = int(text)
        else:
            faults["party_size"] = said("Write a whole number from 1 to 100,000.")
    email = cells.get("person", "").strip().casefold()
    if email and "@" not in email:
        faults["person"] = said("Write the person's e-mail address, or leave it empty.")
    if starts_at and ends_at and ends_at <= starts_at:
        faults["end"] = said("This must be after the start.")
    if faults or starts_at is None or ends_at is None:
        return None
    place = shortened(cells.get("resource", ""), 200)
    return Occurrence(
        uid=_uid(cells, title, starts_at, place, seen),
        recurrence="",
        line=line,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        zone=reading.zone,
        place=place,
        note=shortened(cells.get("note", ""), 4000),
        email=email,
        party_size=party_size,
        is_cancelled=cells.get("status", "").strip().casefold() in {"cancelled", "canceled"},
    )


def _uid(cells: Mapping[str, str], title: str, starts_at: datetime, place: str, seen: Counter[str]) -> str:
    """The row's own id, or one made of what it is, where and when. Equal rows are told apart by their order."""
    own = short_uid(cells.get("id", "").strip())
    if not own:
        own = hashlib.sha256(f"{title}\n{starts_at.isoformat()}\n{place}".encode()).hexdigest()[:32]
    seen[own] += 1
    return own if seen[own] == 1 else f"{own}#{seen[own]}"


def _moment(
    cells: Mapping[str, str],
    edge: str,
    after: datetime | None,
    reading: Reading,
    faults: dict[str, str],
    *,
    day_first: bool,
) -> datetime | None:
    """An instant out of one cell or two. An end without a day is on the day of the start, or the next."""
    zone = ZoneInfo(reading.zone)
    column = edge if cells.get(edge, "").strip() else f"{edge}_date"
    try:
        text = cells.get(edge, "").strip()
        clock_text = cells.get(f"{edge}_time", "").strip()
        if not text:
            text = f"{cells.get(f'{edge}_date', '').strip()} {clock_text}".strip()
        if not text:
            raise _Unclear(said("Say when."))
        day, clock = _parts(text, day_first=day_first)
        if isinstance(day, datetime):
            return _in_range(day)
        if day is None:
            if after is None:
                raise _Unclear(said("Say on which day."))
            begins = after.astimezone(zone)
            day = begins.date() + timedelta(days=1 if clock is not None and clock <= begins.time() else 0)
        if clock is None and edge == "end":
            # A last day without a clock is meant whole.
            day, clock = day + timedelta(days=1), time()
        return _in_range(datetime.combine(day, clock or time(), tzinfo=zone).astimezone(UTC))
    except (_Unclear, OverflowError) as error:
        column = column if column in cells else edge
        faults[column] = error.args[0] if isinstance(error, _Unclear) else said("This is no day.")
        return None


def _in_range(moment: datetime) -> datetime:
    if not 1970 <= moment.year <= 2199:
        raise _Unclear(said("Times lie between the years 1970 and 2200."))
    return moment.astimezone(UTC)


def _parts(text: str, *, day_first: bool) -> tuple[date | datetime | None, time | None]:
    """A day and a clock, either of which may be missing; an instant where an offset is given. Raises _Unclear."""
    if re.match(r"^\d{4}-\d\d-\d\d[T ]\d\d:\d\d", text):
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise _Unclear(said("This is no time.")) from None
        return (moment, None) if moment.tzinfo else (moment.date(), moment.time())
    words = text.replace(",", " , ").split()
    for split in range(len(words), -1, -1):
        day_text = " ".join(words[:split]).replace(" ,", ",").strip(", ")
        clock_text = " ".join(words[split:]).strip(", ")
        day = _day(day_text, day_first=day_first) if day_text else None
        clock = _clock(clock_text) if clock_text else None
        if (day or not day_text) and (clock is not None or not clock_text):
            return day, clock
    raise _Unclear(said("Write it as 2026-12-01 14:30."))


def _day(text: str, *, day_first: bool) -> date | None:
    """None for what is no day."""
    try:
        if found := _DAY.match(text):
            first, second, third = (int(part) for part in found.groups())
            if len(found[1]) == 4:
                return date(first, second, third)
            year = third + 2000 if len(found[3]) == 2 else third
            return date(year, second, first) if day_first or "." in text else date(year, first, second)
        for pattern in _WORDED:
            if (worded := pattern.match(text)) and (month := worded["month"].lower()) in _MONTHS:
                return date(int(worded["year"]), _MONTHS.index(month) + 1, int(worded["day"]))
    except ValueError:
        return None
    return None


def _clock(text: str) -> time | None:
    """None for what is no time of the day."""
    found = _CLOCK.match(text)
    if not found or not (found[2] or found[4]):
        return None
    hour, minute, second = int(found[1]), int(found[2] or 0), int(found[3] or 0)
    if found[4]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found[4].lower() == "p" else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _tells_day_first(rows: Iterable[Mapping[str, str]]) -> bool | None:
    """Whether days stand before months, as far as a table shows it; None: nothing depends on it."""
    is_open = False
    for cells in rows:
        for column in ("start", "start_date", "end", "end_date"):
            words = cells.get(column, "").split()
            if words and (found := re.match(r"^(\d{1,2})[/-](\d{1,2})[/-]\d{2,4}$", words[0].strip(","))):
                if int(found[1]) > 12:
                    return True
                if int(found[2]) > 12:
                    return False
                is_open = True
    return False if is_open else None
