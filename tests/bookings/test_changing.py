"""A booking is moved, renamed and cancelled, as it is now and not as it was read."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from infra24.bookings.errors import AlreadyBegun, IllegalStep, SlotTaken
from infra24.bookings.models import Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, LegWish, cancel_booking, change_booking, confirm_booking
from infra24.core.errors import Stale
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
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
    assert recorded_facts()[-1] == "booking.changed"
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


def test_the_title_of_a_booking_in_an_archived_room_can_be_mended(cast: Cast) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)
    Resource.objects.filter(pk=room.pk).update(archived_at=datetime.now(UTC))

    change = BookingChange(title="Mended")
    assert (
        change_booking(booking_for(cast.alice, made.pk), change, by=cast.alice, source=Source.STAFF).title == "Mended"
    )
