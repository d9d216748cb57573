"""The rules of fairness, by table and against every small queue there is."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations, product
from uuid import UUID

import pytest

from infra24.core.ids import new_id
from infra24.waitlist.policies import (
    Passed,
    earliest_start,
    first_served,
    in_order,
    last_start,
    offer_ends_at,
    status_at,
    still_open,
)

NOW = datetime(2026, 12, 1, 15, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
KILN, PRESS = new_id(), new_id()


@dataclass(frozen=True)
class Waiter:
    joined_at: datetime
    pk: UUID
    hours: int = 1
    """How much they want."""


@pytest.mark.parametrize(
    ("starts_in", "notice", "lasts"),
    [
        (10 * HOUR, 0 * HOUR, 2 * HOUR),
        (10 * HOUR, 8 * HOUR, 2 * HOUR),
        (10 * HOUR, 9 * HOUR, HOUR),
        (10 * HOUR, 9 * HOUR + 30 * MINUTE, 30 * MINUTE),
        (10 * HOUR, 9 * HOUR + 31 * MINUTE, None),
        (30 * MINUTE, 0 * HOUR, 30 * MINUTE),
        (29 * MINUTE, 0 * HOUR, None),
        (-HOUR, 0 * HOUR, None),
    ],
)
def test_an_offer_ends_before_the_start_less_the_notice_or_is_none(
    starts_in: timedelta, notice: timedelta, lasts: timedelta | None
) -> None:
    ends_at = offer_ends_at(now=NOW, starts_at=NOW + starts_in, notice=notice)
    assert ends_at == (None if lasts is None else NOW + lasts)


def test_what_begins_at_the_earliest_start_can_be_offered_and_nothing_sooner() -> None:
    first = earliest_start(NOW, 2 * HOUR)
    assert offer_ends_at(now=NOW, starts_at=first, notice=2 * HOUR) == NOW + 30 * MINUTE
    assert offer_ends_at(now=NOW, starts_at=first - MINUTE, notice=2 * HOUR) is None


def test_an_organisation_may_give_more_time() -> None:
    assert offer_ends_at(now=NOW, starts_at=NOW + 72 * HOUR, notice=0 * HOUR, offered_for=24 * HOUR) == NOW + 24 * HOUR


def test_who_joined_first_comes_first_and_of_two_in_one_instant_who_was_written_down_first() -> None:
    early = Waiter(NOW, new_id())
    late_first = Waiter(NOW + MINUTE, new_id())
    late_second = Waiter(NOW + MINUTE, new_id())
    for mixed in permutations([early, late_first, late_second]):
        assert in_order(mixed) == [early, late_first, late_second]


def test_nobody_is_overtaken_by_somebody_later_who_wanted_no_more() -> None:
    """Every queue of four who want one to three hours, against every stretch of up to three."""
    for wants in product((1, 2, 3), repeat=4):
        queue = [Waiter(NOW + place * MINUTE, new_id(), hours) for place, hours in enumerate(wants)]
        for free in range(4):
            chosen = first_served(reversed(queue), served_by(free))
            if chosen is None:
                assert all(one.hours > free for one in queue)
                continue
            served, _hours = chosen
            overtaken = [one for one in queue if one.joined_at < served.joined_at]
            assert all(one.hours > free for one in overtaken), "who is passed over could not be served"
            assert all(one.hours > served.hours for one in overtaken), "nobody later wanted as much or less"


def served_by(free_hours: int) -> Callable[[Waiter], int | None]:
    """What a stretch of so many hours serves."""
    return lambda one: one.hours if one.hours <= free_hours else None


@pytest.mark.parametrize(
    ("passed", "left"),
    [
        ([], [(0, 8)]),
        ([(KILN, 2, 3)], [(0, 2), (3, 8)]),
        ([(PRESS, 2, 3)], [(0, 8)]),
        ([(KILN, 4, 6), (KILN, 2, 5)], [(0, 2), (6, 8)]),
        ([(KILN, -1, 9)], []),
    ],
)
def test_what_was_passed_on_of_a_resource_is_not_wanted_again(
    passed: list[tuple[UUID, int, int]], left: list[tuple[int, int]]
) -> None:
    times = [Passed(resource, NOW + begins * HOUR, NOW + ends * HOUR) for resource, begins, ends in passed]
    stretches = [(NOW, NOW + 4 * HOUR), (NOW + 4 * HOUR, NOW + 8 * HOUR)]
    assert still_open(stretches, KILN, times) == [(NOW + begins * HOUR, NOW + ends * HOUR) for begins, ends in left]


@pytest.mark.parametrize(
    ("status", "minutes_to_last_start", "expected"),
    [
        ("waiting", 1, "waiting"),
        ("waiting", 0, "expired"),
        ("waiting", -1, "expired"),
        ("offered", -1, "offered"),
        ("taken", -1, "taken"),
        ("withdrawn", -1, "withdrawn"),
    ],
)
def test_who_waits_for_what_has_gone_by_waits_no_more(status: str, minutes_to_last_start: int, expected: str) -> None:
    until = NOW + HOUR + minutes_to_last_start * MINUTE
    assert last_start(until, HOUR) == NOW + minutes_to_last_start * MINUTE
    assert status_at(status, until=until, length=HOUR, now=NOW) == expected
