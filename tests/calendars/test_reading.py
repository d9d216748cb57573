"""Calendar files are read as they were meant, and what cannot be read is named by its line."""

from datetime import UTC, datetime

import pytest

from infra24.calendars.errors import CalendarTooLarge, CalendarUnreadable
from infra24.calendars.policies import Reading, read_ical
from infra24.calendars.policies.zones import iana_name
from tests.calendars.files import READING, calendar, event, read, starts, times

OWN_ZONE = """BEGIN:VTIMEZONE
TZID:Our own
BEGIN:STANDARD
DTSTART:20201101T020000
RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=1SU
TZOFFSETFROM:-0400
TZOFFSETTO:-0500
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:20200308T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU
TZOFFSETFROM:-0500
TZOFFSETTO:-0400
END:DAYLIGHT
END:VTIMEZONE"""


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART:20270601T140000Z", "DTEND:20270601T150000Z"], ("2027-06-01 14:00", "06-01 15:00")),
        (["DTSTART;TZID=Europe/Madrid:20270601T140000", "DURATION:PT90M"], ("2027-06-01 12:00", "06-01 13:30")),
        (["DTSTART;TZID=Our own:20270601T100000", "DURATION:PT1H"], ("2027-06-01 14:00", "06-01 15:00")),
        (["DTSTART;TZID=Our own:20271201T100000", "DURATION:PT1H"], ("2027-12-01 15:00", "12-01 16:00")),
        (["DTSTART;TZID=Eastern Standard Time:20270601T100000", "DURATION:PT1H"], ("2027-06-01 14:00", "06-01 15:00")),
        (["DTSTART:20270601T100000", "DTEND:20270601T113000"], ("2027-06-01 14:00", "06-01 15:30")),
        (["DTSTART;VALUE=DATE:20270601"], ("2027-06-01 04:00", "06-02 04:00")),
        (["DTSTART;VALUE=DATE:20270601", "DTEND;VALUE=DATE:20270603"], ("2027-06-01 04:00", "06-03 04:00")),
        (["DTSTART;VALUE=DATE:20270601", "DURATION:P2D"], ("2027-06-01 04:00", "06-03 04:00")),
        # The night in which the clock is put forward: a day is a day, hours are hours.
        (["DTSTART;VALUE=DATE:20270314"], ("2027-03-14 05:00", "03-15 04:00")),
        (["DTSTART;TZID=America/New_York:20270313T220000", "DURATION:PT6H"], ("2027-03-14 03:00", "03-14 09:00")),
        (["DTSTART;TZID=America/New_York:20270314T023000", "DURATION:PT1H"], ("2027-03-14 07:30", "03-14 08:30")),
        (
            ["DTSTART;TZID=America/New_York:20270601T100000", "DTEND;TZID=Europe/Madrid:20270601T180000"],
            ("2027-06-01 14:00", "06-01 16:00"),
        ),
    ],
)
def test_times_are_read_in_every_way_they_are_written(lines: list[str], expected: tuple[str, str]) -> None:
    found = read("\n".join(["UID:a", *lines]), before=OWN_ZONE)

    assert (times(found), found.faults) == ([expected], [])


def test_a_series_stays_at_its_hour_when_the_clocks_change() -> None:
    found = read(event("a", "DTSTART;TZID=America/New_York:20271029T190000", "RRULE:FREQ=WEEKLY;COUNT=3"))

    assert starts(found) == ["2027-10-29 23:00", "2027-11-05 23:00", "2027-11-13 00:00"]
    assert [one.recurrence for one in found.occurrences] == [
        "20271029T230000Z",
        "20271105T230000Z",
        "20271113T000000Z",
    ]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=DAILY;COUNT=3", [1, 2, 3]),
        ("FREQ=WEEKLY;BYDAY=TU,TH;UNTIL=20270611T000000Z", [1, 3, 8, 10]),
        ("FREQ=WEEKLY;INTERVAL=2;UNTIL=20270630", [1, 15, 29]),
        ("FREQ=MONTHLY;BYDAY=-1WE;COUNT=1", [1, 30]),
        ("FREQ=DAILY;UNTIL=20270603T140000Z", [1, 2, 3]),
        ("FREQ=DAILY;UNTIL=20270603T135959Z", [1, 2]),
    ],
)
def test_rules_of_repetition(rule: str, expected: list[int]) -> None:
    found = read(event("a", "DTSTART:20270601T140000Z", f"RRULE:{rule}"))

    assert [one.starts_at.day for one in found.occurrences] == expected


def test_some_of_a_series_are_left_out_added_moved_and_cancelled() -> None:
    found = read(
        event(
            "a",
            "DTSTART;TZID=America/New_York:20270601T100000",
            "SUMMARY:Life drawing",
            "RRULE:FREQ=DAILY;COUNT=5",
            "EXDATE;TZID=America/New_York:20270602T100000",
            "EXDATE;VALUE=DATE:20270605",
            "RDATE;TZID=America/New_York:20270610T120000",
        ),
        event(
            "a",
            "DTSTART;TZID=America/New_York:20270603T150000",
            "SUMMARY:Life drawing\\, later",
            "RECURRENCE-ID;TZID=America/New_York:20270603T100000",
        ),
        event("a", "DTSTART:20270604T140000Z", "STATUS:CANCELLED", "RECURRENCE-ID:20270604T140000Z"),
    )

    told = [(f"{one.starts_at:%d %H}", one.title, one.recurrence[6:11], one.is_cancelled) for one in found.occurrences]
    assert told == [
        ("01 14", "Life drawing", "01T14", False),
        ("03 19", "Life drawing, later", "03T14", False),
        ("04 14", "Imported", "04T14", True),
        ("10 16", "Life drawing", "10T16", False),
    ]


