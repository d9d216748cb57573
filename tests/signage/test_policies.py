"""What a door says, by table: a day open from nine to five, looked at until noon of the next."""

from datetime import UTC, datetime, timedelta

import pytest

from infra24.signage.policies import DoorState, Span, Standing, crowd_of, next_change, standing_of

DAY = datetime(2026, 3, 2, tzinfo=UTC)


def at(hour: float) -> datetime:
    return DAY + timedelta(hours=hour)


def span(since: float, until: float) -> Span:
    return at(since), at(until)


OPEN = [span(9, 17), span(33, 36)]
END = at(36)


@pytest.mark.parametrize(
    ("now", "free", "running", "told"),
    [
        pytest.param(
            10, [span(10, 14), span(33, 36)], [], Standing(DoorState.FREE, at(14)), id="free until somebody comes"
        ),
        pytest.param(34, [span(34, 36)], [], Standing(DoorState.FREE, None), id="free for longer than was looked"),
        pytest.param(
            14,
            [span(16, 17), span(33, 36)],
            [span(14, 15.5)],
            Standing(DoorState.TAKEN, at(16)),
            id="taken, then packed down",
        ),
        pytest.param(14, [], [span(14, 17)], Standing(DoorState.TAKEN, None), id="taken, and no end in sight"),
        pytest.param(13.75, [span(16, 17)], [], Standing(DoorState.BETWEEN, at(16)), id="being set up"),
        pytest.param(8, [span(9, 17)], [], Standing(DoorState.CLOSED, at(9)), id="not open yet"),
        pytest.param(17, [span(33, 36)], [], Standing(DoorState.CLOSED, at(33)), id="closed from the very minute"),
        pytest.param(18, [], [span(14, 20)], Standing(DoorState.TAKEN, None), id="somebody is in after hours"),
        pytest.param(
            10, [span(10, 17)], [span(9, 12)], Standing(DoorState.FREE, at(17)), id="one of six cameras is out"
        ),
    ],
)
def test_a_door_says_how_it_is_and_until_when(
    now: float, free: list[Span], running: list[Span], told: Standing
) -> None:
    assert standing_of(now=at(now), opened=OPEN, free=free, running=running, end=END) == told


def test_closed_for_good_opens_at_no_time() -> None:
    assert standing_of(now=at(10), opened=[], free=[], running=[], end=END) == Standing(DoorState.CLOSED, None)


def test_the_next_change_lies_ahead() -> None:
    assert next_change(at(10), [at(9), at(10), at(12), None, at(11)]) == at(11)
    assert next_change(at(10), [at(10), None]) is None


@pytest.mark.parametrize(
    ("doors", "crowd"), [(0, "few"), (6, "few"), (7, "some"), (18, "some"), (24, "many"), (42, "full"), (43, "crowd")]
)
def test_the_fewer_lines_there_are_the_larger_they_stand_there(doors: int, crowd: str) -> None:
    assert crowd_of(doors) == crowd
