"""What stands on displays: who is in, in words for everybody, whatever of the house was booked."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Source
from infra24.bookings.services import cancel_booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from infra24.signage.boards import Board, board_of
from infra24.signage.policies import DoorState
from infra24.signage.services import put_up_display
from tests import make

pytestmark = pytest.mark.django_db
ALWAYS = make.open_week("00:00", "24:00")
NOON = make.NOON


@pytest.fixture
def cast() -> make.Cast:
    return make.cast()


def board(cast: make.Cast, resource: Resource | None = None, *, place: str = "", now: datetime = NOON) -> Board:
    with acting_for(cast.house.pk):
        display = put_up_display(resource=resource, place=place, by=cast.alice, source=Source.STAFF)
        return board_of(display, cast.house, now=now)


def titles(found: Board) -> dict[str, tuple[list[str], list[str]]]:
    """What runs and what follows at each door, as anybody reads it."""
    return {
        door.resource.name: ([stay.public_title for stay in door.running], [stay.public_title for stay in door.next])
        for door in found.doors
    }


def test_a_door_says_what_is_on_what_comes_and_when_it_is_free_again(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Studio", rules={**ALWAYS, "buffer_after_minutes": 30})
    make.booking(cast.alice, room, title="Choir", visibility="title", hours=2)
    make.booking(cast.alice, room, starts_at=NOON + timedelta(hours=4))

    (door,) = board(cast, room, now=NOON + timedelta(minutes=5)).doors

    assert (door.standing.state, door.standing.until) == (DoorState.TAKEN, NOON + timedelta(hours=2, minutes=30))
    (packing,) = board(cast, room, now=NOON + timedelta(hours=2, minutes=5)).doors
    assert packing.standing.state == DoorState.BETWEEN
    (free,) = board(cast, room, now=NOON + timedelta(hours=2, minutes=30)).doors
    # A booking that began now would be packed down before the next.
    assert (free.standing.state, free.standing.until) == (DoorState.FREE, NOON + timedelta(hours=3, minutes=30))


@pytest.mark.parametrize(
    ("visibility", "approval", "shown"),
    [("title", "never", ["Salt glaze"]), ("busy", "never", ["Booked"]), ("title", "always", ["Booked"])],
)
def test_nobody_is_named_and_titles_stand_only_where_the_booking_shows_them(
    cast: make.Cast, visibility: str, approval: str, shown: list[str]
) -> None:
    room = make.resource(cast.house, name="Kiln", rules={**ALWAYS, "approval": approval})
    make.booking(cast.bob, room, title="Salt glaze", visibility=visibility)

    assert titles(board(cast, room)) == {"Kiln": (shown, [])}


def test_a_request_that_keeps_no_time_and_what_was_called_off_are_not_shown(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="Kiln", rules={**ALWAYS, "approval": "always", "pending_blocks": False})
    make.booking(cast.bob, room)
    gone = make.booking(cast.alice, room, starts_at=NOON + timedelta(hours=1))
    with acting_for(cast.house.pk):
        cancel_booking(gone, by=cast.alice, source=Source.STAFF)

    found = board(cast, room)

    assert (titles(found), found.doors[0].standing.state) == ({"Kiln": ([], [])}, DoorState.FREE)


def test_who_books_the_hall_is_at_the_doors_of_its_halves_and_the_other_way_round(cast: make.Cast) -> None:
    hall = make.resource(cast.house, name="Hall", rules=ALWAYS)
    north, south = (make.resource(cast.house, name=name, part_of=hall, rules=ALWAYS) for name in ("North", "South"))
    make.booking(cast.alice, hall, title="Gala", visibility="title")
    make.booking(cast.alice, north, title="Choir", visibility="title", starts_at=NOON + timedelta(hours=2))

    assert [titles(board(cast, each)) for each in (hall, north, south)] == [
        {"Hall": (["Gala"], ["Choir"])},
        {"North": (["Gala"], ["Choir"])},
        {"South": (["Gala"], [])},
    ]


def test_a_lobby_shows_what_everybody_may_see_and_no_people(cast: make.Cast) -> None:
    make.resource(cast.house, name="Studio", location="Annex", rules=ALWAYS)
    make.resource(cast.house, name="Press", kind="equipment", location="Barn", rules=ALWAYS)
    make.resource(cast.house, name="Vault", location="Annex", visible_to="staff", rules=ALWAYS)
    make.resource(cast.house, name="Ana", kind="person", location="Annex", rules=ALWAYS)

    assert set(titles(board(cast))) == {"Press", "Studio"}
    assert set(titles(board(cast, place="Annex"))) == {"Studio"}


def test_a_closure_is_named_unless_it_is_of_something_not_everybody_sees(cast: make.Cast) -> None:
    hall = make.resource(cast.house, name="Hall", rules=ALWAYS)
    part = make.resource(cast.house, name="Vault", part_of=hall, visible_to="staff", rules=ALWAYS)
    other = make.resource(cast.house, name="Studio", rules=ALWAYS)
    make_closed(cast, part, "Alarm is being built in")
    make_closed(cast, other, "New floor")

    doors = {door.resource.name: door for door in board(cast).doors}

    assert {name: (door.standing.state, door.closure) for name, door in doors.items()} == {
        "Hall": (DoorState.CLOSED, ""),
        "Studio": (DoorState.CLOSED, "New floor"),
    }


def make_closed(cast: make.Cast, resource: Resource, title: str) -> None:
    with acting_for(cast.house.pk):
        day = NOON.replace(tzinfo=None, hour=0)
        Closure.objects.create(
            org_id=cast.house.pk, resource=resource, title=title, wall_from=day, wall_until=day + timedelta(days=1)
        )


def test_a_board_says_when_it_will_be_another(cast: make.Cast) -> None:
    room = make.resource(cast.house, rules=ALWAYS)
    make.booking(cast.alice, room, starts_at=NOON + timedelta(hours=1))

    assert board(cast, room).changes_at == NOON + timedelta(hours=1)
    assert board(cast, room, now=NOON + timedelta(hours=1)).changes_at == NOON + timedelta(hours=2)


def test_what_was_put_away_leaves_its_display_empty(cast: make.Cast) -> None:
    room = make.resource(cast.house, rules=ALWAYS)
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=room.pk).update(archived_at=datetime.now(UTC))

    assert board(cast, room).doors == []


def test_a_board_takes_the_same_queries_however_many_doors(cast: make.Cast) -> None:
    counted: list[Any] = []
    for number in (1, 3):
        for _ in range(number):
            room = make.resource(cast.house, rules=ALWAYS)
            make.booking(cast.alice, room)
        with acting_for(cast.house.pk):
            display = put_up_display(by=cast.alice, source=Source.STAFF)
            with CaptureQueriesContext(connection) as queries:
                board_of(display, cast.house, now=NOON)
        counted.append(len(queries))

    assert counted[0] == counted[1] <= 10
