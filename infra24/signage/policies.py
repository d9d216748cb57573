"""What a door says: free, taken, being prepared, closed, and until when. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

Span = tuple[datetime, datetime]


class DoorState(StrEnum):
    FREE = "free"
    TAKEN = "taken"
    BETWEEN = "between"
    """Nobody is in, and nobody could be: what was before is packed down, or what comes is set up."""
    CLOSED = "closed"


class Crowd(StrEnum):
    """How many lines share one screen: the fewer they are, the larger they stand there."""

    FEW = "few"
    SOME = "some"
    MANY = "many"
    FULL = "full"
    CROWD = "crowd"


def crowd_of(doors: int) -> Crowd:
    """The largest in which so many lines fit a tablet of 1280 by 800 and a television alike."""
    most = {Crowd.FEW: 6, Crowd.SOME: 18, Crowd.MANY: 24, Crowd.FULL: 42}
    return next((crowd for crowd, lines in most.items() if doors <= lines), Crowd.CROWD)


@dataclass(frozen=True)
class Standing:
    """How it is with one resource at an instant. `until` None: for longer than was looked."""

    state: DoorState
    until: datetime | None


def standing_of(
    *, now: datetime, opened: Sequence[Span], free: Sequence[Span], running: Sequence[Span], end: datetime
) -> Standing:
    """What the door says now, looking ahead to `end`.

    `opened` and `free` are disjoint and in order; `running` are the bookings of this instant. Where there is more
    than one of a thing, or it is shared, it can be free although somebody is there.
    """
    if (span := _around(free, now)) is not None:
        return Standing(DoorState.FREE, _before(span[1], end))
    again = next((since for since, _until in free if since > now), None)
    if running:
        return Standing(DoorState.TAKEN, again)
    if _around(opened, now) is None:
        return Standing(DoorState.CLOSED, next((since for since, _until in opened if since > now), None))
    return Standing(DoorState.BETWEEN, again)


def next_change(now: datetime, instants: Sequence[datetime | None]) -> datetime | None:
    """The first of the instants that is still to come."""
    return min((at for at in instants if at is not None and at > now), default=None)


def _around(spans: Sequence[Span], at: datetime) -> Span | None:
    return next((span for span in spans if span[0] <= at < span[1]), None)


def _before(at: datetime, end: datetime) -> datetime | None:
    return at if at < end else None
