"""Many bookings change the room, and keep what else they have."""

from collections.abc import Iterator

import pytest

from infra24.bookings.models import BulkRun, Leg
from infra24.bookings.queries import booking_for
from infra24.bookings.services.bulk import Action, Outcome
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from infra24.resources.errors import ResourceNotFound
from tests import make
from tests.bookings.bulk_story import HOUR, do, refused, told
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def test_many_change_the_room_and_keep_what_else_they_have(cast: Cast) -> None:
    old, new, press = (make.resource(cast.house) for _ in range(3))
    both, alone = make.booking(cast.alice, old, press), make.booking(cast.alice, old, starts_at=NOON + HOUR)

    result = do(cast.alice, Action.CHANGE_RESOURCE, both, alone, from_resource_id=old.pk, to_resource_id=new.pk)

    assert told(result) == ["ok", "ok"]
    places = {leg.resource_id for leg in booking_for(cast.alice, both.pk).visible_legs}
    assert places == {new.pk, press.pk}
    assert not Leg.objects.filter(resource=old).exists()
    fact = Fact.objects.filter(subject_id=alone.pk).order_by("-number")[0]
    assert fact.data == {"before": {"legs": [[str(old.pk), 1]]}}
    assert BulkRun.objects.get().undo == {"from_resource_id": str(new.pk), "to_resource_id": str(old.pk)}


def test_who_does_not_use_the_room_cannot_leave_it(cast: Cast) -> None:
    old, new, other = (make.resource(cast.house) for _ in range(3))
    booking = make.booking(cast.alice, other)

    (item,) = refused(cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=old.pk, to_resource_id=new.pk).items

    assert (item.outcome, item.error.code if item.error else "") == (Outcome.ILLEGAL_STEP, "resource_not_booked")


@pytest.mark.parametrize("fault", ["twice", "part"])
def test_a_room_is_not_taken_twice_nor_with_its_part(cast: Cast, fault: str) -> None:
    old, hall = make.resource(cast.house), make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    booking = make.booking(cast.alice, old, hall if fault == "twice" else half)

    (item,) = refused(
        cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=old.pk, to_resource_id=hall.pk
    ).items

    assert item.error
    assert item.error.code == ("resource_twice" if fault == "twice" else "part_twice")


def test_nobody_changes_to_a_room_of_another_house(cast: Cast) -> None:
    room, foreign = make.resource(cast.house), make.resource(cast.elsewhere)
    booking = make.booking(cast.alice, room)

    with pytest.raises(ResourceNotFound):
        do(cast.alice, Action.CHANGE_RESOURCE, booking, from_resource_id=room.pk, to_resource_id=foreign.pk)
