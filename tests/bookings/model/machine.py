"""Anything anybody may do, in any order: the house on paper and the house in PostgreSQL say the same each time."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, multiple, precondition, rule

from tests.bookings.model.crowd import Crowd
from tests.bookings.model.drawing import (
    ANY_LEGS,
    ANY_MINUTES,
    ASKED,
    AT_ANY_TIME,
    AT_FIRST,
    BY,
    BY_ANYBODY,
    DAYS,
    HARSH,
    IN_THE_DAY,
    LATER,
    LEGS,
    MEMBERS,
    MINUTES,
    OF_ONE,
    OTHERWISE,
    PARTIES,
    PEOPLE,
    SAID,
    SCOPES,
    THINGS,
)
from tests.bookings.model.paper import DAY, HOLD_MINUTES, OVER, Booking, Closure, Outcome, Wanted, Wish, choices, clock
from tests.bookings.model.product import Offer, instant
from tests.bookings.model.product_of_many import ProductOfMany


class Machine(RuleBasedStateMachine):
    """Times are told as days from today and a clock, so that a found story reads as one."""

    bookings: Bundle[int] = Bundle("bookings")
    closures: Bundle[int] = Bundle("closures")

    def __init__(self) -> None:
        super().__init__()
        self.house = Crowd(THINGS, MEMBERS, now=clock("07:00"))
        self.product = ProductOfMany(self.house)
        for scope, document in AT_FIRST:
            self._say(scope, 0, document)

    def teardown(self) -> None:
        self.product.close()

    # --- Booking ----------------------------------------------------------------------

    @rule(target=bookings, by=BY, day=DAYS, at=IN_THE_DAY, minutes=MINUTES, wanted=LEGS)
    def book(self, *, by: str, day: int, at: str, minutes: int, wanted: list[Wanted]) -> Any:
        return self._book(by, self._wish(self._minute(day, at), minutes, wanted))

    @rule(target=bookings, by=BY, day=DAYS, at=IN_THE_DAY, minutes=MINUTES, wanted=LEGS, asked=ASKED)
    def hold(self, *, by: str, day: int, at: str, minutes: int, wanted: list[Wanted], asked: str | None) -> Any:
        return self._book(by, self._wish(self._minute(day, at), minutes, wanted), asked=asked)

    @rule(target=bookings, by=BY, at=AT_ANY_TIME, minutes=MINUTES | ANY_MINUTES, wanted=LEGS)
    def book_at_an_odd_time(self, by: str, at: str, minutes: int, wanted: list[Wanted]) -> Any:
        return self._book(by, self._wish(self._minute(1, at), minutes, wanted))

    @rule(target=bookings, by=BY, at=IN_THE_DAY, wanted=ANY_LEGS, party=PARTIES)
    def book_odd_things(self, by: str, at: str, wanted: list[Wanted], party: int) -> Any:
        return self._book(by, self._wish(self._minute(1, at), 60, wanted, party))

    @rule(target=bookings, number=bookings, by=BY, later=LATER, minutes=MINUTES, wanted=st.none() | LEGS)
    def book_beside(self, *, number: int, by: str, later: int, minutes: int, wanted: list[Wanted] | None) -> Any:
        """At about the time of another booking, the same things or others."""
        other = self.house.bookings[number].wish
        things = tuple((thing, units, False) for thing, units, _ in other.wanted)
        return self._book(by, self._wish(other.starts + later, minutes, wanted or things))

    @rule(target=bookings, by=BY, day=DAYS, at=IN_THE_DAY, wanted=LEGS)
    def hold_in_vain(self, by: str, day: int, at: str, wanted: list[Wanted]) -> Any:
        """Until it has run out, to the minute."""
        number = self._book(by, self._wish(self._minute(day, at), 60, wanted), asked="hold")
        self.house.now += HOLD_MINUTES
        return number

    @rule(target=bookings, at=IN_THE_DAY, minutes=MINUTES, later=LATER)
    def two_want_the_kiln(self, at: str, minutes: int, later: int) -> Any:
        """Requests for it keep no time, unless rules have come to say otherwise."""
        starts, kiln = self._minute(1, at), [("kiln", 1, False)]
        made = [
            self._book(by, self._wish(since, minutes, kiln)) for by, since in (("bob", starts), ("ivy", starts + later))
        ]
        return multiple(*(number for number in made if isinstance(number, int)))

    @rule(target=bookings, number=bookings, wanted=LEGS, person=PEOPLE, party=PARTIES)
    def book_for_somebody(self, number: int, wanted: list[Wanted], person: str, party: int) -> Any:
        starts = self.house.bookings[number].ends
        return self._book("alice", self._wish(starts, 60, wanted, party), person=person)

    def _book(self, by: str, wish: Wish, *, asked: str | None = None, person: str = "") -> Any:
        person = person if by == "alice" else ""
        said, number = self.house.book(by, wish, asked=asked, person=person)
        self._compare(self.product.book(by, wish, asked=asked, person=person, number=number), said)
        self._offers(by, person or MEMBERS[by].person, wish)
        return number if number else multiple()

    @rule(number=bookings, by=BY_ANYBODY, day=DAYS, at=IN_THE_DAY)
    def move(self, number: int, by: str, day: int, at: str) -> None:
        was = self.house.bookings[number].wish
        starts = self._minute(day, at)
        self._change(number, by, replace(was, starts=starts, ends=starts + was.ends - was.starts))

    @rule(number=bookings, by=BY_ANYBODY, other=OTHERWISE)
    def change(self, number: int, by: str, other: dict[str, Any]) -> None:
        was = self.house.bookings[number].wish
        minutes = other.get("minutes", was.ends - was.starts)
        wanted, party = tuple(other.get("wanted", was.wanted)), other.get("party", was.party)
        self._change(number, by, self._wish(was.starts, minutes, wanted, party))

    def _change(self, number: int, by: str, wish: Wish) -> None:
        booking, by = self.house.bookings[number], self._who(by, number)
        self._compare(self.product.change(by, number, booking.wish, wish), self.house.change(by, number, wish))
        self._offers(by, booking.person, wish, besides=number)

    @rule(number=bookings, by=BY_ANYBODY, person=st.sampled_from(["", "bob", "ivy", "guest"]))
    def give(self, number: int, by: str, person: str) -> None:
        by = self._who(by, number)
        self._compare(self.product.give(by, number, person), self.house.give(by, number, person))

    # --- Deciding ---------------------------------------------------------------------

    @precondition(lambda self: self._waiting())
    @rule(place=st.integers(0, 3), by=BY_ANYBODY, step=st.sampled_from(["confirm", "confirm", "cancel", "decline"]))
    def decide(self, place: int, by: str, step: str) -> None:
        """About one of those that wait, the last first."""
        waiting = self._waiting()
        self._step(waiting[place % len(waiting)], by, step)

    @rule(number=bookings, by=BY_ANYBODY, step=st.sampled_from(["confirm", "cancel", "cancel", "decline"]))
    def step(self, number: int, by: str, step: str) -> None:
        self._step(number, by, step)

    def _step(self, number: int, by: str, step: str) -> None:
        booking, by = self.house.bookings[number], self._who(by, number)
        self._compare(getattr(self.product, step)(by, number), getattr(self.house, step)(by, number))
        self._offers("", "", booking.wish, besides=number)

    def _waiting(self) -> list[int]:
        bookings = self.house.bookings
        return [n for n in reversed(bookings) if self.house.status_of(bookings[n]) in {"hold", "pending"}]

    # --- Time -------------------------------------------------------------------------

    @rule(minutes=st.sampled_from([5, 5, 10, 45, 300, 1440]))
    def wait(self, minutes: int) -> None:
        self.house.now += minutes

    @rule()
    def let_the_worker_look(self) -> None:
        self.product.note_what_ran_out()

    # --- The house ----------------------------------------------------------------------

    @rule(scope=SCOPES, in_days=st.integers(0, 1), said=SAID)
    def say(self, scope: str, in_days: int, said: tuple[str, Any]) -> None:
        """One thing more, or otherwise, than was said last."""
        self._say_more(scope, self.house.now // DAY + in_days, said)

    @precondition(lambda self: self._waiting())
    @rule(place=st.integers(0, 3), said=SAID | HARSH)
    def decide_by_other_rules(self, place: int, said: tuple[str, Any]) -> None:
        """What waits was asked for by the rules of then, and is decided on by those of now."""
        waiting = self._waiting()
        number = waiting[place % len(waiting)]
        self._say_more(self.house.bookings[number].legs[0].thing, self.house.now // DAY, said)
        self._step(number, "alice", "confirm")

    def _say_more(self, scope: str, since_day: int, said: tuple[str, Any]) -> None:
        before = [document for spoken_for, _, document in self.house.rules if spoken_for == scope]
        self._say(scope, since_day, {**(before[-1] if before else {}), said[0]: said[1]})

    def _say(self, scope: str, since_day: int, document: dict[str, Any]) -> None:
        faulty = self.house.contradicts(scope, since_day, document)
        assert self.product.say(scope, since_day, _spelt_out(document)) == ("rules_invalid" if faulty else "")
        if not faulty:
            self.house.rules.append((scope, since_day, document))

    @rule(
        target=closures,
        scope=OF_ONE | SCOPES,
        day=DAYS,
        at=IN_THE_DAY,
        minutes=st.sampled_from([60, 120, 2880]),
        verdicts=st.lists(st.sampled_from(["keep", "cancel", ""]), min_size=1, max_size=3),
    )
    def shut(self, *, scope: str, day: int, at: str, minutes: int, verdicts: list[str]) -> Any:
        since = self._minute(day, at)
        until, things = since + minutes, self._closed_by(scope)
        hits = sorted(self.house.hits(things, since, until))
        decided = {number: verdicts[place % len(verdicts)] for place, number in enumerate(hits)}
        decisions = {number: verdict for number, verdict in decided.items() if verdict}
        number = len(self.house.closures) + 1
        listed = self.product.shut(scope, since, until, decisions, number=number)
        assert listed == (set() if len(decisions) == len(hits) else set(hits))
        if listed:
            return multiple()
        self.house.closures[number] = Closure(things, since, until)
        for hit, verdict in decisions.items():
            if verdict == "cancel":
                self.house.bookings[hit].status = "cancelled"
        return number

    @rule(number=closures)
    def lift(self, number: int) -> None:
        closure = self.house.closures[number]
        is_over = closure.lifted_at is not None or closure.until <= self.house.now
        assert self.product.lift(number) == ("closure_over" if is_over else "")
        if not is_over:
            closure.lifted_at = self.house.now

    # --- Agreeing -----------------------------------------------------------------------

    @invariant()
    def they_have_the_same_bookings(self) -> None:
        assert self.product.seen() == {number: self._shown(each) for number, each in self.house.bookings.items()}

    def _shown(self, booking: Booking) -> tuple[Any, ...]:
        legs = [(leg.thing, leg.units, leg.alone, leg.since, leg.until) for leg in booking.legs]
        status = self.house.status_of(booking)
        return (status, booking.person, booking.starts, booking.ends, booking.party, legs)

    def _compare(self, found: Outcome, said: Outcome) -> None:
        if said == OVER:
            assert found in {("no", "hold_expired"), ("no", "illegal_step")}
        else:
            assert found == said, f"The product: {found}. The model: {said}. At {instant(self.house.now)}."

    def _offers(self, by: str, person: str, wish: Wish, *, besides: int = 0) -> None:
        """What a refusal offered instead would not be refused in its turn."""
        for offer in self.product.offered:
            wanted = [
                self._or_like_it(one, offer, wish) if self._is_missing(one, by, person, wish, besides=besides) else one
                for one in wish.wanted
            ]
            offered = self._wish(offer.starts, offer.ends - offer.starts, wanted, wish.party)
            codes, chosen = self.house.choose(by, person, offered, besides=besides)
            assert not codes, offer
            assert not self.house.twice(chosen), offer

    def _is_missing(self, one: Wanted, by: str, person: str, wish: Wish, *, besides: int) -> bool:
        return bool(self.house.choose(by, person, replace(wish, wanted=(one,)), besides=besides)[0])

    def _or_like_it(self, one: Wanted, offer: Offer, wish: Wish) -> Wanted:
        """Alone only where it would be alone though others might be let in."""
        thing, units, alone = choices(one)[0]
        if thing != offer.instead_of:
            return one
        return (offer.thing, units, alone and self.house.may_be_shared(thing, wish.starts))

    def _wish(self, starts: int, minutes: int, wanted: Iterable[Wanted], party: int = 1) -> Wish:
        return Wish(starts, starts + minutes, tuple(wanted), party)

    def _who(self, by: str, number: int) -> str:
        return self.house.bookings[number].by if by == "whose it is" else by

    def _minute(self, day: int, at: str) -> int:
        return (self.house.now // DAY + day) * DAY + clock(at)

    def _closed_by(self, scope: str) -> set[str]:
        if scope in THINGS:
            return {thing for thing in THINGS if self.house.are_related(scope, thing)}
        return {name for name, thing in THINGS.items() if scope in {"house", thing.kind}}


def _spelt_out(document: dict[str, Any]) -> dict[str, Any]:
    """The document as the product takes it: every day of the week by its name."""

    def week(hours: Any) -> dict[str, Any]:
        return dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), hours)

    spelt = {"schema": 1, **document}
    if "weekly" in document:
        spelt["weekly"] = week(document["weekly"])
    approval = document.get("approval")
    if isinstance(approval, dict) and "outside" in approval:
        spelt["approval"] = {**approval, "outside": week(approval["outside"])}
    return spelt
