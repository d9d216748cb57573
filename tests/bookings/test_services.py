"""What each use case leaves behind, and that a refusal leaves nothing."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from infra24.bookings.errors import (
    AlreadyBegun,
    ApprovalNeeded,
    ExclusiveUseNotYours,
    HoldExpired,
    IllegalStep,
    OverCapacity,
    PartTwice,
    ReasonMissing,
    SlotTaken,
    TimeRefused,
    UnitsTaken,
)
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    BookingChange,
    LegWish,
    cancel_booking,
    change_booking,
    confirm_booking,
    create_booking,
    decline_booking,
    expire_hold,
)
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.people.errors import PersonNotFound
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def facts() -> list[str]:
    return list(Fact.objects.order_by("id").values_list("type", flat=True))


def traces() -> tuple[int, int, int, int]:
    return Booking.objects.count(), Leg.objects.count(), Fact.objects.count(), AuditEntry.objects.count()


def run_out(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))


def test_booking_a_room_confirms_it_and_says_so(cast: Cast) -> None:
    room = make.resource(cast.house)

    made = make.booking(cast.alice, room)

    stored = booking_for(cast.alice, made.pk)
    assert (stored.status, stored.version, stored.starts_at, stored.ends_at) == ("confirmed", 1, NOON, NOON + HOUR)
    assert (stored.time_zone, stored.wall_starts_at.tzinfo) == ("America/New_York", None)
    assert [(leg.resource_id, leg.is_blocking, leg.sharing) for leg in stored.visible_legs] == [
        (room.pk, True, made.pk)
    ]
    assert facts() == ["booking.confirmed"]
    assert [entry.action for entry in AuditEntry.objects.all()] == ["booking.create"]


def test_holding_a_taken_slot_is_refused_with_the_reason_and_leaves_no_trace(cast: Cast) -> None:
    room = make.resource(cast.house, name="Kiln room")
    make.booking(cast.alice, room, status="hold")
    before = traces()

    with pytest.raises(SlotTaken) as refusal:
        make.booking(cast.alice, room, starts_at=NOON + HOUR / 2)

    assert [(reason.code, reason.resource_id) for reason in refusal.value.reasons] == [("slot_taken", str(room.pk))]
    assert refusal.value.alternatives[0].starts_at == (NOON + HOUR).isoformat()
    assert traces() == before


def test_back_to_back_is_fine_and_buffers_keep_apart(cast: Cast) -> None:
    room = make.resource(
        cast.house, rules={**make.open_week(), "buffer_after_minutes": 30, "buffer_before_minutes": 15}
    )
    plain = make.resource(cast.house)
    make.booking(cast.alice, plain)
    make.booking(cast.alice, plain, starts_at=NOON + HOUR)
    make.booking(cast.alice, room)

    with pytest.raises(SlotTaken, match="set-up or pack-down"):
        make.booking(cast.alice, room, starts_at=NOON + HOUR + timedelta(minutes=30))

    late = make.booking(cast.alice, room, starts_at=NOON + HOUR + timedelta(minutes=45))
    assert late.visible_legs[0].blocks_from == NOON + HOUR + timedelta(minutes=30)


def test_every_reason_is_given_at_once(cast: Cast) -> None:
    room = make.resource(cast.house, capacity=4, rules={**make.open_week(), "longest_minutes": 60, "slot_minutes": 60})

    with pytest.raises(TimeRefused) as refusal:
        make.booking(cast.alice, room, starts_at=NOON.replace(hour=3, minute=30), hours=2, party_size=9)

    codes = {reason.code for reason in refusal.value.reasons}
    assert codes == {"closed", "too_long", "over_capacity"}
    closed = next(reason for reason in refusal.value.reasons if reason.code == "closed")
    assert closed.source["scope"] == "resource"
    assert closed.cure


def test_staff_are_not_bound_by_notice_and_members_are(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "notice_minutes": 60 * 24 * 30})
    make.booking(cast.alice, room)

    with pytest.raises(TimeRefused) as refusal:
        make.booking(cast.bob, room, starts_at=NOON + 2 * HOUR)

    assert [reason.code for reason in refusal.value.reasons] == ["too_soon"]


def test_several_legs_are_booked_together_or_not_at_all(cast: Cast) -> None:
    room, projector = make.resource(cast.house), make.resource(cast.house, kind="equipment")
    make.booking(cast.alice, projector)
    before = traces()

    with pytest.raises(SlotTaken):
        make.booking(cast.alice, room, projector)

    assert traces() == before
    both = make.booking(cast.alice, room, projector, starts_at=NOON + HOUR)
    assert {leg.resource_id for leg in both.visible_legs} == {room.pk, projector.pk}


def test_units_are_lent_up_to_their_number_at_any_moment(cast: Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=6)
    make.booking(cast.alice, cameras, units=4)
    # Does not meet the first: the peak counts, not the sum.
    make.booking(cast.alice, cameras, starts_at=NOON + HOUR, units=6)

    with pytest.raises(UnitsTaken):
        make.booking(cast.alice, cameras, units=3)
    make.booking(cast.alice, cameras, units=2)


def test_shared_use_counts_people_and_exclusive_use_excludes_it(cast: Cast) -> None:
    studio = make.resource(cast.house, capacity=10, rules={**make.open_week(), "use": "shared"})
    make.booking(cast.alice, studio, party_size=6)
    make.booking(cast.alice, studio, party_size=4)

    with pytest.raises(OverCapacity):
        make.booking(cast.alice, studio)
    with pytest.raises(SlotTaken):
        make.booking(cast.alice, studio, exclusive=True)
    make.booking(cast.alice, studio, starts_at=NOON + HOUR, exclusive=True)
    with pytest.raises(SlotTaken):
        make.booking(cast.alice, studio, starts_at=NOON + HOUR)


def test_halves_of_a_hall_go_side_by_side_and_hall_and_half_do_not(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    north, south = (make.resource(cast.house, name=name, part_of=hall) for name in ("North", "South"))
    corner = make.resource(cast.house, name="Corner", part_of=north)

    make.booking(cast.alice, north)
    make.booking(cast.alice, south)
    for blocked in (hall, corner):
        with pytest.raises(SlotTaken):
            make.booking(cast.alice, blocked)
    whole = make.booking(cast.alice, hall, starts_at=NOON + HOUR)

    assert [leg.resource_id for leg in whole.visible_legs] == [hall.pk]
    for part in (north, south, corner):
        with pytest.raises(SlotTaken):
            make.booking(cast.alice, part, starts_at=NOON + HOUR)


def test_a_hold_that_ran_out_blocks_nobody_though_nobody_noticed(cast: Cast) -> None:
    room = make.resource(cast.house)
    held = make.booking(cast.alice, room, status="hold")
    assert held.expires_at is not None
    run_out(held)

    taken = make.booking(cast.alice, room)

    assert taken.status == "confirmed"
    assert booking_for(cast.alice, held.pk).status == "expired"
    assert facts() == ["booking.held", "booking.expired", "booking.confirmed"]


def test_the_timer_expires_a_hold_once_and_only_when_due(cast: Cast) -> None:
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")
    timer = Delivery.objects.get()
    assert (timer.is_timer, timer.handler, timer.due_at) == (True, "bookings.expire_hold", held.expires_at)

    assert not expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    run_out(held)
    assert expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    assert not expire_hold(cast.house.pk, held.pk, now=datetime.now(UTC))
    assert facts() == ["booking.held", "booking.expired"]


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


def test_a_members_request_waits_for_staff(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})

    asked = make.booking(cast.bob, kiln)

    assert (asked.status, asked.person and asked.person.name) == ("pending", "Bob")
    assert facts() == ["booking.requested"]
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


def test_moving_frees_the_old_time_and_checks_the_new(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    made = make.booking(cast.alice, room)
    make.booking(cast.alice, other, starts_at=NOON + HOUR)

    move = BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 2 * HOUR, legs=(LegWish(other.pk),))
    with pytest.raises(SlotTaken):
        change_booking(booking_for(cast.alice, made.pk), move, by=cast.alice, source=Source.STAFF)
    longer = BookingChange(ends_at=NOON + 3 * HOUR, title="Long firing")
    moved = change_booking(booking_for(cast.alice, made.pk), longer, by=cast.alice, source=Source.STAFF, version=1)

    stored = booking_for(cast.alice, made.pk)
    assert (moved.version, moved.title) == (stored.version, stored.title) == (moved.version, "Long firing")
    assert stored.version > 1
    assert stored.visible_legs[0].ends_at == NOON + 3 * HOUR
    assert facts()[-1] == "booking.changed"
    with pytest.raises(SlotTaken):
        make.booking(cast.alice, room, starts_at=NOON + 2 * HOUR)


def test_changing_the_room_of_a_booking_moves_its_leg(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    made = make.booking(cast.alice, room)

    change = BookingChange(legs=(LegWish(other.pk),))
    change_booking(booking_for(cast.alice, made.pk), change, by=cast.alice, source=Source.STAFF)

    assert [leg.resource_id for leg in booking_for(cast.alice, made.pk).visible_legs] == [other.pk]
    make.booking(cast.alice, room)


def test_an_old_version_is_stale(cast: Cast) -> None:
    made = make.booking(cast.alice, make.resource(cast.house))
    change_booking(booking_for(cast.alice, made.pk), BookingChange(title="B"), by=cast.alice, source=Source.STAFF)

    with pytest.raises(Stale):
        change_booking(
            booking_for(cast.alice, made.pk), BookingChange(title="C"), by=cast.alice, source=Source.STAFF, version=1
        )


def test_cancelling_frees_the_time_and_is_final(cast: Cast) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)

    cancel_booking(booking_for(cast.alice, made.pk), reason="Ill", by=cast.alice, source=Source.STAFF)

    make.booking(cast.alice, room)
    with pytest.raises(IllegalStep):
        confirm_booking(booking_for(cast.alice, made.pk), by=cast.alice, source=Source.STAFF)
    with pytest.raises(IllegalStep):
        change_booking(booking_for(cast.alice, made.pk), BookingChange(title="B"), by=cast.alice, source=Source.STAFF)


def test_a_change_is_applied_to_the_booking_as_it_is_now_and_not_as_it_was_read(cast: Cast) -> None:
    """What two requests do when the second read before the first committed."""
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)
    read_before = booking_for(cast.alice, made.pk)
    move = BookingChange(starts_at=NOON + 3 * HOUR, ends_at=NOON + 4 * HOUR)
    change_booking(booking_for(cast.alice, made.pk), move, by=cast.alice, source=Source.STAFF)

    renamed = change_booking(read_before, BookingChange(title="Glaze"), by=cast.alice, source=Source.STAFF)

    stored = booking_for(cast.alice, made.pk)
    assert (stored.title, stored.starts_at, renamed.starts_at) == ("Glaze", NOON + 3 * HOUR, NOON + 3 * HOUR)
    assert [(leg.starts_at, leg.ends_at) for leg in stored.visible_legs] == [(stored.starts_at, stored.ends_at)]


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
    assert facts() == ["booking.held", "booking.requested"]


def test_confirming_checks_the_rules_again(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, kiln)
    make.opening_hours(cast.house, resource=kiln, rules=make.closed_week(), valid_from=date(2021, 1, 1))

    with pytest.raises(TimeRefused) as refusal:
        confirm_booking(booking_for(cast.alice, asked.pk), by=cast.alice, source=Source.STAFF)

    assert [reason.code for reason in refusal.value.reasons] == ["closed"]
    assert booking_for(cast.alice, asked.pk).status == "pending"


def test_a_space_and_its_own_part_are_not_booked_twice_in_one(cast: Cast) -> None:
    hall = make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    corner = make.resource(cast.house, part_of=half)

    for pair in ([hall, half], [hall, corner], [corner, half]):
        with pytest.raises(PartTwice):
            make.booking(cast.alice, *pair)


def test_only_staff_keep_others_out_of_what_is_shared(cast: Cast) -> None:
    studio = make.resource(cast.house, capacity=10, rules={**make.open_week(), "use": "shared"})

    with pytest.raises(ExclusiveUseNotYours):
        make.booking(cast.bob, studio, exclusive=True)
    make.booking(cast.alice, studio, exclusive=True)


def test_members_cannot_cancel_what_has_begun(cast: Cast) -> None:
    room = make.resource(
        cast.house,
        rules={"weekly": {day: [["00:00", "24:00"]] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}},
    )
    begun = (datetime.now(UTC) - 2 * HOUR).replace(minute=0, second=0, microsecond=0)
    bob = make.person(cast.house, member=cast.bob)
    over = make.booking(cast.alice, room, starts_at=begun, person=bob)

    with pytest.raises(AlreadyBegun):
        cancel_booking(booking_for(cast.bob, over.pk), by=cast.bob, source=Source.SELF)
    cancel_booking(booking_for(cast.alice, over.pk), by=cast.alice, source=Source.STAFF)


def test_alternatives_are_times_that_would_not_be_refused(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "notice_minutes": 60 * 24 * 4})

    with pytest.raises(TimeRefused) as refusal:
        make.booking(cast.bob, room)

    offered = [datetime.fromisoformat(one.starts_at) for one in refusal.value.alternatives]
    assert offered
    assert all(start >= datetime.now(UTC) + timedelta(days=4) for start in offered)
    make.booking(cast.bob, room, starts_at=offered[0])


def test_the_title_of_a_booking_in_an_archived_room_can_be_mended(cast: Cast) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)
    Resource.objects.filter(pk=room.pk).update(archived_at=datetime.now(UTC))

    change = BookingChange(title="Mended")
    assert (
        change_booking(booking_for(cast.alice, made.pk), change, by=cast.alice, source=Source.STAFF).title == "Mended"
    )


def test_members_book_for_themselves_and_see_only_their_own(cast: Cast) -> None:
    room = make.resource(cast.house)
    alices = make.booking(cast.alice, room)
    other = make.person(cast.house, name="Dora")

    with pytest.raises(PersonNotFound):
        make.booking(cast.bob, room, starts_at=NOON + HOUR, person=other)
    with pytest.raises(Exception, match="no such booking"):
        booking_for(cast.bob, alices.pk)


def test_another_organisations_resource_is_not_found(cast: Cast) -> None:
    foreign = make.resource(cast.elsewhere)

    with pytest.raises(ResourceNotFound), acting_for(cast.house.pk):
        create_booking(make.wish(foreign), by=cast.alice, source=Source.STAFF)
