"""The paper a house is kept on: minutes on a line, bookings in a dictionary, and what the rules say.

Written from what the documentation promises, not from the product: nothing is
imported from it, intervals are looked at five minutes by five minutes, and
every question goes through all bookings. Minute 0 is a Monday's midnight, the
house lives by UTC, and all times lie on five minutes.
"""

from collections import ChainMap
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

STEP, DAY = 5, 1440
HOLD_MINUTES = 10
STAFF = {"staff", "manager", "admin"}
LIVE = {"hold", "pending", "confirmed"}
BY_DEFAULT: dict[str, Any] = {
    "weekly": [("00:00", "24:00")],
    "slot_minutes": 15,
    "shortest_minutes": 15,
    "longest_minutes": 31 * DAY,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "notice_minutes": 0,
    "horizon_days": 730,
    "approval": "never",
    "pending_blocks": True,
    "use": "exclusive",
    "quotas": [],
}
Wanted = tuple[str, int, bool]
"""A thing, how many of it, and whether alone though others might be let in.

Where one of several would do, they are named like this: `north or south`, the best first.
"""


@dataclass(frozen=True)
class Wish:
    """What somebody would like, from when until when, and how many are coming."""

    starts: int
    ends: int
    wanted: tuple[Wanted, ...]
    party: int = 1


Outcome = tuple[str, Any]
"""`("is", status)`, `("refused", codes)`, or `("no", what is wrong)`."""
OVER: Outcome = ("no", "over")
"""The hold has run out, whether or not that was written down."""


@dataclass(frozen=True)
class Thing:
    kind: str = "space"
    units: int = 1
    room: int | None = None
    part_of: str = ""
    bookable_by: str = "member"
    needs: str = ""
    """What members have to have been shown."""


@dataclass(frozen=True)
class Member:
    role: str
    person: str = ""


@dataclass(frozen=True)
class Leg:
    """What was agreed when it was written or confirmed: rules that change later do not change it."""

    thing: str
    units: int
    alone: bool
    people: int
    since: int
    until: int
    """With set-up and pack-down."""


@dataclass
class Booking:
    status: str
    person: str
    by: str
    starts: int
    ends: int
    party: int
    legs: list[Leg]
    keeps_time: bool
    """While it waits for a decision."""
    dies_at: int = 0
    """Of a hold."""

    @property
    def wish(self) -> Wish:
        """What it asks for, as it would be asked again."""
        wanted = tuple((leg.thing, leg.units, leg.alone) for leg in self.legs)
        return Wish(self.starts, self.ends, wanted, self.party)


@dataclass
class Closure:
    things: set[str]
    since: int
    until: int
    lifted_at: int | None = None


