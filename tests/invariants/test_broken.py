"""Each invariant broken, in one way and another, in a copy that keeps nothing: it is named, and nothing else is."""

from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from infra24.facts.catalogue import CATALOGUE
from infra24.invariants.looking import Look, Violation, look_through
from infra24.invariants.table import INFORMATION, SENTENCES
from infra24.invariants.table.history import PASSING, SUBJECTS
from tests.database import TestDatabase
from tests.invariants.breaking import BREAKS, Break
from tests.invariants.copies import copy, pointing_at, strip
from tests.invariants.world import furnish

CASES = [
    pytest.param(name, broken, id=f"{name}-{number}")
    for name, breaks in BREAKS.items()
    for number, broken in enumerate(breaks, start=1)
]


class House:
    """A furnished database in which nothing is kept, and the ids in it."""

    def __init__(self, ids: dict[str, Any]) -> None:
        self.ids = ids

    def look_at(self, sql: str = "", named: str = "") -> tuple[Look, list[Violation], set[Any]]:
        """Break something by a statement, look, and take it back: the look, what it reported, ids a query yields."""
        expected: set[Any] = set()
        reported: list[Violation] = []
        with transaction.atomic():
            connection.connection.send_held()
            with psycopg.ClientCursor(connection.connection) as cursor:
                if sql:
                    cursor.execute(sql, self.ids)
                if named:
                    expected = {row[0] for row in cursor.execute(named, self.ids).fetchall()}
            found = look_through(lambda _slug, violation: reported.append(violation))
            transaction.set_rollback(True)
        return found, reported, expected


@pytest.fixture(scope="module")
def house(database: TestDatabase, django_db_setup: None, django_db_blocker: Any) -> Iterator[House]:
    with copy(database, f"{database.name}_broken") as stripped, django_db_blocker.unblock():
        with pointing_at(stripped.app):
            ids = furnish()
        strip(stripped)
        with pointing_at(stripped.owner):
            connection.ensure_connection()
            yield House(ids)


def test_every_invariant_is_broken_here() -> None:
    assert set(BREAKS) == set(SENTENCES) - {one.name for one in INFORMATION}


def test_facts_about_every_kind_of_subject_are_looked_at() -> None:
    """Whoever adds a kind of fact says in `table.history.SUBJECTS` where its subjects are."""
    assert {*SUBJECTS, *PASSING} == {fact.subject_kind for fact in CATALOGUE.values()}


def test_where_nothing_is_broken_nothing_is_named(house: House) -> None:
    found, reported, _ids = house.look_at()

    assert (reported, found.violations, set(found.slugs.values())) == ([], 0, {"oolite", "elsewhere"})
    assert found.rows == sum(one.rows for one in found.found.values()) > 50


@pytest.mark.parametrize(("name", "broken"), CASES)
def test_what_is_broken_is_named(house: House, name: str, broken: Break) -> None:
    found, reported, expected = house.look_at(broken.sql, broken.named)

    assert {violation.name for violation in reported} == {name, *broken.also}
    assert {violation.id for violation in reported if violation.name == name} == expected
    assert found.violations == len(reported)
    assert found.count_of(name) == len(expected)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE outbox_delivery SET due_at = now() - interval '14 minutes' WHERE subject_id = %(hold)s",
        """UPDATE outbox_delivery SET due_at = now() - interval '1 hour', leased_until = now() + interval '1 second',
                  lease = gen_random_uuid() WHERE subject_id = %(hold)s""",
        "UPDATE bookings_booking SET expires_at = now() - interval '1 minute' WHERE id = %(hold)s",
        # What is past is as it was: the tree, the clock, and how many there were.
        """UPDATE bookings_booking SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days';
           UPDATE bookings_leg SET starts_at = starts_at - interval '9 days', ends_at = ends_at - interval '9 days',
                  blocks_from = blocks_from - interval '9 days', blocks_until = blocks_until - interval '9 days';
           UPDATE resources_resource SET units = 1, capacity = 1, part_of_id = NULL""",
    ],
    ids=["just due", "in hand", "dead hold", "past"],
)
def test_what_only_looks_broken_is_not_named(house: House, sql: str) -> None:
    _found, reported, _ids = house.look_at(sql)

    assert reported == []


CLOSURE = """
    INSERT INTO resources_closure
           (id, org_id, title, kind, resource_id, wall_from, wall_until, is_yearly, created_at, version)
    SELECT gen_random_uuid(), org_id, 'Roof', {kind}, {resource}, wall_starts_at + {shift}, wall_ends_at + {shift},
           {yearly}, now(), 1
      FROM bookings_booking WHERE id = {booking}
"""
CLOSE = {"kind": "''", "resource": "%(bench)s", "shift": "interval '0'", "yearly": "false", "booking": "%(lonely)s"}


@pytest.mark.parametrize(
    ("closure", "count"),
    [
        ({}, 1),
        ({"resource": "%(west)s", "booking": "%(concert)s"}, 1),
        ({"resource": "%(hall)s", "booking": "%(rehearsal)s"}, 1),
        ({"shift": "interval '-2 years'", "yearly": "true"}, 1),
        ({"resource": "NULL::uuid", "kind": "'equipment'"}, 2),
        ({"resource": "%(spare)s"}, 0),
        ({"shift": "interval '1 hour'"}, 0),
        ({"shift": "interval '-2 years'"}, 0),
    ],
    ids=["resource", "part", "whole", "yearly", "kind", "another", "afterwards", "over"],
)
def test_what_is_confirmed_in_a_closure_is_counted_and_no_violation(
    house: House, closure: dict[str, str], count: int
) -> None:
    found, reported, _ids = house.look_at(CLOSURE.format(**{**CLOSE, **closure}))

    assert (reported, found.violations, found.count_of("confirmed_in_closure")) == ([], 0, count)


def test_samples_are_bounded_and_counts_are_not(house: House) -> None:
    more = """
        INSERT INTO facts_fact (id, org_id, type, version, subject_kind, subject_id, number, data, source, recorded_at)
        SELECT gen_random_uuid(), %(house)s, 'resource.added', 1, 'resource', gen_random_uuid(), 2, '{}', 'staff', now()
          FROM generate_series(1, 3000)
    """
    found, reported, _ids = house.look_at(more)

    mine = found.found[house.ids["house"]]
    assert mine.violations == {"fact_number_gap": 3000, "fact_of_nothing": 3000}
    assert len(reported) == 6000
    assert [sample["name"] for sample in mine.samples] == ["fact_number_gap"] * 25 + ["fact_of_nothing"] * 25
