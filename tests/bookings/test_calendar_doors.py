"""What a calendar asks: what is on, narrowed; what is free, of many at once; and whether something could be booked."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.availability import availabilities_of, availability_of
from infra24.bookings.feed import calendar_events
from infra24.bookings.filtering import EventFilter
from infra24.bookings.models import Booking, Refusal
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from infra24.resources.models import Resource
from infra24.resources.policies import parse_wish
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def send(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
    return make.client().generic(
        method, f"/api/{path}", make.json(body or {}), "application/json", headers=bearer(make.token(by)) | headers
    )


def shown(viewer: Member, **wanted: Any) -> list[str]:
    """Titles of the bookings among the events, as they are told."""
    with acting_for(viewer.org_id):
        events = calendar_events(viewer, NOON - HOUR, NOON + 6 * HOUR, wanted=EventFilter(**wanted))
    return [event.title for event in events if event.extendedProps.kind == "booking"]


# --- What is on ------------------------------------------------------------------


@pytest.fixture
def booked(cast: Cast) -> dict[str, Resource]:
    """A firing for Dora, a hold of the hall, and Bob's own request of the only big room with a projector."""
    kiln = make.resource(cast.house, kind="equipment")
    hall = make.resource(cast.house, capacity=10)
    lab = make.resource(cast.house, capacity=40, rules={**make.open_week(), "approval": "always"})
    make.feature(cast.house, "projector", "flag")
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=lab.pk).update(features={"projector": True})
    make.booking(cast.alice, kiln, title="Firing", person=make.person(cast.house, name="Dóra Nagy"))
    make.booking(cast.alice, hall, title="Dinner", starts_at=NOON + HOUR, status="hold", visibility="title")
    with acting_for(cast.house.pk):
        make.booking(cast.bob, lab, title="Film night", starts_at=NOON + 2 * HOUR)
    return {"kiln": kiln, "hall": hall, "lab": lab}


@pytest.mark.parametrize(
    ("wanted", "titles"),
    [
        ({}, ["Firing", "Dinner", "Film night"]),
        ({"kinds": ["equipment"]}, ["Firing"]),
        ({"kinds": ["space"], "people": 11}, ["Film night"]),
        ({"people": 2}, ["Firing", "Dinner", "Film night"]),
        ({"features": [parse_wish("projector")]}, ["Film night"]),
        ({"features": [parse_wish("projector")], "kinds": ["equipment"]}, []),
        ({"statuses": ["hold", "pending"]}, ["Dinner", "Film night"]),
        ({"sources": ["staff"]}, ["Firing", "Dinner", "Film night"]),
        ({"sources": ["import"]}, []),
        ({"text": "IN"}, ["Firing", "Dinner"]),
        ({"text": "dora"}, ["Firing"]),
        ({"text": "%"}, []),
        ({"text": "night", "statuses": ["confirmed"]}, []),
    ],
)
def test_staff_see_what_they_ask_for(
    cast: Cast, booked: dict[str, Resource], wanted: dict[str, Any], titles: list[str]
) -> None:
    assert shown(cast.alice, **wanted) == titles


def test_staff_ask_for_one_resource_and_one_person(cast: Cast, booked: dict[str, Resource]) -> None:
    with acting_for(cast.house.pk):
        whose = Booking.objects.get(title="Firing").person_id

    assert shown(cast.alice, person_id=whose) == ["Firing"]
    assert shown(cast.alice, person_id=whose, resource_ids=[booked["hall"].pk]) == []
    assert shown(cast.alice, resource_ids=[booked["hall"].pk, booked["lab"].pk], people=11) == ["Film night"]


def test_members_find_nothing_by_what_they_are_not_told(cast: Cast, booked: dict[str, Resource]) -> None:
    with acting_for(cast.house.pk):
        whose = Booking.objects.get(title="Firing").person_id

    assert shown(cast.bob) == ["Busy", "Dinner", "Film night"]
    assert shown(cast.bob, statuses=["confirmed"]) == ["Busy"]
    assert shown(cast.bob, text="firing") == []
    assert shown(cast.bob, text="dora") == []
    assert shown(cast.bob, person_id=whose) == []
    assert shown(cast.bob, text="in") == ["Dinner"]
    assert shown(cast.bob, text="bob") == ["Film night"]
    assert shown(cast.bob, sources=["staff"]) == ["Film night"]


