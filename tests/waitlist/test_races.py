"""Rivals on the waitlist: nobody gets two, nobody is overtaken, nothing is taken twice."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from django.db import connection

from infra24.bookings.models import Booking, Source
from infra24.config.subscriptions import REACTIONS
from infra24.core.errors import Infra24Error
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.waitlist import services
from infra24.waitlist.models import Offer
from infra24.waitlist.services import CameTooLate, offer_next
from tests import make
from tests.database import TestDatabase
from tests.make import NOON
from tests.running import postgres_log
from tests.waitlist.story import HOUR, House

pytestmark = pytest.mark.django_db(transaction=True)


def race(jobs: Sequence[Callable[[], str]]) -> Counter[str]:
    """All at once, each in a thread; how each ended: what it answers, or the code of its refusal."""
    outcomes: list[str] = []
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], str]) -> None:
        barrier.wait()
        try:
            outcomes.append(job())
        except Infra24Error as refusal:
            outcomes.append(refusal.code)
        except CameTooLate:
            outcomes.append("came too late")
        except Exception as error:  # noqa: BLE001 - told as an outcome, which no test expects
            outcomes.append(f"{type(error).__name__}: {error}")
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Counter(outcomes)


@pytest.mark.parametrize("_again", range(4))
def test_two_cancellations_serve_the_first_two_of_three_once_each(_again: int, database: TestDatabase) -> None:
    house = House()
    second_firing = make.booking(house.alice, house.kiln, starts_at=NOON + HOUR)
    waiters = [house.bob, house.member("Cleo"), house.member("Dan")]
    entries = [house.wait(each, until=NOON + 2 * HOUR) for each in waiters]
    house.run()
    log_before = postgres_log(database)

    def cancel(booking: Booking) -> Callable[[], str]:
        def job() -> str:
            house.cancel(booking)
            deliver_due(REACTIONS)
            return "done"

        return job

    def look() -> str:
        with acting_for(house.org.pk):
            offer = offer_next(house.org.pk)
        return "offered" if offer else "nothing"

    outcomes = race([cancel(house.taken), cancel(second_firing), look, look, look])
    deliver_due(REACTIONS)  # what another worker held when this one asked

    assert set(outcomes) <= {"done", "offered", "nothing"}, outcomes
    assert house.statuses(*entries) == ["offered", "offered", "waiting"]
    assert sorted((offer.entry_id, offer.outcome) for offer in house.offers()) == sorted(
        (entry.pk, "") for entry in entries[:2]
    )
    assert {offer.starts_at for offer in house.offers()} == {NOON, NOON + HOUR}
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(4))
def test_of_two_who_accept_the_same_offer_one_gets_it(_again: int, database: TestDatabase) -> None:
    house, accept = offered()
    log_before = postgres_log(database)

    assert race([accept, accept]) == {"taken": 1, "nothing_offered": 1}

    assert [(offer.outcome, offer.booking.status) for offer in house.offers()] == [("taken", "confirmed")]
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(4))
def test_an_offer_is_taken_or_runs_out_and_never_both(_again: int, database: TestDatabase) -> None:
    house, accept = offered()
    cleo = house.member("Cleo")
    behind = house.wait(cleo)
    house.run()
    (offer,) = house.offers()
    log_before = postgres_log(database)

    def run_out() -> str:
        make.run_out(house.org, offer.booking_id)
        deliver_due(REACTIONS)
        with acting_for(house.org.pk):
            offer_next(house.org.pk)
        return "ran"

    outcomes = race([accept, run_out])
    house.run()

    bobs = [each for each in house.offers() if each.entry_id == offer.entry_id]
    assert len(bobs) == 1
    if outcomes["taken"]:
        assert (bobs[0].outcome, bobs[0].booking.status, house.statuses(behind)) == ("taken", "confirmed", ["waiting"])
    else:
        assert outcomes == {"offer_ran_out": 1, "ran": 1}
        assert (bobs[0].outcome, house.statuses(behind)) == ("run_out", ["offered"])
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(4))
def test_an_offer_is_taken_or_withdrawn_or_passed_on(_again: int, database: TestDatabase) -> None:
    house, accept = offered()
    log_before = postgres_log(database)

    def withdraw() -> str:
        house.withdraw(only(house).entry, house.bob)
        return "withdrawn"

    def pass_on() -> str:
        house.pass_on(only(house).entry, house.bob)
        return "passed"

    outcomes = race([accept, withdraw, pass_on])

    offer = only(house)
    assert outcomes[offer.outcome] == 1
    assert offer.booking.status == ("confirmed" if offer.outcome == "taken" else "cancelled")
    assert set(outcomes) <= {"taken", "withdrawn", "passed", "nothing_offered", "entry_over"}, outcomes
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


@pytest.mark.parametrize("_again", range(4))
def test_somebody_who_books_at_the_moment_of_the_offer_gets_it_or_is_refused(
    _again: int, database: TestDatabase
) -> None:
    house = House()
    entry = house.wait(house.bob)
    house.run()
    house.cancel()
    log_before = postgres_log(database)

    def look() -> str:
        with acting_for(house.org.pk):
            return "offered" if offer_next(house.org.pk) else "nothing"

    def book() -> str:
        make.booking(house.alice, house.kiln)
        return "booked"

    outcomes = race([look, book])

    if outcomes["booked"]:
        assert outcomes in ({"booked": 1, "nothing": 1}, {"booked": 1, "came too late": 1})
        assert house.statuses(entry) == ["waiting"]
    else:
        assert outcomes == {"offered": 1, "slot_taken": 1}
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


def test_two_who_join_at_once_for_the_same_wish_of_one_person_are_one() -> None:
    house = House()

    def join() -> str:
        house.wait(house.bob)
        return "joined"

    assert race([join, join]) == {"joined": 1, "already_waiting": 1}


def offered() -> tuple[House, Callable[[], str]]:
    """Bob is being offered the kiln; how he takes it."""
    house = House()
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    def accept() -> str:
        with acting_for(house.org.pk):
            services.accept_offer(house.entry(entry), by=house.bob, source=Source.SELF)
        return "taken"

    return house, accept


def only(house: House) -> Offer:
    (offer,) = house.offers()
    return offer
