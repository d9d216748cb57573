"""Who calls, and what they ask for: the same from the web's clients, the profile and the database floor."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bench import filling

CLIENTS = 16
DAILY_SLOTS = 7
"""Of an hour each, every two hours from 8 o'clock: set-up and pack-down fit between them."""


class Request(NamedTuple):
    method: str
    path: str
    body: dict[str, Any] | None = None


@dataclass
class Caller:
    """One client with its own token. Two call for each measured house, and never want the same hour."""

    number: int
    token: str
    step: int = 0
    """How many bookings were asked for so far; says which resource and which hour come next."""
    bookings: dict[int, str] = field(default_factory=dict)
    """Id of a booking made earlier, by resource."""

    @property
    def house(self) -> int:
        return 1 + self.number % filling.MEASURED

    def resource(self, step: int) -> int:
        """Goes through all resources in an order of its own, so that the two of a house seldom meet."""
        return (step * 7 + self.number * 13) % filling.RESOURCES

    def time(self, step: int) -> datetime:
        """A free hour of that step's resource."""
        slot, turn = step // filling.RESOURCES, self.number // filling.MEASURED
        day = 2 * (slot // DAILY_SLOTS) + turn
        return filling.FREE_FROM + timedelta(days=day, hours=8 + 2 * (slot % DAILY_SLOTS))

    def book(self) -> Request:
        self.step += 1
        starts_at = self.time(self.step)
        body = {
            "title": "Firing",
            "resource_id": filling.resource_id(self.house, self.resource(self.step)),
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
        }
        return Request("POST", "/api/bookings", body)

    def move(self) -> Request:
        """Takes a booking made earlier to the next free hour of its resource."""
        self.step += 1
        starts_at = self.time(self.step)
        body = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
        return Request("PATCH", f"/api/bookings/{self.bookings[self.resource(self.step)]}", body)

    def read_quiet_week(self) -> Request:
        return _feed(filling.QUIET_WEEK)

    def read_busy_week(self) -> Request:
        return _feed(filling.BUSY_WEEK)


def _feed(week: datetime) -> Request:
    window = {"start": week.isoformat(), "end": (week + timedelta(weeks=1)).isoformat()}
    return Request("GET", f"/api/calendar/events?{urlencode(window)}")


@dataclass(frozen=True)
class Kind:
    """One row of the table: what is asked, and what is expected of it."""

    name: str
    ask: Callable[[Caller], Request]
    status: int = 200
    events: int = 0
    """Bookings in the answer of a feed."""
    of_floor: float = 0.25
    """Wanted share of what the database alone can do."""
    cpu_ms: float = 3.0
    """Wanted at most, of the web processes, for one request."""
    statements: int = 10
    """At most, besides BEGIN, COMMIT, savepoints and set_config."""


KINDS = (
    Kind("POST booking", Caller.book, status=201),
    Kind("PATCH booking (move)", Caller.move),
    Kind("GET week, 200 events", Caller.read_quiet_week, events=200, cpu_ms=5.0, statements=6),
    Kind("GET week, 1,000 events", Caller.read_busy_week, events=1000, of_floor=0.5, cpu_ms=15.0, statements=6),
)
