"""Legs that any of several resources would do for: which is taken, and when none is."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import permutations
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from infra24.bookings.errors import (
    ApprovalNeeded,
    ExclusiveUseNotYours,
    PartTwice,
    ResourceTwice,
    SlotTaken,
    TimeRefused,
)
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, BookingWish, LegWish, change_booking, create_booking
from infra24.bookings.services.claims import Claimed, choose
from infra24.core.ids import new_id
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from infra24.resources.policies import STAFF, Bookable, Claim
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def any_of(*resources: Resource, units: int = 1, exclusive: bool = False) -> LegWish:
    first, *others = (resource.pk for resource in resources)
    return LegWish(first, units, is_exclusive=exclusive, or_else=tuple(others))


def book(by: Member, *legs: LegWish, status: str | None = None) -> Booking:
    wish = BookingWish("Firing", NOON, NOON + HOUR, legs=legs, status=status)
    with acting_for(by.org_id):
        return create_booking(wish, by=by, source=Source.STAFF)


def places(booking: Booking) -> list[UUID]:
    return [leg.resource_id for leg in booking.visible_legs]


def kilns(cast: Cast, number: int = 3, **more: Any) -> list[Resource]:
    return [make.resource(cast.house, kind="equipment", **more) for _ in range(number)]


def test_the_first_that_is_free_is_taken(cast: Cast) -> None:
    first, second, third = kilns(cast)
    make.booking(cast.alice, first)

    made = book(cast.alice, any_of(first, second, third))

    assert places(made) == [second.pk]


def test_what_is_certain_is_not_taken_for_a_choice(cast: Cast) -> None:
    first, second, _third = kilns(cast)

    made = book(cast.alice, any_of(first, second), LegWish(first.pk))

    assert places(made) == [second.pk, first.pk]


def test_a_leg_gives_way_to_one_that_has_no_other_choice(cast: Cast) -> None:
    first, second, third = kilns(cast)
    make.booking(cast.alice, third)

    made = book(cast.alice, any_of(first, second), any_of(first, third))

    assert places(made) == [second.pk, first.pk]


def test_the_leg_asked_first_has_its_wish_where_the_other_has_a_choice(cast: Cast) -> None:
    first, second, third = kilns(cast)

    assert places(book(cast.alice, any_of(first, second), any_of(first, third))) == [first.pk, third.pk]


def test_where_none_is_free_every_candidate_says_why(cast: Cast) -> None:
    first, second, _third = kilns(cast)
    make.booking(cast.alice, first)
    make.booking(cast.alice, second)

    with pytest.raises(SlotTaken) as refusal:
        book(cast.alice, any_of(first, second))

    assert [reason.resource_id for reason in refusal.value.reasons] == [str(first.pk), str(second.pk)]
    with acting_for(cast.house.pk):
        assert Booking.objects.count() == 2


def test_two_legs_that_want_the_last_one_are_refused_with_a_reason(cast: Cast) -> None:
    first, second, _third = kilns(cast)
    make.booking(cast.alice, second)

    with pytest.raises(TimeRefused) as refusal:
        book(cast.alice, any_of(first, second), any_of(second, first))

    assert [reason.code for reason in refusal.value.reasons] == ["slot_taken"]
    assert refusal.value.alternatives


def test_a_candidate_that_rules_refuse_is_passed_over(cast: Cast) -> None:
    closed = make.resource(cast.house, kind="equipment", rules=make.closed_week())
    open_ = make.resource(cast.house, kind="equipment")

    assert places(book(cast.alice, any_of(closed, open_))) == [open_.pk]


def test_a_choice_has_its_own_buffers(cast: Cast) -> None:
    (first,) = kilns(cast, 1)
    slow = make.resource(cast.house, kind="equipment", rules={"schema": 1, "buffer_after_minutes": 30})
    make.booking(cast.alice, first)

    (leg,) = book(cast.alice, any_of(first, slow)).visible_legs

    assert (leg.blocks_from, leg.blocks_until) == (NOON, NOON + HOUR + timedelta(minutes=30))


def test_whether_staff_must_agree_is_said_by_what_was_chosen(cast: Cast) -> None:
    asks = make.resource(cast.house, rules={"schema": 1, "approval": "always"})
    free = make.resource(cast.house)

    assert book(cast.bob, any_of(free, asks)).status == "confirmed"
    assert book(cast.bob, any_of(free, asks)).status == "pending"


def test_certain_is_refused_where_only_what_asks_for_approval_is_left(cast: Cast) -> None:
    asks = make.resource(cast.house, rules={"schema": 1, "approval": "always"})
    free = make.resource(cast.house)
    make.booking(cast.alice, free)

    with pytest.raises(ApprovalNeeded):
        book(cast.bob, any_of(free, asks), status="confirmed")

    with acting_for(cast.house.pk):
        assert Booking.objects.count() == 1


def test_what_cannot_be_seen_is_no_candidate(cast: Cast) -> None:
    hidden = make.resource(cast.house, visible_to="staff")

    with pytest.raises(ResourceNotFound):
        book(cast.bob, any_of(make.resource(cast.house), hidden))
    with pytest.raises(ResourceNotFound):
        book(cast.bob, LegWish(new_id(), or_else=(hidden.pk,)))


def test_a_member_cannot_have_a_shared_candidate_alone(cast: Cast) -> None:
    shared = make.resource(cast.house, rules={"schema": 1, "use": "shared"})

    with pytest.raises(ExclusiveUseNotYours):
        book(cast.bob, any_of(make.resource(cast.house), shared, exclusive=True))


def test_a_part_is_not_chosen_beside_its_whole(cast: Cast) -> None:
    hall = make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)

    with pytest.raises(PartTwice):
        book(cast.alice, LegWish(hall.pk), LegWish(half.pk))
    with pytest.raises(ResourceTwice):
        book(cast.alice, LegWish(hall.pk), LegWish(hall.pk))


def test_a_refusal_offers_no_part_beside_its_whole(cast: Cast) -> None:
    """An hour later the first choice of both is free, which cannot be had together."""
    hall, other = make.resource(cast.house), make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    make.booking(cast.alice, hall)
    make.booking(cast.alice, other, hours=4)

    with pytest.raises(SlotTaken) as refusal:
        book(cast.alice, any_of(hall, other), any_of(half, other))

    assert {reason.code for reason in refusal.value.reasons} == {"slot_taken"}
    assert not [each for each in refusal.value.alternatives if each.starts_at < (NOON + 3 * HOUR).isoformat()]


def test_something_like_it_is_offered_only_where_the_others_can_be_had_beside_it(cast: Cast) -> None:
    """The two kilns that are left want the same one; another room instead of the taken one would not help."""
    first, second = kilns(cast, 2)
    room, _other_room = make.resource(cast.house), make.resource(cast.house)
    make.booking(cast.alice, room)
    make.booking(cast.alice, second)

    with pytest.raises(SlotTaken) as refusal:
        book(cast.alice, LegWish(room.pk), any_of(first, second), any_of(second, first))

    assert {each.kind for each in refusal.value.alternatives} == {"later"}


def test_moving_may_choose_anew(cast: Cast) -> None:
    first, second, _third = kilns(cast)
    made = make.booking(cast.alice, first)
    make.booking(cast.alice, first, starts_at=NOON + HOUR)

    with acting_for(cast.house.pk):
        change = BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, legs=(any_of(first, second),))
        moved = change_booking(booking_for(cast.alice, made.pk), change, by=cast.alice, source=Source.STAFF)
        assert places(moved) == [second.pk]
        assert places(booking_for(cast.alice, made.pk)) == [second.pk]


def test_a_booking_that_moves_may_keep_what_it_has(cast: Cast) -> None:
    first, second, _third = kilns(cast)
    made = make.booking(cast.alice, first)

    with acting_for(cast.house.pk):
        change = BookingChange(ends_at=NOON + 2 * HOUR, legs=(any_of(first, second),))
        moved = change_booking(booking_for(cast.alice, made.pk), change, by=cast.alice, source=Source.STAFF)
    assert places(moved) == [first.pk]


def test_of_a_crowd_as_many_get_one_as_there_are(cast: Cast) -> None:
    """Optimistic choosing would let all run at the first; under the lock each takes what is left."""
    things = kilns(cast, 4)

    def ask(_number: int) -> str:
        try:
            return str(places(book(cast.alice, any_of(*things)))[0])
        except SlotTaken:
            return ""
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as crowd:
        got = [place for place in crowd.map(ask, range(16)) if place]

    assert sorted(got) == sorted(str(each.pk) for each in things)
    with acting_for(cast.house.pk):
        assert Leg.objects.count() == 4


# --- The choice itself, against trying everything ----------------------------------

THINGS = [Bookable(UUID(int=number), f"Kiln {number}", "UTC", 1, None, ()) for number in range(1, 6)]


@given(
    st.lists(st.lists(st.sampled_from(THINGS), min_size=1, max_size=4, unique=True), min_size=1, max_size=5),
    st.sets(st.sampled_from(THINGS)),
)
def test_the_choice_is_the_first_that_there_is(legs: list[list[Bookable]], taken: set[Bookable]) -> None:
    claimed = [Claimed(each, 1, 1, is_shared=False, leg=leg) for leg, wanted in enumerate(legs) for each in wanted]
    claims: Mapping[UUID, Sequence[Claim]] = {
        each.id: [Claim(NOON, NOON + HOUR, 1, 1, is_shared=False)] for each in taken
    }

    found = choose(claimed, claims, NOON, NOON + HOUR, now=NOON, asker=STAFF)

    free = [each for each in THINGS if each not in taken]
    possible = [
        [wanted.index(got) for got, wanted in zip(some, legs, strict=True)]
        for some in permutations(free, len(legs))
        if all(got in wanted for got, wanted in zip(some, legs, strict=True))
    ]
    # Of all there are the one in which the first leg has its earliest wish, then the second, and so on.
    expected = [wanted[place] for wanted, place in zip(legs, min(possible), strict=True)] if possible else None
    assert (None if found is None else [one.resource for one in found]) == expected
