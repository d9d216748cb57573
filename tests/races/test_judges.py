"""Those who judge the races see what they are there to see."""

import threading
from contextlib import suppress
from datetime import timedelta

import psycopg
import pytest

from infra24.bookings.models import Booking
from infra24.resources.models import Resource
from tests import make
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.races.racing import deadlocks
from tests.races.sweep import overfull, twice_taken
from tests.running import until

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def smuggle(cast: Cast, database: TestDatabase, resource: Resource, units: int = 1) -> Booking:
    """A booking at NOON past every constraint: its legs block nothing, though it is confirmed."""
    made = make.booking(cast.alice, resource, starts_at=NOON - 2 * HOUR, units=units)
    with database.as_owner() as owner, owner.transaction():
        owner.execute("ALTER TABLE bookings_booking DISABLE TRIGGER USER")
        owner.execute("UPDATE bookings_booking SET status = 'cancelled' WHERE id = %s", [made.pk])
        span = [NOON, NOON + HOUR, NOON, NOON + HOUR, made.pk]
        owner.execute(
            "UPDATE bookings_leg SET starts_at = %s, ends_at = %s, blocks_from = %s, blocks_until = %s"
            " WHERE booking_id = %s",
            span,
        )
        owner.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [made.pk])
        owner.execute("ALTER TABLE bookings_booking ENABLE TRIGGER USER")
    return made


def test_two_in_one_room_are_seen(cast: Cast, database: TestDatabase) -> None:
    room = make.resource(cast.house)
    first = make.booking(cast.alice, room)
    assert twice_taken(database, cast.house.pk) == []

    second = smuggle(cast, database, room)

    assert {tuple(sorted(row[:2])) for row in twice_taken(database, cast.house.pk)} == {
        tuple(sorted([str(first.pk), str(second.pk)]))
    }


def test_a_hall_and_a_part_of_its_part_are_seen(cast: Cast, database: TestDatabase) -> None:
    hall = make.resource(cast.house)
    nook = make.resource(cast.house, part_of=make.resource(cast.house, part_of=hall))
    make.booking(cast.alice, hall)

    smuggle(cast, database, nook)

    assert len(twice_taken(database, cast.house.pk)) == 1


def test_too_many_units_are_seen(cast: Cast, database: TestDatabase) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=3)
    make.booking(cast.alice, cameras, units=2)
    assert overfull(database, cast.house.pk) == []

    smuggle(cast, database, cameras, units=2)

    assert overfull(database, cast.house.pk)
    assert twice_taken(database, cast.house.pk) == []


def test_a_deadlock_is_seen(cast: Cast, database: TestDatabase) -> None:
    rooms = [make.resource(cast.house).pk for _ in range(2)]
    met = threading.Barrier(2)
    before = len(deadlocks(database))

    def lock(order: list[object]) -> None:
        with database.as_owner() as owner, owner.transaction():
            for place, room in enumerate(order):
                owner.execute("SELECT 1 FROM resources_resource WHERE id = %s FOR UPDATE", [room])
                if place == 0:
                    met.wait(30)

    def rival() -> None:
        with suppress(psycopg.errors.DeadlockDetected):
            lock([*reversed(rooms)])

    thread = threading.Thread(target=rival)
    thread.start()
    with suppress(psycopg.errors.DeadlockDetected):
        lock([*rooms])
    thread.join()

    until(lambda: len(deadlocks(database)) == before + 1, "the deadlock is in the log")
