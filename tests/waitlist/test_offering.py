"""Free time goes to those who wait, in their order."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from infra24.bookings.errors import OfferNotProlonged
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.policies import Step
from infra24.bookings.queries import booking_for
from infra24.bookings.services import confirm_booking, prolong_hold
from infra24.facilities.services.closures import lift_closure
from infra24.facts import services as facts
from infra24.orgs.tenancy import acting_for
from infra24.resources.policies import FeatureWish
from infra24.waitlist.errors import NeverFits
from infra24.waitlist.models import Entry
from infra24.waitlist.policies import OFFERED_FOR
from infra24.waitlist.services import join_waitlist, offer_next
from tests import make
from tests.facilities.closing import close
from tests.make import NOON
from tests.make.resources import DAYS
from tests.outbox.story import Clock
from tests.waitlist.story import HOUR, House, wanted

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


def test_what_is_given_back_is_kept_for_who_joined_first(house: House) -> None:
    first = house.wait(house.bob)
    second = house.wait(house.member("Cleo"))

    house.cancel()
    house.run()

    (offer,) = house.offers()
    assert (offer.entry_id, offer.starts_at, offer.ends_at) == (first.pk, NOON, NOON + HOUR)
    assert offer.expires_at == offer.booking.expires_at == offer.offered_at + OFFERED_FOR
    hold = offer.booking
    assert (hold.status, hold.booked_by_id, hold.person_id) == ("hold", house.bob.pk, first.person_id)
    assert (hold.title, hold.source) == ("Firing", "clock")
    assert house.statuses(first, second) == ["offered", "waiting"]
    assert house.facts_of(first) == ["waitlist.joined", "waitlist.offered"]


def test_an_offer_that_is_taken_is_a_booking(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    booking = house.accept(entry, house.bob)

    assert (booking.status, house.statuses(entry)) == ("confirmed", ["taken"])
    assert house.facts_of(entry) == ["waitlist.joined", "waitlist.offered", "waitlist.taken"]
    assert [offer.outcome for offer in house.offers()] == ["taken"]


def test_passing_on_keeps_the_place_but_the_same_time_goes_to_the_next(house: House) -> None:
    cleo = house.member("Cleo")
    first, second = house.wait(house.bob), house.wait(cleo)
    house.cancel()
    house.run()

    house.pass_on(first, house.bob)
    house.run()

    assert house.statuses(first, second) == ["waiting", "offered"]
    assert [(offer.entry_id, offer.outcome) for offer in house.offers()] == [(first.pk, "passed"), (second.pk, "")]
    assert house.entry(first).joined_at == first.joined_at
    assert house.facts_of(first)[-1] == "waitlist.passed"

    house.pass_on(second, cleo)
    house.run()
    assert house.statuses(first, second) == ["waiting", "waiting"], "nobody is asked twice for the same time"
    assert len(house.offers()) == 2


def test_who_passed_on_is_offered_the_same_time_once_somebody_has_had_it_and_given_it_back(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()
    house.pass_on(entry, house.bob)
    house.run()

    again = make.booking(house.alice, house.kiln)
    house.cancel(again)
    house.run()

    assert [offer.outcome for offer in house.offers()] == ["passed", ""]


def test_an_offer_that_runs_out_goes_to_the_next_and_the_place_is_kept(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    house.cancel()
    house.run()

    run_out(house)

    assert house.statuses(first, second) == ["waiting", "offered"]
    assert [offer.outcome for offer in house.offers()] == ["run_out", ""]


def test_a_dead_hold_is_passed_on_even_if_nobody_noticed_that_it_ran_out(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    house.cancel()
    house.run()
    (offer,) = house.offers()
    make.run_out(house.org, offer.booking_id)

    with acting_for(house.org.pk):
        assert house.entry(first).status_now == "waiting"
    other = make.resource(house.org)
    make.booking(house.alice, other)
    house.wait(house.member("Dan"), other)
    house.run()  # somebody else's fact is enough

    assert house.statuses(first, second) == ["waiting", "offered"]


def test_a_later_one_goes_first_only_where_the_earlier_cannot_be_served(house: House) -> None:
    make.booking(house.alice, house.kiln, starts_at=NOON + HOUR)
    long = house.wait(house.bob, hours=2)
    short = house.wait(house.member("Cleo"))

    house.cancel()
    house.run()

    assert house.statuses(long, short) == ["waiting", "offered"], "an hour does not serve who needs two"


def test_of_two_whom_it_would_serve_the_earlier_comes_first_though_they_want_more(house: House) -> None:
    other = make.booking(house.alice, house.kiln, starts_at=NOON + HOUR)
    long = house.wait(house.bob, hours=2)
    short = house.wait(house.member("Cleo"), until=NOON + 2 * HOUR)
    house.cancel(other)
    house.cancel()

    house.run()

    assert house.statuses(long, short) == ["offered", "waiting"]


def test_who_is_offered_something_is_not_offered_more(house: House) -> None:
    other = make.booking(house.alice, house.kiln, starts_at=NOON + HOUR)
    first = house.wait(house.bob, until=NOON + 2 * HOUR)
    second = house.wait(house.member("Cleo"), until=NOON + 2 * HOUR)
    house.cancel()
    house.cancel(other)

    house.run()

    assert [(offer.entry_id, offer.starts_at) for offer in house.offers()] == [
        (first.pk, NOON),
        (second.pk, NOON + HOUR),
    ]


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


def test_a_quota_that_is_used_up_lets_the_next_go_first() -> None:
    quota = {"quotas": [{"per": "day", "count": 1}]}
    house = House(rules={"schema": 1, **quota})
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    make.booking(house.bob, house.kiln, starts_at=NOON - 2 * HOUR)

    house.cancel()
    house.run()

    assert house.statuses(first, second) == ["waiting", "offered"]


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


def test_who_is_a_member_no_more_is_passed_over(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    with acting_for(house.org.pk):
        type(house.bob).objects.filter(pk=house.bob.pk).update(is_active=False)

    house.cancel()
    house.run()

    assert house.statuses(first, second) == ["waiting", "offered"]


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


def run_out(house: House) -> None:
    """Two hours later nobody has answered."""
    (offer,) = [offer for offer in house.offers() if not offer.outcome]
    make.run_out(house.org, offer.booking_id)
    clock = Clock()
    clock.now = offer.expires_at
    house.run(clock=clock)


def wait_for_kind(house: House, feature: str) -> Entry:
    wish = wanted(kind="equipment", features=(FeatureWish(feature),))
    with acting_for(house.org.pk):
        return join_waitlist(wish, by=house.bob, source=Source.SELF)


def always() -> dict[str, list[list[str]]]:
    return {day: [["00:00", "24:00"]] for day in DAYS}


def on_grid(at: datetime) -> datetime:
    return at.replace(minute=at.minute - at.minute % 5, second=0, microsecond=0)
