"""What a refusal offers instead: later, similar, shorter."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Source
from infra24.bookings.services import BookingWish, LegWish, create_booking
from infra24.core.errors import Alternative
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def refused(by: Member, *resources: Resource, hours: float = 1, **more: Any) -> TimeRefused:
    with pytest.raises(TimeRefused) as refusal:
        make.booking(by, *resources, hours=hours, **more)
    return refusal.value


def offered(refusal: TimeRefused, kind: str) -> list[Alternative]:
    return [one for one in refusal.alternatives if one.kind == kind]


def featured(cast: Cast, features: dict[str, Any], **more: Any) -> Resource:
    made = make.resource(cast.house, **more)
    with acting_for(cast.house.pk):
        made.features = features
        made.save(update_fields=["features"])
    return made


def test_one_of_each_sort_where_there_is_one(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + HOUR)

    refusal = refused(cast.alice, room, hours=2)

    assert [(one.kind, one.resource_id) for one in refusal.alternatives] == [
        ("later", str(room.pk)),
        ("similar", str(other.pk)),
        ("shorter", str(room.pk)),
    ]
    similar, shorter = offered(refusal, "similar")[0], offered(refusal, "shorter")[0]
    assert (similar.starts_at, similar.instead_of) == (NOON.isoformat(), str(room.pk))
    assert (shorter.starts_at, shorter.ends_at) == (NOON.isoformat(), (NOON + HOUR).isoformat())


def test_every_offer_can_be_booked(cast: Cast) -> None:
    room, _other = make.resource(cast.house), make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + HOUR)

    for one in refused(cast.bob, room, hours=2).alternatives:
        starts_at, ends_at = datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at)
        wish = BookingWish("Firing", starts_at, ends_at, legs=(LegWish(UUID(one.resource_id)),))
        with acting_for(cast.house.pk):
            create_booking(wish, by=cast.bob, source=Source.SELF)


def test_what_shares_most_features_comes_first_then_what_is_nearest_in_size(cast: Cast) -> None:
    room = featured(cast, {"sink": True, "floor": 2}, capacity=20, bookable_by="staff")
    large = featured(cast, {"sink": True}, capacity=60)
    alike = featured(cast, {"sink": True, "floor": 2}, capacity=90)
    near = featured(cast, {"sink": True}, capacity=25)

    similar = offered(refused(cast.bob, room), "similar")

    assert [one.resource_id for one in similar] == [str(each.pk) for each in (alike, near, large)]


def test_similar_is_of_the_same_kind_free_large_enough_and_theirs_to_see(cast: Cast) -> None:
    room = make.resource(cast.house, capacity=30)
    busy = make.resource(cast.house, capacity=30)
    make.resource(cast.house, capacity=3)
    make.resource(cast.house, kind="equipment")
    make.resource(cast.house, capacity=30, visible_to="staff")
    make.resource(cast.house, capacity=30, bookable_by="staff")
    make.resource(cast.house, capacity=30, rules=make.closed_week())
    make.resource(cast.elsewhere, capacity=30)
    make.booking(cast.alice, room)
    make.booking(cast.alice, busy)

    assert offered(refused(cast.bob, room, party_size=10), "similar") == []


def test_a_part_of_the_whole_that_is_refused_is_not_similar(cast: Cast) -> None:
    hall = make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    make.resource(cast.house, part_of=hall)
    make.booking(cast.alice, half)

    assert offered(refused(cast.alice, hall), "similar") == []


def test_of_several_things_the_one_at_fault_is_replaced(cast: Cast) -> None:
    room, kiln = make.resource(cast.house), make.resource(cast.house, kind="equipment")
    other = make.resource(cast.house, kind="equipment")
    make.booking(cast.alice, kiln)

    (similar,) = offered(refused(cast.alice, room, kiln), "similar")

    assert (similar.resource_id, similar.instead_of) == (str(other.pk), str(kiln.pk))


def test_what_a_member_is_not_qualified_for_may_be_had_elsewhere(cast: Cast) -> None:
    kiln, other = (make.resource(cast.house, kind="equipment", bookable_by=who) for who in ("staff", "member"))

    refusal = refused(cast.bob, kiln)

    assert [(one.kind, one.resource_id) for one in refusal.alternatives] == [("similar", str(other.pk))]


def test_less_time_begins_with_what_is_free_of_it(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room)

    (shorter,) = offered(refused(cast.alice, room, hours=3), "shorter")

    assert (shorter.starts_at, shorter.ends_at) == ((NOON + HOUR).isoformat(), (NOON + 3 * HOUR).isoformat())


def test_what_is_too_long_is_offered_as_long_as_it_may_be(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "longest_minutes": 120})

    (shorter,) = refused(cast.alice, room, hours=4).alternatives

    assert (shorter.kind, shorter.ends_at) == ("shorter", (NOON + 2 * HOUR).isoformat())


def test_nothing_shorter_than_the_shortest_is_offered(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "shortest_minutes": 90})
    make.booking(cast.alice, room, starts_at=NOON + HOUR, hours=2)

    assert offered(refused(cast.alice, room, hours=2), "shorter") == []


def test_no_time_is_offered_that_a_quota_of_by_then_refuses(cast: Cast) -> None:
    """When it is asked for there is no quota: the day after there is, and it is used up."""
    day_after = NOON + timedelta(days=1)
    room, other = make.resource(cast.house, rules=make.open_week("12:00", "14:00")), make.resource(cast.house)
    rules = {**make.open_week(), "quotas": [{"per": "day", "count": 1}]}
    make.opening_hours(cast.house, rules=rules, valid_from=day_after.date())
    make.booking(cast.bob, other, starts_at=day_after)
    make.booking(cast.alice, room)

    later = offered(refused(cast.bob, room), "later")

    assert later
    assert day_after.date() not in {datetime.fromisoformat(one.starts_at).date() for one in later}


@pytest.mark.parametrize("per", ["day", "week"])
def test_nothing_alike_is_offered_whose_own_quota_is_used_up(cast: Cast, per: str) -> None:
    room = make.resource(cast.house)
    other = make.resource(cast.house, rules={"schema": 1, "quotas": [{"per": per, "count": 1}]})
    make.booking(cast.bob, other, starts_at=NOON + HOUR)
    make.booking(cast.alice, room)

    assert offered(refused(cast.bob, room), "similar") == []


def test_what_somebody_was_shown_is_offered_in_place_of_what_needs_no_showing(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    make.grant(make.qualification(cast.house, other), make.person(cast.house, member=cast.bob))
    make.booking(cast.alice, room)

    (similar,) = offered(refused(cast.bob, room), "similar")

    assert similar.resource_id == str(other.pk)
