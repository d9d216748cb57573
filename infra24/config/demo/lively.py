"""The words for what goes on in a house just now: what repeats, who waits, who did not come."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from infra24.resources.policies.document import Day

Use = str | tuple[str, int]
"""A thing by its slug, or several alike: `("cameras", 3)`."""


@dataclass(frozen=True)
class Repeated:
    """A series, booked by staff on the day before it began. What a closure takes of it is skipped."""

    title: str
    day: Day
    at: str
    hours: float
    uses: tuple[Use, ...]
    people: int
    times: int
    place: int = 0
    """Of the month: 1 is the first such day of each, -1 the last. 0: every week."""
    begun_weeks_ago: int = 0
    moved: str = ""
    """One of the later dates is at this hour instead."""
    whose: str = ""
    """Empty: nobody's; the house does it."""
    is_public: bool = True


@dataclass(frozen=True)
class Queue:
    """A time that somebody has, and who waits for it. Where it was `given_back`, the first in line is offered it."""

    title: str
    thing: str
    after_days: int
    at: str
    hours: float
    whose: str
    waiting: tuple[tuple[str, str], ...]
    """Name, and what for; in the order in which they joined."""
    people: int = 1
    given_back: str = ""
    """Why."""


@dataclass(frozen=True)
class InVain:
    """Somebody waited, and what they waited for went by three days ago."""

    title: str
    thing: str
    whose: str
    hours: float


@dataclass(frozen=True)
class Elsewhere:
    """A calendar that somebody keeps elsewhere; what is in it makes them busy here."""

    whose: str
    name: str
    host: str
    weekly: Mapping[Day, list[tuple[str, str]]]


@dataclass(frozen=True)
class Lapse:
    """What did not come to pass: nobody came and the time was freed, or it was cancelled too late to be of use."""

    title: str
    uses: tuple[Use, ...]
    days_ago: int
    at: str
    hours: float
    whose: str
    what: Literal["missed", "late"]
    reason: str = ""


@dataclass(frozen=True)
class AtTheDoor:
    """A booking that begins within the half hour, with its check-in open."""

    title: str
    uses: tuple[Use, ...]
    hours: float
    whose: str


@dataclass(frozen=True)
class Written:
    """Staff wrote it to everybody who has booked the thing in the next days."""

    thing: str
    text: str
    days: int = 7


@dataclass(frozen=True)
class Lively:
    """All of it. What is empty does not happen."""

    repeated: tuple[Repeated, ...] = ()
    queues: tuple[Queue, ...] = ()
    in_vain: tuple[InVain, ...] = ()
    elsewhere: tuple[Elsewhere, ...] = ()
    lapses: tuple[Lapse, ...] = ()
    at_the_door: tuple[AtTheDoor, ...] = ()
    written: tuple[Written, ...] = ()
    offer_hours: int = 0
    """How long an offer of the waitlist lasts; 0: as long as the product says."""
