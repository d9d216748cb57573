"""The pure engine: by table where clocks are involved, by brute force and by property elsewhere."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from infra24.resources.policies import (
    DAYS,
    Asker,
    Bookable,
    Claim,
    RuleRow,
    Rules,
    Size,
    effective,
    explain,
    free,
    merged,
    openings,
    slots,
    without,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def bookable(zone: str = "UTC", *, units: int = 1, capacity: int | None = None, **rules: Any) -> Bookable:
    row = RuleRow(uuid4(), "resource", date(2000, 1, 1), Rules.model_validate(rules))
    return Bookable(uuid4(), "Room", zone, units, capacity, (row,))


def every_day(*spans: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    return {day: list(spans) for day in DAYS}


def opened(resource: Bookable, since: datetime, until: datetime) -> list[tuple[str, str]]:
    spans = merged((max(o.since, since), min(o.until, until)) for o in openings(resource, since, until))
    return [(f"{begins:%dT%H:%M}", f"{ends:%dT%H:%M}") for begins, ends in spans]


# Expected instants are worked out by hand from the published transitions, in UTC.
CLOCK_CASES = [
    # A common day, west and east of Greenwich.
    ("America/New_York", (2026, 1, 14), ("09:00", "17:00"), [("14T14:00", "14T22:00")]),
    ("Asia/Tokyo", (2026, 1, 14), ("09:00", "17:00"), [("14T00:00", "14T08:00")]),
    # Zones of 30 and 45 minutes.
    ("Asia/Kolkata", (2026, 1, 14), ("09:00", "17:00"), [("14T03:30", "14T11:30")]),
    ("Asia/Kathmandu", (2026, 1, 14), ("09:00", "17:00"), [("14T03:15", "14T11:15")]),
    # New York springs forward on 8 March 2026 at 02:00: hours that begin in the gap begin at its end.
    ("America/New_York", (2026, 3, 8), ("02:30", "05:00"), [("08T07:00", "08T09:00")]),
    ("America/New_York", (2026, 3, 8), ("01:00", "04:00"), [("08T06:00", "08T08:00")]),
    ("America/New_York", (2026, 3, 8), ("02:00", "03:00"), []),
    ("America/New_York", (2026, 3, 8), ("00:00", "24:00"), [("08T05:00", "09T04:00")]),
    # New York falls back on 1 November 2026 at 02:00: a repeated hour is open twice.
    ("America/New_York", (2026, 11, 1), ("01:00", "02:00"), [("01T05:00", "01T07:00")]),
    ("America/New_York", (2026, 11, 1), ("01:15", "01:45"), [("01T05:15", "01T05:45"), ("01T06:15", "01T06:45")]),
    ("America/New_York", (2026, 11, 1), ("00:00", "01:30"), [("01T04:00", "01T05:30"), ("01T06:00", "01T06:30")]),
    ("America/New_York", (2026, 11, 1), ("00:00", "24:00"), [("01T04:00", "02T05:00")]),
    # Lisbon and London change at 01:00 UTC.
    ("Europe/London", (2026, 3, 29), ("01:30", "03:00"), [("29T01:00", "29T02:00")]),
    ("Europe/Lisbon", (2026, 10, 25), ("01:00", "02:00"), [("25T00:00", "25T02:00")]),
    # Lord Howe moves by half an hour: on 5 April 2026 02:00 becomes 01:30, on 4 October 02:00 becomes 02:30.
    ("Australia/Lord_Howe", (2026, 4, 5), ("01:30", "02:00"), [("04T14:30", "04T15:30")]),
    ("Australia/Lord_Howe", (2026, 10, 4), ("02:00", "03:00"), [("03T15:30", "03T16:00")]),
    # Apia had no 30 December 2011.
    ("Pacific/Apia", (2011, 12, 29), ("00:00", "24:00"), [("29T10:00", "30T10:00")]),
    ("Pacific/Apia", (2011, 12, 30), ("00:00", "24:00"), []),
    ("Pacific/Apia", (2011, 12, 31), ("00:00", "24:00"), [("30T10:00", "31T10:00")]),
    # Santiago and Beirut change at midnight: the day begins at 01:00.
    ("America/Santiago", (2026, 9, 6), ("00:00", "02:00"), [("06T04:00", "06T05:00")]),
    ("Asia/Beirut", (2026, 3, 29), ("00:00", "02:00"), [("28T22:00", "28T23:00")]),
]


@pytest.mark.parametrize(("zone", "on", "hours", "expected"), CLOCK_CASES)
def test_open_hours_follow_the_clock_on_the_wall(
    zone: str, on: tuple[int, int, int], hours: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    year, month, day = on
    weekday = DAYS[date(year, month, day).weekday()]
    resource = bookable(zone, weekly={weekday: [hours]})
    middle = datetime(year, month, day, 12, tzinfo=UTC)

    assert opened(resource, middle - 3 * DAY, middle + 3 * DAY) == expected


@pytest.mark.parametrize(("zone", "on", "hours", "expected"), CLOCK_CASES)
def test_the_clock_cases_hold_minute_by_minute(
    zone: str, on: tuple[int, int, int], hours: tuple[str, str], expected: list[tuple[str, str]]
) -> None:
    """The second, independent means: ask every minute what the wall shows."""
    wanted, info = date(*on), ZoneInfo(zone)
    instant = datetime(*on, tzinfo=UTC) - 2 * DAY
    minutes: list[tuple[datetime, datetime]] = []
    for _ in range(5 * 24 * 60):
        wall = instant.astimezone(info)
        if wall.date() == wanted and hours[0] <= f"{wall:%H:%M}" < hours[1]:
            minutes.append((instant, instant + MINUTE))
        instant += MINUTE

    assert [(f"{begins:%dT%H:%M}", f"{ends:%dT%H:%M}") for begins, ends in merged(minutes)] == expected


NOON = datetime(2026, 6, 10, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rules", "hours", "people", "codes"),
    [
        ({}, 1, 1, []),
        ({"weekly": every_day(("13:00", "18:00"))}, 1, 1, ["closed"]),
        ({"weekly": every_day(("09:00", "12:30"))}, 1, 1, ["closed"]),
        ({"weekly": {}}, 1, 1, ["closed"]),
        ({"shortest_minutes": 90}, 1, 1, ["too_short"]),
        ({"longest_minutes": 45}, 1, 1, ["too_long"]),
        ({"weekly": every_day(("09:30", "18:00")), "slot_minutes": 60}, 1, 1, ["off_grid"]),
        ({"weekly": every_day(("12:30", "18:00")), "slot_minutes": 60}, 1, 1, ["closed"]),
        ({"notice_minutes": 121}, 1, 1, ["too_soon"]),
        ({"notice_minutes": 120}, 1, 1, []),
        ({"horizon_days": 0}, 1, 1, []),
        ({}, 1, 6, ["over_capacity"]),
        ({"shortest_minutes": 90, "notice_minutes": 600, "weekly": {}}, 1, 6, ["too_short", "closed", "too_soon", "over_capacity"]),
    ],
)  # fmt: skip
def test_every_reason_is_named(rules: dict[str, Any], hours: float, people: int, codes: list[str]) -> None:
    resource = bookable(capacity=5, **rules)

    reasons = explain(
        resource, (), NOON, NOON + hours * HOUR, now=NOON - 2 * HOUR, size=Size(people=people), asker=Asker()
    )

    assert [reason.code for reason in reasons] == codes
    assert all(reason.detail and reason.cure for reason in reasons)


def test_the_horizon_includes_the_whole_local_day() -> None:
    resource = bookable("America/New_York", horizon_days=2)
    now = datetime(2026, 6, 10, 23, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)
    last = datetime(2026, 6, 12, 23, 45, tzinfo=ZoneInfo("America/New_York")).astimezone(UTC)

    assert explain(resource, (), last, last + 15 * MINUTE, now=now, asker=Asker()) == []
    assert [r.code for r in explain(resource, (), last + 15 * MINUTE, last + HOUR, now=now, asker=Asker())] == [
        "too_far"
    ]
    assert free(resource, (), now, now + 10 * DAY, now=now) == [(now, last + 15 * MINUTE)]


def test_the_narrower_scope_wins_and_says_so() -> None:
    house = RuleRow(uuid4(), "organisation", date(2020, 1, 1), Rules(slot_minutes=60, horizon_days=30))
    kind = RuleRow(uuid4(), "kind", date(2020, 1, 1), Rules(slot_minutes=30))
    later = RuleRow(uuid4(), "kind", date(2026, 1, 1), Rules(slot_minutes=20))

    before, after = (effective((house, kind, later), date(year, 6, 1)) for year in (2025, 2026))

    assert (before.slot_minutes, after.slot_minutes, after.horizon_days) == (30, 20, 30)
    assert after.source_of("slot_minutes") == {"field": "slot_minutes", "scope": "kind", "rule_id": str(later.id)}
    assert after.source_of("horizon_days")["scope"] == "organisation"
    assert after.source_of("notice")["scope"] == "default"


@pytest.mark.parametrize(
    "rules",
    [
        {"weekly": {"mon": [("12:00", "09:00")]}},
        {"weekly": {"mon": [("09:00", "12:00"), ("11:00", "13:00")]}},
        {"weekly": {"mon": [("9", "12:00")]}},
        {"weekly": {"moon": []}},
        {"slot_minutes": 0},
        {"buffer_after_minutes": 1441},
        {"shortest_minutes": 60, "longest_minutes": 30},
        {"schema": 2},
        {"colour": "red"},
    ],
)
def test_bad_rules_are_refused(rules: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rules.model_validate(rules)


def test_more_units_than_there_are_is_never_free() -> None:
    room = bookable()

    assert free(room, (), NOON, NOON + HOUR, size=Size(units=2)) == []
    assert [r.detail for r in explain(room, (), NOON, NOON + HOUR, now=NOON - DAY, size=Size(units=2))] == [
        "There is only one of Room."
    ]


def test_a_time_that_is_past_is_said_to_be_past() -> None:
    assert [r.detail for r in explain(bookable(), (), NOON, NOON + HOUR, now=NOON + DAY, asker=Asker())] == [
        "That time is past."
    ]


def test_slots_count_from_the_start_of_each_opening() -> None:
    resource = bookable(weekly=every_day(("09:20", "11:00"), ("14:00", "15:00")), slot_minutes=30)
    midnight = NOON.replace(hour=0)

    offered = slots(resource, (), midnight, midnight + DAY, HOUR)

    assert [f"{begins:%H:%M}" for begins, _ in offered] == ["09:20", "09:50", "14:00"]


@st.composite
def claims_of_a_day(draw: st.DrawFn) -> list[Claim]:
    made = []
    for _ in range(draw(st.integers(0, 6))):
        begins = NOON + draw(st.integers(-600, 600)) * MINUTE
        length = draw(st.integers(1, 240)) * MINUTE
        size = draw(st.integers(1, 4))
        made.append(Claim(begins, begins + length, size, size, is_shared=draw(st.booleans())))
    return made


RULES = st.fixed_dictionaries(
    {
        "weekly": st.sampled_from([every_day(("06:00", "20:00")), every_day(("08:00", "12:00"), ("12:00", "17:30"))]),
        "buffer_before_minutes": st.sampled_from([0, 15, 45]),
        "buffer_after_minutes": st.sampled_from([0, 10]),
        "use": st.sampled_from(["exclusive", "shared"]),
        "slot_minutes": st.just(5),
        "shortest_minutes": st.just(5),
    }
)


@settings(max_examples=150, deadline=None)
@given(claims=claims_of_a_day(), rules=RULES, units=st.sampled_from([1, 5]), people=st.integers(1, 5))
def test_free_and_explain_agree(claims: list[Claim], rules: dict[str, Any], units: int, people: int) -> None:
    """Every five minutes: a start is inside a free stretch exactly when nothing stands against it."""
    resource = bookable(units=units, capacity=6, **rules)
    since, until = NOON - 12 * HOUR, NOON + 12 * HOUR
    spans = free(resource, claims, since, until, size=Size(people=people))

    assert merged([*spans, *without([(since, until)], spans)]) == [(since, until)]
    for step in range(0, 24 * 12, 3):
        begins = since + step * 5 * MINUTE
        ends = begins + 5 * MINUTE
        lies_free = any(span[0] <= begins and ends <= span[1] for span in spans)
        reasons = explain(resource, claims, begins, ends, now=since - DAY, size=Size(people=people))
        assert lies_free == (not reasons), (begins, reasons)


@settings(max_examples=60, deadline=None)
@given(claims=claims_of_a_day(), rules=RULES)
def test_removing_the_claims_frees_what_they_took(claims: list[Claim], rules: dict[str, Any]) -> None:
    resource = bookable(**rules)
    since, until = NOON - 12 * HOUR, NOON + 12 * HOUR

    with_claims, without_claims = (free(resource, given, since, until) for given in (claims, []))

    assert without(with_claims, without_claims) == []
    assert without_claims == merged((o.since, o.until) for o in openings(resource, since, until))


@settings(max_examples=60, deadline=None)
@given(claims=claims_of_a_day(), rules=RULES)
def test_a_week_later_is_the_same_where_clocks_do_not_change(claims: list[Claim], rules: dict[str, Any]) -> None:
    resource = bookable(**rules)
    since, until, week = NOON - 12 * HOUR, NOON + 12 * HOUR, 7 * DAY
    later = [Claim(c.blocks_from + week, c.blocks_until + week, c.units, c.people, c.is_shared) for c in claims]

    moved = [(begins + week, ends + week) for begins, ends in free(resource, claims, since, until)]

    assert free(resource, later, since + week, until + week) == moved