def test_the_feed_is_not_sent_again_while_nothing_changed(cast: Cast, booked: dict[str, Resource]) -> None:
    path = f"calendar/events?start={NOON - HOUR:%Y-%m-%dT%H:%M:%SZ}&end={NOON + 6 * HOUR:%Y-%m-%dT%H:%M:%SZ}"

    first = send(cast.alice, "GET", f"{path}&kind=equipment&kind=space&feature=projector&people=5")
    assert [event["title"] for event in first.json() if event["extendedProps"]["kind"] == "booking"] == ["Film night"]
    first = send(cast.alice, "GET", path)
    again = send(cast.alice, "GET", path, **{"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    # What others are told of the same is something else.
    assert send(cast.bob, "GET", path, **{"If-None-Match": first.headers["ETag"]}).status_code == 200

    make.booking(cast.alice, booked["kiln"], starts_at=NOON + 4 * HOUR)
    assert send(cast.alice, "GET", path, **{"If-None-Match": first.headers["ETag"]}).status_code == 200


def test_a_feature_nobody_knows_is_refused_and_said_where(cast: Cast) -> None:
    window = f"start={NOON:%Y-%m-%dT%H:%M:%SZ}&end={NOON + HOUR:%Y-%m-%dT%H:%M:%SZ}"
    refused = send(cast.alice, "GET", f"calendar/events?{window}&feature=trampoline")

    assert (refused.status_code, list(refused.json()["fields"])) == (422, ["feature.0"])


# --- What is free ----------------------------------------------------------------


def free(by: Member, *resources: UUID, status: int = 200, **more: Any) -> Any:
    asked = [f"resource={each}" for each in resources] + [f"{name}={value}" for name, value in more.items()]
    window = f"start={NOON - HOUR:%Y-%m-%dT%H:%M:%SZ}&end={NOON + 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}"
    answer = send(by, "GET", f"calendar/free?{window}&{'&'.join(asked)}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_several_resources_are_free_as_each_of_them_is(cast: Cast) -> None:
    hall = make.resource(cast.house, rules={**make.open_week(), "buffer_after_minutes": 30})
    half = make.resource(cast.house, part_of=hall)
    shut = make.resource(cast.house, rules=make.closed_week())
    make.booking(cast.alice, half)
    ids = [shut.pk, hall.pk, half.pk]

    items = free(cast.alice, *ids, length="PT1H")["items"]

    assert [UUID(item["resource_id"]) for item in items] == ids
    for item in items:
        alone = f"start={NOON - HOUR:%Y-%m-%dT%H:%M:%SZ}&end={NOON + 3 * HOUR:%Y-%m-%dT%H:%M:%SZ}&length=PT1H"
        one = send(cast.alice, "GET", f"resources/{item.pop('resource_id')}/availability?{alone}").json()
        assert item == one
    assert [[reason["code"] for reason in each["reasons"]] for each in items[1]["refused"]] == [["slot_taken"]]
    assert items[1]["refused"][0]["start"] < items[2]["refused"][0]["start"]  # half an hour to pack down before it
    assert [each["reasons"][0]["code"] for each in items[0]["refused"]] == ["closed"]


def test_a_booking_that_is_moved_is_not_in_its_own_way(cast: Cast) -> None:
    room = make.resource(cast.house)
    mine, others = make.booking(cast.bob, room), make.booking(cast.alice, room, starts_at=NOON + HOUR)

    (kept,) = free(cast.bob, room.pk)["items"]
    (moved,) = free(cast.bob, room.pk, **{"except": mine.pk})["items"]

    assert [(each["start"], each["end"]) for each in (*kept["refused"], *moved["refused"])] == [
        (f"{NOON:%Y-%m-%dT%H:%M:%SZ}", f"{NOON + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"),
        (f"{NOON + HOUR:%Y-%m-%dT%H:%M:%SZ}", f"{NOON + 2 * HOUR:%Y-%m-%dT%H:%M:%SZ}"),
    ]
    assert free(cast.bob, room.pk, status=404, **{"except": others.pk})["code"] == "booking_not_found"


def test_what_is_hidden_put_away_or_elsewhere_is_left_out(cast: Cast) -> None:
    room, vault = make.resource(cast.house), make.resource(cast.house, visible_to="staff")
    theirs = make.resource(cast.elsewhere)

    told = free(cast.bob, room.pk, vault.pk, theirs.pk, room.pk)["items"]

    assert [item["resource_id"] for item in told] == [str(room.pk)]
    assert free(cast.bob, vault.pk, status=404)["code"] == "resource_not_found"


def test_thirty_resources_cost_as_many_queries_as_one(cast: Cast) -> None:
    make.person(cast.house, member=cast.bob)
    quota = {**make.open_week(), "quotas": [{"per": "week", "hours": 9}]}
    rooms = [make.resource(cast.house, rules=quota) for _ in range(30)]
    for each in rooms:
        make.booking(cast.alice, each)

    def queries(*resources: Resource) -> int:
        with acting_for(cast.house.pk), CaptureQueriesContext(connection) as sent:
            found = availabilities_of(cast.bob, [each.pk for each in resources], NOON, NOON + 24 * HOUR, length=HOUR)
        assert len(found) == len(resources)
        return len(sent)

    assert queries(*rooms) == queries(rooms[0])
    with acting_for(cast.house.pk):
        both = availabilities_of(cast.bob, [rooms[0].pk, rooms[1].pk], NOON, NOON + 24 * HOUR, length=HOUR)
        assert both[rooms[1].pk] == availability_of(cast.bob, rooms[1].pk, NOON, NOON + 24 * HOUR, length=HOUR)


# --- Whether it could be booked ----------------------------------------------------


def rows(cast: Cast) -> tuple[int, ...]:
    with acting_for(cast.house.pk):
        kept = (Booking, Fact, Delivery, Refusal)
        return tuple(model._default_manager.count() for model in kept)


def wish(resource: Resource, **more: Any) -> dict[str, Any]:
    usual = {"title": "Firing", "resource_id": resource.pk, "starts_at": NOON, "ends_at": NOON + HOUR}
    return {**usual, **more}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"status": "hold"},
        {"starts_at": NOON + HOUR, "ends_at": NOON + 2 * HOUR},
        {"starts_at": NOON + 14 * HOUR, "ends_at": NOON + 15 * HOUR},
        {"ends_at": NOON - HOUR},
        {"party_size": 9},
    ],
)
def test_a_look_answers_as_booking_does_and_writes_nothing(cast: Cast, more: dict[str, Any]) -> None:
    room = make.resource(cast.house, capacity=4, rules={**make.open_week(), "buffer_after_minutes": 15})
    make.booking(cast.alice, room, starts_at=NOON + HOUR + HOUR / 2)
    before = rows(cast)

    looked = send(cast.alice, "POST", "bookings/check", wish(room, **more))
    assert rows(cast) == before
    done = send(cast.alice, "POST", "bookings", wish(room, **more))

    said, is_done = looked.json(), done.json()
    if done.status_code == 201:
        assert looked.status_code == 200
        assert said == {name: is_done[name] for name in ("status", "starts_at", "ends_at", "time_zone", "legs")}
        assert said["legs"][0]["blocks_until"] > said["legs"][0]["ends_at"]
    else:
        assert (looked.status_code, said) == (done.status_code, is_done)


