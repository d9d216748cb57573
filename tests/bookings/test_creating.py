"""What booking a time leaves behind, what stands against it, and that a refusal leaves nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra24.bookings.errors import ExclusiveUseNotYours, OverCapacity, PartTwice, SlotTaken, TimeRefused, UnitsTaken
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import create_booking
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.people.errors import PersonNotFound
from infra24.resources.errors import ResourceNotFound
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


def traces() -> tuple[int, int, int, int]:
    return Booking.objects.count(), Leg.objects.count(), Fact.objects.count(), AuditEntry.objects.count()


def test_booking_a_room_confirms_it_and_says_so(cast: Cast) -> None:
    room = make.resource(cast.house)

    made = make.booking(cast.alice, room)

    stored = booking_for(cast.alice, made.pk)
    assert (stored.status, stored.version, stored.starts_at, stored.ends_at) == ("confirmed", 1, NOON, NOON + HOUR)
    assert (stored.time_zone, stored.wall_starts_at.tzinfo) == ("America/New_York", None)
    assert [(leg.resource_id, leg.is_blocking, leg.sharing) for leg in stored.visible_legs] == [
        (room.pk, True, made.pk)
    ]
    assert recorded_facts() == ["booking.confirmed"]
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


def test_alternatives_are_times_that_would_not_be_refused(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "notice_minutes": 60 * 24 * 4})

    with pytest.raises(TimeRefused) as refusal:
        make.booking(cast.bob, room)

    offered = [datetime.fromisoformat(one.starts_at) for one in refusal.value.alternatives]
    assert offered
    assert all(start >= datetime.now(UTC) + timedelta(days=4) for start in offered)
    make.booking(cast.bob, room, starts_at=offered[0])


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
