"""What stands against a time, moment by moment."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import product

from tests.bookings.model.paper import DAY, LIVE, STEP, Leg, Paper, Wish, choices, steps


class Against(Paper):
    """Reasons, by their codes."""

    def against(self, by: str, person: str, wish: Wish, *, blocks: bool = True, besides: int = 0) -> set[str]:
        """All that stands against it; empty when it can be had."""
        own = self.rules_against(by, person, wish, besides=besides)
        met = self.met_by(self.legs(wish), besides=besides)
        return own | met if own or blocks else set()

    def choose(self, by: str, person: str, wish: Wish, *, besides: int = 0) -> tuple[set[str], Wish]:
        """What stands against it, or the wish with what is chosen: of all ways the first that can be had."""
        against = {
            one: self.against(by, person, replace(wish, wanted=(one,)), besides=besides)
            for wanted in wish.wanted
            for one in choices(wanted)
        }
        legs = [choices(wanted) for wanted in wish.wanted]
        if out := {code for leg in legs if all(against[one] for one in leg) for one in leg for code in against[one]}:
            return out, wish
        for chosen in product(*([one for one in leg if not against[one]] for leg in legs)):
            if len({thing for thing, *_ in chosen}) == len(chosen):
                return set(), replace(wish, wanted=chosen)
        return {"slot_taken"}, wish

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
                needed = self.things[thing].needs
                if needed and not self.may_show(person, needed, wish.starts):
                    found.add("qualification_needed")
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
