"""Taking over an older system's two tables."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command

from infra24.facilities.legacy import Merged, merge, read_rows
from infra24.orgs.models import Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import Feature, Resource
from tests import make
from tests.database import TestDatabase
from tests.recorded import recorded_facts

BASE = """ID,Title,Category,Details,Max_Capacity,Quantity,Building,Organization_ID,Active,Metadata
1,Great Hall,Room,A hall,40,,North,7,true,"{""projector"": true, ""floor m2"": 260}"
2,Kiln,kiln,,,2,Yard,7,1,"{""max temp"": 1240, ""cones"": [1, 2]}"
3,Old press,press,,,,,7,false,
4,Ana Lima,Instructor,,,,,7,true,
5,Foreign,room,,,,,8,true,
"""
OWN = """id,name,type,description,capacity,location,org_id,is_active,resource_id,features
10,Main Hall,space,,45,First floor,7,true,1,"{""stage"": true}"
11,Káln,equipment,,,,7,true,,
12,Kiln,Equipment,Ask first,,,7,true,,"[""extraction""]"
"""


@pytest.fixture
def files(tmp_path: Path) -> Callable[..., list[str]]:
    def written(base: str = BASE, own: str = OWN) -> list[str]:
        (tmp_path / "base.csv").write_text(base)
        (tmp_path / "own.csv").write_text(own)
        return ["--resources", str(tmp_path / "base.csv"), "--org-resources", str(tmp_path / "own.csv")]

    return written


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("import_legacy", "--organisation", "oolite", "--old-organisation", "7", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("import_legacy", "--organisation", "oolite", "--old-organisation", "7", *arguments, stdout=out)
    return out.getvalue()


def here(house: Organisation) -> dict[str, Resource]:
    with acting_for(house.pk):
        return {one.legacy_id: one for one in Resource.objects.select_related("person")}


@pytest.mark.django_db
def test_a_dry_run_tells_and_writes_nothing(files: Callable[..., list[str]]) -> None:
    cast = make.cast(alice=Role.ADMIN)

    told = run(*files())

    assert "new        org_resources:10: space “Main Hall”, merged with resources:1" in told
    assert "new        resources:3: equipment “Old press”, archived" in told
    assert "note       resources line 5: “Ana Lima” is written down under People." in told
    assert "note       org_resources line 4: Its feature cones = [1, 2] is left out." in told
    assert "5 new, 2 of them merged, 0 unchanged, 0 clashes, 0 faults." in told
    assert "Add --apply" in told
    with acting_for(cast.house.pk):
        assert (Resource.objects.count(), Feature.objects.count(), Person.objects.count(), recorded_facts()) == (
            0,
            0,
            0,
            [],
        )


@pytest.mark.django_db
def test_rows_of_both_tables_become_one_and_keep_their_old_id(files: Callable[..., list[str]]) -> None:
    cast = make.cast(alice=Role.ADMIN)

    run(*files(), "--apply")

    found = here(cast.house)
    assert set(found) == {"org_resources:10", "org_resources:11", "org_resources:12", "resources:3", "resources:4"}
    hall, kiln = found["org_resources:10"], found["org_resources:12"]
    assert (hall.name, hall.description, hall.capacity, hall.location) == ("Main Hall", "A hall", 45, "First floor")
    assert hall.features == {"projector": True, "floor_m2": 260, "stage": True}
    assert (kiln.units, kiln.description, kiln.location) == (2, "Ask first", "Yard")
    assert kiln.features == {"max_temp": 1240, "extraction": True}
    assert found["resources:3"].archived_at is not None
    assert str(found["resources:4"].person) == "Ana Lima"
    with acting_for(cast.house.pk):
        types = dict(Feature.objects.values_list("key", "type"))
    assert types == {
        "projector": "flag",
        "floor_m2": "number",
        "stage": "flag",
        "max_temp": "number",
        "extraction": "flag",
    }


@pytest.mark.django_db
def test_running_twice_changes_nothing(files: Callable[..., list[str]]) -> None:
    cast = make.cast(alice=Role.ADMIN)
    run(*files(), "--apply")
    before = {key: (one.pk, one.version) for key, one in here(cast.house).items()}

    told = run(*files(), "--apply")

    assert "0 new, 0 of them merged, 5 unchanged" in told
    assert {key: (one.pk, one.version) for key, one in here(cast.house).items()} == before


@pytest.mark.django_db
def test_what_contradicts_itself_is_named_and_nothing_is_written(files: Callable[..., list[str]]) -> None:
    cast = make.cast(alice=Role.ADMIN)
    make.resource(cast.house, name="Darkroom")
    base = "id,name,type,capacity,organization_id\n1,Hall,room,40,7\n2,Press,press,,7\n3,Darkroom,room,,7\n4,Lab,lair,few,7\n"
    own = "id,name,type,capacity,resource_id,org_id\n1,hall,room,45,,7\n2,Press,room,,,7\n3,X,room,,99,7\n4,Y,room,,2,7\n5,Y,room,,,7\n"

    told = refused(*files(base, own), "--apply")

    for line in (
        "clash      org_resources line 2: “hall” fits 45 here, and 40 at resources line 2.",
        "clash      org_resources line 3: “Press” is space here, and equipment at resources line 3.",
        "clash      org_resources line 4: It says it is resources 99, and there is none.",
        "clash      org_resources line 5: “Y” is space here, and equipment at resources line 3.",
        "clash      org_resources line 6: It has the same name and kind as org_resources line 5.",
        "clash      resources line 4: There is a resource “Darkroom” of this kind already. Rename or leave out one.",
    ):
        assert line in told
    assert "fault      resources line 5: Its kind “lair” is none we know" in told
    assert "Its capacity “few” is not a whole number." in told
    assert set(here(cast.house)) == {""}


@pytest.mark.django_db
def test_rows_can_be_left_out(files: Callable[..., list[str]]) -> None:
    cast = make.cast(alice=Role.ADMIN)
    base, own = "id,name,type\n1,Hall,room\n", "id,name,type\n9,Hall,kiln\n"
    command = ["--organisation", "oolite", *files(base, own)]

    with pytest.raises(CommandError):
        call_command("import_legacy", *command, "--apply", stdout=StringIO())
    call_command("import_legacy", *command, "--leave-out", "org_resources:9", "--apply", stdout=StringIO())

    assert set(here(cast.house)) == {"resources:1"}


def test_rows_of_several_organisations_want_a_choice() -> None:
    rows = [
        (2, {"id": "1", "name": "A", "type": "room", "org_id": "7"}),
        (3, {"id": "2", "name": "B", "type": "room", "org_id": "8"}),
    ]

    assert "several organisations (7, 8)" in read_rows("resources", rows).faults[0].text
    assert [thing.name for thing in read_rows("resources", rows, organisation="8").things] == ["B"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({"type": "Rooms"}, {"kind": "space"}),
        ({"kind": "Kilns"}, {"kind": "equipment"}),
        ({"category": "room", "room": "2.11", "building": "East"}, {"location": "2.11, East"}),
        ({"type": "room", "is_active": False}, {"is_archived": True}),
        ({"type": "room", "deleted_at": "2024-01-01"}, {"is_archived": True}),
        ({"type": "room", "archived": "f"}, {"is_archived": False}),
        ({"type": "room", "capacity": 0, "quantity": "3.0"}, {"capacity": None, "units": 3}),
    ],
)
def test_columns_have_many_names(row: dict[str, Any], said: dict[str, Any]) -> None:
    (thing,) = read_rows("resources", [(2, {"id": 1, "NAME": "A", **row})]).things

    assert {name: getattr(thing, name) for name in said} == said


@pytest.mark.parametrize(
    "row", [{"id": ""}, {"name": " "}, {"type": ""}, {"units": "-1"}, {"metadata": "{"}, {"metadata": "5"}]
)
def test_what_a_row_cannot_say_is_a_fault(row: dict[str, Any]) -> None:
    reading = read_rows("resources", [(2, {"id": 1, "name": "A", "type": "room", **row})])

    assert (reading.things, len(reading.faults)) == ([], 1)


def test_two_rows_cannot_mean_the_same_one() -> None:
    base = read_rows("resources", [(2, {"id": 1, "name": "A", "type": "room"})]).things
    own = read_rows(
        "org_resources", [(n, {"id": n, "name": f"B{n}", "type": "room", "resource_id": 1}) for n in (2, 3)]
    ).things

    merged, clashes = merge(base, own)

    assert [type(one) for one in merged] == [Merged, Merged]
    assert [clash.where for clash in clashes] == ["org_resources line 3"]


@pytest.mark.django_db
def test_both_tables_are_read_from_a_database(database: TestDatabase) -> None:
    cast = make.cast(alice=Role.ADMIN)
    url = database.environment()["DATABASE_OWNER_URL"]
    with psycopg.connect(url, autocommit=True) as old:
        old.execute(
            "CREATE TABLE resources (id int, name text, type text, max_capacity int, metadata jsonb, org_id int)"
        )
        old.execute("""INSERT INTO resources VALUES (1, 'Hall', 'room', 40, '{"stage": true}', 7)""")
        try:
            run("--database", url, "--apply")
        finally:
            old.execute("DROP TABLE resources")

    (hall,) = here(cast.house).values()
    assert (hall.legacy_id, hall.capacity, hall.features) == ("resources:1", 40, {"stage": True})


@pytest.mark.django_db
def test_the_command_acts_in_somebodys_name(files: Callable[..., list[str]]) -> None:
    make.cast()

    for more in ([], ["--as", "bob@example.org"], ["--as", "charlie@example.org"]):
        with pytest.raises(CommandError):
            call_command("import_legacy", "--organisation", "oolite", *files(), *more, stdout=StringIO())
    with pytest.raises(CommandError, match="no organisation"):
        call_command("import_legacy", "--organisation", "nowhere", *files(), stdout=StringIO())
    with pytest.raises(CommandError, match="Name the files"):
        call_command("import_legacy", "--organisation", "oolite", stdout=StringIO())
