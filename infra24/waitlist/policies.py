"""The rules of fairness. No Django, no clock, no database.

1. Who joined first comes first; changing what one waits for keeps the place.
2. Whenever time is free, those who wait are gone through in that order, and the
   first whom it would serve is offered it. So nobody is overtaken by somebody
   later who wanted no more: a later one goes first only where what is free does
   not serve the earlier.
3. Who is being offered a time is not offered another until they have answered.
4. Passing an offer on, or letting it run out, costs no place. But the same time
   goes to the next: it is not offered again to who has passed it on, until
   somebody else has had it and has given it back.
5. An offer leaves time to think, and ends before the start, by the notice that
   bookings need. Where too little is left to think, nothing is offered.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeVar
from uuid import UUID

from infra24.resources.policies import Span, merged, without

OFFERED_FOR = timedelta(hours=2)
"""How long an offer lasts where the organisation says nothing else: long enough to read a mail at lunch."""
LONGEST_OFFERED = timedelta(days=2)
SHORTEST_TO_DECIDE = timedelta(minutes=30)
"""With less left before the last moment to book, a mail would come too late."""
NO_NOTICE = timedelta()
MOST_ENTRIES = 20
FARTHEST = timedelta(days=366)
LIVE = frozenset({"waiting", "offered"})


class Waiting(Protocol):
    """What of an entry decides its place."""

    @property
    def joined_at(self) -> datetime: ...

    @property
    def pk(self) -> UUID: ...


Waiter = TypeVar("Waiter", bound=Waiting)
Served = TypeVar("Served")


@dataclass(frozen=True)
class Passed:
    """A time that somebody was offered and did not take."""

    resource_id: UUID
    starts_at: datetime
    ends_at: datetime


def in_order(entries: Iterable[Waiter]) -> list[Waiter]:
    """Who joined first comes first. Of two in the same instant, the one written down first."""
    return sorted(entries, key=lambda entry: (entry.joined_at, entry.pk))


def first_served(entries: Iterable[Waiter], serve: Callable[[Waiter], Served | None]) -> tuple[Waiter, Served] | None:
    """The first in order whom something serves, with what it is; None: nobody can be served."""
    for entry in in_order(entries):
        if (found := serve(entry)) is not None:
            return entry, found
    return None


def offer_ends_at(
    *, now: datetime, starts_at: datetime, notice: timedelta, offered_for: timedelta = OFFERED_FOR
) -> datetime | None:
    """Until when a time may be offered; None when too little is left to decide.

    At most until the start less the notice. Exactly half an hour is enough.
    """
    ends_at = min(now + offered_for, starts_at - notice)
    return ends_at if ends_at - now >= SHORTEST_TO_DECIDE else None


def earliest_start(now: datetime, notice: timedelta) -> datetime:
    """The first instant at which something that is offered now may begin."""
    return now + SHORTEST_TO_DECIDE + notice


def still_open(stretches: Sequence[Span], resource_id: UUID, passed: Iterable[Passed]) -> list[Span]:
    """What of the wanted stretches may be offered: no time that meets one passed on before of the same resource."""
    let_go = merged((one.starts_at, one.ends_at) for one in passed if one.resource_id == resource_id)
    return without(merged(stretches), let_go)


def last_start(until: datetime, length: timedelta) -> datetime:
    """The last instant at which a booking of that length can begin within the window. Then the entry is over."""
    return until - length


def status_at(status: str, *, until: datetime, length: timedelta, now: datetime) -> str:
    """What an entry is then: who waits for what has gone by waits no more, noticed or not."""
    return "expired" if status == "waiting" and last_start(until, length) <= now else status
