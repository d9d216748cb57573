"""What can be booked, and by whom, stays in order even when every service is bypassed."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import Any, cast
from uuid import UUID

import psycopg
import pytest
from psycopg import sql

from infra24.core.ids import new_id
from infra24.orgs.models import Organisation
from infra24.resources.models import Resource
from tests import make
from tests.database import TestDatabase
from tests.make import Cast
from tests.running import until

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2027, 3, 1, 12)  # noqa: DTZ001  # on the wall
TODAY = NOW.date()
USUAL: dict[str, dict[str, Any]] = {
    "resource": {
        "kind": "space",
        "name": "Raw",
        "sort_key": "raw",
        "description": "",
        "location": "",
        "units": 1,
        "time_zone": "",
        "features": "{}",
        "visible_to": "everyone",
        "bookable_by": "member",
        "version": 1,
    },
    "availabilityrule": {"kind": "", "valid_from": TODAY, "rules": "{}", "created_at": NOW},
    "closure": {
        "title": "Raw",
        "kind": "",
        "wall_from": NOW,
        "wall_until": NOW.replace(hour=18),
        "is_yearly": False,
        "created_at": NOW,
        "version": 1,
    },
    "feature": {"name": "Raw", "sort_key": "raw", "type": "flag", "unit": "", "choices": "[]", "version": 1},
    "qualification": {"name": "Raw", "description": "", "version": 1},
    "grant": {"granted_on": TODAY, "note": "", "created_at": NOW},
    "resourceneed": {},
    "studioassignment": {"starts_on": TODAY, "note": "", "created_at": NOW, "version": 1},
}
"""What else a row of each table needs."""


class Attacker:
    """Somebody with SQL as the app role, acting for one organisation."""

    def __init__(self, connection: psycopg.Connection[Any], org: Organisation) -> None:
        self.connection, self.org = connection, org
        self.pid = connection.info.backend_pid
        connection.execute("SELECT set_config('infra24.org_id', %s, false)", [str(org.pk)])
        connection.commit()

    def add(self, table: str, **columns: Any) -> UUID:
        row = {"id": new_id(), "org_id": self.org.pk, **USUAL[table], **columns}
        if table == "resource":
            row.setdefault("slug", str(row["id"]))
        self.connection.execute(
            sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(
                sql.Identifier(f"resources_{table}"),
                sql.SQL(", ").join(map(sql.Identifier, row)),
                sql.SQL(", ").join([sql.Placeholder()] * len(row)),
            ),
            list(row.values()),
        )
        return cast(UUID, row["id"])

    def change(self, table: str, row: UUID, **columns: Any) -> int:
        """How many rows it changed."""
        values = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(column)) for column in columns)
        update = sql.SQL("UPDATE {} SET {} WHERE id = %s").format(sql.Identifier(f"resources_{table}"), values)
        return self.connection.execute(update, [*columns.values(), row]).rowcount

    def read(self, table: str, column: str, row: UUID) -> Any:
        """The value, or None where there is no such row to see."""
        select = sql.SQL("SELECT {} FROM {} WHERE id = %s").format(
            sql.Identifier(column), sql.Identifier(f"resources_{table}")
        )
        found = self.connection.execute(select, [row]).fetchone()
        return found[0] if found else None


@pytest.fixture
def house() -> Cast:
    return make.cast()


@pytest.fixture
def attacker(house: Cast, database: TestDatabase) -> Iterator[Attacker]:
    with database.as_app() as connection:
        yield Attacker(connection, house.house)


@pytest.fixture
def rival(house: Cast, database: TestDatabase) -> Iterator[Attacker]:
    """The same organisation, on another connection."""
    with database.as_app() as connection:
        yield Attacker(connection, house.house)


@contextmanager
def refused(constraint: str) -> Iterator[None]:
    """PostgreSQL refuses the block, by the constraint of this name."""
    with pytest.raises(psycopg.errors.IntegrityError) as refusal:
        yield
    assert refusal.value.diag.constraint_name == constraint


@pytest.mark.parametrize(
    ("table", "columns", "constraint"),
    [
        ("resource", {"latitude": 91, "longitude": 0}, "resource_on_the_map"),
        ("resource", {"latitude": 25.8, "longitude": None}, "resource_on_the_map"),
        ("resource", {"visible_to": "nobody"}, "resource_audience_known"),
        ("resource", {"bookable_by": "everyone"}, "resource_bookers_known"),
        ("resource", {"kind": "kiln"}, "resource_kind_known"),
        ("resource", {"units": 0}, "resource_units_positive"),
        ("resource", {"capacity": 0}, "resource_capacity_positive"),
        ("closure", {"kind": "kiln"}, "closure_kind_known"),
        ("closure", {"wall_until": NOW}, "closure_ends_after_start"),
        ("feature", {"key": "raw", "type": "colour"}, "feature_type_known"),
        ("qualification", {"sort_key": "raw", "valid_months": 0}, "qualification_months_positive"),
    ],
)
def test_a_value_that_means_nothing_is_refused(
    attacker: Attacker, table: str, columns: dict[str, Any], constraint: str
) -> None:
    with refused(constraint):
        attacker.add(table, **columns)


@pytest.mark.parametrize(
    ("table", "columns", "constraint"),
    [
        ("resource", {"slug": "kiln"}, "resource_slug_once"),
        ("resource", {"legacy_id": "room-7"}, "resource_legacy_once"),
        ("feature", {"key": "projector"}, "feature_key_once"),
        ("qualification", {"sort_key": "kiln induction"}, "qualification_name_once"),
    ],
)
def test_a_second_of_one_name_is_refused(
    attacker: Attacker, table: str, columns: dict[str, Any], constraint: str
) -> None:
    attacker.add(table, **columns)

    with refused(constraint):
        attacker.add(table, **columns)


def test_any_number_come_from_no_other_system(attacker: Attacker) -> None:
    attacker.add("resource", legacy_id="")
    attacker.add("resource", legacy_id="")


@pytest.mark.parametrize(
    ("table", "constraint"), [("closure", "closure_one_scope"), ("availabilityrule", "availabilityrule_one_scope")]
)
def test_what_is_of_a_kind_and_of_one_resource_is_refused(
    house: Cast, attacker: Attacker, table: str, constraint: str
) -> None:
    kiln = make.resource(house.house)

    with refused(constraint):
        attacker.add(table, kind="space", resource_id=kiln.pk)


# --- Wholes and parts ------------------------------------------------------------------


def test_a_resource_is_not_part_of_itself(attacker: Attacker) -> None:
    hall = attacker.add("resource")

    with refused("resource_tree_no_circle"):
        attacker.change("resource", hall, part_of_id=hall)


def test_nor_does_it_begin_as_one(attacker: Attacker) -> None:
    key = new_id()

    with refused("resource_not_part_of_itself"):
        attacker.add("resource", id=key, part_of_id=key)


def test_a_circle_of_several_is_refused(attacker: Attacker) -> None:
    house = attacker.add("resource")
    hall = attacker.add("resource", part_of_id=house)
    half = attacker.add("resource", part_of_id=hall)

    with refused("resource_tree_no_circle"):
        attacker.change("resource", house, part_of_id=half)


def meanwhile(
    owner: psycopg.Connection[Any], first: Attacker, second: Attacker, act: Callable[[], object]
) -> BaseException | None:
    """`second` acts while what `first` did is not committed yet, and waits for it; what `second` then raised."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
            second.connection.commit()
        except psycopg.Error as error:
            raised.append(error)

    def waits() -> bool:
        row = owner.execute("SELECT %s = ANY(pg_blocking_pids(%s))", [first.pid, second.pid]).fetchone()
        return bool(row and row[0])

    thread = threading.Thread(target=run)
    thread.start()
    try:
        until(waits, "the second waits for the first")
        first.connection.commit()
    finally:
        with suppress(psycopg.Error):
            first.connection.rollback()
        thread.join()
    return raised[0] if raised else None


