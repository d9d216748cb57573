"""Many bookings at once against others of the same moment: no deadlock, nothing lost, nothing half done."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from infra24.bookings.errors import BulkRefused, TimeRefused
from infra24.bookings.models import Booking, BulkRun, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.bookings.services.bulk import Action, BulkResult, BulkWish, OnConflict, Pick, change_many
from infra24.core.errors import Stale
from infra24.core.ids import new_id
from infra24.core.problems import Rivalry
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.bookings.sweep import faults
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.running import postgres_log

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def rooms(cast: Cast, number: int) -> list[Resource]:
    return [make.resource(cast.house, rules=make.open_week("00:00", "24:00")) for _ in range(number)]


def bulk(cast: Cast, bookings: Sequence[Booking], offset: timedelta, *, skip: bool = False) -> BulkResult:
    picks = tuple(Pick(booking.pk) for booking in bookings)
    rule = OnConflict.SKIP if skip else OnConflict.REFUSE
    with acting_for(cast.house.pk):
        wish = BulkWish(picks, Action.MOVE, offset=offset, on_conflict=rule)
        return change_many(wish, by=cast.alice, source=Source.STAFF)


def move(cast: Cast, booking: Booking, offset: timedelta) -> None:
    with acting_for(cast.house.pk):
        fresh = booking_for(cast.alice, booking.pk)
        change = BookingChange(starts_at=fresh.starts_at + offset, ends_at=fresh.ends_at + offset)
        change_booking(fresh, change, by=cast.alice, source=Source.STAFF)


def race(*jobs: tuple[str, Callable[[], object]]) -> Counter[str]:
    """All at once, each in a thread; how each ended."""
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(len(jobs))

    def run(name: str, job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes[name] += 1
        except BulkRefused:
            outcomes[f"{name} refused"] += 1
        except TimeRefused:
            outcomes[f"{name} too late"] += 1
        except (Stale, Rivalry):
            outcomes[f"{name} gave way"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcomes.values()) == len(jobs), outcomes
    return outcomes


def sound(cast: Cast, database: TestDatabase, log_before: str) -> None:
    with acting_for(cast.house.pk):
        assert faults() == []
        times = dict(Booking.objects.values_list("pk", "starts_at"))
        assert {leg.booking_id: leg.starts_at for leg in Leg.objects.all()} == times
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(3))
def test_two_who_move_the_same_in_opposite_orders_do_not_meet(cast: Cast, database: TestDatabase, _again: int) -> None:
    here, there = rooms(cast, 2)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + n * HOUR) for n in range(6) for room in (here, there)]
    log_before = postgres_log(database)

    outcomes = race(
        ("forwards", lambda: bulk(cast, bookings[:9], DAY)),
        ("backwards", lambda: bulk(cast, bookings[:2:-1], DAY)),
        ("some", lambda: bulk(cast, bookings[4:8], -DAY, skip=True)),
    )

    # Who waited has read anew what the others left, and moved it from there.
    assert set(outcomes) == {"forwards", "backwards", "some"}
    sound(cast, database, log_before)
    with acting_for(cast.house.pk):
        moved = dict(Booking.objects.values_list("pk", "starts_at"))
    gone = [round((moved[booking.pk] - booking.starts_at) / DAY) for booking in bookings]
    assert gone == [1, 1, 1, 2, 1, 1, 1, 1, 2, 1, 1, 1]


@pytest.mark.parametrize("_again", range(3))
def test_a_single_move_among_many_is_not_lost(cast: Cast, database: TestDatabase, _again: int) -> None:
    (room,) = rooms(cast, 1)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + n * 2 * HOUR) for n in range(6)]
    log_before = postgres_log(database)

    outcomes = race(
        ("many", lambda: bulk(cast, bookings, DAY)),
        *((f"one {n}", lambda n=n: move(cast, bookings[n], HOUR)) for n in (1, 4)),
    )

    sound(cast, database, log_before)
    with acting_for(cast.house.pk):
        moved = dict(Booking.objects.values_list("pk", "starts_at"))
    if outcomes["many"]:
        days = {booking.pk: moved[booking.pk] - booking.starts_at for booking in bookings}
        assert all(days[bookings[n].pk] == DAY for n in (0, 2, 3, 5))
        # A single one says where to, so it may bring back what was moved; it never does half of it.
        assert {days[bookings[n].pk] for n in (1, 4)} <= {DAY, DAY + HOUR, HOUR}


@pytest.mark.parametrize("_again", range(3))
def test_of_many_who_move_and_one_who_books_their_new_time_somebody_gets_it(
    cast: Cast, database: TestDatabase, _again: int
) -> None:
    (room,) = rooms(cast, 1)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + n * HOUR) for n in range(4)]
    log_before = postgres_log(database)

    outcomes = race(
        ("many", lambda: bulk(cast, bookings, DAY)),
        ("booked", lambda: make.booking(cast.bob, room, starts_at=NOON + DAY + 2 * HOUR)),
    )

    assert outcomes in (
        {"many": 1, "booked too late": 1},
        {"booked": 1, "many refused": 1},
    )
    sound(cast, database, log_before)


def test_a_backend_killed_in_the_middle_leaves_nothing_half_done(cast: Cast, database: TestDatabase) -> None:
    """It has written all but the last row, for which it waits, when its connection is cut."""
    (room,) = rooms(cast, 1)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + n * HOUR) for n in range(20)]
    before = left_behind(cast)
    run_id = new_id()
    ends: list[type[Exception]] = []

    def run() -> None:
        try:
            with acting_for(cast.house.pk):
                wish = BulkWish(tuple(Pick(booking.pk) for booking in bookings), Action.MOVE, offset=HOUR)
                change_many(wish, by=cast.alice, source=Source.STAFF, run_id=run_id)
        except OperationalError as error:
            ends.append(type(error))
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with acting_for(cast.house.pk):
        waiting_for = BulkRun.objects.create(id=run_id, org_id=cast.house.pk, by=cast.alice, at=NOON, action="move")
        thread.start()
        with database.as_app() as other:
            pid = waiting_pid()
            other.execute("SELECT pg_terminate_backend(%s)", [pid])
        thread.join()
        waiting_for.delete()

    assert ends == [OperationalError]
    assert left_behind(cast) == before
    assert len(bulk(cast, bookings, HOUR).passed) == 20


def waiting_pid() -> int:
    """The backend that waits for a lock of this database, once there is one."""
    with connection.cursor() as cursor:
        while True:
            # Statistics are kept still within a transaction unless asked for anew.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            if found := cursor.fetchone():
                return int(found[0])


def left_behind(cast: Cast) -> list[object]:
    with acting_for(cast.house.pk):
        bookings = list(Booking.objects.order_by("id").values())
        legs = list(Leg.objects.order_by("id").values())
        return [bookings, legs, Fact.objects.count(), AuditEntry.objects.count(), BulkRun.objects.count()]
