"""When a try follows a try, and when nights begin."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra24.outbox.policies import (
    LONGEST_PROBING_REST,
    LONGEST_REST,
    Health,
    next_night,
    next_wait,
    night_of,
    probing_rest,
    rest,
)

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)


def test_twelve_tries_reach_from_friday_to_monday() -> None:
    waits: list[timedelta] = []
    while (wait := next_wait(len(waits) + 1, jitter=0)) is not None:
        waits.append(wait)

    assert len(waits) + 1 == 12
    assert sum(waits, timedelta()) == timedelta(hours=75, minutes=42, seconds=35)


@pytest.mark.parametrize(("jitter", "seconds"), [(-1, 24), (0, 30), (1, 36)])
def test_waits_spread_by_a_fifth(jitter: float, seconds: int) -> None:
    assert next_wait(2, jitter=jitter) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("asked", "given"),
    [
        (timedelta(0), timedelta(seconds=1)),
        (timedelta(seconds=90), timedelta(seconds=90)),
        (timedelta(days=40), LONGEST_REST),
    ],
)
def test_a_rest_is_what_was_asked_for_within_reason(asked: timedelta, given: timedelta) -> None:
    assert rest(asked) == given


@pytest.mark.parametrize(
    ("zone", "now", "night", "following"),
    [
        # An ordinary night, asked just before it begins, as it begins, and by day.
        ("America/New_York", "2026-07-01T06:59Z", "2026-06-30", "2026-07-01T07:00Z"),
        ("America/New_York", "2026-07-01T07:00Z", "2026-07-01", "2026-07-02T07:00Z"),
        ("America/New_York", "2026-07-01T20:00Z", "2026-07-01", "2026-07-02T07:00Z"),
        # Spring forward at 02:00: the night is an hour shorter. Fall back: an hour longer.
        ("America/New_York", "2026-03-07T20:00Z", "2026-03-07", "2026-03-08T07:00Z"),
        ("America/New_York", "2026-10-31T20:00Z", "2026-10-31", "2026-11-01T08:00Z"),
        # Athens skips 03:00 to 04:00 and repeats it in autumn.
        ("Europe/Athens", "2026-03-28T20:00Z", "2026-03-28", "2026-03-29T01:00Z"),
        ("Europe/Athens", "2026-03-29T01:00Z", "2026-03-29", "2026-03-30T00:00Z"),
        ("Europe/Athens", "2026-10-24T20:00Z", "2026-10-24", "2026-10-25T00:00Z"),
        ("Europe/Athens", "2026-10-25T01:00Z", "2026-10-25", "2026-10-26T01:00Z"),
    ],
)
def test_a_night_begins_at_three_by_the_clock_on_the_wall(zone: str, now: str, night: str, following: str) -> None:
    at = datetime.fromisoformat(now)

    assert night_of(at, ZoneInfo(zone)) == date.fromisoformat(night)
    assert next_night(at, ZoneInfo(zone)) == datetime.fromisoformat(following).astimezone(UTC)


@pytest.mark.parametrize(
    ("failures", "seconds"), [(5, 30), (6, 60), (7, 120), (8, 240), (9, 480), (10, 900), (11, 900), (10_000, 900)]
)
def test_rests_double_from_half_a_minute_to_a_quarter_of_an_hour(failures: int, seconds: int) -> None:
    assert probing_rest(failures, jitter=0) == timedelta(seconds=seconds)
    assert probing_rest(failures, jitter=1) == timedelta(seconds=seconds) * 1.2
    assert probing_rest(failures, jitter=-1) == timedelta(seconds=seconds) * 0.8


def test_four_failures_are_borne_and_the_fifth_trips() -> None:
    health = Health()
    for number in range(1, 5):
        health = health.after_failure(is_probe=False, now=NOON + timedelta(seconds=number), jitter=0)
        assert (health.is_tripped, health.rests_until) == (False, None)
    health = health.after_failure(is_probe=False, now=NOON + timedelta(minutes=1), jitter=0)
    assert health.is_tripped
    assert health.failing_since == NOON + timedelta(seconds=1)
    assert health.rests_until == NOON + timedelta(minutes=1, seconds=30)


def test_once_tripped_only_probes_count() -> None:
    tripped = Health(failures_in_row=5, failing_since=NOON, rests_until=NOON + timedelta(seconds=30))
    assert tripped.after_failure(is_probe=False, now=NOON, jitter=0) == tripped
    probed = tripped.after_failure(is_probe=True, now=NOON, jitter=0)
    assert (probed.failures_in_row, probed.rests_until) == (6, NOON + timedelta(minutes=1))


def test_a_success_ends_the_rest_of_a_tripped_destination_but_not_one_that_was_asked_for() -> None:
    until = NOON + LONGEST_PROBING_REST
    assert Health(6, NOON, until).after_success(now=NOON) == Health(worked_at=NOON)
    assert Health(0, None, until).after_success(now=NOON) == Health(rests_until=until, worked_at=NOON)


def test_silence_changes_nothing_but_that_a_probe_may_follow() -> None:
    until = NOON + timedelta(seconds=45)
    assert Health(2, NOON, until).after_silence(is_probe=True) == Health(2, NOON, until)
    assert Health(6, NOON, until).after_silence(is_probe=False) == Health(6, NOON, until)
    assert Health(6, NOON, until).after_silence(is_probe=True) == Health(6, NOON, None)
