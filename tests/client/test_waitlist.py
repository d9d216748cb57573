"""The waitlist, through the generated client."""

from datetime import timedelta

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def test_somebody_joins_changes_what_they_wait_for_and_leaves(house: House, package: Package) -> None:
    shapes, ids, alice = package.models, house.world.ids, house.alice
    wish = shapes.WaitlistEntryIn(
        title="Glaze",
        resource_id=ids["resource_id"],
        length="PT1H",
        start=ids["noon"],
        end=ids["noon_end"],
        person_id=ids["person_id"],
        party_size=3,
    )

    joined = alice.join_waitlist(body=wish)
    assert (joined.status, joined.ahead, joined.party_size, joined.offers) == ("waiting", 1, 3, [])
    assert alice.show_waitlist_entry(joined.id) == joined

    changed = alice.change_waitlist_entry(
        joined.id, body=shapes.WaitlistEntryPatch(title="Salt"), if_match=alice.headers["ETag"]
    )
    assert (changed.title, changed.joined_at, changed.version) == ("Salt", joined.joined_at, joined.version + 1)
    assert alice.list_waitlist(status=["waiting"], resource=ids["resource_id"]).items[-1] == changed

    left = alice.withdraw_waitlist_entry(joined.id, body=shapes.WaitlistWithdrawIn(reason="Moved away."))
    assert (left.status, left.reason) == ("withdrawn", "Moved away.")


def test_an_offer_is_taken_or_passed_on(house: House, package: Package) -> None:
    bob, offered = house.bob, house.world.ids["offered_id"]
    (offer,) = bob.show_waitlist_entry(offered).offers
    assert offer.outcome is None

    taken = bob.accept_waitlist_offer(offered)
    assert (taken.status, [one.outcome for one in taken.offers]) == ("taken", ["taken"])
    assert bob.show_booking(offer.booking_id).status == "confirmed"

    with pytest.raises(Refused) as refusal:
        bob.pass_waitlist_offer(offered)
    assert refusal.value.told == (409, "nothing_offered")


def test_managers_say_how_long_an_offer_lasts(house: House, package: Package) -> None:
    before = house.dana.show_waitlist_terms()
    assert before.offer_minutes == 120

    said = house.dana.change_waitlist_terms(
        body=package.models.WaitlistTermsIn(offer_minutes=45), if_match=house.dana.headers["ETag"]
    )
    assert (said.offer_minutes, said.version) == (45, before.version + 1)
