"""Adding resources, changing them, putting them away and bringing them back."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.core.errors import Stale
from infra24.facilities.errors import (
    BookingsAhead,
    CapacityPromised,
    HasParts,
    IsPart,
    ResourceInvalid,
    ResourceSlugTaken,
    UnitsPromised,
)
from infra24.facilities.services.archiving import archive_resource, restore_resource
from infra24.facilities.services.resources import change_resource, create_resource
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource, ResourceNeed
from tests import make
from tests.facilities.words import qualification
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Any:
    cast = make.cast(alice=Role.MANAGER)
    with acting_for(cast.house.pk):
        yield cast


def test_a_new_resource_gets_a_short_name_and_is_told_of(cast: make.Cast) -> None:
    first = create_resource("space", {"name": " Ñandú  Room "}, by=cast.alice, source="staff")
    second = create_resource("space", {"name": "Ñandú Room", "units": 2}, by=cast.alice, source="staff")

    assert (first.name, first.slug, first.sort_key) == ("Ñandú  Room", "nandu-room", "nandu room")
    assert (second.slug, second.units, second.version) == ("nandu-room-2", 2, 1)
    assert recorded_facts() == ["resource.added", "resource.added"]
    assert audited() == ["resource.create", "resource.create"]


def test_everything_can_be_said_of_a_resource(cast: make.Cast) -> None:
    make.feature(cast.house, "projector", "flag")
    make.feature(cast.house, "max_temperature", "number")
    ana = make.person(cast.house, name="Ana Lima")
    induction = qualification(cast.house, "Induction")

    made = create_resource(
        "person",
        {
            "name": "Ana",
            "slug": "ana",
            "description": "Throws.",
            "location": "Yard",
            "group": " Clay ",
            "latitude": 25.8,
            "longitude": -80.2,
            "capacity": 4,
            "time_zone": "Europe/Madrid",
            "features": {"projector": True, "max_temperature": 1240.5},
            "visible_to": "member",
            "bookable_by": "staff",
            "person_id": ana.pk,
            "needs": [induction.pk],
        },
        by=cast.alice,
        source="staff",
    )

    stored = Resource.objects.get(pk=made.pk)
    assert (stored.person, stored.features) == (ana, {"projector": True, "max_temperature": 1240.5})
    assert stored.group == "Clay"
    assert (stored.latitude, stored.visible_to, stored.bookable_by) == (25.8, "member", "staff")
    assert [need.qualification_id for need in ResourceNeed.objects.all()] == [induction.pk]


@pytest.mark.parametrize(
    ("kind", "wish", "faulty"),
    [
        ("space", {}, {"name"}),
        ("space", {"name": "x" * 121, "units": 0, "capacity": 0}, {"name", "units", "capacity"}),
        ("space", {"name": "A", "slug": "a b"}, {"slug"}),
        ("space", {"name": "A", "latitude": 91.0, "longitude": 0.0}, {"latitude"}),
        ("space", {"name": "A", "latitude": float("nan"), "longitude": 0.0}, {"latitude"}),
        ("space", {"name": "A", "latitude": 1.0}, {"longitude"}),
        ("space", {"name": "A", "time_zone": "Miami"}, {"time_zone"}),
        ("space", {"name": "A", "visible_to": "friends", "bookable_by": "all"}, {"visible_to", "bookable_by"}),
        ("space", {"name": "A", "features": {"sauna": True}}, {"features.sauna"}),
        ("space", {"name": "A", "features": {"heat": "hot", "lamp": 1, "floor": "9"}},
         {"features.heat", "features.lamp", "features.floor"}),
        ("space", {"name": "A", "features": {"heat": True}}, {"features.heat"}),
        ("space", {"name": "A", "features": {"heat": 10**400}}, {"features.heat"}),
        ("space", {"name": "A", "person_id": uuid4()}, {"person_id"}),
        ("person", {"name": "A"}, {"person_id"}),
        ("person", {"name": "A", "person_id": uuid4()}, {"person_id"}),
        ("space", {"name": "A", "needs": [uuid4()]}, {"needs.0"}),
        ("space", {"name": "A", "part_of": uuid4()}, {"part_of"}),
        ("castle", {"name": "A"}, {"kind"}),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_all_at_once_and_leaves_no_trace(
    cast: make.Cast, kind: str, wish: Any, faulty: set[str]
) -> None:
    make.feature(cast.house, "heat", "number")
    make.feature(cast.house, "lamp", "flag")
    make.feature(cast.house, "floor", "choice", choices=["1", "2"])

    with pytest.raises(ResourceInvalid) as refusal:
        create_resource(kind, wish, by=cast.alice, source="staff")

    assert set(refusal.value.fields) == faulty
    assert (Resource.objects.count(), recorded_facts(), audited()) == (0, [], [])


def test_only_what_changes_is_told(cast: make.Cast) -> None:
    make.feature(cast.house, "lamp", "flag")
    room = make.resource(cast.house, name="North", capacity=8)

    changed = change_resource(
        room, {"name": "North", "capacity": 9, "features": {"lamp": True}}, by=cast.alice, source="staff", version=1
    )

    assert (changed.capacity, changed.features, changed.version) == (9, {"lamp": True}, 2)
    assert recorded_facts() == ["resource.changed"]
    same = change_resource(changed, {"capacity": 9}, by=cast.alice, source="staff")
    assert same.version == 2
    gone = change_resource(changed, {"features": {"lamp": None}}, by=cast.alice, source="staff")
    assert gone.features == {}
    with pytest.raises(Stale):
        change_resource(changed, {"capacity": 10}, by=cast.alice, source="staff", version=2)


def test_what_a_resource_needs_can_change_and_raises_its_version(cast: make.Cast) -> None:
    induction, welding = qualification(cast.house, "Induction"), qualification(cast.house, "Welding")
    room = make.resource(cast.house)

    one = change_resource(room, {"needs": [induction.pk]}, by=cast.alice, source="staff")
    two = change_resource(one, {"needs": [welding.pk]}, by=cast.alice, source="staff")

    assert (one.version, two.version) == (2, 3)
    assert [need.qualification_id for need in ResourceNeed.objects.all()] == [welding.pk]


def test_features_that_left_the_vocabulary_do_not_stop_other_changes(cast: make.Cast) -> None:
    room = make.resource(cast.house)
    Resource.objects.filter(pk=room.pk).update(features={"sauna": 3})
    room.refresh_from_db()

    changed = change_resource(room, {"name": "Hot", "features": {"sauna": 3}}, by=cast.alice, source="staff")

    assert (changed.name, changed.features) == ("Hot", {"sauna": 3})


def test_a_short_name_is_had_once(cast: make.Cast) -> None:
    make.resource(cast.house, name="North")
    room = make.resource(cast.house, name="South")

    with pytest.raises(ResourceSlugTaken):
        change_resource(room, {"slug": "north"}, by=cast.alice, source="staff")
    with pytest.raises(ResourceSlugTaken):
        create_resource("space", {"name": "Other", "slug": "north"}, by=cast.alice, source="staff")

    assert recorded_facts() == []


def test_fewer_than_are_promised_names_the_bookings(cast: make.Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=6, capacity=10)
    make.booking(cast.alice, cameras, title="Choir", units=3)
    make.booking(cast.bob, cameras, title="Film", units=2)
    make.booking(cast.bob, cameras, title="Later", units=2, starts_at=make.NOON + timedelta(days=1))
    facts = recorded_facts()

    with pytest.raises(UnitsPromised) as refusal:
        change_resource(cameras, {"units": 4}, by=cast.alice, source="staff")

    told = [reason.detail for reason in refusal.value.reasons]
    assert [("Choir" in told[0]), ("Film" in told[1])] == [True, True]
    assert told[2] == "2 bookings stand against it; all are under Bookings."
    assert recorded_facts() == facts
    assert change_resource(cameras, {"units": 5}, by=cast.alice, source="staff").units == 5


def test_less_room_than_is_promised_names_the_bookings(cast: make.Cast) -> None:
    room = make.resource(cast.house, capacity=10)
    make.booking(cast.alice, room, title="Choir", party_size=9)

    with pytest.raises(CapacityPromised) as refusal:
        change_resource(room, {"capacity": 8}, by=cast.alice, source="staff")

    assert "Choir" in refusal.value.reasons[0].detail


def test_a_part_moves_in_and_out_of_its_whole(cast: make.Cast) -> None:
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="Half")

    inside = change_resource(half, {"part_of": hall.pk, "capacity": 5}, by=cast.alice, source="staff", version=1)
    assert (inside.part_of_id, inside.capacity) == (hall.pk, 5)
    with pytest.raises(ResourceInvalid) as refusal:
        change_resource(hall, {"units": 2}, by=cast.alice, source="staff")
    assert set(refusal.value.fields) == {"units"}
    with pytest.raises(HasParts):
        archive_resource(hall, by=cast.alice, source="staff")
    with pytest.raises(IsPart, match="Hall"):
        archive_resource(inside, by=cast.alice, source="staff")

    outside = change_resource(inside, {"part_of": None}, by=cast.alice, source="staff")
    assert outside.part_of_id is None
    assert recorded_facts() == ["resource.changed", "resource.changed"]


def test_the_tree_is_locked_before_the_row(cast: make.Cast) -> None:
    """Closures lock the tree, then rows. A change may be followed by an archiving, or by a move, in its transaction."""
    room = make.resource(cast.house)

    with CaptureQueriesContext(connection) as queries:
        change_resource(room, {"name": "North"}, by=cast.alice, source="staff")

    locks = [query["sql"] for query in queries if "pg_advisory" in query["sql"] or "FOR NO KEY" in query["sql"]]
    assert ["pg_advisory" in lock for lock in locks] == [True, False]


def test_a_stale_move_into_a_whole_is_refused(cast: make.Cast) -> None:
    hall, half = make.resource(cast.house), make.resource(cast.house)
    change_resource(half, {"capacity": 3}, by=cast.alice, source="staff")

    with pytest.raises(Stale):
        change_resource(half, {"part_of": hall.pk}, by=cast.alice, source="staff", version=1)

    assert Resource.objects.get(pk=half.pk).part_of_id is None


@pytest.mark.parametrize(("kind", "units"), [("equipment", 1), ("space", 2)])
def test_a_part_fits_its_whole(cast: make.Cast, kind: str, units: int) -> None:
    hall = make.resource(cast.house, kind=kind, units=units)

    with pytest.raises(ResourceInvalid) as refusal:
        create_resource("space", {"name": "Half", "part_of": hall.pk}, by=cast.alice, source="staff")

    assert set(refusal.value.fields) == {"part_of"}


def test_what_is_put_away_cannot_be_booked_and_comes_back(cast: make.Cast) -> None:
    room = make.resource(cast.house)

    away = archive_resource(room, by=cast.alice, source="staff", version=1)
    again = archive_resource(away, by=cast.alice, source="staff")
    back = restore_resource(away, by=cast.alice, source="staff")

    assert away.archived_at is not None
    assert again.archived_at == away.archived_at
    assert back.archived_at is None
    assert recorded_facts() == ["resource.archived", "resource.restored"]
    assert audited() == ["resource.archive", "resource.restore"]


def test_what_is_booked_ahead_is_not_put_away(cast: make.Cast) -> None:
    room = make.resource(cast.house)
    held = make.booking(cast.bob, room, title="Salt glaze", status="hold")

    with pytest.raises(BookingsAhead) as refusal:
        archive_resource(room, by=cast.alice, source="staff")
    assert "Salt glaze" in refusal.value.reasons[0].detail
    assert Resource.objects.get(pk=room.pk).archived_at is None

    make.run_out(cast.house, held.pk)
    assert archive_resource(room, by=cast.alice, source="staff").archived_at is not None
    assert Booking.objects.count() == 1
