"""A closure against bookings of the same moment: nobody slips in unseen, and nobody deadlocks."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection

from infra24.bookings.errors import IllegalStep, TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.core.errors import Stale
from infra24.core.problems import Rivalry
from infra24.facilities.errors import ClosureHitsBookings, MoveRefused
from infra24.facilities.services.closures import Decision
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from tests import make
from tests.database import TestDatabase
from tests.facilities.closing import DAY, cancel, close, keep, move
from tests.make import NOON, Cast
from tests.running import postgres_log

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def race(*jobs: tuple[str, Callable[[], object]]) -> Counter[str]:
    """All at once, each in a thread; how each ended."""
    outcomes: Counter[str] = Counter()
    barrier = threading.Barrier(len(jobs))

    def run(name: str, job: Callable[[], object]) -> None:
        barrier.wait()
        try:
            job()
            outcomes[name] += 1
        except ClosureHitsBookings:
            outcomes["listed"] += 1
        except (MoveRefused, IllegalStep):
            outcomes["too late"] += 1
        except TimeRefused as refusal:
            outcomes[f"refused: {refusal.code}"] += 1
        except (Stale, Rivalry):
            outcomes["stale"] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=job) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(outcomes.values()) == len(jobs), outcomes
    return outcomes


@pytest.mark.parametrize("is_closed_first", [True, False] * 2)
def test_who_waits_behind_whom_does_not_matter(cast: Cast, is_closed_first: bool) -> None:
    """Both have decided by what they read, and wait for the room; the second finds what the first has done."""
    room = make.resource(cast.house)
    outcomes: Counter[str] = Counter()

    def closed() -> None:
        try:
            close(cast.alice, room)
            outcomes["closed"] += 1
        except ClosureHitsBookings as refusal:
            outcomes[f"listed {len(refusal.hits)}"] += 1
        finally:
            connection.close()

    def booked() -> None:
        try:
            make.booking(cast.alice, room)
            outcomes["booked"] += 1
        except TimeRefused as refusal:
            outcomes[refusal.code] += 1
        finally:
            connection.close()

    threads = [threading.Thread(target=job) for job in ((closed, booked) if is_closed_first else (booked, closed))]
    with acting_for(cast.house.pk):
        Resource.objects.select_for_update(no_key=True).get(pk=room.pk)
        for number, thread in enumerate(threads, start=1):
            thread.start()
            until_waiting(number)
    for thread in threads:
        thread.join()

    # PostgreSQL says who comes first; whoever comes second knows.
    assert outcomes in ({"closed": 1, "closure": 1}, {"booked": 1, "listed 1": 1})


def until_waiting(number: int) -> None:
    """Until as many others wait for a lock of this database."""
    with connection.cursor() as cursor:
        waiting = 0
        while waiting < number:
            # Statistics are kept still within a transaction unless asked for anew.
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            (waiting,) = cursor.fetchone()


@pytest.mark.parametrize("_again", range(4))
def test_either_the_booking_is_refused_or_the_closure_lists_it(cast: Cast, _again: int, database: TestDatabase) -> None:
    hall = make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    log_before = postgres_log(database)

    outcomes = race(
        ("closed", lambda: close(cast.alice, half)),
        ("booked", lambda: make.booking(cast.alice, hall)),
        ("booked", lambda: make.booking(cast.alice, half, starts_at=NOON + 2 * HOUR)),
        ("booked", lambda: make.booking(cast.alice, hall, starts_at=NOON + 4 * HOUR)),
    )

    with acting_for(cast.house.pk):
        closures, bookings = Closure.objects.count(), Booking.objects.count()
    assert closures == 0 or bookings == 0, outcomes
    if closures:
        assert outcomes == {"closed": 1, "refused: closure": 3}
    else:
        assert outcomes["listed"] == 1
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(4))
def test_what_moves_in_or_is_decided_meanwhile_is_never_inside_unseen(
    cast: Cast, _again: int, database: TestDatabase
) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    kept = make.booking(cast.alice, room, other, title="Kept")
    given_up = make.booking(cast.alice, room, starts_at=NOON + 2 * HOUR, title="Given up")
    moved = make.booking(cast.alice, other, room, starts_at=NOON + 4 * HOUR, title="Moved")
    outside = make.booking(cast.alice, room, starts_at=NOON + 3 * DAY, title="Outside")
    target = NOON + 4 * DAY
    log_before = postgres_log(database)

    def move_in() -> None:
        with acting_for(cast.house.pk):
            current = booking_for(cast.alice, outside.pk)
            starts_at = NOON + 6 * HOUR
            change = BookingChange(starts_at=starts_at, ends_at=starts_at + HOUR)
            change_booking(current, change, by=cast.alice, source=Source.STAFF)

    def retitle() -> None:
        with acting_for(cast.house.pk):
            current = booking_for(cast.alice, given_up.pk)
            change_booking(current, BookingChange(title="Renamed"), by=cast.alice, source=Source.STAFF)

    decisions: dict[UUID, Decision] = {
        kept.pk: keep(kept),
        given_up.pk: cancel(given_up),
        moved.pk: move(moved, target),
    }
    outcomes = race(
        ("closed", lambda: close(cast.alice, room, decisions=decisions)),
        ("moved in", move_in),
        ("renamed", retitle),
        ("booked", lambda: make.booking(cast.alice, other, room, starts_at=target)),
    )

    with acting_for(cast.house.pk):
        at = {one.pk: (one.status, one.starts_at) for one in Booking.objects.all()}
    if outcomes["closed"]:
        assert at[kept.pk] == ("confirmed", NOON)
        assert at[given_up.pk][0] == "cancelled"
        assert at[moved.pk] == ("confirmed", target)
        assert at[outside.pk] == ("confirmed", NOON + 3 * DAY)
        assert outcomes["moved in"] == outcomes["booked"] == 0
    else:
        assert at[given_up.pk] == ("confirmed", NOON + 2 * HOUR)
        assert at[moved.pk] == ("confirmed", NOON + 4 * HOUR)
    assert "deadlock" not in postgres_log(database)[len(log_before) :]
