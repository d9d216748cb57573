"""When a delivery is tried again, how long a worker may keep it, and when a destination is left alone."""

from dataclasses import dataclass
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


TRIPS_AFTER = 5
"""Failures in a row after which a destination rests. Also known to `sql/claims.sql`."""
FIRST_REST, LONGEST_PROBING_REST = timedelta(seconds=30), timedelta(minutes=15)
"""The rest doubles from the one to the other, with jitter."""


@dataclass(frozen=True)
class Health:
    """How a destination has been doing."""

    failures_in_row: int = 0
    failing_since: datetime | None = None
    rests_until: datetime | None = None
    worked_at: datetime | None = None

    @property
    def is_tripped(self) -> bool:
        """Whether it is left alone but for one delivery after each rest, the probe."""
        return self.failures_in_row >= TRIPS_AFTER

    def after_success(self, *, now: datetime) -> "Health":
        """It works: whatever it rested for is over, unless it asked for a rest while it worked."""
        return Health(rests_until=None if self.is_tripped else self.rests_until, worked_at=now)

    def after_failure(self, *, is_probe: bool, now: datetime, jitter: float) -> "Health":
        """A try failed in a way that says something about the destination.

        Of many that were under way when it broke down, only as many count as it
        takes to trip: they are one failure, and must not lengthen the rest.
        """
        if self.is_tripped and not is_probe:
            return self
        failures = self.failures_in_row + 1
        rests_until = self.rests_until
        if failures >= TRIPS_AFTER:
            rests_until = now + probing_rest(failures, jitter=jitter)
        return Health(failures, self.failing_since or now, rests_until, self.worked_at)

    def after_silence(self, *, is_probe: bool) -> "Health":
        """A try says nothing about the destination. Was it the probe, the next one may come at once."""
        if not (is_probe and self.is_tripped):
            return self
        return Health(self.failures_in_row, self.failing_since, None, self.worked_at)

    def after_throttling(self, *, until: datetime) -> "Health":
        """It asked us to stay away until then."""
        return Health(self.failures_in_row, self.failing_since, until, self.worked_at)


def probing_rest(failures_in_row: int, *, jitter: float) -> timedelta:
    """How long a destination is left alone that failed so often in a row. `jitter` as in `next_wait`."""
    doublings = min(max(failures_in_row - TRIPS_AFTER, 0), 10)
    return min(FIRST_REST * (1 << doublings), LONGEST_PROBING_REST) * (1 + JITTER * jitter)


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
