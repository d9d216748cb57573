"""Who sees what, and at what price."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.feed import calendar_events
from infra24.bookings.queries import visible_bookings, with_legs
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def planned(viewer: Member) -> list[dict[str, Any]]:
    """The bookings among the events, as a browser gets them."""
    events = msgspec.to_builtins(calendar_events(viewer, NOON - HOUR, NOON + 5 * HOUR))
    return [event for event in events if event["extendedProps"]["kind"] == "booking"]


@pytest.mark.parametrize(
    ("role", "visibility", "own", "title", "sees_person"),
    [
        (Role.STAFF, "busy", False, "Firing", True),
        (Role.MANAGER, "title", False, "Firing", True),
        (Role.MEMBER, "busy", False, "Busy", False),
        (Role.MEMBER, "title", False, "Firing", False),
        (Role.INSTRUCTOR, "busy", False, "Busy", False),
        (Role.MEMBER, "busy", True, "Firing", True),
    ],
)
def test_what_the_feed_tells_of_a_booking(
    cast: Cast, role: Role, visibility: str, *, own: bool, title: str, sees_person: bool
) -> None:
    viewer = make.member(cast.house, role=role)
    person = make.person(cast.house, name="Dora", member=viewer if own else None)
    made = make.booking(cast.alice, make.resource(cast.house), person=person, visibility=visibility)

    (event,) = planned(viewer)

    props = event["extendedProps"]
    assert (event["id"], event["title"]) == (str(made.pk), title)
    assert (props.get("person_id") == str(person.pk), props["mayEdit"]) == (sees_person, sees_person)
    assert "Dora" not in str(event) or sees_person


def test_the_feed_has_bookings_that_began_earlier_and_no_ended_ones(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    begun = make.booking(cast.alice, room, starts_at=NOON - 2 * HOUR, hours=3)
    make.booking(cast.alice, other, starts_at=NOON - 3 * HOUR, hours=1)

    assert [event["id"] for event in planned(cast.alice)] == [str(begun.pk)]


def test_the_feed_groups_closed_hours_of_rooms_that_close_alike(cast: Cast) -> None:
    rooms = [make.resource(cast.house, name=f"Room {n}") for n in range(3)]
    rooms.append(make.resource(cast.house, rules={"schema": 1, "slot_minutes": 30}))
    shut = make.resource(cast.house, rules=make.closed_week())

    events = calendar_events(cast.alice, NOON - 12 * HOUR, NOON + 12 * HOUR)

    closed = [event for event in events if event.display == "background"]
    assert {tuple(sorted(event.resourceIds)) for event in closed} == {
        tuple(sorted(str(room.pk) for room in rooms)),
        (str(shut.pk),),
    }


def test_reading_costs_the_same_for_one_and_for_many(cast: Cast) -> None:
    def queries() -> tuple[int, int]:
        with CaptureQueriesContext(
            connection,
        ) as feed:
            calendar_events(cast.alice, NOON - HOUR, NOON + 5 * HOUR)
        with CaptureQueriesContext(connection) as listing:
            [booking.visible_legs for booking in with_legs(visible_bookings(cast.alice))]
        return len(feed), len(listing)

    make.booking(cast.alice, make.resource(cast.house))
    one = queries()
    for _ in range(4):
        make.booking(cast.alice, make.resource(cast.house), make.resource(cast.house))

    assert queries() == one == (4, 3)
