"""Calendars in and out, through the generated client."""

from io import BytesIO
from typing import Any

import pytest

from tests.calendars.files import calendar
from tests.calendars.test_importing import NOON, firing
from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_a_calendar_is_looked_at_taken_over_and_what_waits_is_decided(
    house: House, package: Package, client_types: Any
) -> None:
    alice, shapes, room = house.alice, package.models, house.world.ids["unbooked_id"]

    def file() -> Any:
        events = calendar(firing("x", NOON), firing("y", NOON), firing("z", NOON)).encode()
        return client_types.File(payload=BytesIO(events), file_name="kiln.ics", mime_type="text/calendar")

    looked = alice.rehearse_calendar_import(
        body=shapes.RehearseCalendarImportBody(file=file(), calendar="Kiln", resource_id=room)
    )
    assert (looked.would_book, looked.conflicts, looked.clashes[0].reasons[0].code) == (1, 2, "slot_taken")
    made = alice.start_calendar_import(
        body=shapes.StartCalendarImportBody(file=file(), calendar="Kiln", resource_id=room)
    )
    assert (made.booked, made.conflicts) == (1, 2)
    assert alice.show_import(made.id) == made
    assert made in alice.list_imports().items

    first, second = alice.list_import_rows(state="conflict", import_id=made.id).items
    assert alice.show_import_row(first.id) == first
    with pytest.raises(Refused) as refusal:
        alice.book_import_row(first.id, body=shapes.RowBookIn())
    assert refusal.value.told == (409, "slot_taken")
    other = shapes.RowBookIn(
        resource_id=house.world.ids["resource_id"],
        starts_at=house.world.ids["later"],
        ends_at=house.world.ids["later_end"],
    )
    assert alice.book_import_row(first.id, body=other, if_match=f'"{first.version}"').state == "booked"
    dismissed = alice.dismiss_import_row(second.id, body=shapes.RowDismissIn(reason="Twice."))
    assert (dismissed.state, dismissed.why) == ("dismissed", "Twice.")
    with pytest.raises(Refused) as refusal:
        house.bob.list_imports()
    assert refusal.value.told == (403, "role_too_low")


def test_bookings_go_out_as_files(house: House) -> None:
    room = house.world.ids["resource_id"]

    table = house.alice.export_bookings_table(resource=room).payload.read().decode("utf-8-sig")
    events = house.bob.export_bookings_calendar(resource=room).payload.read().decode()

    assert table.startswith("title,start,end,resource")
    assert "SUMMARY:Busy" in events


def test_somebodys_calendar_is_connected_and_taken_away(house: House, package: Package) -> None:
    bob, shapes = house.bob, package.models

    made = bob.connect_busy_feed(body=shapes.BusyFeedIn(name="Home", address="https://example.org/b.ics"))
    assert (made.state, made.host) == ("active", "example.org")
    assert bob.show_busy_feed(made.id) == made
    assert made in house.alice.list_busy_feeds(person=made.person_id).items
    assert bob.resume_busy_feed(house.world.ids["feed_id"]).state == "active"
    bob.disconnect_busy_feed(made.id)
    with pytest.raises(Refused) as refusal:
        house.charlie.show_busy_feed(house.world.ids["feed_id"])
    assert refusal.value.told == (404, "busy_feed_not_found")


def test_a_calendar_address_is_made_read_renewed_and_taken_away(house: House, package: Package) -> None:
    bob, shapes = house.bob, package.models

    made = bob.make_calendar_feed(body=shapes.CalendarFeedIn(kind="person", name="Phone", remind_minutes=30))
    assert (made.kind, made.made_by.partition(" ")[0], made.read_at) == ("person", "Bob", None)
    assert made.address.endswith(".ics")
    assert bob.show_calendar_feed(made.id) == made
    assert made in bob.list_calendar_feeds().items
    called = bob.change_calendar_feed(
        made.id, body=shapes.CalendarFeedChange(name="Watch"), if_match=f'"{made.version}"'
    )
    assert (called.name, called.remind_minutes, called.address) == ("Watch", 30, made.address)
    renewed = bob.renew_calendar_feed(made.id)
    assert (renewed.id, renewed.address != made.address) == (made.id, True)
    bob.end_calendar_feed(made.id)
    with pytest.raises(Refused) as refusal:
        bob.show_calendar_feed(made.id)
    assert refusal.value.told == (404, "calendar_feed_not_found")
    with pytest.raises(Refused) as refusal:
        bob.make_calendar_feed(body=shapes.CalendarFeedIn(kind="organisation"))
    assert refusal.value.told == (403, "role_too_low")


def test_one_booking_is_a_file(house: House) -> None:
    file = house.bob.show_booking_file(house.world.ids["booking_id"], remind_minutes=15).payload.read().decode()

    assert "TRIGGER:-PT15M" in file