def test_two_who_would_close_a_circle_together_are_not_both_let(
    house: Cast, attacker: Attacker, rival: Attacker, database: TestDatabase
) -> None:
    hall, room = make.resource(house.house), make.resource(house.house)
    attacker.change("resource", hall.pk, part_of_id=room.pk)

    with database.as_owner() as owner, refused("resource_tree_no_circle"):
        error = meanwhile(owner, attacker, rival, lambda: rival.change("resource", room.pk, part_of_id=hall.pk))
        if error:
            raise error

    rival.connection.rollback()
    assert [rival.read("resource", "part_of_id", each.pk) for each in (hall, room)] == [room.pk, None]


def shapes(attacker: Attacker, *resources: Resource) -> list[int]:
    return [attacker.read("resource", "shape", resource.pk) for resource in resources]


def test_a_new_part_gives_every_whole_near_and_far_another_shape(house: Cast, attacker: Attacker) -> None:
    building, other = make.resource(house.house), make.resource(house.house)
    hall = make.resource(house.house, part_of=building)
    before = shapes(attacker, building, hall, other)

    half = attacker.add("resource", part_of_id=hall.pk)
    arrived = shapes(attacker, building, hall, other)
    attacker.change("resource", half, part_of_id=other.pk)
    moved = shapes(attacker, building, hall, other)

    assert [now - was for was, now in zip(before, arrived, strict=True)] == [1, 1, 0]
    assert [now - was for was, now in zip(arrived, moved, strict=True)] == [1, 1, 1]


def test_another_shape_is_not_another_version(house: Cast, attacker: Attacker) -> None:
    hall = make.resource(house.house)
    before = attacker.read("resource", "version", hall.pk)

    half = attacker.add("resource", part_of_id=hall.pk)
    attacker.change("resource", half, part_of_id=None)

    assert attacker.read("resource", "version", hall.pk) == before
    assert attacker.read("resource", "version", half) == 2


