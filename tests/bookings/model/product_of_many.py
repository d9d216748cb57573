"""The product doing the same with many at once, and with what people were shown."""

from collections.abc import Sequence
from datetime import timedelta

from infra24.bookings.errors import BulkRefused
from infra24.bookings.ledger import dates_of
from infra24.bookings.models import Source
from infra24.bookings.services.bulk import (
    Action,
    BulkResult,
    BulkWish,
    Item,
    OnConflict,
    Pick,
    change_many,
)
from infra24.bookings.services.bulk import Outcome as ItemOutcome
from infra24.bookings.services.series import SeriesWish, create_series
from infra24.core.errors import Infra24Error
from infra24.facilities.services.grants import give_qualification, revoke_grant
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Grant
from tests import make
from tests.bookings.model.crowd import Fate
from tests.bookings.model.paper import Outcome, Paper, Wish
from tests.bookings.model.product import Product, instant


class ProductOfMany(Product):
    def __init__(self, house: Paper) -> None:
        super().__init__(house)
        needing: dict[str, list[str]] = {}
        for name, thing in house.things.items():
            if thing.needs:
                needing.setdefault(thing.needs, []).append(name)
        self.qualifications = {
            needed: make.qualification(self.org, *(self.things[name] for name in names), name=needed)
            for needed, names in needing.items()
        }

    def repeat(
        self, by: str, wish: Wish, *, times: int, every: int, asked: str | None, person: str, skip: bool, first: int
    ) -> Outcome:
        """`first` is what the earliest booking of it is called from now on; the others count on."""
        rule = f"FREQ=DAILY;INTERVAL={every};COUNT={times}"
        told = SeriesWish(self.wish(wish, asked=asked, person=person), rule)

        def do() -> str:
            made = create_series(told, on_conflict="skip" if skip else "refuse", by=self.members[by], source=Source.API)
            booked = [row.booking_id for row in dates_of(made) if row.booking_id]
            self.bookings |= dict(enumerate(booked, first))
            return "made"

        return self.outcome(do)

    def many(
        self, by: str, numbers: Sequence[int], action: str, minutes: int, *, skip: bool
    ) -> tuple[bool, dict[int, Fate]] | str:
        """Whether it was done, and what is said of each; of what is wrong with all of it the code."""
        wish = BulkWish(
            picks=tuple(Pick(self.bookings[number]) for number in numbers),
            action=Action(action),
            reason="The wheel is broken." if action in {"decline", "cancel"} else "",
            offset=timedelta(minutes=minutes),
            on_conflict=OnConflict.SKIP if skip else OnConflict.REFUSE,
        )
        try:
            with acting_for(self.org.pk):
                done, result = True, change_many(wish, by=self.members[by], source=Source.API)
        except BulkRefused as refusal:
            done, result = False, refusal.result
        except Infra24Error as error:
            return error.code
        return done, self._fates(numbers, result)

    def _fates(self, numbers: Sequence[int], result: BulkResult) -> dict[int, Fate]:
        return {number: _fate(item) for number, item in zip(numbers, result.items, strict=True)}

    def show(self, person: str, needed: str, days: int) -> None:
        """The person was shown it, and may show that for so many days besides today."""
        lapses_on = (instant(self._house.now) + timedelta(days=days)).date()
        with acting_for(self.org.pk):
            give_qualification(
                self.qualifications[needed].pk,
                person_id=self.people[person],
                by=self.members["alice"],
                source="api",
                lapses_on=lapses_on,
                renew=True,
            )

    def take_back(self, person: str, needed: str) -> None:
        with acting_for(self.org.pk):
            held = Grant.objects.get(
                person_id=self.people[person], qualification=self.qualifications[needed], revoked_at=None
            )
            revoke_grant(held, by=self.members["alice"], source="api")


def _fate(item: Item) -> Fate:
    if item.outcome is ItemOutcome.CONFLICT:
        return frozenset(reason.code for reason in item.reasons)
    return item.outcome.value
