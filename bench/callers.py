"""Who calls, and what they ask for: the same from the web's clients, the profile and the database floor."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlencode

from bench import filling

CLIENTS = 16
WEEKS = 52
"""Dates of a series of a year."""
DAILY_SLOTS = 7
"""Of an hour each, every two hours from 8 o'clock: set-up and pack-down fit between them."""


class Request(NamedTuple):
    method: str
    path: str
    body: dict[str, Any] | None = None


@dataclass
class Caller:
    """One client with its own token. Two call for each measured house, and never want the same hour.

    Those of the large house read, and one of them books whole years.
    """

    number: int
    token: str
    is_large: bool = False
    """Whether it calls for the large house."""
    step: int = 0
    """How much was asked for so far; says which resource and which hour come next."""
    bookings: dict[int, str] = field(default_factory=dict)
    """Id of a booking made earlier, by resource."""

    @property
    def house(self) -> int:
        return filling.LARGE if self.is_large else 1 + self.number % filling.MEASURED

    @property
    def key(self) -> int:
        """The number of its token."""
        return self.number + (CLIENTS if self.is_large else 0)

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

    def book_year(self) -> Request:
        """The same hour of every week: of each room every hour that fits, then of the next room."""
        self.step += 1
        room, hour = divmod(self.step, 7 * DAILY_SLOTS)
        day, slot = divmod(hour, DAILY_SLOTS)
        starts_at = filling.FREE_FROM + timedelta(days=day, hours=8 + 2 * slot)
        body = {
            "title": "Class",
            "resource_id": filling.resource_id(self.house, room),
            "starts_at": starts_at.isoformat(),
            "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
            "rule": f"FREQ=WEEKLY;COUNT={WEEKS}",
        }
        return Request("POST", "/api/series", body)

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

    def read_availability(self) -> Request:
        """When one resource is free in four weeks, of which two are booked, and why it is not the rest of the time."""
        self.step += 1
        window = {**_window(filling.QUIET_WEEK, weeks=4), "length": "PT1H"}
        resource = filling.resource_id(self.house, self.resource(self.step))
        return Request("GET", f"/api/resources/{resource}/availability?{urlencode(window)}")

    def search_week(self) -> Request:
        """Hours of a week: what is free of 200 rooms, each of which has as many to offer as anybody may ask for."""
        asked = {**_window(filling.QUIET_WEEK, weeks=1), "length": "PT1H", "offers": 10}
        return Request("GET", f"/api/search?{urlencode(asked)}")

    def search_evening(self) -> Request:
        """Three hours on a weekday evening: a quarter of 200 rooms is taken on every one of them."""
        asked = {
            **_window(filling.QUIET_WEEK, weeks=2),
            "people": 12,
            "feature": "projector",
            "length": "PT3H",
            "days": "weekdays",
            "from": "18:00",
            "until": "21:00",
        }
        return Request("GET", f"/api/search?{urlencode(asked)}")


def _feed(week: datetime) -> Request:
    return Request("GET", f"/api/calendar/events?{urlencode(_window(week, weeks=1))}")


def _window(since: datetime, *, weeks: int) -> dict[str, Any]:
    return {"start": since.isoformat(), "end": (since + timedelta(weeks=weeks)).isoformat()}


@dataclass(frozen=True)
class Kind:
    """One row of the table: what is asked, and what is expected of it."""

    name: str
    ask: Callable[[Caller], Request]
    status: int = 200
    is_large: bool = False
    """Whether it is asked of the large house."""
    is_alone: bool = False
    """Whether one client asks, one request after the other, and the database alone is not asked at all."""
    observed: int = 81
    """Requests that are looked into one by one; the last one gives the floor its statements."""
    events: int = 0
    """Bookings in the answer of a feed."""
    of_floor: float = 0.25
    """Wanted share of what the database alone can do."""
    cpu_ms: float = 3.0
    """Wanted at most, of the web processes, for one request."""
    alone_ms: float = math.inf
    """Wanted at most, for one request at a time, from the first byte to the last."""
    statements: int = 10
    """At most, besides BEGIN, COMMIT, savepoints and SET LOCAL."""

    @property
    def is_rush(self) -> bool:
        """Whether many write at the same time."""
        return self.name.startswith(("POST", "PATCH")) and not self.is_alone


def _computed(name: str, ask: Callable[[Caller], Request], *, alone_ms: float, is_large: bool = False) -> Kind:
    """What Python works out from many rows: the database alone gives no measure of it."""
    return Kind(name, ask, is_large=is_large, of_floor=0.0, cpu_ms=math.inf, alone_ms=alone_ms)


KINDS = (
    # First what others are compared with.
    Kind("POST booking", Caller.book, status=201),
    Kind("PATCH booking (move)", Caller.move),
    Kind("GET week, 200 events", Caller.read_quiet_week, events=200, cpu_ms=5.0, statements=6),
    Kind("GET week, 1,000 events", Caller.read_busy_week, events=1000, of_floor=0.5, cpu_ms=15.0, statements=6),
    Kind(
        "POST series, a year of weeks",
        Caller.book_year,
        status=201,
        is_large=True,
        is_alone=True,
        observed=12,
        of_floor=0.0,
        cpu_ms=math.inf,
        alone_ms=1000.0,
        statements=13,
    ),
    _computed("GET availability, 4 weeks", Caller.read_availability, alone_ms=10.0),
    _computed("GET search, 200 rooms, 1 week", Caller.search_week, alone_ms=150.0, is_large=True),
    _computed("GET search, 200 rooms, 2 weeks", Caller.search_evening, alone_ms=300.0, is_large=True),
)
