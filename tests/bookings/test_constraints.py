"""PostgreSQL refuses it even when every service is bypassed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import connections

from infra24.bookings.errors import SlotTaken, TimeRefused, UnitsTaken
from infra24.bookings.models import Booking, Leg
from infra24.core.ids import new_id
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.database import TestDatabase
from tests.make import NOON, Cast

HOUR = timedelta(hours=1)
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


class Attacker:
    """Somebody with SQL as the app role, acting for one organisation."""

    def __init__(self, connection: psycopg.Connection[Any], org: Organisation) -> None:
        self.connection, self.org = connection, org
        connection.execute("SELECT set_config('infra24.org_id', %s, false)", [str(org.pk)])
        connection.commit()

    def booking(self, status: str = "confirmed", *, pending_blocks: bool = True) -> UUID:
        key = new_id()
        self.connection.execute(
            """INSERT INTO bookings_booking (id, org_id, title, status, outcome, visibility, source, party_size, note,
                   starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, expires_at, pending_blocks, reason, version)
               VALUES (%s, %s, 'Raw', %s, '', 'busy', 'api', 1, '', %s, %s, '2026-01-01', '2026-01-01', 'UTC', %s, %s, '', 1)""",
            [key, self.org.pk, status, NOON, NOON + HOUR, NOON if status == "hold" else None, pending_blocks],
        )
        return key

    def leg(
        self,
        booking: UUID,
        resource: Resource,
        *,
        starts_at: datetime = NOON,
        sharing: UUID | None = None,
        units: int = 1,
        people: int = 1,
        is_blocking: bool = True,
    ) -> UUID:
        key = new_id()
        until, rest = starts_at + HOUR, (sharing or booking, is_blocking)
        self.connection.execute(
            """INSERT INTO bookings_leg (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at,
                   ends_at, blocks_from, blocks_until, sharing, is_blocking)
               VALUES (%s, %s, %s, %s, %s, %s, false, %s, %s, %s, %s, %s, %s)""",
            [key, self.org.pk, booking, resource.pk, units, people, starts_at, until, starts_at, until, *rest],
        )
        return key


@pytest.fixture
def attacker(cast: Cast, database: TestDatabase) -> Iterator[Attacker]:
    with database.as_app() as connection:
        yield Attacker(connection, cast.house)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """PostgreSQL refuses the block, by the constraint of this name."""
    with pytest.raises(psycopg.errors.IntegrityError) as refusal:
        yield
    assert refusal.value.diag.constraint_name == constraint


def test_an_overlapping_leg_is_refused(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room)

    with refused("leg_no_overlap"):
        attacker.leg(attacker.booking(), room, starts_at=NOON + HOUR / 2)


def test_claiming_not_to_block_does_not_help(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room)

    with refused("leg_no_overlap"):
        attacker.leg(attacker.booking(), room, is_blocking=False)


def test_exclusive_over_shared_is_refused_and_shared_beside_shared_is_not(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    attacker.leg(attacker.booking(), room, sharing=room.pk)
    attacker.leg(attacker.booking(), room, sharing=room.pk)

    with refused("leg_no_overlap"):
        attacker.leg(attacker.booking(), room)


def test_posing_as_another_booking_is_refused(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)

    with refused("leg_sharing_own"):
        attacker.leg(attacker.booking(), room, sharing=made.pk)


def test_more_units_than_there_are_is_refused(cast: Cast, attacker: Attacker) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=3)
    attacker.leg(attacker.booking(), cameras, sharing=cameras.pk, units=2)

    with refused("leg_within_units"):
        attacker.leg(attacker.booking(), cameras, sharing=cameras.pk, units=2)


def test_more_people_than_fit_is_refused(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house, capacity=5)

    with refused("leg_within_capacity"):
        attacker.leg(attacker.booking(), room, people=6)


def test_raising_the_amount_of_a_stored_leg_is_checked_too(cast: Cast, attacker: Attacker) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=3)
    leg = attacker.leg(attacker.booking(), cameras, sharing=cameras.pk)

    with refused("leg_within_units"):
        attacker.connection.execute("UPDATE bookings_leg SET units = 4 WHERE id = %s", [leg])


def test_a_resource_cannot_shrink_below_its_promises(cast: Cast, attacker: Attacker) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=3, capacity=9)
    attacker.leg(attacker.booking(), cameras, sharing=cameras.pk, units=3, people=9)
    attacker.connection.commit()

    with refused("resource_units_promised"):
        attacker.connection.execute("UPDATE resources_resource SET units = 2 WHERE id = %s", [cameras.pk])
    attacker.connection.rollback()
    with refused("resource_capacity_promised"):
        attacker.connection.execute("UPDATE resources_resource SET capacity = 8 WHERE id = %s", [cameras.pk])


def test_blocking_follows_the_status(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    pending = attacker.booking("pending", pending_blocks=False)
    leg = attacker.leg(pending, room)
    make_way = attacker.booking()
    attacker.leg(make_way, room)

    def blocks() -> bool:
        row = attacker.connection.execute("SELECT is_blocking FROM bookings_leg WHERE id = %s", [leg]).fetchone()
        assert row is not None
        return bool(row[0])

    assert not blocks()
    attacker.connection.commit()
    with refused("leg_no_overlap"):
        attacker.connection.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [pending])
    attacker.connection.rollback()
    attacker.connection.execute("UPDATE bookings_booking SET status = 'cancelled' WHERE id = %s", [make_way])
    attacker.connection.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [pending])
    assert blocks()


def test_an_end_is_final_and_a_hold_has_an_end(cast: Cast, attacker: Attacker) -> None:
    ended = attacker.booking("cancelled")
    attacker.connection.commit()

    with refused("booking_end_final"):
        attacker.connection.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [ended])
    attacker.connection.rollback()
    # Nor by saying that it is taken back, unless it is this one, and at once, and by who was not too late.
    other = attacker.booking("cancelled")
    for restored, of in ((other, ended), (ended, other)):
        with attacker.connection.transaction(force_rollback=True):
            attacker.connection.execute("SELECT set_config('infra24.restored', %s, true)", [str(restored)])
            with refused("booking_end_final"):
                attacker.connection.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [of])
    with attacker.connection.transaction(force_rollback=True):
        expired = attacker.booking("expired")
        attacker.connection.execute("SELECT set_config('infra24.restored', %s, true)", [str(expired)])
        with refused("booking_end_final"):
            attacker.connection.execute("UPDATE bookings_booking SET status = 'confirmed' WHERE id = %s", [expired])
    attacker.connection.rollback()
    with refused("booking_hold_expires"):
        attacker.connection.execute(
            "UPDATE bookings_booking SET expires_at = now() WHERE id = %s", [attacker.booking("confirmed")]
        )


def test_a_change_of_legs_raises_the_version(cast: Cast, attacker: Attacker) -> None:
    room = make.resource(cast.house)
    booking = attacker.booking()
    leg = attacker.leg(booking, room)
    attacker.connection.commit()

    def version() -> int:
        row = attacker.connection.execute("SELECT version FROM bookings_booking WHERE id = %s", [booking]).fetchone()
        assert row is not None
        return int(row[0])

    first = version()
    attacker.connection.execute("UPDATE bookings_leg SET units = 1 WHERE id = %s", [leg])
    assert (first, version()) == (1, 1)
    attacker.connection.execute("UPDATE bookings_leg SET ends_at = ends_at - interval '1 minute' WHERE id = %s", [leg])
    assert version() == 2
    attacker.connection.execute("DELETE FROM bookings_leg WHERE id = %s", [leg])
    assert version() == 3


def test_a_leg_cannot_join_another_organisations_resource(cast: Cast, attacker: Attacker) -> None:
    foreign = make.resource(cast.elsewhere)

    with refused("bookings_leg_resource_id_in_org"):
        attacker.leg(attacker.booking(), foreign)


@pytest.mark.parametrize(
    ("change", "constraint"),
    [
        ("ends_at = starts_at", "leg_ends_after_start"),
        ("blocks_from = starts_at + interval '1 minute'", "leg_blocks_its_time"),
        ("blocks_until = blocks_until + interval '40 days'", "leg_not_too_long"),
        ("units = 0", "leg_units_positive"),
    ],
)
def test_a_leg_is_sane(cast: Cast, attacker: Attacker, change: str, constraint: str) -> None:
    leg = attacker.leg(attacker.booking(), make.resource(cast.house))

    with refused(constraint):
        attacker.connection.execute(f"UPDATE bookings_leg SET {change} WHERE id = %s", [leg])


def race(*attempts: Callable[[], object]) -> list[object]:
    """Run the attempts at once, each on a connection of its own; what each returned or raised."""
    barrier = threading.Barrier(len(attempts))
    outcomes: list[object] = [None] * len(attempts)

    def run(position: int, attempt: Callable[[], object]) -> None:
        try:
            barrier.wait()
            outcomes[position] = attempt()
        except TimeRefused as refusal:
            outcomes[position] = type(refusal)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, attempt)) for n, attempt in enumerate(attempts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_many_who_want_one_slot_one_gets_it(cast: Cast) -> None:
    room = make.resource(cast.house)

    outcomes = race(*[lambda: make.booking(cast.alice, room).status] * 12)

    assert sorted(map(str, outcomes)) == sorted(["confirmed", *[str(SlotTaken)] * 11])
    with acting_for(cast.house.pk):
        assert (Booking.objects.count(), Leg.objects.count()) == (1, 1)


def test_two_race_for_the_last_unit_and_one_wins(cast: Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=3)
    make.booking(cast.alice, cameras, units=2)

    outcomes = race(*[lambda: make.booking(cast.alice, cameras).status] * 8)

    assert sorted(map(str, outcomes)) == sorted(["confirmed", *[str(UnitsTaken)] * 7])


def test_hall_and_halves_race_without_deadlock(cast: Cast) -> None:
    hall = make.resource(cast.house)
    halves = [make.resource(cast.house, part_of=hall) for _ in range(2)]

    outcomes = race(*[lambda thing=thing: make.booking(cast.alice, thing).status for thing in [hall, *halves] * 3])

    winners = outcomes.count("confirmed")
    assert outcomes.count(SlotTaken) == len(outcomes) - winners
    with acting_for(cast.house.pk):
        booked = set(Leg.objects.filter(is_implied=False).values_list("resource_id", flat=True))
    assert booked in ({hall.pk}, {half.pk for half in halves})


# --- Steps ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assigned", "constraint"),
    [
        ("outcome = 'perhaps'", "booking_outcome_known"),
        ("is_late_cancelled = true", "booking_late_when_cancelled"),
        ("check_in_from = starts_at", "booking_check_in_window"),
        ("check_in_until = starts_at", "booking_check_in_window"),
        ("check_in_from = ends_at, check_in_until = starts_at", "booking_check_in_window"),
    ],
)
def test_nonsense_about_who_came_is_refused(attacker: Attacker, cast: Cast, assigned: str, constraint: str) -> None:
    booking = attacker.booking()

    with pytest.raises(psycopg.errors.CheckViolation) as refusal:
        attacker.connection.execute(f"UPDATE bookings_booking SET {assigned} WHERE id = %s", [booking])

    assert refusal.value.diag.constraint_name == constraint
