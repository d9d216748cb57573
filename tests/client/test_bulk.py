"""Many bookings at once, through the generated client."""

from datetime import timedelta
from typing import Any

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def wish(package: Package, *bookings: Any, **more: Any) -> Any:
    picks = [package.models.PickIn(id=booking.id, version=booking.version) for booking in bookings]
    return package.models.BulkIn(ids=picks, **more)


def test_what_was_previewed_is_done(house: House, package: Package) -> None:
    alice = house.alice
    booking = alice.show_booking(house.world.ids["booking_id"])
    asked = wish(package, booking, action="move", offset="PT5H")

    (preview,) = alice.preview_bookings(body=asked).items
    assert (preview.outcome, preview.before.starts_at) == ("ok", booking.starts_at)
    assert preview.after.starts_at == booking.starts_at + 5 * HOUR
    assert alice.show_booking(booking.id) == booking

    done = alice.change_bookings(body=asked)
    assert done.counts["ok"] == 1
    assert alice.show_booking(booking.id).starts_at == booking.starts_at + 5 * HOUR


def test_all_or_nothing_tells_what_stands_against_it(house: House, package: Package) -> None:
    booking = house.alice.show_booking(house.world.ids["booking_id"])

    with pytest.raises(Refused) as refusal:
        house.alice.change_bookings(body=wish(package, booking, action="confirm"))

    assert refusal.value.told == (409, "bulk_refused")
    assert [(item.id, item.code) for item in refusal.value.problem.items] == [(booking.id, "illegal_step")]
