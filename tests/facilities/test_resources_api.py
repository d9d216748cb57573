"""The API of resources and of the vocabulary of features."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.facilities.words import qualification
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> make.Cast:
    return make.cast(alice=Role.MANAGER)


def call(member: Any, method: str, path: str, body: Any = None, **headers: str) -> Any:
    headers = {"Infra24-Organisation": "oolite", **headers}
    data = b"" if body is None else make.json(body)
    return make.client(member).generic(method, f"/api/{path}", data, "application/json", headers=headers)


def names(member: Any, query: str) -> list[str]:
    answer = call(member, "GET", f"resources?{query}")
    assert answer.status_code == 200, answer.content
    return [item["name"] for item in answer.json()["items"]]


def test_a_manager_adds_a_resource_and_changes_it(cast: make.Cast) -> None:
    make.feature(cast.house, "projector", "flag")

    made = call(
        cast.alice, "POST", "resources", {"kind": "space", "name": "Great Hall", "features": {"projector": True}}
    )
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    path = f"resources/{made.json()['id']}"
    changed = call(
        cast.alice, "PATCH", path, {"capacity": 40, "latitude": 25, "longitude": -80.5}, **{"If-Match": '"1"'}
    )
    stale = call(cast.alice, "PATCH", path, {"capacity": 50}, **{"If-Match": '"1"'})

    assert changed.json() == {
        **made.json(),
        "capacity": 40,
        "latitude": 25.0,
        "longitude": -80.5,
        "version": 2,
    }
    assert changed.json()["features"] == {"projector": True}
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_a_resource_is_put_away_and_brought_back(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="North")
    path = f"resources/{room.pk}"

    away = call(cast.alice, "PATCH", path, {"name": "Old north", "archived": True}, **{"If-Match": '"1"'})

    assert (away.json()["archived"], away.json()["name"]) == (True, "Old north")
    assert call(cast.bob, "GET", path).status_code == 404
    assert names(cast.bob, "archived=true") == []
    assert names(cast.alice, "archived=true") == ["Old north"]
    assert names(cast.alice, "") == []
    assert call(cast.alice, "PATCH", path, {"archived": False}).json()["archived"] is False


def test_what_is_wrong_is_named_by_its_path(cast: make.Cast) -> None:
    answer = call(cast.alice, "POST", "resources", {"kind": "space", "name": "", "units": 0, "colour": "red"})
    assert (answer.status_code, set(answer.json()["fields"])) == (422, {"name", "units", "colour"})

    answer = call(cast.alice, "POST", "resources", {"kind": "space", "name": "A", "features": {"sauna": True}})
    assert (answer.status_code, answer.json()["code"]) == (422, "resource_invalid")
    assert set(answer.json()["fields"]) == {"features.sauna"}


def test_a_conflict_names_the_bookings(cast: make.Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=6)
    booking = make.booking(cast.bob, cameras, title="Film", units=5)

    answer = call(cast.alice, "PATCH", f"resources/{cameras.pk}", {"units": 4})

    assert (answer.status_code, answer.json()["code"]) == (409, "units_promised")
    assert answer.json()["reasons"][0]["source"] == {"booking_id": str(booking.pk)}


def test_lists_are_narrowed_by_kind_name_features_and_people(cast: make.Cast) -> None:
    make.feature(cast.house, "projector", "flag")
    make.feature(cast.house, "max_temperature", "number", unit="°C")
    make.feature(cast.house, "floor", "choice", choices=["Ground", "2"])
    hall = make.resource(cast.house, name="Großer Saal", capacity=40)
    make.resource(cast.house, name="Half", capacity=20, part_of=hall)
    kiln = make.resource(cast.house, kind="equipment", name="Kiln")
    raku = make.resource(cast.house, kind="equipment", name="Raku kiln")
    with acting_for(cast.house.pk):
        Resource.objects.filter(kind="equipment").update(group="Clay")
        Resource.objects.filter(pk=hall.pk).update(features={"projector": True, "floor": "Ground"})
        Resource.objects.filter(pk=kiln.pk).update(features={"max_temperature": 1240, "projector": False, "floor": "2"})
        Resource.objects.filter(pk=raku.pk).update(features={"max_temperature": 1000.5})

    for query, found in {
        "": ["Großer Saal", "Half", "Kiln", "Raku kiln"],
        "kind=equipment": ["Kiln", "Raku kiln"],
        "q=grosser": ["Großer Saal"],
        "people=21": ["Großer Saal"],
        "group=Clay": ["Kiln", "Raku kiln"],
        "group=": ["Großer Saal", "Half"],
        f"part_of={hall.pk}": ["Half"],
        "feature=projector": ["Großer Saal"],
        "feature=projector%3Dno": ["Half", "Kiln", "Raku kiln"],
        "feature=max_temperature": ["Kiln", "Raku kiln"],
        "feature=max_temperature%3E%3D1200": ["Kiln"],
        "feature=max_temperature%3C%3D1200": ["Raku kiln"],
        "feature=max_temperature%3D1240": ["Kiln"],
        "feature=floor%3Dground": ["Großer Saal"],
        "feature=floor": ["Großer Saal", "Kiln"],
        "feature=floor&feature=max_temperature%3E%3D1200": ["Kiln"],
    }.items():
        assert (query, names(cast.bob, query)) == (query, found)
    for query in ("feature=sauna", "feature=floor%3D9", "feature=floor%3E%3D2", "feature=%3D"):
        answer = call(cast.bob, "GET", f"resources?{query}")
        assert (query, answer.status_code, set(answer.json()["fields"])) == (query, 422, {"feature"})


def test_a_list_takes_as_many_queries_for_three_as_for_one(cast: make.Cast) -> None:
    counts = []
    for wanted in (1, 3):
        while len(names(cast.alice, "")) < wanted:
            room = make.resource(cast.house)
            need = qualification(cast.house, f"For {room}")
            call(cast.alice, "PATCH", f"resources/{room.pk}", {"needs": [str(need.pk)]})
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert len(names(cast.alice, "")) == wanted
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_members_read_and_do_not_write_and_strangers_find_nothing(cast: make.Cast) -> None:
    room = make.resource(cast.house)
    path = f"resources/{room.pk}"

    assert call(cast.bob, "POST", "resources", {"kind": "space", "name": "Mine"}).status_code == 403
    assert call(cast.bob, "PATCH", path, {"name": "Mine"}).status_code == 403
    assert call(cast.charlie, "GET", path).status_code == 404
    elsewhere = {"Infra24-Organisation": "elsewhere"}
    assert call(cast.charlie, "PATCH", path, {"name": "Mine"}, **elsewhere).status_code == 404
    stolen = call(
        cast.charlie, "POST", "resources", {"kind": "space", "name": "A", "part_of": str(room.pk)}, **elsewhere
    )
    assert (stolen.status_code, set(stolen.json()["fields"])) == (422, {"part_of"})


def test_the_vocabulary_grows_changes_and_is_put_away(cast: make.Cast) -> None:
    floor = {"name": "Floor", "type": "choice", "choices": ["Ground", "First"]}
    made = call(cast.alice, "POST", "features", floor)
    assert (made.status_code, made.json()["key"]) == (201, "floor")
    assert call(cast.alice, "POST", "features", floor).json()["code"] == "feature_key_taken"
    path = f"features/{made.json()['id']}"
    room = make.resource(cast.house)
    call(cast.alice, "PATCH", f"resources/{room.pk}", {"features": {"floor": "First"}})

    lost = call(cast.alice, "PATCH", path, {"choices": ["Ground", "Second"]})
    assert (lost.status_code, lost.json()["code"]) == (409, "choice_in_use")
    assert room.name in lost.json()["detail"]
    changed = call(cast.alice, "PATCH", path, {"name": "Storey", "choices": ["First", "Second"]}, **{"If-Match": '"1"'})
    assert (changed.json()["name"], changed["ETag"]) == ("Storey", '"2"')

    call(cast.alice, "PATCH", path, {"archived": True})
    assert call(cast.bob, "GET", "features").json()["items"] == []
    assert call(cast.bob, "GET", path).status_code == 404
    assert [one["key"] for one in call(cast.alice, "GET", "features?archived=true").json()["items"]] == ["floor"]
    assert call(cast.bob, "GET", f"resources/{room.pk}").json()["features"] == {"floor": "First"}
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["feature.added", "resource.changed", "feature.changed", "feature.archived"]


@pytest.mark.parametrize(
    ("body", "faulty"),
    [
        ({"name": "Floor", "type": "choice"}, {"choices"}),
        ({"name": "Floor", "type": "choice", "choices": ["A", "a"]}, {"choices"}),
        ({"name": "Heat", "type": "flag", "unit": "°C"}, {"unit"}),
        ({"name": "Heat", "type": "number", "choices": ["1", "2"]}, {"choices"}),
        ({"name": "°", "type": "flag"}, {"key"}),
        ({"name": "Heat", "type": "colour"}, {"type"}),
    ],
)
def test_words_that_make_no_sense_are_refused(cast: make.Cast, body: Any, faulty: set[str]) -> None:
    answer = call(cast.alice, "POST", "features", body)

    assert (answer.status_code, set(answer.json()["fields"])) == (422, faulty)
    with acting_for(cast.house.pk):
        assert recorded_facts() == []
