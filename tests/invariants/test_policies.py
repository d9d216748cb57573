"""When the nights look."""

from datetime import UTC, datetime, timedelta

import pytest

from infra24.invariants.policies import next_look, night_begun

DELAY = timedelta(minutes=20)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "begun"),
    [("26T03:00", "26T03:00"), ("26T02:59:59", "25T03:00"), ("26T23:59", "26T03:00"), ("27T00:10", "26T03:00")],
)
def test_a_night_begins_at_three(now: str, begun: str) -> None:
    assert night_begun(at(now)) == at(begun)


@pytest.mark.parametrize(
    ("last", "now", "due"),
    [
        (None, "26T15:00", "26T15:00"),
        (None, "26T03:05", "26T03:20"),
        ("25T03:20", "26T02:00", "26T03:20"),
        ("25T03:20", "26T03:10", "26T03:20"),
        ("25T03:20", "26T03:20", "26T03:20"),
        ("25T03:20", "26T15:00", "26T15:00"),
        ("26T03:00", "26T03:10", "27T03:20"),
        ("26T15:00", "26T16:00", "27T03:20"),
        ("20T03:20", "26T15:00", "26T15:00"),
    ],
    ids=["never", "never, at night", "not yet", "begun", "due", "missed", "just looked", "by day", "long off"],
)
def test_each_night_is_looked_at_once_and_a_missed_one_at_once(last: str | None, now: str, due: str) -> None:
    assert next_look(at(last) if last else None, now=at(now), delay=DELAY) == at(due)
