"""Tables of bookings, however somebody's spreadsheet writes them."""

import pytest

from infra24.calendars.policies import CalendarRead, read_rows
from tests.calendars.files import READING, times

HEAD = ("Title", "Start", "End")


def rows(*cells: tuple[str, ...], head: tuple[str, ...] = HEAD, day_first: bool | None = None) -> CalendarRead:
    written = [(line, dict(zip(head, each, strict=True))) for line, each in enumerate(cells, start=2)]
    return read_rows(head, written, READING, day_first=day_first)


@pytest.mark.parametrize(
    ("start", "end"),
    [
        ("2027-06-01 10:00", "2027-06-01 11:30"),
        ("2027-06-01T10:00:00-04:00", "2027-06-01T15:30:00Z"),
        ("6/1/2027 10:00 AM", "6/1/2027 11:30 am"),
        ("06/01/27 10:00", "11:30"),
        ("1.6.2027 10.00", "1.6.2027 11.30"),
        ("June 1, 2027 10am", "11:30 a.m."),
        ("1 Jun 2027, 10h00", "1 Jun 2027, 11h30"),
    ],
)
def test_times_are_read_in_many_ways(start: str, end: str) -> None:
    found = rows(("Firing", start, end))

    assert (times(found), found.faults) == ([("2027-06-01 14:00", "06-01 15:30")], [])


def test_days_and_clocks_may_have_columns_of_their_own() -> None:
    head = (
        "Subject",
        "Start Date",
        "Start Time",
        "End Date",
        "End Time",
        "Location",
        "Attendees",
        "Description",
        "E-mail",
    )

    found = rows(
        ("Choir", "6/1/2027", "7:00 PM", "6/1/2027", "9:00 PM", "Hall", "12", "Bring\nnotes", "Ana@Example.org"),
        head=head,
    )

    (one,) = found.occurrences
    assert (times(found), found.faults) == ([("2027-06-01 23:00", "06-02 01:00")], [])
    assert (one.title, one.place, one.party_size, one.note, one.email) == (
        "Choir",
        "Hall",
        12,
        "Bring\nnotes",
        "ana@example.org",
    )


def test_an_end_before_the_start_without_a_day_is_the_next_morning_and_a_day_is_whole() -> None:
    found = rows(("Wake", "2027-06-01 22:00", "02:00"), ("Fair", "2027-06-05", "2027-06-06"))

    assert times(found) == [("2027-06-02 02:00", "06-02 06:00"), ("2027-06-05 04:00", "06-07 04:00")]


@pytest.mark.parametrize(
    ("starts", "day_first", "dates", "months"),
    [
        (["13/4/2027", "3/4/2027"], None, "day_first", [4, 4]),
        (["4/13/2027", "3/4/2027"], None, "month_first", [3, 4]),
        (["3/4/2027"], None, "month_first", [3]),
        (["3/4/2027"], True, "", [4]),
        (["2027-04-03"], None, "", [4]),
    ],
)
def test_days_and_months_are_told_apart_by_the_table_or_by_whoever_sends_it(
    starts: list[str], day_first: bool | None, dates: str, months: list[int]
) -> None:
    found = rows(*[("Fair", day, day) for day in starts], day_first=day_first)

    assert (found.dates, sorted(one.starts_at.month for one in found.occurrences)) == (dates, months)


def test_what_a_cell_cannot_say_is_told_by_line_and_column() -> None:
    head = ("title", "start", "end", "people", "email")

    found = rows(
        ("", "soon", "2027-06-01 11:00", "many", "Ana"),
        ("Late", "2027-06-01 11:00", "2027-06-01 10:00", "", ""),
        ("Gap", "2027-06-01 11:00", "", "0", ""),
        head=head,
    )

    assert [(fault.line, fault.column) for fault in found.faults] == [
        (2, "title"),
        (2, "start"),
        (2, "party_size"),
        (2, "person"),
        (3, "end"),
        (4, "end"),
        (4, "party_size"),
    ]
    assert found.occurrences == []


def test_a_table_without_its_columns_says_which() -> None:
    found = rows(("a", "b"), head=("colour", "title"))

    assert [fault.column for fault in found.faults] == ["start", "end"]


def test_rows_are_known_again_by_their_id_or_by_what_they_are() -> None:
    twice = ("Open", "2027-06-01 10:00", "2027-06-01 11:00")
    head = (*HEAD, "id")

    assert [one.uid for one in rows((*twice, "7"), (*twice, "8"), head=head).occurrences] == ["7", "8"]
    first, second = (one.uid for one in rows(twice, twice).occurrences)
    assert second == f"{first}#2"
    (longer,) = rows(("Open", "2027-06-01 10:00", "2027-06-01 12:00")).occurrences
    assert longer.uid == first
