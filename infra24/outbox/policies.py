"""When a delivery is tried again, and how long a worker may keep it."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SCHEDULE = (
    timedelta(seconds=5),
    timedelta(seconds=30),
    timedelta(minutes=2),
    timedelta(minutes=10),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
    timedelta(hours=24),
)
"""Waits after the first, second, … failure: twelve tries in a little over three days, from a Friday to a Monday."""
JITTER = 0.2
"""Share of a wait by which it is shortened or lengthened, so that what failed together does not return together."""

LEASE = timedelta(seconds=45)
"""How long a delivery stays with a worker that shows no sign of life. Less than the promised minute."""
RENEWAL = timedelta(seconds=15)
"""How often a living worker renews its leases: it may miss two renewals."""
LONGEST_RUN = timedelta(minutes=10)
"""A handler that runs longer hangs: its lease is renewed no more."""
LOSSES_BORNE = 2
"""A delivery lost with its worker is taken up at once; after more losses it may be the cause, and waits along the
schedule. What merely ran beside it then parts from it by the jitter."""
LONGEST_REST = timedelta(hours=6)
"""A service that asks us to stay away for longer is asked again after this."""


def next_wait(failures: int, *, jitter: float) -> timedelta | None:
    """The wait after the `failures`-th failure, or None: there is no further try.

    `jitter` is a number from -1 to 1, by which the wait moves within its margin.
    """
    if failures > len(SCHEDULE):
        return None
    return SCHEDULE[failures - 1] * (1 + JITTER * jitter)


def rest(asked: timedelta) -> timedelta:
    """How long a destination is left alone after it asked to: at least a second, and not for ever."""
    return min(max(asked, timedelta(seconds=1)), LONGEST_REST)


NIGHT_BEGINS = time(3)
"""By the organisation's clock: everybody asleep, and after the hour that clock changes usually take."""


def night_of(now: datetime, zone: ZoneInfo) -> date:
    """The local day on which the latest night began."""
    today = now.astimezone(zone).date()
    return today if _begins(today, zone) <= now else today - timedelta(days=1)


def next_night(now: datetime, zone: ZoneInfo) -> datetime:
    """When the next night begins, in UTC. An hour that clocks skip begins at its end; a repeated one the first time."""
    return _begins(night_of(now, zone) + timedelta(days=1), zone)


def _begins(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, NIGHT_BEGINS, tzinfo=zone).astimezone(UTC)
