"""Nights on which clocks do something, by two means that know nothing of each other.

The table was worked out by hand; the model asks at every five minutes what the
clock on the wall shows.
"""

from datetime import datetime

import pytest

from infra24.orgs.policies import Role
from infra24.resources.policies import ONE, Asker, free, slots
from tests.resources.clocks import ALL, Clock
from tests.resources.model import STEP, Model, steps


def words(clock: Clock) -> str:
    return f"{clock.zone} {clock.on} {clock.expected}"


@pytest.mark.parametrize("clock", ALL, ids=words)
def test_the_engine_reads_clocks_as_worked_out_by_hand(clock: Clock) -> None:
    if clock.slot:
        found = [f"{start:%dT%H:%M}" for start, _ in slots(clock.resource, (), *clock.window, clock.slot)]
    else:
        spans = free(clock.resource, (), *clock.window, now=clock.now)
        found = [f"{begins:%dT%H:%M}/{ends:%dT%H:%M}" for begins, ends in spans]

    assert found == clock.expected.split()


@pytest.mark.parametrize("clock", ALL, ids=words)
def test_clocks_asked_every_five_minutes_say_the_same(clock: Clock) -> None:
    since, until = clock.window
    asker, now = (Asker(), clock.now) if clock.now else (Asker(Role.STAFF), since)
    model = Model(clock.resource, [], ONE, asker, now, since, until)
    if clock.slot:
        ends = until - clock.slot
        found = [f"{at:%dT%H:%M}" for at in steps(since, ends) if not any(model.time_codes(at, at + clock.slot))]
    else:
        found = _stretches([at for at in steps(since, until) if not any(model.moment_codes(at, at + STEP))])

    assert found == clock.expected.split()


def _stretches(moments: list[datetime]) -> list[str]:
    firsts = [at for at in moments if at - STEP not in moments]
    lasts = [at + STEP for at in moments if at + STEP not in moments]
    return [f"{begins:%dT%H:%M}/{ends:%dT%H:%M}" for begins, ends in zip(firsts, lasts, strict=True)]
