"""A house as one would keep it on squared paper: minutes on a line, bookings in a dictionary.

Written from what the documentation promises, not from the product: nothing is
imported from it, intervals are looked at five minutes by five minutes, and
every question goes through all bookings. Minute 0 is a Monday's midnight, the
house lives by UTC, and all times lie on five minutes.
"""

from collections.abc import Iterable, Iterator
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
"""A thing, how many of it, and whether alone though others might be let in."""


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
class House:
    things: dict[str, Thing]
    members: dict[str, Member]
    now: int = 0
    bookings: dict[int, Booking] = field(default_factory=dict)
    closures: dict[int, Closure] = field(default_factory=dict)
    rules: list[tuple[str, int, dict[str, Any]]] = field(default_factory=list)
    """For whom (`house`, a kind, or a thing), from which day on, what."""

    # --- What people do -----------------------------------------------------------

    def book(self, by: str, wish: Wish, *, asked: str | None, person: str) -> tuple[Outcome, int]:
        """How it ends, and the number of the booking; 0 when there is none."""
        staff, role = self.is_staff(by), self.members[by].role
        if fault := self.twice(wish) or ("" if staff else self.alone_fault(wish.wanted, wish.starts)):
            return ("no", fault), 0
        person = person if staff else self.members[by].person
        approval = self.waits(role, wish)
        if asked == "confirmed" and approval:
            return ("no", "approval_needed"), 0
        status = "hold" if asked == "hold" else "pending" if approval else "confirmed"
        keeps = all(self.value("pending_blocks", thing, wish.starts) for thing, *_ in wish.wanted)
        if codes := self.against(by, person, wish, blocks=status != "pending" or keeps):
            return ("refused", codes), 0
        number = len(self.bookings) + 1
        dies_at = self.now + HOLD_MINUTES if status == "hold" else 0
        self.bookings[number] = Booking(
            status, person, by, wish.starts, wish.ends, wish.party, self.legs(wish), keeps, dies_at
        )
        return ("is", status), number

    def change(self, by: str, number: int, wish: Wish) -> Outcome:
        """Another time, other things, another number of people, or none of these."""
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if fault := self._change_fault(by, found, wish):
            return ("no", fault)
        if wish != found.wish:
            blocks = self.blocks(found)
            if codes := self.against(by, found.person, wish, blocks=blocks, besides=number):
                return ("refused", codes)
            legs = {leg.thing: leg for leg in self.legs(wish)}
            # Those that stay stay in their order; new ones come after them.
            stay = [legs.pop(leg.thing) for leg in found.legs if leg.thing in legs]
            found.legs = [*stay, *legs.values()]
        found.starts, found.ends, found.party = wish.starts, wish.ends, wish.party
        return ("is", found.status)

    def _change_fault(self, by: str, found: Booking, wish: Wish) -> str:
        if wish != found.wish:
            anew = [one for one in wish.wanted if one not in found.wish.wanted]
            if fault := self.twice(wish) or ("" if self.is_staff(by) else self.alone_fault(anew, wish.starts)):
                return fault
            if found.status == "confirmed" and self.waits(self.members[by].role, wish):
                return "approval_needed"
        return self.ended(found)

    def give(self, by: str, number: int, person: str) -> Outcome:
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if not self.is_staff(by):
            return ("no", "not_yours")
        if fault := self.ended(found):
            return ("no", fault)
        found.person = person
        return ("is", found.status)

    def confirm(self, by: str, number: int) -> Outcome:
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if found.status == "pending" and not self.is_staff(by):
            return ("no", "approval_needed")
        if found.status not in {"hold", "pending"}:
            return ("no", "illegal_step")
        if self.is_dead(found):
            return OVER
        following = "pending" if self.waits(self.members[by].role, found.wish) else "confirmed"
        # What was near enough and far enough when it was asked for is not measured again, nor what it counts for.
        own, legs = self.rules_against("", "", found.wish), self.legs(found.wish)
        met = self.met_by(legs, besides=number)
        if own or (met and (following == "confirmed" or found.keeps_time)):
            return ("refused", own | met)
        found.legs = legs
        found.status = following
        return ("is", following)

    def cancel(self, by: str, number: int) -> Outcome:
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if fault := self.ended(found):
            return ("no", fault)
        if found.starts <= self.now and not self.is_staff(by):
            return ("no", "already_begun")
        found.status = "cancelled"
        return ("is", "cancelled")

    def decline(self, by: str, number: int) -> Outcome:
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if not self.is_staff(by):
            return ("no", "not_yours")
        if found.status != "pending":
            return OVER if self.is_dead(found) else ("no", "illegal_step")
        found.status = "declined"
        return ("is", "declined")

    def hits(self, things: set[str], since: int, until: int) -> set[int]:
        """Whom a closure would meet in what is left of it."""
        return {
            number
            for number, each in self.bookings.items()
            if each.status in LIVE and not self.is_dead(each)
            if any(leg.thing in things for leg in each.legs)
            if any(since <= at < until for at in steps(max(each.starts, self.now), each.ends))
        }

    # --- What stands against a time ---------------------------------------------------

    def against(self, by: str, person: str, wish: Wish, *, blocks: bool = True, besides: int = 0) -> set[str]:
        """All that stands against it; empty when it can be had."""
        own = self.rules_against(by, person, wish, besides=besides)
        met = self.met_by(self.legs(wish), besides=besides)
        return own | met if own or blocks else set()

    def rules_against(self, by: str, person: str, wish: Wish, *, besides: int = 0) -> set[str]:
        """What does not lie in other bookings of the same time. `by` nobody: as staff, of whom less is asked."""
        staff = not by or self.is_staff(by)
        found: set[str] = set()
        for thing, units, _alone in wish.wanted:
            found |= set(self._hours_against(thing, wish.starts, wish.ends))
            if units > self.things[thing].units:
                found.add("units_taken")
            if (room := self.things[thing].room) is not None and wish.party > room:
                found.add("over_capacity")
            if not staff:
                found |= set(self._ahead_against(thing, wish.starts))
                found |= set(self._quotas_against(thing, person, wish, besides))
        return found

    def met_by(self, legs: Iterable[Leg], *, besides: int = 0) -> set[str]:
        """What other bookings have against any of the legs."""
        return {code for leg in legs for code in self._met(leg, besides)}

    def _hours_against(self, thing: str, starts: int, ends: int) -> Iterator[str]:
        if ends - starts < self.value("shortest_minutes", thing, starts):
            yield "too_short"
        if ends - starts > self.value("longest_minutes", thing, starts):
            yield "too_long"
        if any(self.opened_at(thing, at) is None for at in steps(starts, ends)):
            yield "closed"
        if any(self.is_shut(thing, at) for at in steps(starts, ends)):
            yield "closure"
        opened = self.opened_at(thing, starts)
        if opened is not None and (starts - opened) % self.value("slot_minutes", thing, starts):
            yield "off_grid"

    def _ahead_against(self, thing: str, starts: int) -> Iterator[str]:
        if self.things[thing].bookable_by == "staff":
            yield "not_allowed"
        if starts - self.now < self.value("notice_minutes", thing, starts):
            yield "too_soon"
        if starts // DAY > self.now // DAY + self.value("horizon_days", thing, starts):
            yield "too_far"

    def _quotas_against(self, thing: str, person: str, wish: Wish, besides: int) -> Iterator[str]:
        said_by, quotas = self.said("quotas", thing, wish.starts)
        others = [
            each
            for number, each in self.bookings.items()
            if person and each.person == person and number != besides
            if each.status in LIVE and not self.is_dead(each)
            if said_by
            in {"house", *(leg.thing for leg in each.legs), *(self.things[leg.thing].kind for leg in each.legs)}
        ]
        for quota in quotas if person else ():
            length = {"day": DAY, "week": 7 * DAY}[quota["per"]]
            if "count" in quota:
                so_many = sum(each.starts // length == wish.starts // length for each in others)
                if so_many + 1 > quota["count"]:
                    yield "quota_used"
                continue
            for period in {at // length for at in steps(wish.starts, wish.ends)}:
                spans = [(wish.starts, wish.ends), *((each.starts, each.ends) for each in others)]
                used = sum(STEP for since, until in spans for at in steps(since, until) if at // length == period)
                if used > quota["hours"] * 60:
                    yield "quota_used"

    def _met(self, leg: Leg, besides: int) -> Iterator[str]:
        """Moment by moment."""
        thing = self.things[leg.thing]
        others = [
            other
            for number, each in self.bookings.items()
            if number != besides and self.blocks(each)
            for other in each.legs
            if self.are_related(leg.thing, other.thing)
        ]
        for at in steps(leg.since, leg.until):
            there = [other for other in others if other.since <= at < other.until]
            together = [other for other in there if other.thing == leg.thing and not other.alone and not leg.alone]
            if len(together) < len(there):
                yield "slot_taken"
            if leg.alone:
                continue
            if thing.units > 1 and sum(other.units for other in together) + leg.units > thing.units:
                yield "units_taken"
            if thing.room is not None and sum(other.people for other in together) + leg.people > thing.room:
                yield "over_capacity"

    # --- What is said -----------------------------------------------------------------

    def said(self, name: str, thing: str, at: int) -> tuple[str, Any]:
        """Who says a value at a moment's day, the narrower before the wider and the later before the earlier."""
        for scope in (thing, self.things[thing].kind, "house"):
            newest: tuple[int, dict[str, Any]] = (-1, {})
            for spoken_for, since_day, document in self.rules:
                if spoken_for == scope and newest[0] <= since_day <= at // DAY:
                    newest = (since_day, document)
            if name in newest[1]:
                return scope, newest[1][name]
        return "", BY_DEFAULT[name]

    def value(self, name: str, thing: str, at: int) -> Any:
        return self.said(name, thing, at)[1]

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
        """Whether staff decide."""
        return any(self._thing_waits(thing, role, wish) for thing, *_ in wish.wanted)

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
        """What would be agreed for it."""
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
        names = [thing for thing, *_ in wish.wanted]
        if len(set(names)) < len(names):
            return "resource_twice"
        overlap = any(one != other and self.are_related(one, other) for one in names for other in names)
        return "part_twice" if overlap else ""

    def alone_fault(self, wanted: Iterable[Wanted], at: int) -> str:
        mine = any(alone and self.may_be_shared(thing, at) for thing, _units, alone in wanted)
        return "exclusive_use_not_yours" if mine else ""

    def wholes(self, thing: str) -> set[str]:
        """It and all it is part of."""
        whole = self.things[thing].part_of
        return {thing} | (self.wholes(whole) if whole else set())

    def are_related(self, one: str, other: str) -> bool:
        return one in self.wholes(other) or other in self.wholes(one)


def steps(since: int, until: int) -> range:
    return range(since, until, STEP)


def clock(wall: str) -> int:
    hours, _, minutes = wall.partition(":")
    return int(hours) * 60 + int(minutes)