def test_what_else_an_event_says() -> None:
    (one,) = read(
        event(
            "x" * 300,
            "DTSTART:20270601T140000Z",
            "SUMMARY:Kiln; firing",
            "LOCATION:Kiln\\, back",
            "DESCRIPTION:Two\\nlines",
            "CLASS:PUBLIC",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM\nDESCRIPTION:Wake up\nTRIGGER:-PT5M\nEND:VALARM",
        )
    ).occurrences

    assert len(one.uid) == 64
    assert (one.title, one.place, one.note) == ("Kiln; firing", "Kiln, back", "Two\nlines")
    assert (one.is_public, one.is_free, one.line) == (True, True, 4)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("UID:a\nDTSTART:20270631T100000Z\nDURATION:PT1H", "DTSTART"),
        ("UID:a\nDTEND:20270601T100000Z", "DTSTART is missing"),
        ("UID:a\nDTSTART:20270601T100000Z", "takes no time"),
        ("UID:a\nDTSTART:20270601T100000Z\nDTEND:20270601T090000Z", "ends before it begins"),
        ("DTSTART:20270601T100000Z\nDURATION:PT1H", "no UID"),
        ("UID:a\nDTSTART;TZID=Nowhere:20270601T100000\nDURATION:PT1H", "“Nowhere”"),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=SECONDLY", "within the day"),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=HOURLY;COUNT=3", "within the day"),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;COUNT=999999999", "at most 5000"),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=FOO", "RRULE"),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;INTERVAL=0", "RRULE|no sense"),
        (
            "UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6;BYMINUTE=1,2,3,4,5",
            "a day",
        ),
        ("UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRRULE:FREQ=DAILY;BYHOUR=1,2,3,4,5,6", "more than 2000 times"),
        (
            "UID:a\nDTSTART:20270601T100000Z\nDURATION:PT1H\nRECURRENCE-ID;RANGE=THISANDFUTURE:20270601T100000Z",
            "all that follow",
        ),
    ],
)
def test_what_is_wrong_with_one_event_is_told_by_its_line_and_harms_no_other(lines: str, words: str) -> None:
    found = read(lines, event("good"))

    assert [one.uid for one in found.occurrences] == ["good"]
    (fault,) = found.faults
    assert fault.line == 4
    assert any(word in fault.detail for word in words.split("|"))


def test_a_zone_whose_own_rules_are_a_bomb_is_unknown() -> None:
    bomb = OWN_ZONE.replace("FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "FREQ=SECONDLY")

    found = read(event("a", "DTSTART;TZID=Our own:20270601T100000"), before=bomb)

    assert ("Our own" in found.faults[0].detail, found.occurrences) == (True, [])


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31",
        "FREQ=MONTHLY;BYMONTHDAY=1;BYSETPOS=10",
        "FREQ=WEEKLY;BYMONTH=2;BYDAY=MO;BYSETPOS=20",
    ],
)
def test_a_rule_that_never_matches_ends_where_nobody_looks(rule: str) -> None:
    found = read(event("a", "DTSTART:20270601T140000Z", f"RRULE:{rule}"))

    assert starts(found) == ["2027-06-01 14:00"]


def test_a_series_from_long_ago_is_in_step_with_its_beginning() -> None:
    window = Reading("UTC", datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 7, 1, tzinfo=UTC))

    found = read(
        event("a", "DTSTART:19010101T120000Z", "RRULE:FREQ=DAILY;INTERVAL=10"),
        event("b", "DTSTART:20000105T120000Z", "RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=WE,FR"),
        reading=window,
    )

    days = (datetime(2027, 6, 1, tzinfo=UTC) - datetime(1901, 1, 1, tzinfo=UTC)).days
    first = 1 + (-days) % 10
    assert [one.starts_at.day for one in found.occurrences if one.uid == "a"] == [first, first + 10, first + 20]
    weeks = [
        (one.starts_at - datetime(2000, 1, 5, 12, tzinfo=UTC)).days % 21 for one in found.occurrences if one.uid == "b"
    ]
    assert set(weeks) == {0, 2}


def test_only_what_meets_the_window_is_read_but_every_uid_is_known() -> None:
    found = read(event("old", "DTSTART:20200601T140000Z"), event("over", "DTSTART:20261231T233000Z", "DURATION:PT2H"))

    assert [one.uid for one in found.occurrences] == ["over"]
    assert found.uids == {"old", "over"}


@pytest.mark.parametrize("text", ["", "hello", "<html></html>", "BEGIN:VEVENT\nEND:VEVENT"])
def test_what_is_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(CalendarUnreadable):
        read_ical(text, READING)


def test_too_many_events_are_refused() -> None:
    reading = Reading("UTC", READING.since, READING.until, most=2)
    with pytest.raises(CalendarTooLarge):
        read_ical(calendar(event("a"), event("b"), event("c")), reading)
    with pytest.raises(CalendarTooLarge):
        read_ical(calendar(event("a", "DTSTART:20270601T140000Z", "RRULE:FREQ=DAILY;COUNT=3")), reading)


def test_names_of_zones() -> None:
    assert [
        iana_name(name)
        for name in (
            "America/New_York",
            "/freeassociation.sourceforge.net/America/New_York",
            "W. Europe Standard Time",
            "x",
        )
    ] == ["America/New_York", "America/New_York", "Europe/Berlin", ""]
