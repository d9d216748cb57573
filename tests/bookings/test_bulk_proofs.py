"""Whatever is done to however many: nobody is double-booked, a preview tells the truth, the cost stays the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Booking, BookingMessage, Source
from infra24.bookings.services.bulk import (
    Action,
    BulkResult,
    BulkWish,
    OnConflict,
    Outcome,
    Pick,
    State,
    change_many,
    preview_many,
)
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.bookings.sweep import faults
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@dataclass(frozen=True)
class House:
    """A kiln that needs an hour to cool, two cameras, a shared room for three, and a hall of two halves."""

    cast: Cast
    resources: list[Resource]


@pytest.fixture
def house(cast: Cast) -> House:
    always = make.open_week("00:00", "24:00")
    org = cast.house
    hall = make.resource(org, name="Hall", rules=always)
    return House(
        cast,
        [
            make.resource(org, name="Kiln", rules={**always, "buffer_after_minutes": 60}),
            make.resource(org, name="Cameras", kind="equipment", units=2, rules=always),
            make.resource(org, name="Shared", capacity=3, rules={**always, "use": "shared"}),
            hall,
            make.resource(org, name="North", part_of=hall, rules=always),
            make.resource(org, name="South", part_of=hall, rules=always),
        ],
    )


@dataclass(frozen=True)
class Standing:
    resource: int
    hour: int
    hours: int
    status: str
    party_size: int


@dataclass(frozen=True)
class Asked:
    action: Action
    hours: int
    to: int
    skip: bool


standing = st.builds(
    Standing,
    resource=st.integers(0, 5),
    hour=st.integers(0, 11),
    hours=st.integers(1, 3),
    status=st.sampled_from(["confirmed", "confirmed", "hold", "pending", "asked"]),
    party_size=st.integers(1, 2),
)
asked = st.builds(
    Asked,
    action=st.sampled_from(
        [Action.MOVE, Action.MOVE, Action.MOVE, Action.CHANGE_RESOURCE, Action.CONFIRM, Action.CANCEL]
    ),
    hours=st.sampled_from([-24, -3, -2, -1, 1, 2, 3, 24]),
    to=st.integers(0, 5),
    skip=st.booleans(),
)


def stand(house: House, wanted: list[Standing]) -> list[Booking]:
    """Those that can stand; `asked` waits for a decision and keeps no time meanwhile."""
    made = []
    for one in wanted:
        room = house.resources[one.resource]
        starts_at = NOON + one.hour * HOUR
        try:
            status = "hold" if one.status == "hold" else "confirmed"
            with transaction.atomic():
                booking = make.booking(
                    house.cast.alice,
                    room,
                    starts_at=starts_at,
                    hours=one.hours,
                    status=status,
                    party_size=one.party_size,
                )
        except TimeRefused:
            continue
        if one.status in {"pending", "asked"}:
            Booking.objects.filter(pk=booking.pk).update(status="pending", pending_blocks=one.status == "pending")
        made.append(booking)
    return list(Booking.objects.filter(pk__in=[booking.pk for booking in made]).order_by("id"))


def wish_of(house: House, one: Asked, bookings: list[Booking]) -> BulkWish:
    source = bookings[0].legs.filter(is_implied=False)[0].resource_id
    target = house.resources[one.to].pk
    if one.action is Action.CHANGE_RESOURCE and source == target:
        target = house.resources[one.to - 1].pk
    return BulkWish(
        tuple(Pick(booking.pk, booking.version) for booking in bookings),
        one.action,
        offset=one.hours * HOUR,
        from_resource_id=source,
        to_resource_id=target,
        on_conflict=OnConflict.SKIP if one.skip else OnConflict.REFUSE,
    )


def told(result: BulkResult) -> list[tuple[Outcome, State | None, tuple[str, ...], tuple[str, ...]]]:
    return [
        (
            item.outcome,
            item.after,
            tuple(one.code for one in item.reasons),
            tuple(one.starts_at for one in item.alternatives),
        )
        for item in result.items
    ]


def states() -> dict[Any, State]:
    return {
        booking.pk: State(
            booking.status,
            booking.starts_at,
            booking.ends_at,
            tuple(booking.legs.filter(is_implied=False).order_by("id").values_list("resource_id", flat=True)),
        )
        for booking in Booking.objects.all()
    }


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_nobody_is_double_booked_and_the_preview_tells_the_truth(data: st.DataObject, house: House) -> None:
    with transaction.atomic():
        bookings = stand(house, data.draw(st.lists(standing, min_size=2, max_size=10)))
        chosen = data.draw(st.permutations(bookings))[: data.draw(st.integers(1, 8))]
        wish = wish_of(house, data.draw(asked), chosen)
        before = states()

        preview = preview_many(wish, by=house.cast.alice)
        assert states() == before
        if not preview.is_refused:
            done = change_many(wish, by=house.cast.alice, source=Source.STAFF)
            assert told(done) == told(preview)
            wanted = {item.booking_id: item.after for item in done.passed}
            assert states() == before | wanted
        assert faults() == []
        transaction.set_rollback(True)


def row(cast: Cast, number: int) -> list[Booking]:
    """So many in a few rooms, one after the other, each for somebody with an address."""
    rules = {**make.open_week("00:00", "24:00"), "reminder_minutes": 60, "check_in_after_minutes": 15}
    rooms = [make.resource(cast.house, rules=rules) for _ in range(3)]
    dora = make.person(cast.house, email="dora@example.org")
    return [
        make.booking(cast.alice, rooms[place % 3], starts_at=NOON + place // 3 * HOUR, person=dora)
        for place in range(number)
    ]


def as_requests(bookings: list[Booking]) -> None:
    for blocks in (True, False):
        half = [booking.pk for booking in bookings[int(blocks) :: 2]]
        Booking.objects.filter(pk__in=half).update(status="pending", pending_blocks=blocks)


CASES: dict[str, tuple[Action, Callable[[list[Booking]], None], dict[str, Any]]] = {
    "move": (Action.MOVE, lambda _: None, {"offset": HOUR}),
    "confirm": (Action.CONFIRM, as_requests, {}),
    "decline": (Action.DECLINE, as_requests, {"reason": "Full."}),
    "cancel": (Action.CANCEL, lambda _: None, {"reason": "Storm."}),
    "message": (Action.MESSAGE, lambda _: None, {"text": "Bring gloves."}),
}


@pytest.mark.parametrize("case", CASES)
def test_sixty_cost_as_many_statements_as_three(cast: Cast, case: str) -> None:
    action, prepare, more = CASES[case]
    costs = []
    for number in (3, 60):
        bookings = row(cast, number)
        prepare(bookings)
        wish = BulkWish(tuple(Pick(booking.pk) for booking in bookings), action, **more)
        with CaptureQueriesContext(
            connection,
        ) as statements:
            result = change_many(wish, by=cast.alice, source=Source.STAFF)
        assert len(result.passed) == number
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert faults() == []


def test_sixty_change_their_room_at_the_cost_of_three(cast: Cast) -> None:
    costs = []
    for number in (3, 60):
        old, new = (make.resource(cast.house, rules=make.open_week("00:00", "24:00")) for _ in range(2))
        bookings = [make.booking(cast.alice, old, starts_at=NOON + place * HOUR) for place in range(number)]
        picks = tuple(Pick(booking.pk) for booking in bookings)
        wish = BulkWish(picks, Action.CHANGE_RESOURCE, from_resource_id=old.pk, to_resource_id=new.pk)
        with CaptureQueriesContext(connection) as statements:
            assert len(change_many(wish, by=cast.alice, source=Source.STAFF).passed) == number
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_conflicts_cost_no_statement_each(cast: Cast) -> None:
    costs = []
    for number in (3, 60):
        room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
        bookings = [make.booking(cast.alice, room, starts_at=NOON + place * HOUR) for place in range(number + 1)]
        wish = BulkWish(
            tuple(Pick(booking.pk) for booking in bookings[:-1]), Action.MOVE, offset=HOUR, on_conflict=OnConflict.SKIP
        )
        with CaptureQueriesContext(connection) as statements:
            result = change_many(wish, by=cast.alice, source=Source.STAFF)
        assert result.counts[Outcome.CONFLICT] == number
        costs.append(len(statements))
    assert costs[0] == costs[1]


def test_dead_holds_in_the_way_cost_no_statement_each(cast: Cast) -> None:
    costs = []
    for number in (3, 60):
        room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
        booking = make.booking(cast.alice, room, starts_at=NOON - DAY)
        holds = [
            make.booking(cast.alice, room, starts_at=NOON + place * HOUR, status="hold") for place in range(number)
        ]
        for hold in holds:
            make.run_out(cast.house, hold.pk)
        picks = (Pick(booking.pk), *(Pick(hold.pk) for hold in holds))
        wish = BulkWish(picks, Action.MOVE, offset=DAY, on_conflict=OnConflict.SKIP)
        with CaptureQueriesContext(connection) as statements:
            change_many(wish, by=cast.alice, source=Source.STAFF)
        assert set(Booking.objects.filter(pk__in=[hold.pk for hold in holds]).values_list("status")) == {("expired",)}
        costs.append(len(statements))
    assert costs[0] == costs[1]
    assert BookingMessage.objects.count() == 0
