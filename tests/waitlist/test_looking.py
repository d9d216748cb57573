"""When somebody looks for time to offer: what sets it off, and that looking again changes nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from infra24.bookings.models import Leg, Source
from infra24.facilities.services.closures import lift_closure
from infra24.facts import services as facts
from infra24.orgs.tenancy import acting_for
from infra24.waitlist.services import offer_next
from tests.facilities.closing import close
from tests.make import NOON
from tests.outbox.story import Clock
from tests.waitlist.story import HOUR, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


def test_a_closure_that_is_lifted_frees_time(house: House) -> None:
    house.cancel()
    closure = close(house.alice, house.kiln)
    entry = house.wait(house.bob)

    with acting_for(house.org.pk):
        lift_closure(closure, by=house.alice, source=Source.STAFF)
    house.run()

    assert house.statuses(entry) == ["offered"]


def test_the_night_offers_what_nobody_was_told_of(house: House) -> None:
    entry = house.wait(house.bob)
    house.run()
    with acting_for(house.org.pk):
        Leg.objects.filter(booking=house.taken).update(
            blocks_from=NOON - 4 * HOUR,
            blocks_until=NOON - 3 * HOUR,
            starts_at=NOON - 4 * HOUR,
            ends_at=NOON - 3 * HOUR,
        )
        facts.record(
            house.org.pk,
            "organisation.night_came",
            now=timezone.now(),
            source="clock",
            organisation_id=house.org.pk,
            on="2026-12-01",
        )

    house.run()

    assert house.statuses(entry) == ["offered"]


def test_what_people_wait_for_goes_by(house: House) -> None:
    entry = house.wait(house.bob)
    clock = Clock()
    clock.now = NOON - timedelta(seconds=1)
    house.run(clock=clock)
    assert house.statuses(entry) == ["waiting"]

    clock.now = NOON
    house.run(clock=clock)

    assert house.statuses(entry) == ["expired"]
    assert house.facts_of(entry) == ["waitlist.joined", "waitlist.expired"]


def test_looking_twice_offers_once(house: House) -> None:
    house.wait(house.bob)
    house.cancel()

    house.run()
    with acting_for(house.org.pk):
        assert offer_next(house.org.pk) is None

    assert len(house.offers()) == 1


def test_who_came_too_late_three_times_in_a_look_does_not_hold_up_those_behind(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    house.cancel()
    tried = frozenset((first.pk, house.kiln.pk, NOON + step * HOUR) for step in range(1, 4))

    with acting_for(house.org.pk):
        offer_next(house.org.pk, tried=tried)

    assert house.statuses(first, second) == ["waiting", "offered"]


def test_a_time_that_came_too_late_is_not_tried_again_in_the_same_look(house: House) -> None:
    first, second = house.wait(house.bob, until=NOON + HOUR), house.wait(house.member("Cleo"))
    house.cancel()

    with acting_for(house.org.pk):
        offer_next(house.org.pk, tried=frozenset([(first.pk, house.kiln.pk, NOON)]))

    assert house.statuses(first, second) == ["waiting", "offered"]
