"""Closures, through the generated client."""

from typing import Any

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def wish(house: House, package: Package, day: str, **more: Any) -> Any:
    return package.models.ClosureIn(
        title="Floor", resource_id=house.world.ids["resource_id"], from_=day, until=day, **more
    )


def test_a_closure_is_made_changed_and_lifted(house: House, package: Package) -> None:
    alice = house.alice

    made = alice.make_closure(body=wish(house, package, "2027-03-01"))
    assert (made.from_, made.until, made.lifted_at) == ("2027-03-01T00:00:00", "2027-03-02T00:00:00", None)
    assert alice.show_closure(made.id) == made

    change = package.models.ClosurePatch(title="Roof")
    changed = alice.change_closure(made.id, body=change, if_match=alice.headers["ETag"])
    assert (changed.title, changed.from_) == ("Roof", made.from_)

    lifted = alice.lift_closure(made.id, if_match=alice.headers["ETag"])
    assert lifted in alice.list_closures(lifted=True, resource=house.world.ids["resource_id"]).items


def test_bookings_in_the_way_are_named_and_decided_on(house: House, package: Package) -> None:
    alice, shapes = house.alice, package.models
    day = house.world.ids["noon"].date().isoformat()

    hits = alice.rehearse_closure(body=wish(house, package, day)).hits
    assert house.world.ids["booking_id"] in [hit.booking_id for hit in hits]

    with pytest.raises(Refused) as refusal:
        alice.make_closure(body=wish(house, package, day))
    assert refusal.value.told == (409, "closure_hits_bookings")
    assert [hit.booking_id for hit in refusal.value.problem.hits] == [hit.booking_id for hit in hits]

    decisions = [
        shapes.DecisionIn(booking_id=hit.booking_id, version=hit.version, action="cancel", reason="New floor.")
        for hit in hits
    ]
    alice.make_closure(body=wish(house, package, day, decisions=decisions))
    assert alice.show_booking(house.world.ids["booking_id"]).status == "cancelled"


def test_members_close_nothing_and_strangers_find_no_closure(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.make_closure(body=wish(house, package, "2027-03-01"))
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_closure(house.world.ids["closure_id"])
    assert refusal.value.told == (404, "closure_not_found")
