"""How long a failing endpoint is borne, and other limits."""

from datetime import datetime, timedelta
from enum import Enum

MOST_ENDPOINTS = 20
"""Of one organisation."""
MOST_PER_MINUTE = 60_000
WARN_AFTER = timedelta(hours=24)
DISABLE_AFTER = timedelta(hours=120)
"""Of nothing but failures."""
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
    return Step.NOTHING if warned_at is not None and warned_at >= failing_since else Step.WARN