def test_a_look_at_a_change_answers_as_the_change_does_and_changes_nothing(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    held = make.booking(cast.alice, room, status="hold")
    make.booking(cast.alice, other)
    at, before = f"bookings/{held.pk}", rows(cast)

    fits = {"ends_at": NOON + 2 * HOUR, "status": "confirmed"}
    looked = send(cast.alice, "POST", f"{at}/check", fits).json()
    clash = send(cast.alice, "POST", f"{at}/check", {"legs": [{"resource_id": other.pk}]})
    assert send(cast.alice, "GET", at).json()["version"] == held.version
    assert rows(cast) == before

    refused = send(cast.alice, "PATCH", at, {"legs": [{"resource_id": other.pk}]})
    done = send(cast.alice, "PATCH", at, fits).json()
    assert (clash.status_code, clash.json()) == (refused.status_code, refused.json())
    assert clash.json()["code"] == "slot_taken"
    assert (looked["status"], looked["ends_at"]) == (done["status"], done["ends_at"])


def test_others_look_only_where_they_may(cast: Cast) -> None:
    room, theirs = make.resource(cast.house), make.resource(cast.elsewhere)
    booking = make.booking(cast.alice, room)

    answers = [
        send(cast.bob, "POST", f"bookings/{booking.pk}/check", {"title": "Mine"}),
        send(cast.alice, "POST", "bookings/check", wish(theirs)),
        make.client().post("/api/bookings/check"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 401]
