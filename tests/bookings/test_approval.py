"""Which bookings wait for staff: by role, outside hours, or both."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.errors import ApprovalNeeded
from infra24.bookings.models import Booking, Source
from infra24.bookings.services import BookingChange, change_booking, confirm_booking
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MORNING = NOON - 2 * HOUR
DAYTIME = make.open_week("09:00", "14:00")["weekly"]
"""Noon is one o'clock in summer: what begins then and lasts an hour is within."""
LATE = NOON + 3 * HOUR


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@pytest.mark.parametrize(
    ("approval", "role", "late", "status"),
    [
        ("always", Role.MEMBER, False, "pending"),
        ("always", Role.STAFF, False, "confirmed"),
        ({"roles": ["member"]}, Role.MEMBER, False, "pending"),
        ({"roles": ["member"]}, Role.INSTRUCTOR, False, "confirmed"),
        ({"roles": ["member", "instructor"]}, Role.INSTRUCTOR, False, "pending"),
        ({"outside": DAYTIME}, Role.MEMBER, False, "confirmed"),
        ({"outside": DAYTIME}, Role.MEMBER, True, "pending"),
        ({"outside": DAYTIME}, Role.STAFF, True, "confirmed"),
        ({"roles": ["member"], "outside": DAYTIME}, Role.MEMBER, True, "pending"),
        ({"roles": ["member"], "outside": DAYTIME}, Role.MEMBER, False, "confirmed"),
        ({"roles": ["member"], "outside": DAYTIME}, Role.INSTRUCTOR, True, "confirmed"),
    ],
)
def test_who_waits_for_a_decision(cast: Cast, approval: Any, role: Role, *, late: bool, status: str) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": approval})

    made = make.booking(make.member(cast.house, role=role), room, starts_at=LATE if late else MORNING)

    assert made.status == status
    assert recorded_facts() == [f"booking.{'requested' if status == 'pending' else 'confirmed'}"]


def test_a_booking_that_reaches_out_of_the_free_hours_waits(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": {"outside": DAYTIME}})

    assert make.booking(cast.bob, room, starts_at=MORNING, hours=6).status == "pending"


def test_one_thing_that_needs_approval_makes_all_of_it_wait(cast: Cast) -> None:
    room, kiln = make.resource(cast.house), make.resource(cast.house, rules={"schema": 1, "approval": "always"})

    assert make.booking(cast.bob, room, kiln).status == "pending"


def test_what_needs_approval_cannot_be_had_for_certain(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": {"outside": DAYTIME}})

    make.booking(cast.bob, room, starts_at=MORNING, status="confirmed")
    with pytest.raises(ApprovalNeeded):
        make.booking(cast.bob, room, starts_at=LATE, status="confirmed")

    assert Booking.objects.count() == 1


def test_a_hold_becomes_what_its_time_leads_to(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": {"outside": DAYTIME}})
    early, late = (make.booking(cast.bob, room, starts_at=at, status="hold") for at in (MORNING, LATE))

    steps = [confirm_booking(each, by=cast.bob, source=Source.SELF).status for each in (early, late)]

    assert steps == ["confirmed", "pending"]


def test_what_was_certain_cannot_be_moved_to_where_staff_decide(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": {"outside": DAYTIME}})
    own = make.booking(cast.bob, room, starts_at=MORNING)

    own = change_booking(
        own, BookingChange(starts_at=MORNING + HOUR, ends_at=MORNING + 2 * HOUR), by=cast.bob, source=Source.SELF
    )
    late = BookingChange(starts_at=LATE, ends_at=LATE + HOUR)
    with pytest.raises(ApprovalNeeded):
        change_booking(own, late, by=cast.bob, source=Source.SELF)

    assert Booking.objects.get().starts_at == MORNING + HOUR
    assert change_booking(own, late, by=cast.alice, source=Source.STAFF).status == "confirmed"


def test_staff_decide_on_what_waits(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "approval": {"roles": ["member"]}})
    asked = make.booking(cast.bob, room)

    with pytest.raises(ApprovalNeeded):
        confirm_booking(asked, by=cast.bob, source=Source.SELF)

    assert confirm_booking(asked, by=cast.alice, source=Source.STAFF).status == "confirmed"
