"""Holds run out by themselves."""

from datetime import timedelta

import pytest

from infra24.bookings.models import Booking, Source
from infra24.bookings.services import confirm_booking
from infra24.config.subscriptions import REACTIONS
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from tests import make
from tests.make import Cast
from tests.outbox.story import Clock

pytestmark = pytest.mark.django_db


def timers(cast: Cast, booking: Booking) -> list[tuple[str, str]]:
    with acting_for(cast.house.pk):
        return list(Delivery.objects.filter(subject_id=booking.pk, is_timer=True).values_list("status", "note"))


def status(cast: Cast, booking: Booking) -> str:
    with acting_for(cast.house.pk):
        return Booking.objects.get(pk=booking.pk).status


def test_a_hold_runs_out_when_its_time_has_come_and_not_before() -> None:
    cast, clock = make.cast(), Clock()
    hold = make.booking(cast.alice, make.resource(cast.house), status="hold")
    assert hold.expires_at is not None

    clock.now = hold.expires_at - timedelta(seconds=1)
    deliver_due(REACTIONS, clock=clock)
    assert status(cast, hold) == "hold"

    clock.now = hold.expires_at
    deliver_due(REACTIONS, clock=clock)
    assert status(cast, hold) == "expired"
    assert timers(cast, hold) == [("delivered", "The hold ran out.")]


def test_a_hold_that_was_confirmed_does_not_run_out() -> None:
    cast, clock = make.cast(), Clock()
    hold = make.booking(cast.alice, make.resource(cast.house), status="hold")
    with acting_for(cast.house.pk):
        confirm_booking(hold, by=cast.alice, source=Source.STAFF)

    clock.advance(timedelta(days=1))
    deliver_due(REACTIONS, clock=clock)

    assert status(cast, hold) == "confirmed"
    assert timers(cast, hold) == [("cancelled", "")]
