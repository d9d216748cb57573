"""The machine with many at once, and with what people have to be shown before they may."""

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import initialize, multiple, precondition, rule

from tests.bookings.model.drawing import BY, BY_STAFF, DAYS, EVERY, IN_THE_DAY, LEGS, MINUTES, OFFSETS, PLACES, TIMES
from tests.bookings.model.machine import Machine
from tests.bookings.model.paper import DAY, Wanted, Wish

FOR_GOOD = 3000


class MachineOfMany(Machine):
    @initialize()
    def both_know_how_to_fire(self) -> None:
        for person in ("bob", "ivy"):
            self._show(person, FOR_GOOD)

    # --- Series -----------------------------------------------------------------------

    @rule(
        target=Machine.bookings,
        by=BY,
        day=DAYS,
        at=IN_THE_DAY,
        minutes=MINUTES,
        wanted=LEGS,
        times=TIMES,
        every=EVERY,
        asked=st.sampled_from([None, None, "confirmed"]),
        skip=st.booleans(),
    )
    def repeat(
        self,
        *,
        by: str,
        day: int,
        at: str,
        minutes: int,
        wanted: list[Wanted],
        times: int,
        every: int,
        asked: str | None,
        skip: bool,
    ) -> Any:
        wish = self._wish(self._minute(day, at), minutes, wanted)
        return self._repeat(by, wish, times=times, every=every, asked=asked, skip=skip)

    @rule(target=Machine.bookings, number=Machine.bookings, by=BY, minutes=MINUTES, times=TIMES, skip=st.booleans())
    def repeat_beside(self, *, number: int, by: str, minutes: int, times: int, skip: bool) -> Any:
        """The same things as of another booking, the first date a day before it."""
        other = self.house.bookings[number].wish
        wanted = [(thing, units, False) for thing, units, _ in other.wanted]
        wish = self._wish(other.starts - DAY, minutes, wanted)
        return self._repeat(by, wish, times=times, every=1, asked=None, skip=skip)

    def _repeat(self, by: str, wish: Wish, **how: Any) -> Any:
        first = len(self.house.bookings) + 1
        said, made = self.house.repeat(by, wish, person="", **how)
        self._compare(self.product.repeat(by, wish, person="", **how, first=first), said)
        return multiple(*made)

    # --- One thing done to several ------------------------------------------------------

    @precondition(lambda self: self.house.bookings)
    @rule(places=PLACES, by=BY_STAFF, offset=OFFSETS, skip=st.booleans())
    def move_many(self, places: list[int], by: str, offset: int, skip: bool) -> None:
        self._do(places, by, "move", offset, skip=skip)

    @rule(number=Machine.bookings, places=PLACES, offset=OFFSETS, skip=st.booleans())
    def move_neighbours(self, number: int, places: list[int], offset: int, skip: bool) -> None:
        """Bookings of the same things on the same day, which are likely to be in one another's way."""
        one = self.house.bookings[number]
        things = {leg.thing for leg in one.legs}
        beside = [
            other
            for other, each in self.house.bookings.items()
            if each.starts // DAY == one.starts // DAY and things & {leg.thing for leg in each.legs}
        ]
        self._do(places, "alice", "move", offset, skip=skip, among=beside)

    @precondition(lambda self: self.house.bookings)
    @rule(places=PLACES, by=BY_STAFF, step=st.sampled_from(["confirm", "cancel", "decline"]), skip=st.booleans())
    def step_many(self, places: list[int], by: str, step: str, skip: bool) -> None:
        self._do(places, by, step, 0, skip=skip)

    @precondition(lambda self: self._waiting())
    @rule(places=PLACES, skip=st.booleans())
    def confirm_what_waits(self, places: list[int], skip: bool) -> None:
        self._do(places, "alice", "confirm", 0, skip=skip, among=self._waiting())

    def _do(
        self, places: list[int], by: str, action: str, minutes: int, *, skip: bool, among: list[int] | None = None
    ) -> None:
        known = among or [*reversed(self.house.bookings)]
        numbers = [known[place] for place in places if place < len(known)] or known[:1]
        found = self.product.many(by, numbers, action, minutes, skip=skip)
        if not self.house.is_staff(by):
            assert found == "not_yours"
            return
        assert not isinstance(found, str), found
        was_done, fates = found
        going = {number for number in numbers if fates[number] == "ok"}
        assert fates == self.house.fates(numbers, action, minutes, going=going)
        best = self.house.best(numbers, action, minutes)
        assert best in {None, frozenset(going)}, f"These could go: {best}; these went: {going}."
        assert was_done == (skip or going == set(numbers))
        if was_done:
            self.house.carry_out(numbers, action, minutes, going=going)

    # --- What people were shown ---------------------------------------------------------

    @rule(person=st.sampled_from(["bob", "ivy"]), days=st.sampled_from([0, 1, 2, FOR_GOOD]))
    def show(self, person: str, days: int) -> None:
        self._show(person, days)

    def _show(self, person: str, days: int) -> None:
        self.house.grants[(person, "firing")] = self.house.now // DAY + days
        self.product.show(person, "firing", days)

    @precondition(lambda self: self.house.grants)
    @rule(place=st.integers(0, 1))
    def take_back(self, place: int) -> None:
        held = sorted(self.house.grants)
        person, needed = held[place % len(held)]
        del self.house.grants[(person, needed)]
        self.product.take_back(person, needed)
