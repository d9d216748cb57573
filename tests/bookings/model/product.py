"""The product doing the same, on PostgreSQL: names become rows, minutes instants, errors outcomes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.utils import timezone

from infra24.bookings import services
from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for, visible_bookings, with_legs
from infra24.bookings.services import BookingChange, BookingWish, LegWish
from infra24.core.errors import Alternative, Infra24Error
from infra24.facilities.closures import closure_for
from infra24.facilities.errors import ClosureHitsBookings
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.closures import ClosureWish, Decision, lift_closure, make_closure
from infra24.facilities.services.rules import save_rules
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.bookings.model.paper import Outcome, Paper, Wanted, Wish, choices

MONDAY = datetime(2031, 3, 3, tzinfo=UTC)


def instant(minute: int) -> datetime:
    return MONDAY + timedelta(minutes=minute)


def minute(at: datetime) -> int:
    return int((at - MONDAY) / timedelta(minutes=1))


@dataclass(frozen=True)
class Offer:
    """Another time or, `instead_of` something, a thing like it."""

    starts: int
    ends: int
    thing: str
    instead_of: str = ""


class Product:
    """An organisation with the things and members of a model, and a clock that shows what the model's does."""

    def __init__(self, house: Paper) -> None:
        self._house = house
        self.org = make.organisation(time_zone="UTC", open_daily=False)
        self.things: dict[str, Resource] = {}
        for name, thing in house.things.items():
            self.things[name] = make.resource(
                self.org,
                kind=thing.kind,
                name=name,
                units=thing.units,
                capacity=thing.room,
                part_of=self.things.get(thing.part_of),
                bookable_by=thing.bookable_by,
            )
        self.members: dict[str, Member] = {}
        self.people: dict[str, UUID] = {"guest": make.person(self.org, name="guest").pk}
        for name, member in house.members.items():
            self.members[name] = make.member(self.org, role=Role(member.role), name=name)
            if member.person:
                self.people[member.person] = make.person(self.org, name=name, member=self.members[name]).pk
        self.bookings: dict[int, UUID] = {}
        self.closures: dict[int, UUID] = {}
        self.offered: list[Offer] = []
        """What the last refusal offered instead."""
        self._clock = patch.object(timezone, "now", lambda: instant(house.now))
        self._clock.start()

    def close(self) -> None:
        self._clock.stop()

    # --- Doing ------------------------------------------------------------------------

    def book(self, by: str, wish: Wish, *, asked: str | None, person: str, number: int) -> Outcome:
        """`number` is what the booking is called from now on."""
        told = self.wish(wish, asked=asked, person=person)

        def do() -> str:
            made = services.create_booking(told, by=self.members[by], source=Source.API)
            self.bookings[number] = made.pk
            return str(made.status)

        return self.outcome(do)

    def wish(self, wish: Wish, *, asked: str | None, person: str) -> BookingWish:
        return BookingWish(
            title="Firing",
            starts_at=instant(wish.starts),
            ends_at=instant(wish.ends),
            legs=self._legs(wish.wanted),
            status=asked,
            person_id=self.people.get(person),
            party_size=wish.party,
        )

    def change(self, by: str, number: int, was: Wish, wish: Wish) -> Outcome:
        """Sends what differs."""
        change = BookingChange(
            starts_at=instant(wish.starts) if wish.starts != was.starts else None,
            ends_at=instant(wish.ends) if wish.ends != was.ends else None,
            legs=self._legs(wish.wanted) if wish.wanted != was.wanted else None,
            party_size=wish.party if wish.party != was.party else None,
        )
        return self._step(services.change_booking, by, number, change)

    def give(self, by: str, number: int, person: str) -> Outcome:
        change = BookingChange(person_id=self.people[person] if person else None, for_nobody=not person)
        return self._step(services.change_booking, by, number, change)

    def confirm(self, by: str, number: int) -> Outcome:
        return self._step(services.confirm_booking, by, number)

    def cancel(self, by: str, number: int) -> Outcome:
        return self._step(services.cancel_booking, by, number)

    def decline(self, by: str, number: int) -> Outcome:
        return self._step(services.decline_booking, by, number, reason="The wheel is broken.")

    def note_what_ran_out(self) -> None:
        """The worker wakes up and looks at all timers that are due."""
        with acting_for(self.org.pk):
            for booking_id in self.bookings.values():
                services.expire_hold(self.org.pk, booking_id, now=timezone.now())

    def say(self, scope: str, since_day: int, document: Mapping[str, Any]) -> str:
        """What is wrong with saying it; nothing when it holds from that day on."""
        valid_from, alice = instant(since_day * 1440).date(), self.members["alice"]
        with acting_for(self.org.pk):
            try:
                save_rules(document, scope=self._scope(scope), valid_from=valid_from, by=alice, source="api")
            except Infra24Error as error:
                return error.code
            return ""

    def shut(self, scope: str, since: int, until: int, decisions: Mapping[int, str], *, number: int) -> set[int]:
        """Close something, deciding about bookings by number. Returns those it listed instead of closing."""
        wish = ClosureWish("Painting", _wall(since), _wall(until), scope=self._scope(scope))
        decided = {
            self.bookings[each]: Decision(action, reason="Painting")  # type: ignore[arg-type]
            for each, action in decisions.items()
        }
        numbers = {booking_id: each for each, booking_id in self.bookings.items()}
        with acting_for(self.org.pk):
            try:
                made = make_closure(wish, decisions=decided, by=self.members["alice"], source=Source.API)
            except ClosureHitsBookings as refusal:
                return {numbers[hit.booking.pk] for hit in refusal.hits}
            self.closures[number] = made.pk
            return set()

    def lift(self, number: int) -> str:
        """What is wrong with lifting it; nothing when it was lifted."""
        with acting_for(self.org.pk):
            alice = self.members["alice"]
            try:
                lift_closure(closure_for(alice, self.closures[number]), by=alice, source=Source.API)
            except Infra24Error as error:
                return error.code
            return ""

    # --- Looking ----------------------------------------------------------------------

    def seen(self) -> dict[int, tuple[Any, ...]]:
        """All bookings by number, in the words of the model."""
        names = {resource.pk: name for name, resource in self.things.items()}
        people: dict[UUID | None, str] = {None: "", **{person_id: name for name, person_id in self.people.items()}}
        with acting_for(self.org.pk):
            rows = {row.pk: row for row in with_legs(visible_bookings(self.members["alice"]))}
        assert set(rows) == set(self.bookings.values())
        return {
            number: (
                str(row.status_now),
                people[row.person_id],
                minute(row.starts_at),
                minute(row.ends_at),
                row.party_size,
                [
                    (
                        names[leg.resource_id],
                        leg.units,
                        leg.sharing == row.pk,
                        minute(leg.blocks_from),
                        minute(leg.blocks_until),
                    )
                    for leg in row.visible_legs
                ],
            )
            for number, row in ((number, rows[booking_id]) for number, booking_id in self.bookings.items())
        }

    # --- Between the two ----------------------------------------------------------------

    def _step(self, service: Callable[..., Booking], by: str, number: int, *what: Any, **more: Any) -> Outcome:
        def do() -> str:
            member = self.members[by]
            found = booking_for(member, self.bookings[number])
            return str(service(found, *what, by=member, source=Source.API, **more).status)

        return self.outcome(do)

    def outcome(self, do: Callable[[], str]) -> Outcome:
        self.offered = []
        try:
            with acting_for(self.org.pk):
                return ("is", do())
        except TimeRefused as refusal:
            self.offered = [self._offer(each) for each in refusal.alternatives]
            return ("refused", {reason.code for reason in refusal.reasons} or {f"without a reason: {refusal.code}"})
        except Infra24Error as error:
            return ("no", error.code)

    def _offer(self, offered: Alternative) -> Offer:
        names = {str(resource.pk): name for name, resource in self.things.items()}
        since, until = (minute(datetime.fromisoformat(at)) for at in (offered.starts_at, offered.ends_at))
        return Offer(since, until, names[offered.resource_id], instead_of=names.get(offered.instead_of or "", ""))

    def _legs(self, wanted: Iterable[Wanted]) -> tuple[LegWish, ...]:
        legs = []
        for one in wanted:
            (thing, units, alone), *others = choices(one)
            or_else = tuple(self.things[other].pk for other, *_ in others)
            legs.append(LegWish(self.things[thing].pk, units, is_exclusive=alone, or_else=or_else))
        return tuple(legs)

    def _scope(self, scope: str) -> RuleScope:
        if scope in self.things:
            return RuleScope(resource=self.things[scope])
        return RuleScope() if scope == "house" else RuleScope(kind=scope)


def _wall(minutes: int) -> datetime:
    return instant(minutes).replace(tzinfo=None)
