"""How long a failing endpoint is borne, and other limits."""

from datetime import datetime, timedelta
from enum import Enum

MOST_ENDPOINTS = 20
"""Of one organisation."""
MOST_PER_MINUTE = 60_000
WARN_AFTER = timedelta(hours=24)
DISABLE_AFTER = timedelta(hours=120)
"""Of nothing but failures."""
LOOKED_AFTER = timedelta(hours=12)
"""How often, at least. Half of what makes the first step due, so that none is noticed late."""
KEPT_FOR = timedelta(days=30)
"""What waits for an endpoint that takes nothing is given up after this."""
OLD_SECRET_WORKS = timedelta(hours=24)
"""After a change of secrets, so that receivers have time to learn the new one."""
TEST_PATIENCE = timedelta(minutes=2)
"""A test that has no answer by then is forgotten, and may be asked for again."""
TESTS_EVERY = timedelta(seconds=5)
"""Whoever does not want our events should not be sent many by somebody who only says that they are theirs."""


class Step(Enum):
    """What is to be done about an endpoint that does not work."""

    NOTHING = "nothing"
    WARN = "warn"
    DISABLE = "disable"


def step_for(*, failing_since: datetime | None, warned_at: datetime | None, now: datetime) -> Step:
    """What to do about an endpoint that has failed since then without a single success; the exact boundary counts.

    One warning for each time it fails: a success in between makes it due again.
    """
    if failing_since is None or now - failing_since < WARN_AFTER:
        return Step.NOTHING
    if now - failing_since >= DISABLE_AFTER:
        return Step.DISABLE
    return Step.NOTHING if _is_warned(failing_since, warned_at) else Step.WARN


def next_step_at(*, failing_since: datetime | None, warned_at: datetime | None) -> datetime | None:
    """When the next thing is to be done about it, should it go on failing; None for one that works."""
    if failing_since is None:
        return None
    return failing_since + (DISABLE_AFTER if _is_warned(failing_since, warned_at) else WARN_AFTER)


def _is_warned(failing_since: datetime, warned_at: datetime | None) -> bool:
    return warned_at is not None and warned_at >= failing_since
