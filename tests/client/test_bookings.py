"""A booking's life and the calendar, through the generated client."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def firing(house: House, package: Package, **more: Any) -> Any:
    """A wish for the kiln when nobody has it."""
    ids = house.world.ids
    usual = {"resource_id": ids["resource_id"], "starts_at": ids["later"], "ends_at": ids["later_end"]}
    return package.models.BookingIn(title="Glaze", **{**usual, **more})


def test_a_hold_is_confirmed_moved_and_cancelled(house: House, package: Package) -> None:
    alice, change = house.alice, package.models.BookingPatch

    held = alice.create_booking(body=firing(house, package, status="hold"))
    assert (held.status, held.source, held.expires_at is None) == ("hold", "api", False)
    assert alice.headers["ETag"] == f'"{held.version}"'
    assert alice.show_booking(held.id) == held

    confirmed = alice.change_booking(held.id, body=change(status="confirmed"), if_match=alice.headers["ETag"])
    assert (confirmed.status, confirmed.expires_at) == ("confirmed", None)

    moved = alice.change_booking(held.id, body=change(starts_at=held.starts_at + HOUR, ends_at=held.ends_at + HOUR))
    assert [(leg.resource_id, leg.starts_at) for leg in moved.legs] == [
        (house.world.ids["resource_id"], held.starts_at + HOUR)
    ]

    cancelled = alice.change_booking(held.id, body=change(status="cancelled", reason="The kiln is cold."))
    assert (cancelled.status, cancelled.reason) == ("cancelled", "The kiln is cold.")
    assert cancelled in alice.list_bookings(status=["cancelled"], resource=house.world.ids["resource_id"]).items


def test_several_resources_go_into_one_booking(house: House, package: Package) -> None:
    leg = package.models.LegIn(resource_id=house.world.ids["resource_id"], exclusive=True)

    made = house.alice.create_booking(body=firing(house, package, resource_id=None, legs=[leg]))

    assert [(each.resource_id, each.exclusive) for each in made.legs] == [(leg.resource_id, True)]


def test_a_taken_time_is_refused_with_its_reason_and_other_times(house: House, package: Package) -> None:
    noon = house.world.ids["noon"]

    with pytest.raises(Refused) as refusal:
        house.alice.create_booking(body=firing(house, package, starts_at=noon, ends_at=noon + HOUR))

    problem = refusal.value.problem
    assert refusal.value.told == (409, "slot_taken")
    assert [(reason.code, reason.resource_id) for reason in problem.reasons] == [
        ("slot_taken", house.world.ids["resource_id"])
    ]
    assert all(isinstance(each.starts_at, datetime) for each in problem.alternatives)
    assert len(problem.alternatives) == 3


def test_who_decides_on_an_older_version_is_refused(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.alice.change_booking(
            house.world.ids["requested_id"],
            body=package.models.BookingPatch(status="declined", reason="Full."),
            if_match='"0"',
        )

    assert refusal.value.told == (412, "stale")


def test_staff_take_back_that_something_ended(house: House, package: Package) -> None:
    change = package.models.BookingPatch
    held = house.alice.create_booking(body=firing(house, package, status="hold"))
    cancelled = house.alice.change_booking(held.id, body=change(status="cancelled"))
    assert cancelled.may == ["restore"]

    again = house.alice.restore_booking(held.id, if_match=house.alice.headers["ETag"])

    assert (again.status, again.expires_at, again.reason) == ("hold", held.expires_at, "")
    with pytest.raises(Refused) as refusal:
        house.alice.restore_booking(held.id)
    assert refusal.value.told == (409, "illegal_step")


def test_staff_decline_what_was_requested(house: House, package: Package) -> None:
    declined = house.alice.change_booking(
        house.world.ids["requested_id"], body=package.models.BookingPatch(status="declined", reason="Full.")
    )

    assert (declined.status, declined.reason) == ("declined", "Full.")


def test_the_calendar_shows_bookings_and_when_the_house_is_closed(house: House) -> None:
    noon = house.world.ids["noon"]

    events = house.alice.calendar_feed(start=noon - 12 * HOUR, end=noon + 12 * HOUR)

    kiln = house.world.ids["resource_id"]
    bookings = [event for event in events if event.resource_ids == [kiln] and event.extended_props.kind == "booking"]
    assert [(event.start, event.extended_props.status) for event in bookings] == [
        (noon, "confirmed"),
        (noon + 2 * HOUR, "pending"),
        (noon + 6 * HOUR, "hold"),
    ]
    assert bookings[0].id == str(house.world.ids["booking_id"])
    assert [leg.resource_id for leg in bookings[0].extended_props.legs] == [house.world.ids["resource_id"]]
    assert {event.display for event in events if event.extended_props.kind == "closed"} == {"background"}


def test_a_calendar_asks_what_is_new_and_hears_nothing_while_nothing_is(house: House, package: Package) -> None:
    start = house.alice.calendar_changes()
    assert house.alice.calendar_changes(after=start.cursor, if_none_match=house.alice.headers["ETag"]) is None

    made = house.alice.create_booking(body=firing(house, package))
    news = house.alice.calendar_changes(after=start.cursor, if_none_match=house.alice.headers["ETag"])

    assert (news.bookings, news.closures, news.more) == ([made.id], False, False)


def test_a_calendar_asks_what_is_free_and_whether_it_could_be_booked(house: House, package: Package) -> None:
    noon, kiln = house.world.ids["noon"], house.world.ids["resource_id"]

    (told,) = house.alice.calendar_free(start=noon, end=noon + HOUR, resource=[kiln]).items
    assert (told.resource_id, told.free, [each.code for each in told.refused[0].reasons]) == (kiln, [], ["slot_taken"])

    wish = package.models.BookingWishIn(
        title="Glaze", resource_id=kiln, starts_at=house.world.ids["later"], ends_at=house.world.ids["later_end"]
    )
    looked = house.alice.check_new_booking(body=wish)
    assert (looked.status, [leg.resource_id for leg in looked.legs]) == ("confirmed", [kiln])
    with pytest.raises(Refused) as refusal:
        house.alice.check_booking_change(
            house.world.ids["requested_id"], body=package.models.BookingPatch(starts_at=noon, ends_at=noon + HOUR)
        )
    assert refusal.value.told == (409, "slot_taken")


def test_others_bookings_are_busy_and_strangers_find_none(house: House, package: Package) -> None:
    noon = house.world.ids["noon"]
    events = house.bob.calendar_feed(start=noon + 2 * HOUR, end=noon + 3 * HOUR)
    assert [(event.title, event.extended_props.may_edit) for event in events] == [("Busy", False)]

    assert house.charlie.list_bookings().items == []
    with pytest.raises(Refused) as refusal:
        house.charlie.show_booking(house.world.ids["booking_id"])
    assert refusal.value.told == (404, "booking_not_found")


def test_a_hold_is_prolonged_and_handed_over(house: House, package: Package) -> None:
    held = house.bob.prolong_booking(house.world.ids["held_id"])
    assert (held.status, "prolong" in held.may) == ("hold", False)

    theirs = house.bob.transfer_booking(held.id, body=package.models.TransferIn(email="cara@example.org"))
    assert theirs.person_id != held.person_id
    with pytest.raises(Refused) as refusal:
        house.bob.show_booking(held.id)
    assert refusal.value.told == (404, "booking_not_found")


def test_somebody_comes_and_gives_back_the_rest(house: House, package: Package) -> None:
    here = house.bob.check_in_booking(house.world.ids["running_id"])
    assert here.checked_in_at is not None
    assert here.may == ["change", "give_back"]

    given = house.bob.give_back_booking(here.id, if_match=house.bob.headers["ETag"])
    assert given.planned_ends_at == here.ends_at
    assert given.ends_at < here.ends_at
    with pytest.raises(Refused) as refusal:
        house.bob.give_back_booking(here.id)
    assert refusal.value.told == (409, "illegal_step")

    said = house.alice.change_booking(here.id, body=package.models.BookingPatch(outcome="attended"))
    assert said.outcome == "attended"
    taken_back = house.alice.change_booking(here.id, body=package.models.BookingPatch(outcome=None))
    assert taken_back.outcome is None


def test_staff_see_who_else_waits(house: House) -> None:
    told = house.alice.list_rivals(house.world.ids["requested_id"])

    assert (told.taken, told.rivals) == ([], [])
