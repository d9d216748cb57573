"""Edges that random cases seldom hit, each with its answer: quotas, qualifications, neighbours, new rules at midnight."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from infra24.orgs.policies import Role
from infra24.resources.policies import (
    Asker,
    Bookable,
    Claim,
    Closure,
    Need,
    RuleRow,
    Rules,
    Size,
    Use,
    explain,
    free,
    reach_of,
    slots,
)

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ROOM, KILN = UUID(int=1), UUID(int=2)
NEW_YORK = ZoneInfo("America/New_York")


def room(*rows: RuleRow, **more: Any) -> Bookable:
    return Bookable(
        ROOM, "Room", **{"zone": "UTC", "units": 1, "capacity": None, "kind": "space", "rows": rows, **more}
    )


def row(scope: Any = "organisation", valid_from: date = date(2000, 1, 1), **rules: Any) -> RuleRow:
    return RuleRow(uuid4(), scope, valid_from, Rules.model_validate(rules))


def at(text: str) -> datetime:
    """`10T09:00` in June 2026, UTC; the 8th is a Monday."""
    return datetime.fromisoformat(f"2026-06-{text}").replace(tzinfo=UTC)


def use(since: str, until: str, *, kind: str = "space", of: UUID = ROOM) -> Use:
    return Use(at(since), at(until), frozenset({kind}), frozenset({of}))


DAILY, WEEKLY = {"per": "day", "count": 1}, {"per": "week", "count": 1}
TWO_A_DAY, FOUR_A_WEEK = {"per": "day", "hours": 2}, {"per": "week", "hours": 4}
NIGHT = ("10T23:00", "11T01:00")


@pytest.mark.parametrize(
    ("quota", "window", "uses", "refused"),
    [
        # A booking counts once, in the day it starts in.
        (DAILY, ("10T12:00", "10T13:00"), [use("10T08:00", "10T09:00")], True),
        (DAILY, ("10T12:00", "10T13:00"), [use("09T08:00", "09T09:00")], False),
        (DAILY, NIGHT, [use("11T08:00", "11T09:00")], False),
        (DAILY, NIGHT, [use("10T08:00", "10T09:00")], True),
        (DAILY, ("11T08:00", "11T09:00"), [use(*NIGHT)], False),
        (DAILY, ("10T08:00", "10T09:00"), [use(*NIGHT)], True),
        # Its hours count where they lie.
        (TWO_A_DAY, NIGHT, [use("11T08:00", "11T09:00")], False),
        (TWO_A_DAY, NIGHT, [use("11T08:00", "11T09:15")], True),
        (TWO_A_DAY, ("11T08:00", "11T09:15"), [use(*NIGHT)], True),
        (TWO_A_DAY, ("11T08:00", "11T10:15"), [], True),
        # Up to midnight is not the next day.
        (TWO_A_DAY, ("10T22:00", "11T00:00"), [use("11T08:00", "11T10:00")], False),
        # Weeks begin on Monday the 8th, and end with Sunday.
        (WEEKLY, ("08T00:00", "08T01:00"), [use("07T23:00", "08T00:00")], False),
        (WEEKLY, ("08T00:00", "08T01:00"), [use("14T23:00", "15T01:00")], True),
        (FOUR_A_WEEK, ("14T22:00", "15T04:00"), [use("09T08:00", "09T10:00")], False),
        (FOUR_A_WEEK, ("14T22:00", "15T04:15"), [use("09T08:00", "09T10:00")], True),
        # Months are of the calendar.
        ({"per": "month", "count": 1}, ("30T23:00", "30T23:30"), [use("01T00:00", "01T01:00")], True),
        ({"per": "month", "count": 1}, ("01T00:00", "01T00:30"), [use("30T23:00", "30T23:45")], True),
    ],
)
def test_quotas_count_starts_and_hours_in_calendar_periods(
    quota: dict[str, Any], window: tuple[str, str], uses: list[Use], refused: bool
) -> None:
    resource = room(row(quotas=[quota]))
    since, until = at(window[0]), at(window[1])

    reasons = explain(resource, (), since, until, now=at("01T00:00"), asker=Asker(uses=tuple(uses)))

    assert [reason.code for reason in reasons] == (["quota_used"] if refused else [])
    first, last = reach_of([resource], since, until)
    assert all(first < one.ends_at and one.starts_at < last for one in uses) or not refused


@pytest.mark.parametrize(
    ("scope", "other", "refused"),
    [
        ("organisation", use("10T08:00", "10T09:00", kind="equipment", of=KILN), True),
        ("kind", use("10T08:00", "10T09:00", of=KILN), True),
        ("kind", use("10T08:00", "10T09:00", kind="equipment", of=KILN), False),
        ("resource", use("10T08:00", "10T09:00"), True),
        ("resource", use("10T08:00", "10T09:00", of=KILN), False),
    ],
)
def test_the_scope_that_says_a_quota_is_what_it_counts(scope: str, other: Use, refused: bool) -> None:
    resource = room(row(scope, quotas=[DAILY]))

    reasons = explain(resource, (), at("10T12:00"), at("10T13:00"), now=at("10T00:00"), asker=Asker(uses=(other,)))

    assert [(reason.code, reason.source["scope"]) for reason in reasons] == [("quota_used", scope)] * refused


def test_quotas_are_counted_in_the_zone_of_the_house_and_bind_no_staff() -> None:
    """23:00 and 01:00 in New York: two days there, one in Tokyo."""
    evening = datetime(2026, 6, 10, 23, tzinfo=NEW_YORK).astimezone(UTC)
    before = Use(evening, evening + HOUR, frozenset({"space"}), frozenset({ROOM}))
    window = (evening + 2 * HOUR, evening + 3 * HOUR)
    asker = Asker(uses=(before,))

    for home, codes in (("America/New_York", []), ("Asia/Tokyo", ["quota_used"])):
        resource = room(row(quotas=[DAILY]), zone="America/New_York", home_zone=home)
        assert [reason.code for reason in explain(resource, (), *window, now=evening - DAY, asker=asker)] == codes
        staff = Asker(Role.STAFF, uses=asker.uses)
        assert explain(resource, (), *window, now=evening - DAY, asker=staff) == []


@pytest.mark.parametrize(
    ("holds", "codes"),
    [({}, ["qualification_needed"]), ({UUID(int=9): None}, []), ({UUID(int=9): date(2026, 6, 10)}, []),
     ({UUID(int=9): date(2026, 6, 9)}, ["qualification_needed"])],
)  # fmt: skip
def test_a_qualification_holds_to_the_end_of_its_last_day(holds: dict[UUID, date | None], codes: list[str]) -> None:
    resource = room(needs=(Need(UUID(int=9), "Kiln"),))

    reasons = explain(resource, (), at("10T23:00"), at("11T01:00"), now=at("10T00:00"), asker=Asker(holds=holds))

    assert [reason.code for reason in reasons] == codes


def test_those_who_leave_make_room_for_those_who_come() -> None:
    """Three cameras, two bookings of two back to back: the third is free all the time, two never."""
    cameras = room(units=3)
    claims = [Claim(at(f"10T{hour:02d}:00"), at(f"10T{hour + 2:02d}:00"), 2, 1, is_shared=True) for hour in (10, 12)]
    window = (at("10T09:00"), at("10T15:00"))

    assert free(cameras, claims, *window) == [window]
    assert explain(cameras, claims, *window, now=at("10T00:00")) == []
    assert free(cameras, claims, *window, size=Size(units=2)) == [
        (at("10T09:00"), at("10T10:00")),
        (at("10T14:00"), at("10T15:00")),
    ]


def test_of_many_alike_it_is_said_whether_units_or_room_are_missing() -> None:
    tables = room(units=4, capacity=6)
    claims = [Claim(at("10T10:00"), at("10T12:00"), 2, 5, is_shared=True)]

    def codes(units: int, people: int) -> list[str]:
        size = Size(units, people)
        reasons = explain(tables, claims, at("10T11:00"), at("10T12:00"), now=at("10T00:00"), size=size)
        return [reason.code for reason in reasons]

    assert [codes(2, 1), codes(3, 1), codes(2, 2), codes(3, 2)] == [
        [],
        ["units_taken"],
        ["over_capacity"],
        ["units_taken", "over_capacity"],
    ]
    assert codes(5, 7) == ["over_capacity", "units_taken"]


def test_new_buffers_at_midnight_part_what_is_free() -> None:
    """Until midnight an hour is kept clear after each booking, from then on none."""
    resource = room(row(buffer_after_minutes=60), row(valid_from=date(2026, 6, 11), buffer_after_minutes=0))
    claims = [Claim(at("11T00:30"), at("11T02:00"), 1, 1, is_shared=False)]
    late, early = (at("10T23:15"), at("10T23:45")), (at("11T00:00"), at("11T00:30"))

    assert free(resource, claims, at("10T22:00"), at("11T03:00")) == [
        (at("10T22:00"), at("10T23:30")),
        (at("11T00:00"), at("11T00:30")),
        (at("11T02:00"), at("11T03:00")),
    ]
    assert free(resource, [], at("10T22:00"), at("11T03:00")) == [
        (at("10T22:00"), at("11T00:00")),
        (at("11T00:00"), at("11T03:00")),
    ]
    assert [reason.code for reason in explain(resource, claims, *late, now=at("10T00:00"))] == ["slot_taken"]
    assert explain(resource, claims, *early, now=at("10T00:00")) == []
    assert early in list(slots(resource, claims, at("10T22:00"), at("11T03:00"), timedelta(minutes=30)))


def test_a_closure_made_to_the_fraction_of_a_second_ends_in_finite_time() -> None:
    """The search for a clock change once went on for ever when it lay within a second of one."""
    wall = datetime(2026, 3, 29, 1, 0, 0, 400_000)  # noqa: DTZ001 - as a clock shows it
    shut = Closure(uuid4(), "Works", wall, wall + HOUR)
    resource = room(zone="Europe/London", closures=(shut,))
    midnight = datetime(2026, 3, 29, tzinfo=UTC)

    assert free(resource, [], midnight, midnight + 2 * HOUR)[0] == (midnight, midnight + HOUR)
