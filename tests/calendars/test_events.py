"""An event says of a booking what is true, and every calendar program reads the same, whatever people wrote."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.tz import tzical
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from infra24.calendars.events import Event, line, plain
from infra24.calendars.files import Invited, print_calendar
from infra24.calendars.policies.observances import zone_lines
from tests.calendars.readers import all_of_it, all_of_it_again, by_icalendar, by_vobject, normal

NOON = datetime(2026, 12, 1, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONES = ["America/New_York", "Europe/Madrid", "Australia/Lord_Howe"]
UGLY = ["a, b; c", "two\r\nlines", "back\\slash", "🔥" * 40, "ü" * 90, 'say "no"', "x:y=z^'", "\ttab\x0b\x1f", "\u2028"]
CRLF = "Firing\r\nATTENDEE:mailto:mallory@example.org\r\nBEGIN:VALARM\r\nEND:VEVENT\nBEGIN:VEVENT"

texts = st.text(
    st.one_of(st.characters(codec="utf-8", exclude_characters="\0"), st.sampled_from('\n\r,;:"\\🔥é=^ \t')),
    max_size=120,
).map(lambda text: text + "x")
# A reader that does not know that \\N is a backslash and an N is no reader of ours to mend.
plain_texts = texts.filter(lambda text: "\\n" not in text.lower())


def event(**more: Any) -> Event:
    said: dict[str, Any] = {
        "uid": "booking-1@example.org",
        "sequence": 3,
        "created_at": NOON - timedelta(days=9),
        "changed_at": NOON - timedelta(days=2),
        "starts_at": NOON,
        "ends_at": NOON + HOUR,
        "zone": "America/New_York",
        "title": "Firing",
    }
    return Event(**{**said, **more})


INVITED = Invited("house@example.org", "House", "bob@example.org", "Bob")


def lines_of(data: bytes) -> list[str]:
    return data.decode().replace("\r\n ", "").split("\r\n")


def test_an_event_says_everything() -> None:
    told = event(
        places=["Kiln, first floor", "Wheel"],
        text="Bring clay; and, wax.\nhttps://example.org/1",
        page="https://example.org/1",
        kinds=["Space", "Equipment"],
        is_public=True,
    )

    data = print_calendar([told], method="REQUEST", remind=timedelta(minutes=30), invited=INVITED)

    assert lines_of(data)[5:] == [
        *zone_lines("America/New_York"),
        "BEGIN:VEVENT",
        "UID:booking-1@example.org",
        "SEQUENCE:3",
        "DTSTAMP:20261129T170000Z",
        "CREATED:20261122T170000Z",
        "LAST-MODIFIED:20261129T170000Z",
        "DTSTART;TZID=America/New_York:20261201T120000",
        "DTEND;TZID=America/New_York:20261201T130000",
        "SUMMARY:Firing",
        "LOCATION:Kiln\\, first floor\\, Wheel",
        "DESCRIPTION:Bring clay\\; and\\, wax.\\nhttps://example.org/1",
        "URL:https://example.org/1",
        "CATEGORIES:Space,Equipment",
        "ORGANIZER;CN=House:mailto:house@example.org",
        "ATTENDEE;CN=Bob;CUTYPE=INDIVIDUAL;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=FALSE:mailto:bob@example.org",
        "STATUS:CONFIRMED",
        "TRANSP:OPAQUE",
        "X-MICROSOFT-CDO-BUSYSTATUS:BUSY",
        "CLASS:PUBLIC",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        "TRIGGER:-PT30M",
        "DESCRIPTION:Firing",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]
    assert data == print_calendar([told], method="REQUEST", remind=timedelta(minutes=30), invited=INVITED)


def test_what_is_cancelled_takes_no_time_and_wakes_nobody() -> None:
    lines = lines_of(print_calendar([event().as_cancelled()], method="CANCEL", remind=HOUR, invited=INVITED))

    assert {"METHOD:CANCEL", "STATUS:CANCELLED", "TRANSP:TRANSPARENT", "X-MICROSOFT-CDO-BUSYSTATUS:FREE"} <= set(lines)
    assert "BEGIN:VALARM" not in lines


def test_a_feed_says_what_it_is_and_how_often_it_is_worth_reading() -> None:
    lines = lines_of(print_calendar([], name="House,\none", zone="Europe/Madrid", refresh=HOUR, method="PUBLISH"))

    assert lines == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Infra24//Bookings//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:House\\, one",
        "NAME:House\\, one",
        "X-WR-TIMEZONE:Europe/Madrid",
        "REFRESH-INTERVAL;VALUE=DURATION:PT60M",
        "X-PUBLISHED-TTL:PT60M",
        "END:VCALENDAR",
        "",
    ]


@settings(max_examples=60)
@given(title=plain_texts, place=plain_texts, text=plain_texts, kind=plain_texts, called=texts)
def test_two_readers_read_everything_alike(title: str, place: str, text: str, kind: str, called: str) -> None:
    told = event(title=line(title), places=[line(place)], text=plain(text), kinds=[line(kind)])
    invited = Invited("house@example.org", called, "bob@example.org", called)

    data = print_calendar([told], name=title, method="REQUEST", remind=HOUR, invited=invited)

    (first,), (second,) = all_of_it(data), all_of_it_again(data)
    assert first == second
    assert first["summary"] == [normal(title)]
    assert first["description"] == [normal(text)]
    assert first["location"] == [normal(place)]
    assert first["categories"] == [[normal(kind)]]
    assert first["alarms"] == [("DISPLAY", -HOUR, normal(title))]
    assert first["attendee"][0][0] == "mailto:bob@example.org"
    assert all(len(each) <= 75 for each in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")


@pytest.mark.parametrize("text", UGLY)
def test_ugly_text_is_text(text: str) -> None:
    data = print_calendar([event(title=line(text) or "x", text=plain(text))])

    (told,) = all_of_it(data)
    assert (told["summary"], told["description"]) == ([normal(text) or "x"], [normal(text)])


def test_nobody_smuggles_in_a_line() -> None:
    told = event(title=line(CRLF), places=[line(CRLF)], text=plain(CRLF), kinds=[line(CRLF)])
    plain_one = event(title="x", places=["x"], text="x", kinds=["x"])

    def names(one: Event, called: str) -> list[str]:
        invited = Invited("house@example.org", called, "bob@example.org", called)
        data = print_calendar([one], name=called, method="REQUEST", remind=HOUR, invited=invited)
        return [each.partition(":")[0].partition(";")[0] for each in lines_of(data)]

    assert names(told, CRLF) == names(plain_one, "x")


@pytest.mark.parametrize("zone", ZONES)
def test_every_half_hour_of_the_days_on_which_clocks_change_is_the_same_instant_to_all(zone: str) -> None:
    changes = [
        at
        for day in range(365)
        if (at := datetime(2026, 6, 1, tzinfo=UTC) + timedelta(days=day)).astimezone(ZoneInfo(zone)).utcoffset()
        != (at + timedelta(days=1)).astimezone(ZoneInfo(zone)).utcoffset()
    ]
    halves = [change + timedelta(minutes=30 * step) for change in changes for step in range(-4, 60)]
    told = [
        event(uid=f"{number:04}", starts_at=at, ends_at=at + timedelta(minutes=30), zone=zone)
        for number, at in enumerate(halves)
    ]

    data = print_calendar(told)

    assert len(changes) == 2
    meant = [(at, at + timedelta(minutes=30)) for at in halves]
    assert [(starts, ends) for _uid, starts, ends, *_ in by_icalendar(data)] == meant
    assert [(starts, ends) for _uid, starts, ends, *_ in by_vobject(data)] == meant
    assert _by_the_rules_in_the_file(data, zone) == meant


def _by_the_rules_in_the_file(data: bytes, zone: str) -> list[tuple[datetime, datetime]]:
    """For programs that believe the file and not the name of the zone."""
    rules = tzical(StringIO(data.decode())).get(zone)

    def instant(line: str) -> datetime:
        value = line.rpartition(":")[2]
        if value.endswith("Z"):
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        return datetime.strptime(value, "%Y%m%dT%H%M%S").replace(tzinfo=rules).astimezone(UTC)

    events = data.decode().split("BEGIN:VEVENT")[1:]
    return [
        (instant(starts), instant(ends))
        for starts, ends in (
            [line for line in each.split("\r\n") if line.startswith(("DTSTART", "DTEND"))] for each in events
        )
    ]


@pytest.mark.parametrize(
    "zone",
    [*ZONES, "Africa/Casablanca", "Europe/Dublin", "Asia/Kathmandu", "America/Santiago", "Asia/Jerusalem", "Etc/UTC"],
)
def test_the_rules_of_a_zone_are_its_clock(zone: str) -> None:
    """Where the wall means one instant: every quarter of an hour around each change of some years, and every week."""
    file = "\r\n".join(["BEGIN:VCALENDAR", *zone_lines(zone), "END:VCALENDAR"])
    rules, clock = tzical(StringIO(file)).get(zone), ZoneInfo(zone)
    wrong = [wall for wall in _walls(clock) if wall.replace(tzinfo=rules).utcoffset() != _only(wall, clock)]

    assert wrong == []


def _walls(clock: ZoneInfo) -> Iterator[datetime]:
    """Walls with one meaning: of each week of years near and far, and of the days on which the clock changes."""
    for year in (2020, 2022, 2026, 2027, 2028, 2059):
        for week in range(52):
            day = datetime(year, 1, 1, 12, tzinfo=clock) + timedelta(weeks=week)
            same = day.utcoffset() == (day + timedelta(weeks=1)).utcoffset()
            steps = [timedelta()] if same else [timedelta(minutes=15 * step) for step in range(4 * 24 * 7)]
            for step in steps:
                wall = day.replace(tzinfo=None) + step
                if _only(wall, clock) is not None:
                    yield wall


def _only(wall: datetime, clock: ZoneInfo) -> timedelta | None:
    first, second = (wall.replace(tzinfo=clock, fold=fold).utcoffset() for fold in (0, 1))
    return first if first == second else None


def test_a_simple_clock_is_two_rules_and_an_odd_one_a_list() -> None:
    assert [line for line in zone_lines("America/New_York") if "RRULE" in line] == [
        "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU",
        "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU",
    ]
    assert "RDATE" in "".join(zone_lines("Africa/Casablanca"))
    assert Calendar.from_ical(print_calendar([event(zone="UTC")])).walk("VTIMEZONE") == []