# --- Versions --------------------------------------------------------------------------


@pytest.mark.parametrize("version", [1, 1000])
@pytest.mark.parametrize("table", ["resource", "closure", "feature", "qualification", "studioassignment"])
def test_every_change_raises_the_version_whatever_was_written(
    house: Cast, attacker: Attacker, table: str, version: int
) -> None:
    rows = {
        "resource": lambda: attacker.add("resource"),
        "closure": lambda: attacker.add("closure"),
        "feature": lambda: attacker.add("feature", key="raw"),
        "qualification": lambda: attacker.add("qualification", sort_key="raw"),
        "studioassignment": lambda: attacker.add("studioassignment", **somebody_somewhere(house)),
    }
    row = rows[table]()

    attacker.change(table, row, version=version)

    assert attacker.read(table, "version", row) == 2


# --- Grants, needs and studios -----------------------------------------------------------


def somebody_somewhere(house: Cast) -> dict[str, Any]:
    return {"person_id": make.person(house.house).pk, "resource_id": make.resource(house.house).pk}


def test_a_grant_does_not_lapse_before_it_begins(house: Cast, attacker: Attacker) -> None:
    induction, person = attacker.add("qualification", sort_key="raw"), make.person(house.house)

    with refused("grant_ends_after_start"):
        attacker.add("grant", qualification_id=induction, person_id=person.pk, lapses_on=date(2027, 2, 28))


def test_a_person_has_a_qualification_once_at_a_time(house: Cast, attacker: Attacker) -> None:
    held = {"qualification_id": attacker.add("qualification", sort_key="raw"), "person_id": make.person(house.house).pk}
    first = attacker.add("grant", **held)
    attacker.change("grant", first, revoked_at=NOW)
    attacker.add("grant", **held)

    with refused("grant_once_at_a_time"):
        attacker.add("grant", **held)


def test_a_resource_asks_for_a_qualification_once(house: Cast, attacker: Attacker) -> None:
    need = {
        "qualification_id": attacker.add("qualification", sort_key="raw"),
        "resource_id": make.resource(house.house).pk,
    }
    attacker.add("resourceneed", **need)

    with refused("resourceneed_once"):
        attacker.add("resourceneed", **need)


def test_a_studio_is_not_left_before_it_is_had(house: Cast, attacker: Attacker) -> None:
    # PostgreSQL computes the stored range first, and cannot make one that ends before it begins.
    with pytest.raises(psycopg.errors.DataException):
        attacker.add("studioassignment", **somebody_somewhere(house), ends_on=date(2027, 2, 28))


def test_nobody_has_a_studio_twice_at_a_time_the_last_day_included(house: Cast, attacker: Attacker) -> None:
    studio = somebody_somewhere(house)
    attacker.add("studioassignment", **studio, ends_on=date(2027, 3, 31))
    attacker.add("studioassignment", **studio, starts_on=date(2027, 4, 1))
    attacker.add("studioassignment", **{**studio, "person_id": make.person(house.house).pk})

    with refused("studioassignment_once"):
        attacker.add("studioassignment", **studio, starts_on=date(2027, 3, 31), ends_on=date(2027, 3, 31))


def test_two_who_give_one_person_a_studio_at_once_are_not_both_let(
    house: Cast, attacker: Attacker, rival: Attacker, database: TestDatabase
) -> None:
    studio = somebody_somewhere(house)
    attacker.add("studioassignment", **studio)

    with database.as_owner() as owner, refused("studioassignment_once"):
        error = meanwhile(owner, attacker, rival, lambda: rival.add("studioassignment", **studio))
        if error:
            raise error


# --- The wall --------------------------------------------------------------------------------


def test_nothing_of_the_house_exists_for_another_organisation(
    house: Cast, attacker: Attacker, database: TestDatabase
) -> None:
    studio = somebody_somewhere(house)
    induction = attacker.add("qualification", sort_key="raw")
    rows = {
        "resource": studio["resource_id"],
        "availabilityrule": attacker.add("availabilityrule"),
        "closure": attacker.add("closure"),
        "feature": attacker.add("feature", key="raw"),
        "qualification": induction,
        "grant": attacker.add("grant", qualification_id=induction, person_id=studio["person_id"]),
        "resourceneed": attacker.add("resourceneed", qualification_id=induction, resource_id=studio["resource_id"]),
        "studioassignment": attacker.add("studioassignment", **studio),
    }
    attacker.connection.commit()

    with database.as_app() as connection:
        charlie = Attacker(connection, house.elsewhere)
        assert {table: charlie.read(table, "id", row) for table, row in rows.items()} == dict.fromkeys(rows)
        changeable = [table for table in rows if table != "availabilityrule"]  # written once, by anybody
        assert {charlie.change(table, rows[table], id=new_id()) for table in changeable} == {0}
    assert set(USUAL) == set(rows)
