"""Free time goes to those who wait, in their order."""

import pytest

from infra24.orgs.tenancy import acting_for
from infra24.waitlist.policies import OFFERED_FOR
from tests import make
from tests.make import NOON
from tests.outbox.story import Clock
from tests.waitlist.story import HOUR, House

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


def test_a_quota_that_is_used_up_lets_the_next_go_first() -> None:
    quota = {"quotas": [{"per": "day", "count": 1}]}
    house = House(rules={"schema": 1, **quota})
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    make.booking(house.bob, house.kiln, starts_at=NOON - 2 * HOUR)

    house.cancel()
    house.run()

    assert house.statuses(first, second) == ["waiting", "offered"]


def test_who_is_a_member_no_more_is_passed_over(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    with acting_for(house.org.pk):
        type(house.bob).objects.filter(pk=house.bob.pk).update(is_active=False)

    house.cancel()
    house.run()

    assert house.statuses(first, second) == ["waiting", "offered"]


def run_out(house: House) -> None:
    """Two hours later nobody has answered."""
    (offer,) = [offer for offer in house.offers() if not offer.outcome]
    make.run_out(house.org, offer.booking_id)
    clock = Clock()
    clock.now = offer.expires_at
    house.run(clock=clock)
