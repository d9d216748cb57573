"""What has changed between asking and deciding: rules, and who is in the way."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import SlotTaken, UnitsTaken
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import LegWish, confirm_booking
from infra24.bookings.services.claims import resolve
from infra24.bookings.services.refusing import refuse
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from infra24.resources.policies import STAFF
from tests import make
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ASKED = {"schema": 1, "approval": "always", "pending_blocks": False}


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def say(cast: Cast, resource: Resource, **rules: Any) -> None:
    """Later than what was said first, and in force long since."""
    make.opening_hours(cast.house, rules={**ASKED, **rules}, resource=resource, valid_from=date(2020, 1, 2))


def confirm(cast: Cast, booking: Booking) -> Booking:
    return confirm_booking(booking_for(cast.alice, booking.pk), by=cast.alice, source=Source.STAFF)


def test_less_pack_down_than_when_it_was_asked_for_is_enough(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**ASKED, "buffer_after_minutes": 60})
    asked = make.booking(cast.bob, kiln)
    say(cast, kiln)
    make.booking(cast.alice, kiln, starts_at=NOON + HOUR)

    assert confirm(cast, asked).status == "confirmed"
    assert Leg.objects.get(booking=asked).blocks_until == NOON + HOUR


def test_more_pack_down_than_when_it_was_asked_for_is_a_reason_against_it(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules=ASKED)
    asked = make.booking(cast.bob, kiln)
    make.booking(cast.alice, kiln, starts_at=NOON + HOUR)
    say(cast, kiln, buffer_after_minutes=60)
    before = recorded_facts()

    with pytest.raises(SlotTaken) as refusal:
        confirm(cast, asked)

    (reason,) = refusal.value.reasons
    assert (reason.code, reason.resource_id) == ("slot_taken", str(kiln.pk))
    assert recorded_facts() == before
    assert booking_for(cast.alice, asked.pk).status == "pending"


def test_what_is_shared_no_more_is_granted_to_one_of_them(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**ASKED, "use": "shared"})
    first, second = make.booking(cast.bob, room), make.booking(cast.bob, room)
    say(cast, room, use="exclusive")

    assert confirm(cast, first).status == "confirmed"
    with pytest.raises(SlotTaken) as refusal:
        confirm(cast, second)

    assert [reason.code for reason in refusal.value.reasons] == ["slot_taken"]
    assert Leg.objects.get(booking=first).sharing == first.pk


def test_when_the_rival_has_gone_meanwhile_the_refusal_still_says_why(cast: Cast) -> None:
    """Between PostgreSQL's refusal and the reading of what is in the way, what was in the way may be cancelled."""
    room = make.resource(cast.house)
    claimed = resolve(cast.alice, [LegWish(room.pk)], starts_at=NOON, people=1)

    with pytest.raises(UnitsTaken) as refusal:
        refuse(cast.house.pk, claimed, NOON, NOON + HOUR, now=NOON - HOUR, asker=STAFF, otherwise=UnitsTaken())

    (reason,) = refusal.value.reasons
    assert (reason.code, reason.resource_id, reason.cure) == ("units_taken", str(room.pk), "Try again.")
