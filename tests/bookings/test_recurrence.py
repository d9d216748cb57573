"""Rules of repetition, beside python-dateutil's reading of RFC 5545."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import strategies as st

from infra24.bookings.errors import RuleNotUnderstood, SeriesEmpty, SeriesTooLong
from infra24.bookings.policies.recurrence import (
    MOST_DATES,
    WEEKDAYS,
    Recurrence,
    days_of,
    ended_before,
    in_words,
    moved,
    parse_rule,
    place_of,
    print_rule,
    walls_of,
)

ZONE = "America/New_York"
wall = datetime.fromisoformat
NINE = wall("1997-09-02T09:00")
"""DTSTART;TZID=America/New_York:19970902T090000, as nearly all examples of RFC 5545 §3.8.5.3 have it."""

EXAMPLES = [
    (NINE, "FREQ=DAILY;COUNT=10"),
    (NINE, "FREQ=DAILY;UNTIL=19971224T000000Z"),
    (NINE, "FREQ=DAILY;INTERVAL=2;COUNT=40"),
    (NINE, "FREQ=DAILY;INTERVAL=10;COUNT=5"),
    (NINE, "FREQ=WEEKLY;COUNT=10"),
    (NINE, "FREQ=WEEKLY;UNTIL=19971224T000000Z"),
    (NINE, "FREQ=WEEKLY;INTERVAL=2;WKST=SU;COUNT=20"),
    (NINE, "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH"),
    (NINE, "FREQ=WEEKLY;COUNT=10;WKST=SU;BYDAY=TU,TH"),
    (wall("1997-09-01T09:00"), "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR"),
    (NINE, "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH"),
    (wall("1997-09-05T09:00"), "FREQ=MONTHLY;COUNT=10;BYDAY=1FR"),
    (wall("1997-09-05T09:00"), "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR"),
    (wall("1997-09-07T09:00"), "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU"),
    (wall("1997-09-22T09:00"), "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO"),
    (wall("1997-09-28T09:00"), "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=12"),
    (NINE, "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15"),
    (wall("1997-09-30T09:00"), "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1"),
    (wall("1997-09-10T09:00"), "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15"),
    (NINE, "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;COUNT=30"),
    (wall("1997-08-05T09:00"), "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO"),
    (wall("1997-08-05T09:00"), "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU"),
    (wall("2007-01-15T09:00"), "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5"),
    # and a day no February has, a start that does not fit, the fifth of a weekday
    (wall("2027-01-31T10:00"), "FREQ=MONTHLY;COUNT=7"),
    (wall("2027-01-07T10:00"), "FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=6"),
    (wall("2027-01-29T10:00"), "FREQ=MONTHLY;BYDAY=5FR;COUNT=6"),
]


def dateutils(starts: datetime, text: str) -> list[date]:
    """What the other library makes of it; it wants an end in UTC as it wants the start, so both are taken off."""
    return [at.date() for at in rrulestr(text.replace("Z", ""), dtstart=starts)]


@pytest.mark.parametrize(("starts", "text"), EXAMPLES)
def test_the_examples_of_rfc_5545_mean_the_days_another_library_finds(starts: datetime, text: str) -> None:
    # An end at midnight in UTC falls on the evening before in New York; either way nine o'clock of that day is over.
    days = list(days_of(parse_rule(text, starts=starts, zone=ZONE), starts.date()))

    assert days
    assert days == dateutils(starts, text)


@st.composite
def rules(draw: st.DrawFn) -> Recurrence:
    step = draw(st.sampled_from(["day", "week", "month"]))
    weekday = st.integers(0, 6)
    weekdays = draw(st.sets(weekday, max_size=4)) if step == "week" else set()
    month_days = (
        draw(st.sets(st.sampled_from([*range(1, 32), *range(-5, 0)]), max_size=3)) if step == "month" else set()
    )
    nth = st.sampled_from([-5, -2, -1, 0, 1, 2, 3, 4, 5])
    places = draw(st.sets(st.tuples(nth, weekday), max_size=2)) if step == "month" and not month_days else set()
    ends = {"times": draw(st.integers(1, 30))}
    if draw(st.booleans()):
        ends = {"until": date(2027, 1, 1) + timedelta(days=draw(st.integers(0, 900)))}  # type: ignore[dict-item]
    return Recurrence(
        step,  # type: ignore[arg-type]
        interval=draw(st.integers(1, 5)),
        weekdays=tuple(sorted(weekdays)),
        month_days=tuple(sorted(month_days)),
        places=tuple(sorted(places)),
        week_begins=draw(st.sampled_from([0, 6])),
        **ends,  # type: ignore[arg-type]
    )


@given(rule=rules(), starts_on=st.dates(date(2027, 1, 1), date(2028, 12, 31)))
def test_any_rule_means_the_days_another_library_finds_and_reads_back_as_it_was(
    rule: Recurrence, starts_on: date
) -> None:
    starts = datetime.combine(starts_on, datetime.min.time())
    text = print_rule(rule)

    assert parse_rule(text, starts=starts, zone=ZONE) == rule
    # The other library would look for a fifth Monday until the year 9999.
    found = [day for day in days_of(rule, starts_on) if day.year < 2040]
    assert found == [day for day in dateutils(starts, text) if day.year < 2040]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("FREQ=YEARLY;COUNT=3", "FREQ"),
        ("FREQ=HOURLY;COUNT=3", "FREQ"),
        ("FREQ=DAILY;COUNT=3;BYMONTH=1", "BYMONTH"),
        ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1;COUNT=3", "BYSETPOS"),
        ("FREQ=DAILY;BYDAY=MO;COUNT=3", "BYDAY"),
        ("FREQ=WEEKLY;BYDAY=1MO;COUNT=3", "weekdays"),
        ("FREQ=MONTHLY;BYDAY=6MO;COUNT=3", "BYDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=32;COUNT=3", "BYMONTHDAY"),
        ("FREQ=MONTHLY;BYMONTHDAY=1;BYDAY=1MO;COUNT=3", "both"),
        ("FREQ=WEEKLY", "COUNT"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20270101", "COUNT"),
        ("FREQ=WEEKLY;COUNT=0", "COUNT"),
        ("FREQ=WEEKLY;INTERVAL=x;COUNT=2", "INTERVAL"),
        ("FREQ=WEEKLY;UNTIL=20270231", "UNTIL"),
        ("FREQ=WEEKLY;WKST=XX;COUNT=2", "WKST"),
        ("FREQ=WEEKLY;FREQ=DAILY;COUNT=2", "FREQ"),
        ("every tuesday", "FREQ"),
        ("", "FREQ"),
    ],
)
def test_what_is_outside_the_subset_is_refused_by_name(text: str, word: str) -> None:
    with pytest.raises(RuleNotUnderstood) as refusal:
        parse_rule(text, starts=NINE, zone=ZONE)

    assert word in str(refusal.value)
    assert set(refusal.value.fields) == {"rule"}


def test_a_series_has_an_end_within_reach() -> None:
    def starts_of(text: str) -> list[datetime]:
        return walls_of(parse_rule(text, starts=NINE, zone=ZONE), NINE)

    assert len(starts_of(f"FREQ=DAILY;COUNT={MOST_DATES}")) == MOST_DATES
    for too_long in (f"FREQ=DAILY;COUNT={MOST_DATES + 1}", "FREQ=WEEKLY;COUNT=106", "FREQ=WEEKLY;UNTIL=20991231"):
        with pytest.raises(SeriesTooLong):
            starts_of(too_long)
    for none in ("FREQ=WEEKLY;UNTIL=19970901", "FREQ=MONTHLY;BYMONTHDAY=31;INTERVAL=12;UNTIL=20991231"):
        with pytest.raises((SeriesEmpty, SeriesTooLong)):
            starts_of(none)


def test_an_end_in_utc_is_a_day_on_the_wall() -> None:
    evening = wall("2027-01-05T20:00")
    # Eight in the evening in New York is one in the morning in UTC: the 13th's there is the 12th's here.
    assert parse_rule("FREQ=WEEKLY;UNTIL=20270113T010000Z", starts=evening, zone=ZONE).until == date(2027, 1, 12)
    assert parse_rule("FREQ=WEEKLY;UNTIL=20270113T005959Z", starts=evening, zone=ZONE).until == date(2027, 1, 11)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("FREQ=DAILY;COUNT=3", "Every day, 3 times"),
        ("FREQ=DAILY;INTERVAL=2;COUNT=3", "Every 2 days, 3 times"),
        ("FREQ=WEEKLY;COUNT=3", "Every Tuesday, 3 times"),
        ("FREQ=WEEKLY;BYDAY=MO,TU,FR;UNTIL=19971224", "Every Monday, Tuesday and Friday until 1997-12-24"),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;COUNT=3", "Every 2 weeks on Tuesday, 3 times"),
        ("FREQ=MONTHLY;COUNT=3", "Every month on day 2, 3 times"),
        ("FREQ=MONTHLY;BYMONTHDAY=-1;COUNT=3", "Every month on the last day, 3 times"),
        ("FREQ=MONTHLY;BYDAY=1FR,-1FR;COUNT=3", "Every month on the first Friday and the last Friday, 3 times"),
        ("FREQ=MONTHLY;INTERVAL=3;BYDAY=TU;COUNT=3", "Every 3 months on Tuesday, 3 times"),
    ],
)
def test_a_rule_is_said_as_people_say_it(text: str, words: str) -> None:
    assert in_words(parse_rule(text, starts=NINE, zone=ZONE), NINE.date()) == words


@pytest.mark.parametrize(
    ("text", "to", "moved_text"),
    [
        ("FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4", date(1997, 9, 3), "FREQ=WEEKLY;BYDAY=WE,FR;COUNT=4"),
        ("FREQ=WEEKLY;BYDAY=TU;UNTIL=19971007", date(1997, 9, 9), "FREQ=WEEKLY;BYDAY=TU;UNTIL=19971014"),
        ("FREQ=MONTHLY;BYMONTHDAY=2;COUNT=4", date(1997, 9, 5), "FREQ=MONTHLY;BYMONTHDAY=5;COUNT=4"),
        ("FREQ=MONTHLY;BYDAY=1TU;COUNT=4", date(1997, 9, 10), "FREQ=MONTHLY;BYDAY=2WE;COUNT=4"),
        ("FREQ=DAILY;COUNT=4", date(1997, 9, 10), "FREQ=DAILY;COUNT=4"),
    ],
)
def test_a_moved_date_moves_the_rule(text: str, to: date, moved_text: str) -> None:
    rule = parse_rule(text, starts=NINE, zone=ZONE)

    assert print_rule(moved(rule, NINE.date(), to)) == moved_text
    assert next(days_of(moved(rule, NINE.date(), to), to)) == to


def test_places_of_days_and_an_earlier_end() -> None:
    assert place_of(date(2027, 2, 26)) == (4, WEEKDAYS.index("FR"))
    assert place_of(date(2027, 2, 26), from_end=True) == (-1, WEEKDAYS.index("FR"))
    assert place_of(date(2027, 1, 22), from_end=True) == (-2, WEEKDAYS.index("FR"))
    rule = parse_rule("FREQ=DAILY;COUNT=9", starts=NINE, zone=ZONE)
    assert print_rule(ended_before(rule, date(1997, 9, 5))) == "FREQ=DAILY;UNTIL=19970904"
