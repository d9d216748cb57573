"""First times and what is in their way: by example, and by brute force beside `explain`."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from infra24.orgs.policies import Role
from infra24.resources.policies import (
    DAYS,
    EVERY_DAY,
    STAFF,
    WHOLE_DAY,
    Asker,
    Bookable,
    Claim,
    Closure,
    Need,
    RuleRow,
    Rules,
    Size,
    Sought,
    Use,
    days_named,
    explain,
    first_times,
    hindrances,
    hours_between,
    slots,
    wanted_stretches,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
OPEN = {day: [("09:00", "22:00")] for day in DAYS}
EVENING = (18 * 60, 22 * 60)


def room(zone: str = "UTC", *, capacity: int | None = None, units: int = 1, **rules: Any) -> Bookable:
    row = RuleRow(uuid4(), "resource", date(2000, 1, 1), Rules.model_validate({"weekly": OPEN, **rules}))
    return Bookable(uuid4(), "Hall", zone, units, capacity, (row,))


def sought(
    *,
    days: frozenset[int] = EVERY_DAY,
    hours: tuple[int, int] = WHOLE_DAY,
    length: timedelta | None = HOUR,
    since: datetime = MONDAY,
    until: datetime = MONDAY + 7 * DAY,
    asker: Asker = STAFF,
    now: datetime = MONDAY,
    zone: str = "UTC",
) -> Sought:
    stretches = wanted_stretches(zone, since, until, days=days, hours=hours)
    return Sought(since, until, stretches, Size(), asker, now, length)


def claim(since: datetime, until: datetime) -> Claim:
    return Claim(since, until, units=1, people=1, is_shared=False)


def at(*moments: tuple[datetime, datetime]) -> list[str]:
    return [f"{since:%dT%H:%M}-{until:%dT%H:%M}" for since, until in moments]


# --- Which stretches would do --------------------------------------------------------


@pytest.mark.parametrize(
    ("opens", "until", "hours"),
    [
        (None, None, (0, 1440)),
        (540, 1020, (540, 1020)),
        (1080, None, (1080, 1440)),
        (None, 720, (0, 720)),
        (1080, 120, (1080, 1560)),
        (540, 540, (540, 1980)),
        (None, 0, (0, 1440)),
    ],
)
def test_hours_may_run_past_midnight(opens: int | None, until: int | None, hours: tuple[int, int]) -> None:
    assert hours_between(opens, until) == hours


def test_days_have_names_alone_and_together() -> None:
    assert days_named(["weekends", "wed"]) == {2, 5, 6}
    assert days_named([]) == EVERY_DAY


def test_stretches_are_those_of_the_days_within_the_window() -> None:
    found = wanted_stretches("UTC", MONDAY + 19 * HOUR, MONDAY + 3 * DAY, days=frozenset({0, 2}), hours=EVENING)

    assert at(*found) == ["05T19:00-05T22:00", "07T18:00-07T22:00"]


def test_a_night_begun_before_the_window_still_counts() -> None:
    found = wanted_stretches("UTC", MONDAY, MONDAY + 2 * HOUR, days=days_named(["sun"]), hours=(1080, 1560))

    assert at(*found) == ["05T00:00-05T02:00"]


def test_hours_are_those_of_clocks_in_the_zone() -> None:
    # New York springs forward on 8 March 2026.
    saturday = datetime(2026, 3, 7, 5, tzinfo=UTC)
    found = wanted_stretches("America/New_York", saturday, saturday + 2 * DAY, hours=EVENING)

    assert at(*found) == ["07T23:00-08T03:00", "08T22:00-09T02:00"]


# --- First times ---------------------------------------------------------------------


def test_the_first_times_lie_in_the_hours_beside_claims_and_each_other() -> None:
    taken = [claim(MONDAY + 18 * HOUR, MONDAY + 20 * HOUR)]
    found = first_times(room(), taken, sought(hours=EVENING, length=timedelta(hours=2)), most=4)

    assert at(*found) == ["05T20:00-05T22:00", "06T18:00-06T20:00", "06T20:00-06T22:00", "07T18:00-07T20:00"]


def test_without_hours_a_time_may_lie_across_midnight() -> None:
    hall = room(weekly={day: [("00:00", "24:00")] for day in DAYS})
    wanted = sought(since=MONDAY + 22 * HOUR, until=MONDAY + 2 * DAY, length=timedelta(hours=20))

    assert at(*first_times(hall, [], wanted, most=1)) == ["05T22:00-06T18:00"]


def test_without_a_length_it_is_the_shortest_of_the_resource() -> None:
    hall = room(shortest_minutes=90)

    assert at(*first_times(hall, [], sought(length=None), most=1)) == ["05T09:00-05T10:30"]


def test_members_are_bound_by_notice_and_staff_are_not() -> None:
    hall = room(notice_minutes=24 * 60)

    assert at(*first_times(hall, [], sought(asker=Asker()), most=1)) == ["06T09:00-06T10:00"]
    assert at(*first_times(hall, [], sought(), most=1)) == ["05T09:00-05T10:00"]


def test_times_that_a_quota_refuses_are_left_out() -> None:
    hall = room(quotas=[{"per": "day", "count": 1}])
    used = Use(MONDAY + 12 * HOUR, MONDAY + 13 * HOUR, frozenset({""}), frozenset({hall.id}))

    assert at(*first_times(hall, [], sought(asker=Asker(uses=(used,))), most=2)) == [
        "06T09:00-06T10:00",
        "06T10:00-06T11:00",
    ]


def test_nothing_is_offered_after_a_qualification_has_lapsed() -> None:
    kiln = uuid4()
    hall = replace(room(), needs=(Need(kiln, "Kiln"),))
    asker = Asker(holds={kiln: date(2026, 1, 5)})
    wanted = sought(asker=asker, hours=EVENING, length=timedelta(hours=4))

    assert at(*first_times(hall, [], wanted, most=3)) == ["05T18:00-05T22:00"]


# --- What is in the way --------------------------------------------------------------


def against(hall: Bookable, claims: list[Claim], wanted: Sought) -> list[tuple[str, int]]:
    return [(one.reason.code, one.times) for one in hindrances(hall, claims, wanted)]


def test_the_commonest_reason_comes_first() -> None:
    taken = [claim(MONDAY + day * DAY + 19 * HOUR, MONDAY + day * DAY + 20 * HOUR) for day in range(4)]
    wall = MONDAY.replace(tzinfo=None)
    shut = Closure(uuid4(), "Floor", wall + 4 * DAY, wall + 7 * DAY)
    hall = replace(room(), closures=(shut,))

    found = hindrances(hall, taken, sought(hours=EVENING, length=timedelta(hours=3)))

    assert [(one.reason.code, one.times) for one in found] == [("slot_taken", 4), ("closure", 3)]
    # Free from eight: the nearest that three hours come is from seven on.
    assert [at(one.window) for one in found if one.window] == [["05T19:00-05T22:00"], ["09T18:00-09T21:00"]]


def test_each_cause_is_told() -> None:
    evening: dict[str, Any] = {"hours": EVENING, "length": timedelta(hours=3)}
    assert against(room(weekly={}), [], sought(**evening)) == [("closed", 7)]
    assert against(room(longest_minutes=60), [], sought(**evening)) == [("too_long", 7)]
    assert against(room(shortest_minutes=240), [], sought(**evening)) == [("too_short", 7)]
    assert against(room(shortest_minutes=1440), [], sought(hours=EVENING, length=None)) == [("too_short", 0)]
    assert against(room(horizon_days=0), [], sought(**evening, since=MONDAY + DAY, asker=Asker())) == [("too_far", 6)]
    assert against(room(notice_minutes=20160), [], sought(**evening, asker=Asker())) == [("too_soon", 7)]
    grid = room(weekly={day: [("17:00", "22:00")] for day in DAYS}, slot_minutes=150)
    assert against(grid, [], sought(hours=(18 * 60, 22 * 60), length=timedelta(hours=3))) == [("off_grid", 7)]


def test_a_used_up_quota_is_told_with_its_period() -> None:
    hall = room(quotas=[{"per": "month", "count": 1}])
    used = Use(MONDAY + 12 * HOUR, MONDAY + 13 * HOUR, frozenset(), frozenset({hall.id}))

    (found,) = hindrances(hall, [], sought(asker=Asker(uses=(used,))))

    assert (found.reason.code, found.times) == ("quota_used", 7)
    assert found.reason.source["until"] == "2026-01-31"


# --- By brute force ------------------------------------------------------------------

hours_of_day = st.integers(8, 20).flatmap(lambda opens: st.integers(opens + 1, 24).map(lambda until: (opens, until)))
starts = st.integers(0, 4 * 24 * 4).map(lambda quarter: MONDAY + quarter * 15 * MINUTE)
spans = st.tuples(starts, st.integers(1, 60)).map(lambda span: (span[0], span[0] + span[1] * 15 * MINUTE))


@settings(max_examples=150, deadline=None)
@given(
    opened=hours_of_day,
    taken=st.lists(spans, max_size=6),
    used=st.lists(spans, max_size=3),
    wanted=hours_of_day,
    days=st.frozensets(st.integers(0, 6), min_size=1),
    length=st.integers(1, 16).map(lambda quarter: quarter * 15 * MINUTE),
    grid=st.sampled_from([15, 30, 60]),
    limits=st.fixed_dictionaries(
        {
            "notice_minutes": st.sampled_from([0, 600]),
            "horizon_days": st.sampled_from([1, 100]),
            "buffer_before_minutes": st.sampled_from([0, 30]),
            "quotas": st.sampled_from([[], [{"per": "day", "count": 1}], [{"per": "week", "hours": 4}]]),
        }
    ),
    role=st.sampled_from([Role.MEMBER, Role.STAFF]),
)
def test_first_times_are_those_nothing_speaks_against_and_there_is_always_a_reason(
    *,
    opened: tuple[int, int],
    taken: list[tuple[datetime, datetime]],
    used: list[tuple[datetime, datetime]],
    wanted: tuple[int, int],
    days: frozenset[int],
    length: timedelta,
    grid: int,
    limits: dict[str, Any],
    role: Role,
) -> None:
    opens, closes = (f"{hour:02}:00" for hour in opened)
    hall = Bookable(**vars(room(weekly={day: [(opens, closes)] for day in DAYS}, slot_minutes=grid, **limits)))
    claims = [claim(*span) for span in taken]
    asker = Asker(role, uses=tuple(Use(*span, frozenset(), frozenset({hall.id})) for span in used))
    look = sought(
        days=days,
        hours=(wanted[0] * 60, wanted[1] * 60),
        length=length,
        until=MONDAY + 4 * DAY,
        asker=asker,
        now=MONDAY + HOUR,
    )
    now, quarters = look.now, range(4 * 24 * 4)
    possible = [
        (start, start + length)
        for start in (MONDAY + quarter * 15 * MINUTE for quarter in quarters)
        if any(since <= start and start + length <= until for since, until in look.joined)
        and not explain(hall, claims, start, start + length, now=now, asker=asker)
    ]
    expected: list[tuple[datetime, datetime]] = []
    for time in possible:
        if len(expected) < 3 and (not expected or time[0] >= expected[-1][1]):
            expected.append(time)

    assert first_times(hall, claims, look, most=3) == expected
    if not expected and any(until - since >= length for since, until in look.stretches):
        found = hindrances(hall, claims, look)
        assert found
        for one in found:
            assert one.window is not None
            against_it = explain(hall, claims, *one.window, now=now, asker=asker)
            assert one.reason in against_it
            assert any(since <= one.window[0] and one.window[1] <= until for since, until in look.stretches)


def test_slots_are_found_as_they_are_asked_for() -> None:
    everything = list(slots(room(), [], MONDAY, MONDAY + 7 * DAY, HOUR))
    some = slots(room(), [], MONDAY, MONDAY + 7 * DAY, HOUR)

    assert [next(some) for _ in range(3)] == everything[:3]
