"""Many at once on squared paper: series, and one thing done to several bookings."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import product

from tests.bookings.model.house import House
from tests.bookings.model.paper import DAY, Booking, Leg, Outcome, Wish

Fate = str | frozenset[str]
"""`ok`, `illegal_step`, or the reasons that stand against one of many."""
FOLLOWING = {"confirm": "confirmed", "cancel": "cancelled", "decline": "declined"}


@dataclass(frozen=True)
class Draft:
    """What one of many would become, before anybody asks who is in the way."""

    wish: Wish
    legs: list[Leg]
    takes: bool
    """Whether it takes time that it does not have."""
    own: set[str]
    """What stands against it by the rules alone."""


class Crowd(House):
    def repeat(
        self, by: str, wish: Wish, *, times: int, every: int, asked: str | None, person: str, skip: bool
    ) -> tuple[Outcome, list[int]]:
        """So many times, every so many days. How it ends, and the numbers of the bookings that were made."""
        if fault := self.twice(wish) or ("" if self.is_staff(by) else self.alone_fault(wish.wanted, wish.starts)):
            return ("no", fault), []
        role, person = self.members[by].role, person if self.is_staff(by) else self.members[by].person
        shifts = [number * every * DAY for number in range(times)]
        dates = [replace(wish, starts=wish.starts + shift, ends=wish.ends + shift) for shift in shifts]
        if asked == "confirmed" and any(self.waits(role, date) for date in dates):
            return ("no", "approval_needed"), []
        before = dict(self.bookings)
        ending, made = self._try_dates(by, person, dates)
        if ending[0] == "is" or (skip and made and ending[0] == "refused"):
            if asked != "confirmed" or not any(self.waits(role, self.bookings[number].wish) for number in made):
                for number in made:
                    waits = self.waits(role, self.bookings[number].wish)
                    self.bookings[number].status = "pending" if waits else "confirmed"
                return ("is", "made"), made
            ending = ("no", "approval_needed")
        self.bookings = before
        return ending, []

    def _try_dates(self, by: str, person: str, dates: Iterable[Wish]) -> tuple[Outcome, list[int]]:
        """One after the other, each beside those before it, which have their time whether or not staff decide."""
        refused: set[str] = set()
        made: list[int] = []
        for date in dates:
            codes, chosen = self.choose(by, person, date)
            refused |= codes
            if codes:
                continue
            if fault := self.twice(chosen):
                return ("no", fault), made
            made.append(len(self.bookings) + 1)
            self.bookings[made[-1]] = Booking(
                "confirmed", person, by, date.starts, date.ends, date.party, self.legs(chosen), self.keeps(chosen)
            )
        return ("refused", refused) if refused else ("is", "made"), made

    # --- One thing done to several ----------------------------------------------------

    def fates(self, numbers: Sequence[int], action: str, minutes: int, *, going: set[int]) -> dict[int, Fate]:
        """What is to be said of each, when of those that want a new place these go and the others stay."""
        found: dict[int, Fate] = {}
        drafts = self._drafts(numbers, action, minutes)
        for number in numbers:
            draft = drafts.get(number)
            if draft is None:
                found[number] = "illegal_step"
                continue
            met = self._met_when(drafts, going, number) if draft.takes or (draft.own and action == "move") else set()
            found[number] = frozenset(draft.own | met) or "ok"
        return found

    def best(self, numbers: Sequence[int], action: str, minutes: int) -> set[int] | None:
        """Who goes, those first that were asked first; None where things are shared, and several answers can stand."""
        drafts = self._drafts(numbers, action, minutes)
        legs = [leg for number, draft in drafts.items() for leg in (*draft.legs, *self.bookings[number].legs)]
        if not all(leg.alone for leg in legs):
            return None
        able = [number for number, draft in drafts.items() if not draft.own]
        movers = [number for number in able if drafts[number].takes]
        for choice in product([True, False], repeat=len(movers)):
            going = {number for number, goes in zip(movers, choice, strict=True) if goes}
            if not any(self._met_when(drafts, going, number) for number in going):
                return going | {number for number in able if not drafts[number].takes}
        raise AssertionError("nobody goes is always an answer")

    def carry_out(self, numbers: Sequence[int], action: str, minutes: int, *, going: set[int]) -> None:
        drafts = self._drafts(numbers, action, minutes)
        for number in going:
            found, draft = self.bookings[number], drafts[number]
            found.starts, found.ends, found.legs = draft.wish.starts, draft.wish.ends, draft.legs
            found.status = FOLLOWING.get(action, found.status)

    def _drafts(self, numbers: Sequence[int], action: str, minutes: int) -> dict[int, Draft]:
        """Of those that can take that step."""
        drafts = {}
        for number in numbers:
            found = self.bookings[number]
            ok = {"confirm": {"hold", "pending"}, "decline": {"pending"}}.get(action)
            if self.ended(found) or (ok and found.status not in ok):
                continue
            wish = replace(found.wish, starts=found.starts + minutes, ends=found.ends + minutes)
            if action == "move":
                own = self.rules_against("", "", wish)
                takes = found.status != "pending" or found.keeps_time
                drafts[number] = Draft(wish, self.legs(wish), takes, own)
            elif action == "confirm":
                own, legs = self.rules_against("", "", found.wish), self.legs(found.wish)
                takes = not self.blocks(found) or legs != found.legs
                drafts[number] = Draft(found.wish, legs, takes, own)
            else:
                drafts[number] = Draft(found.wish, found.legs, False, set())
        return drafts

    def _met_when(self, drafts: dict[int, Draft], going: set[int], number: int) -> set[str]:
        with self._gone(drafts, going - {number}):
            return self.met_by(drafts[number].legs, besides=number)

    @contextmanager
    def _gone(self, drafts: dict[int, Draft], going: set[int]) -> Iterator[None]:
        """These have their new places for a while."""
        before = dict(self.bookings)
        for number in going:
            if drafts[number].takes:
                self.bookings[number] = replace(before[number], status="confirmed", legs=drafts[number].legs)
        yield
        self.bookings = before
