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
        house.alice.discard_delivery(given_up.id, body=package.models.ReasonIn(reason="Again."))
    assert refusal.value.told == (409, "delivery_settled")
    assert house.alice.retry_delivery(given_up.id).status == "pending"


def test_a_destination_is_paused_and_resumed(house: House, package: Package) -> None:
    crm = house.world.ids["destination_id"]

    paused = house.alice.pause_destination(crm, body=package.models.ReasonIn(reason="New key."))
    assert (paused.state, paused.paused_because, paused.failed) == ("paused", "New key.", 1)

    resumed = house.alice.resume_destination(crm)
    assert resumed.state == "active"
    assert resumed in house.alice.list_destinations()


def test_destinations_say_how_they_do_and_failures_stand_by_cause(house: House) -> None:
    crm = house.world.ids["destination_id"]

    (place,) = [one for one in house.alice.list_destinations() if one.id == crm]
    assert (place.health.colour, place.health.happened) == ("red", "Failed for good: 1.")

    (group,) = house.alice.list_failed()
    assert (group.destination_id, group.count) == (crm, 1)
    (failed,) = house.alice.list_deliveries(cause=group.cause, destination=crm).items
    assert failed.id == house.world.ids["delivery_id"]


def test_what_failed_is_counted_replayed_and_stopped(house: House, package: Package) -> None:
    wish = package.models.ReplayIn(destination_id=house.world.ids["destination_id"], per_minute=1)

    counted = house.dana.preview_replay(body=wish)
    assert (counted.count, counted.minutes) == (1, 1)
    replay = house.dana.start_replay(body=wish)
    assert (replay.state, replay.total, replay.replayed) == ("running", 1, 0)
    with pytest.raises(Refused) as refusal:
        house.dana.start_replay(body=wish)
    assert refusal.value.told == (409, "replay_running")

    assert house.dana.stop_replay(replay.id).state == "stopped"
    assert house.alice.show_replay(replay.id).stopped_by == replay.started_by
    assert [one.id for one in house.alice.list_replays().items][:1] == [replay.id]


def test_many_are_given_up_by_managers_alone(house: House, package: Package) -> None:
    wish = package.models.DiscardIn(reason="Known by phone.", destination_id=house.world.ids["destination_id"])

    with pytest.raises(Refused) as refusal:
        house.alice.discard_many(body=wish)
    assert refusal.value.told == (403, "role_too_low")
    assert house.dana.preview_discard(body=package.models.DiscardPreviewIn()).count == 1
    assert house.dana.discard_many(body=wish).discarded == 1


def test_members_see_no_deliveries_and_strangers_find_none(house: House) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.list_deliveries()
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_delivery(house.world.ids["delivery_id"])
    assert refusal.value.told == (404, "delivery_not_found")
