"""A house as one would keep it on squared paper: what people do, and how it ends."""

from tests.bookings.model.against import Against
from tests.bookings.model.paper import HOLD_MINUTES, LIVE, OVER, Booking, Outcome, Wish, leaves_choice, steps


class House(Against):
    """Bookings are numbered from 1, in the order in which they are made."""

    def book(self, by: str, wish: Wish, *, asked: str | None, person: str) -> tuple[Outcome, int]:
        """How it ends, and the number of the booking; 0 when there is none."""
        staff = self.is_staff(by)
        if fault := self.twice(wish) or ("" if staff else self.alone_fault(wish.wanted, wish.starts)):
            return ("no", fault), 0
        person = person if staff else self.members[by].person
        ending, wish = self._begun(by, person, wish, asked)
        if ending[0] != "is":
            return ending, 0
        status = ending[1]
        number = len(self.bookings) + 1
        dies_at = self.now + HOLD_MINUTES if status == "hold" else 0
        self.bookings[number] = Booking(
            status, person, by, wish.starts, wish.ends, wish.party, self.legs(wish), self.keeps(wish), dies_at
        )
        return ("is", status), number

    def _begun(self, by: str, person: str, wish: Wish, asked: str | None) -> tuple[Outcome, Wish]:
        """How it would begin, and the wish with what is chosen."""
        role = self.members[by].role
        if asked == "confirmed" and self.waits(role, wish):
            return ("no", "approval_needed"), wish
        has_choice = any(leaves_choice(thing) for thing, *_ in wish.wanted)
        if has_choice:
            codes, wish = self.choose(by, person, wish)
            if fault := "" if codes else self.twice(wish):
                return ("no", fault), wish
        approval = self.waits(role, wish)
        status = "hold" if asked == "hold" else "pending" if approval else "confirmed"
        if not has_choice:
            codes = self.against(by, person, wish, blocks=status != "pending" or self.keeps(wish))
        if codes:
            return ("refused", codes), wish
        # Of what leaves a choice it may only be known by now.
        return ("no", "approval_needed") if asked == "confirmed" and approval else ("is", status), wish

    def keeps(self, wish: Wish) -> bool:
        """Whether it would keep its time while it waits for a decision."""
        return all(self.value("pending_blocks", thing, wish.starts) for thing, *_ in wish.wanted)

    def change(self, by: str, number: int, wish: Wish) -> Outcome:
        """Another time, other things, another number of people, or none of these."""
        found = self.bookings[number]
        if not self.sees(by, found):
            return ("no", "booking_not_found")
        if fault := self._change_fault(by, found, wish):
            return ("no", fault)
        if wish != found.wish:
            if any(leaves_choice(thing) for thing, *_ in wish.wanted):
                codes, wish = self.choose(by, found.person, wish, besides=number)
            else:
                codes = self.against(by, found.person, wish, blocks=self.blocks(found), besides=number)
            if codes:
                return ("refused", codes)
            if fault := self.twice(wish):
                return ("no", fault)
            if found.status == "confirmed" and self.waits(self.members[by].role, wish):
                return ("no", "approval_needed")
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
