"""Members ask, staff answer; nobody gets past the approval."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from infra24.bookings.errors import ApprovalNeeded, ReasonMissing, SlotTaken, TimeRefused
from infra24.bookings.models import Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking, confirm_booking, decline_booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_a_members_request_waits_for_staff(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})

    asked = make.booking(cast.bob, kiln)

    assert (asked.status, asked.person and asked.person.name) == ("pending", "Bob")
    assert recorded_facts() == ["booking.requested"]
    with pytest.raises(ApprovalNeeded):
        make.booking(cast.bob, kiln, starts_at=NOON + HOUR, status="confirmed")
    with pytest.raises(ApprovalNeeded):
        confirm_booking(booking_for(cast.bob, asked.pk), by=cast.bob, source=Source.SELF)
    with pytest.raises(ReasonMissing):
        decline_booking(booking_for(cast.alice, asked.pk), reason=" ", by=cast.alice, source=Source.STAFF)
    declined = decline_booking(booking_for(cast.alice, asked.pk), reason="Relining", by=cast.alice, source=Source.STAFF)
    assert (declined.status, declined.reason) == ("declined", "Relining")
    make.booking(cast.alice, kiln)


def test_what_staff_approved_a_member_cannot_move(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, kiln)
    confirm_booking(booking_for(cast.alice, asked.pk), by=cast.alice, source=Source.STAFF)
    later = BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    with pytest.raises(ApprovalNeeded):
        change_booking(booking_for(cast.bob, asked.pk), later, by=cast.bob, source=Source.SELF)
    renamed = change_booking(
        booking_for(cast.bob, asked.pk), BookingChange(title="Glaze"), by=cast.bob, source=Source.SELF
    )
    assert (renamed.title, renamed.starts_at) == ("Glaze", NOON)


def test_requests_that_do_not_block_compete_and_one_approval_wins(cast: Cast) -> None:
    rules = {**make.open_week(), "approval": "always", "pending_blocks": False}
    kiln = make.resource(cast.house, rules=rules)
    first, second = make.booking(cast.bob, kiln), make.booking(cast.bob, kiln)

    confirm_booking(booking_for(cast.alice, first.pk), by=cast.alice, source=Source.STAFF)

    with pytest.raises(SlotTaken):
        confirm_booking(booking_for(cast.alice, second.pk), by=cast.alice, source=Source.STAFF)
    assert booking_for(cast.alice, second.pk).status == "pending"


def test_a_member_cannot_outrun_the_approval(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, kiln)
    read_before = booking_for(cast.bob, asked.pk)
    confirm_booking(booking_for(cast.alice, asked.pk), by=cast.alice, source=Source.STAFF)
    later = BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR)

    with pytest.raises(ApprovalNeeded):
        change_booking(read_before, later, by=cast.bob, source=Source.SELF)


def test_a_members_hold_of_what_needs_approval_becomes_a_request(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    held = make.booking(cast.bob, kiln, status="hold")

    asked = confirm_booking(booking_for(cast.bob, held.pk), by=cast.bob, source=Source.SELF)

    assert asked.status == "pending"
    assert recorded_facts() == ["booking.held", "booking.requested"]


def test_confirming_checks_the_rules_again(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, kiln)
    make.opening_hours(cast.house, resource=kiln, rules=make.closed_week(), valid_from=date(2021, 1, 1))

    with pytest.raises(TimeRefused) as refusal:
        confirm_booking(booking_for(cast.alice, asked.pk), by=cast.alice, source=Source.STAFF)

    assert [reason.code for reason in refusal.value.reasons] == ["closed"]
    assert booking_for(cast.alice, asked.pk).status == "pending"