@dataclass
class Paper:
    things: dict[str, Thing]
    members: dict[str, Member]
    now: int = 0
    bookings: dict[int, Booking] = field(default_factory=dict)
    closures: dict[int, Closure] = field(default_factory=dict)
    rules: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    """For whom (`house`, a kind, or a thing), from which day on, what."""
    grants: dict[tuple[str, str], int] = field(default_factory=dict)
    """Until and with which day somebody may show what they were shown."""

    # --- What is said -----------------------------------------------------------------

    def said(self, name: str, thing: str, at: int) -> tuple[str, Any]:
        """Who says a value at a moment's day, the narrower before the wider and the later before the earlier."""
        for scope in self._widening(thing):
            document = self._document(scope, at // DAY)
            if name in document:
                return scope, document[name]
        return "", BY_DEFAULT[name]

    def value(self, name: str, thing: str, at: int) -> Any:
        return self.said(name, thing, at)[1]

    def contradicts(self, scope: str, since_day: int, document: dict[str, Any]) -> bool:
        """Whether with what the scope inherits the shortest booking would be longer than the longest."""
        wider = [self._document(each, since_day) for each in self._widening(scope)[1:]]
        values = ChainMap(document, *wider, BY_DEFAULT)
        return bool(values["shortest_minutes"] > values["longest_minutes"])

    def _widening(self, scope: str) -> list[str]:
        """Who speaks for a scope, the narrower before the wider."""
        kind = [self.things[scope].kind] if scope in self.things else []
        return [*dict.fromkeys([scope, *kind, "house"])]

    def _document(self, scope: str, day: int) -> dict[str, Any]:
        """What a scope says on a day: the last that was said of the latest beginning."""
        newest: tuple[int, dict[str, Any]] = (-1, {})
        for spoken_for, since_day, document in self.rules:
            if spoken_for == scope and newest[0] <= since_day <= day:
                newest = (since_day, document)
        return newest[1]

    def opened_at(self, thing: str, at: int) -> int | None:
        """When the hours that are going on began; None when it is closed."""
        midnight = at // DAY * DAY
        for opens, closes in self.value("weekly", thing, at):
            if midnight + clock(opens) <= at < midnight + clock(closes):
                return midnight + clock(opens)
        return None

    def is_shut(self, thing: str, at: int) -> bool:
        return any(
            thing in each.things and each.since <= at < each.until and (each.lifted_at is None or at < each.lifted_at)
            for each in self.closures.values()
        )

    def waits(self, role: str, wish: Wish) -> bool:
        """Whether staff decide, whatever is chosen."""
        return any(all(self._thing_waits(thing, role, wish) for thing, *_ in choices(wanted)) for wanted in wish.wanted)

    def _thing_waits(self, thing: str, role: str, wish: Wish) -> bool:
        approval = self.value("approval", thing, wish.starts)
        if role in STAFF or isinstance(approval, str):
            return role not in STAFF and approval == "always"
        if "roles" in approval and role not in approval["roles"]:
            return False
        if "outside" not in approval:
            return True
        hours = [(clock(opens), clock(closes)) for opens, closes in approval["outside"]]
        moments = [at % DAY for at in steps(wish.starts, wish.ends)]
        return not all(any(opens <= at < closes for opens, closes in hours) for at in moments)

    def may_be_shared(self, thing: str, at: int) -> bool:
        return self.things[thing].units > 1 or self.value("use", thing, at) == "shared"

    def legs(self, wish: Wish) -> list[Leg]:
        """What would be agreed for it, once nothing is left to choose."""
        return [
            Leg(
                thing,
                units,
                alone or not self.may_be_shared(thing, wish.starts),
                wish.party,
                wish.starts - self.value("buffer_before_minutes", thing, wish.starts),
                wish.ends + self.value("buffer_after_minutes", thing, wish.starts),
            )
            for thing, units, alone in wish.wanted
        ]

    # --- What is what -------------------------------------------------------------------

    def is_staff(self, by: str) -> bool:
        return self.members[by].role in STAFF

    def sees(self, by: str, booking: Booking) -> bool:
        mine = booking.by == by or (booking.person and booking.person == self.members[by].person)
        return self.is_staff(by) or bool(mine)

    def is_dead(self, booking: Booking) -> bool:
        return booking.status == "hold" and booking.dies_at <= self.now

    def blocks(self, booking: Booking) -> bool:
        if booking.status == "pending":
            return booking.keeps_time
        return booking.status in LIVE and not self.is_dead(booking)

    def status_of(self, booking: Booking) -> str:
        return "expired" if self.is_dead(booking) else booking.status

    def ended(self, booking: Booking) -> str:
        """Why nothing more can be done about it."""
        if self.is_dead(booking):
            return "over"
        return "" if booking.status in LIVE else "illegal_step"

    def twice(self, wish: Wish) -> str:
        names = [thing for thing, *_ in wish.wanted if not leaves_choice(thing)]
        if len(set(names)) < len(names):
            return "resource_twice"
        overlap = any(one != other and self.are_related(one, other) for one in names for other in names)
        return "part_twice" if overlap else ""

    def alone_fault(self, wanted: Iterable[Wanted], at: int) -> str:
        each = (one for some in wanted for one in choices(some))
        mine = any(alone and self.may_be_shared(thing, at) for thing, _units, alone in each)
        return "exclusive_use_not_yours" if mine else ""

    def may_show(self, person: str, needed: str, at: int) -> bool:
        until = self.grants.get((person, needed))
        return until is not None and at // DAY <= until

    def wholes(self, thing: str) -> set[str]:
        """It and all it is part of."""
        whole = self.things[thing].part_of
        return {thing} | (self.wholes(whole) if whole else set())

    def are_related(self, one: str, other: str) -> bool:
        return one in self.wholes(other) or other in self.wholes(one)


def choices(wanted: Wanted) -> list[Wanted]:
    """All that would do, the best first."""
    things, units, alone = wanted
    return [(thing, units, alone) for thing in things.split(" or ")]


def leaves_choice(things: str) -> bool:
    return " or " in things


def steps(since: int, until: int) -> range:
    return range(since, until, STEP)


def clock(wall: str) -> int:
    hours, _, minutes = wall.partition(":")
    return int(hours) * 60 + int(minutes)
