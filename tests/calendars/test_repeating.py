"""A series as a calendar file means the dates its ledger holds, whoever follows the rule."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra24.bookings.models import Booking, Leg, Occurrence, Series
from infra24.bookings.policies.recurrence import walls_of
from infra24.calendars.files import print_calendar
from infra24.calendars.repeating import date_event, series_events, whole_event
from infra24.calendars.services.reading import read_file
from infra24.people.models import Person
from infra24.resources.models import Resource
from tests.calendars.readers import all_of_it, expanded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ["America/New_York", "Europe/Madrid", "Australia/Lord_Howe", "UTC"]
RULES = [
    "FREQ=WEEKLY;COUNT=54",
    "FREQ=DAILY;INTERVAL=3;COUNT=60",
    "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,SU;UNTIL=20270601",
    "FREQ=MONTHLY;BYDAY=-1SU;COUNT=13",
    "FREQ=MONTHLY;BYMONTHDAY=31;UNTIL=20271101",
    "FREQ=DAILY;UNTIL=20261105",
]
KILN = Resource(name="Kiln", location="Cellar", kind="space")
BOB, DORA = Person(pk=uuid4(), name="Bob"), Person(pk=uuid4(), name="Dora")


def series_of(rule: str, starts: datetime, length: timedelta, zone: str) -> Series:
    now = datetime(2026, 9, 1, tzinfo=UTC)
    return Series(
        title="Class",
        rule=rule,
        wall_starts_at=starts,
        wall_ends_at=starts + length,
        time_zone=zone,
        person=BOB,
        version=5,
        created_at=now,
        changed_at=now,
    )


def date_of(series: Series, wall: datetime, fate: str) -> Occurrence:
    """A date to which something happened, or nothing."""
    if fate in {"skipped", "left_out"}:
        return Occurrence(series=series, wall_on=wall, state=fate)
    starts_at, ends_at = series.span_on(wall)
    moved = {"moved": 2 * HOUR, "moved far": 3 * DAY}.get(fate, timedelta())
    now = datetime(2026, 9, 1, tzinfo=UTC) + (timedelta() if fate == "booked" else HOUR)
    booking = Booking(
        title="Other" if fate == "renamed" else "Class",
        status={"cancelled": "cancelled", "asked": "pending"}.get(fate, "confirmed"),
        visibility="busy",
        person=DORA if fate == "handed over" else BOB,
        starts_at=starts_at + moved,
        ends_at=ends_at + moved + (HOUR if fate == "longer" else timedelta()),
        time_zone=series.time_zone,
        version=7,
        created_at=now,
        changed_at=now,
    )
    booking.visible_legs = [Leg(resource=KILN)]
    row = Occurrence(series=series, wall_on=wall, state="booked", booking=booking)
    booking.places_read = [row]
    return row


def meant(rows: list[Occurrence]) -> list[tuple[datetime, datetime, str, str]]:
    """Beginning, end, title and status of what stands in the ledger for whom it is."""
    status = {"confirmed": "CONFIRMED", "pending": "TENTATIVE"}
    return sorted(
        (row.booking.starts_at, row.booking.ends_at, row.booking.title, status[row.booking.status])
        for row in rows
        if row.booking and row.state == "booked" and row.booking.status in status and row.booking.person is BOB
    )


FATES = ["booked"] * 8 + ["skipped", "left_out", "cancelled", "asked", "moved", "moved far", "renamed", "longer"]


@settings(max_examples=60)
@given(
    rule=st.sampled_from(RULES),
    zone=st.sampled_from(ZONES),
    starts=st.builds(
        lambda day, minutes: datetime(2026, 9, 1) + timedelta(days=day, minutes=minutes),  # noqa: DTZ001 - on the wall
        st.integers(0, 60),
        st.sampled_from([0, 60, 90, 120, 150, 180, 600, 1320, 1410]),
    ),
    length=st.sampled_from([HOUR, HOUR / 2, 8 * HOUR]),
    fates=st.lists(st.sampled_from([*FATES, "handed over"]), min_size=80, max_size=80),
)
def test_who_follows_the_rule_comes_to_the_dates_of_the_ledger(
    rule: str, zone: str, starts: datetime, length: timedelta, fates: list[str]
) -> None:
    series = series_of(rule, starts, length, zone)
    rows = [date_of(series, wall, fates[at % 80]) for at, wall in enumerate(walls_of(series.recurrence, starts))]

    events = series_events(series, rows)

    if not meant(rows):
        assert events == []
        return
    data = print_calendar(events)
    assert expanded(data) == meant(rows)
    since, until = datetime(2026, 8, 1, tzinfo=UTC), datetime(2028, 8, 1, tzinfo=UTC)
    read = read_file(data, zone="UTC", since=since, until=until)
    assert read.faults == []
    assert sorted((one.starts_at, one.ends_at) for one in read.occurrences) == [one[:2] for one in meant(rows)]


def test_of_a_plain_series_there_is_one_event() -> None:
    series = series_of("FREQ=WEEKLY;COUNT=30", datetime(2026, 9, 1, 10), HOUR, "Europe/Madrid")  # noqa: DTZ001
    rows = [date_of(series, wall, "booked") for wall in walls_of(series.recurrence, series.wall_starts_at)]

    (told,) = all_of_it(print_calendar(series_events(series, rows, page="https://example.org/s")))

    assert told["uid"] == [f"series-{series.pk}@localhost"]
    assert (told["rrule"], told["sequence"], told["location"]) == (
        ["FREQ=WEEKLY;COUNT=30"],
        ["0"],
        ["Kiln, Cellar"],
    )
    assert (told["description"], told["url"]) == (["https://example.org/s"], ["https://example.org/s"])
    assert "exdate" not in told


def test_what_is_skipped_is_excluded_and_what_moved_stands_beside() -> None:
    series = series_of("FREQ=WEEKLY;UNTIL=20260922", datetime(2026, 9, 1, 10), HOUR, "Europe/Madrid")  # noqa: DTZ001
    walls = walls_of(series.recurrence, series.wall_starts_at)
    rows = [
        date_of(series, wall, fate) for wall, fate in zip(walls, ["booked", "skipped", "moved", "asked"], strict=True)
    ]

    lines = print_calendar(series_events(series, rows)).decode().split("\r\n")

    wanted = ("RRULE", "EXDATE", "RECURRENCE-ID", "SEQUENCE", "STATUS")
    assert [line for line in lines[lines.index("BEGIN:VEVENT") :] if line.startswith(wanted)] == [
        "SEQUENCE:36000",
        "RRULE:FREQ=WEEKLY;UNTIL=20260922T215959Z",
        "EXDATE;TZID=Europe/Madrid:20260908T100000",
        "STATUS:CONFIRMED",
        "RECURRENCE-ID;TZID=Europe/Madrid:20260915T100000",
        "SEQUENCE:36000",
        "STATUS:CONFIRMED",
        "RECURRENCE-ID;TZID=Europe/Madrid:20260922T100000",
        "SEQUENCE:36000",
        "STATUS:TENTATIVE",
    ]


@pytest.mark.parametrize("fate", ["cancelled", "booked"])
def test_one_date_is_struck_out_by_the_start_it_was_meant_to_have(fate: str) -> None:
    series = series_of("FREQ=WEEKLY;COUNT=3", datetime(2026, 9, 1, 10), HOUR, "Europe/Madrid")  # noqa: DTZ001
    row = date_of(series, datetime(2026, 9, 8, 10), fate)  # noqa: DTZ001 - on the wall
    assert row.booking

    (one,) = all_of_it(print_calendar([date_event(row.booking).as_cancelled()], method="CANCEL"))
    (whole,) = all_of_it(print_calendar([whole_event(series, [row]).as_cancelled()], method="CANCEL"))

    told: list[Any] = [(said["uid"], said.get("recurrence-id"), said["status"]) for said in (one, whole)]
    uid = [f"series-{series.pk}@localhost"]
    assert told == [(uid, [datetime(2026, 9, 8, 8, tzinfo=UTC)], ["CANCELLED"]), (uid, None, ["CANCELLED"])]
