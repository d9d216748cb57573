"""Deliveries, through the generated client."""

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_what_failed_is_found_read_and_tried_again(house: House) -> None:
    alice, ids = house.alice, house.world.ids

    (failed,) = alice.list_deliveries(status=["dead"], destination=ids["destination_id"]).items
    assert (failed.id, failed.fact.subject_id, failed.destination.kind) == (
        ids["delivery_id"],
        ids["booking_id"],
        "crm",
    )
    assert alice.show_delivery(failed.id).tries == []

    assert alice.retry_delivery(failed.id).status == "pending"


def test_what_failed_is_given_up_for_a_reason(house: House, package: Package) -> None:
    given_up = house.alice.discard_delivery(
        house.world.ids["delivery_id"], body=package.models.ReasonIn(reason="Entered by hand.")
    )

    assert (given_up.status, given_up.settled_at is None) == ("discarded", False)
    with pytest.raises(Refused) as refusal:
        house.alice.retry_delivery(given_up.id)
    assert refusal.value.told[0] == 409


def test_a_destination_is_paused_and_resumed(house: House, package: Package) -> None:
    crm = house.world.ids["destination_id"]

    paused = house.alice.pause_destination(crm, body=package.models.ReasonIn(reason="New key."))
    assert (paused.state, paused.paused_because, paused.failed) == ("paused", "New key.", 1)

    resumed = house.alice.resume_destination(crm)
    assert resumed.state == "active"
    assert resumed in house.alice.list_destinations()


def test_members_see_no_deliveries_and_strangers_find_none(house: House) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.list_deliveries()
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_delivery(house.world.ids["delivery_id"])
    assert refusal.value.told == (404, "delivery_not_found")
