"""A hold keeps a time for a while: it is confirmed, or runs out and is in nobody's way."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra24.bookings.errors import HoldExpired
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import confirm_booking, expire_hold
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.make import Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def run_out(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


def test_a_hold_that_ran_out_blocks_nobody_though_nobody_noticed(cast: Cast) -> None:
    room = make.resource(cast.house)
    held = make.booking(cast.alice, room, status="hold")
    assert held.expires_at is not None
    run_out(held)

    taken = make.booking(cast.alice, room)

    assert taken.status == "confirmed"
    assert booking_for(cast.alice, held.pk).status == "expired"
    assert recorded_facts() == ["booking.held", "booking.expired", "booking.confirmed"]


def test_the_timer_expires_a_hold_once_and_only_when_due(cast: Cast) -> None:
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")
    timer = Delivery.objects.get()
    assert (timer.is_timer, timer.handler, timer.due_at) == (True, "bookings.expire_hold", held.expires_at)

    assert not expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    run_out(held)
    assert expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    assert not expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    assert recorded_facts() == ["booking.held", "booking.expired"]


def test_confirming_a_hold_keeps_the_booking_and_stops_its_timer(cast: Cast) -> None:
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")

    confirmed = confirm_booking(booking_for(cast.alice, held.pk), by=cast.alice, source=Source.STAFF, version=1)

    assert (confirmed.pk, confirmed.status, confirmed.version) == (held.pk, "confirmed", 2)
    assert Delivery.objects.get().status == "cancelled"


def test_a_hold_that_ran_out_cannot_be_confirmed(cast: Cast) -> None:
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")
    run_out(held)

    with pytest.raises(HoldExpired):
        confirm_booking(booking_for(cast.alice, held.pk), by=cast.alice, source=Source.STAFF)
