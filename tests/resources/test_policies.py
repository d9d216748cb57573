"""What the engine says of single windows."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from infra24.resources.policies import (
    DAYS,
    Asker,
    Bookable,
    RuleRow,
    Rules,
    Size,
    effective,
    explain,
    free,
    slots,
)

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def bookable(zone: str = "UTC", *, units: int = 1, capacity: int | None = None, **rules: Any) -> Bookable:
    row = RuleRow(uuid4(), "resource", date(2000, 1, 1), Rules.model_validate(rules))
    return Bookable(uuid4(), "Room", zone, units, capacity, (row,))


def every_day(*spans: tuple[str, str]) -> dict[str, list[tuple[str, str]]]:
    return {day: list(spans) for day in DAYS}


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
