"""What is offered to whom: what fits the wish and the rules, as a hold that ends with the offer."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from infra24.bookings.errors import OfferNotProlonged
from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step
from infra24.bookings.queries import booking_for
from infra24.bookings.services import confirm_booking, prolong_hold
from infra24.orgs.tenancy import acting_for
from infra24.resources.policies import FeatureWish
from infra24.waitlist.errors import NeverFits
from infra24.waitlist.models import Entry
from infra24.waitlist.services import join_waitlist
from tests import make
from tests.make.resources import DAYS
from tests.outbox.story import Clock
from tests.waitlist.story import House, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


def test_any_of_a_kind_that_has_what_is_wanted_will_do(house: House) -> None:
    make.feature(house.org, "reduction", "flag")
    gas = make.resource(house.org, kind="equipment", name="Gas kiln")
    taken = make.booking(house.alice, gas)
    with acting_for(house.org.pk):
        type(gas).objects.filter(pk=gas.pk).update(features={"reduction": True})
    entry = wait_for_kind(house, "reduction")

    house.cancel()
    house.run()
    assert house.statuses(entry) == ["waiting"], "the other kiln does not reduce"

    house.cancel(taken)
    house.run()
    assert [offer.resource_id for offer in house.offers()] == [gas.pk]


def test_a_shared_resource_is_offered_as_soon_as_enough_is_left() -> None:
    house = House(units=3)
    make.booking(house.alice, house.kiln, units=2)
    entry = house.wait(house.bob, units=2)

    house.cancel()
    house.run()
    assert house.statuses(entry) == ["waiting"], "one of three is left"

    with acting_for(house.org.pk):
        rest = Booking.objects.exclude(pk=house.taken.pk).get()
    house.cancel(rest)
    house.run()
    assert house.statuses(entry) == ["offered"]


def test_nothing_is_offered_that_leaves_no_time_to_decide_before_the_notice() -> None:
    soon = timezone.now() + timedelta(hours=2)
    house = House(rules={"schema": 1, "weekly": always(), "notice_minutes": 100, "slot_minutes": 5})
    taken = make.booking(house.alice, house.kiln, starts_at=on_grid(soon))
    entry = house.wait(house.bob, since=on_grid(soon))

    house.cancel(taken)
    house.run()

    assert house.statuses(entry) == ["waiting"]


def test_an_offer_ends_before_the_start_by_the_notice() -> None:
    starts_at = on_grid(timezone.now() + timedelta(hours=3))
    house = House(rules={"schema": 1, "weekly": always(), "notice_minutes": 120, "slot_minutes": 5})
    taken = make.booking(house.alice, house.kiln, starts_at=starts_at)
    house.wait(house.bob, since=starts_at)

    house.cancel(taken)
    house.run()

    (offer,) = house.offers()
    assert offer.expires_at == starts_at - timedelta(hours=2)


def test_what_needs_approval_becomes_a_request_when_it_is_taken() -> None:
    house = House(rules={"schema": 1, "approval": "always"})
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    assert house.accept(entry, house.bob).status == "pending"
    assert house.statuses(entry) == ["taken"]


def test_somebody_without_an_account_waits_too_and_staff_take_it_for_them(house: House) -> None:
    dora = make.person(house.org, name="Dora")
    entry = house.wait(house.alice, person=dora)
    house.cancel()
    house.run()

    (offer,) = house.offers()
    assert (offer.booking.person_id, offer.booking.booked_by_id) == (dora.pk, house.alice.pk)
    assert house.accept(entry, house.alice).status == "confirmed"


def test_staff_who_put_somebody_on_the_list_do_not_lend_them_their_own_rights(house: House) -> None:
    staff_only = make.resource(house.org, kind="equipment", name="Laser", bookable_by="staff")
    make.booking(house.alice, staff_only)
    dora = make.person(house.org, name="Dora")

    with pytest.raises(NeverFits) as refusal:
        house.wait(house.alice, staff_only, person=dora)

    assert [reason.code for reason in refusal.value.reasons] == ["not_allowed"]


def test_a_hold_answered_as_a_booking_is_an_offer_taken(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()
    (offer,) = house.offers()

    with acting_for(house.org.pk):
        confirm_booking(booking_for(house.bob, offer.booking_id), by=house.bob, source=Source.SELF)
    assert house.entry(entry).status_now == "taken"

    clock = Clock()
    clock.now = offer.expires_at
    house.run(clock=clock)
    assert house.statuses(entry) == ["taken"]
    assert house.facts_of(entry)[-1] == "waitlist.taken"


def test_the_hold_of_an_offer_ends_with_it_and_is_not_prolonged(house: House) -> None:
    house.wait(house.bob)
    house.cancel()
    house.run()
    (offer,) = house.offers()

    for member, source in ((house.bob, Source.SELF), (house.alice, Source.STAFF)):
        with acting_for(house.org.pk), pytest.raises(OfferNotProlonged):
            prolong_hold(booking_for(member, offer.booking_id), by=member, source=source)

    with acting_for(house.org.pk):
        hold = booking_for(house.bob, offer.booking_id)
        assert Step.PROLONG not in hold.steps_now(house.bob)
    assert (hold.expires_at, hold.is_prolonged, hold.version) == (offer.expires_at, False, offer.booking.version)


def wait_for_kind(house: House, feature: str) -> Entry:
    wish = wanted(kind="equipment", features=(FeatureWish(feature),))
    with acting_for(house.org.pk):
        return join_waitlist(wish, by=house.bob, source=Source.SELF)


def always() -> dict[str, list[list[str]]]:
    return {day: [["00:00", "24:00"]] for day in DAYS}


def on_grid(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
