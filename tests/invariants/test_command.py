"""`manage.py verify_invariants`: what it says, what it answers, and what it writes down."""

import re
from typing import Any

import psycopg
import pytest

from infra24.facts.models import Fact
from infra24.invariants.models import Verdict
from infra24.invariants.table import SENTENCES
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.database import TestDatabase
from tests.invariants.verifying import verify

pytestmark = pytest.mark.django_db(transaction=True)


def everything(database: TestDatabase) -> list[Any]:
    with database.as_owner() as connection:
        return connection.execute(
            "SELECT b::text FROM bookings_booking b UNION SELECT f::text FROM facts_fact f"
        ).fetchall()


def lose_history_of(database: TestDatabase, booking: Any) -> Any:
    """The only fact about a booking becomes its seventh, which no constraint forbids; the fact's id."""
    with database.as_owner() as connection:
        (fact,) = connection.execute(
            "UPDATE facts_fact SET number = 7 WHERE subject_id = %s RETURNING id", [booking.pk]
        ).fetchall()
    return fact[0]


def test_where_all_is_well_it_says_so_and_changes_nothing(database: TestDatabase) -> None:
    cast = make.cast()
    make.booking(cast.alice, make.resource(cast.house))
    before = everything(database)

    done = verify(database)

    assert (done.returncode, done.stderr) == (0, "")
    *lines, last = done.stdout.splitlines()
    assert re.fullmatch(r"rows=[1-9]\d* violations=0", last)
    assert [line.split()[1] for line in lines] == list(SENTENCES)
    assert {line.split()[0] for line in lines} == {"0"}
    assert everything(database) == before
    assert not verdicts(cast.house)


def test_what_is_broken_is_named_with_house_table_and_id_and_nobodys_words(database: TestDatabase) -> None:
    cast = make.cast()
    booking = make.booking(cast.alice, make.resource(cast.house), title="Secret firing")
    fact_id = lose_history_of(database, booking)

    done = verify(database)

    assert (done.returncode, done.stderr) == (1, "")
    first, *_, last = done.stdout.splitlines()
    assert first == (
        f"oolite  facts_fact  {fact_id}  fact_number_gap: Between this and what happened before, something is missing."
    )
    assert last.endswith(" violations=1")
    assert "Secret" not in done.stdout


def test_an_empty_database_is_a_failure(database: TestDatabase) -> None:
    done = verify(database)

    assert done.returncode == 1
    assert done.stdout.splitlines()[-2:] == [
        "There was nothing to look at. Is this the right database?",
        "rows=0 violations=0",
    ]


@pytest.mark.parametrize(
    ("environment", "told"),
    [
        ({"INFRA24_DATABASE_ROLE": "app"}, "run it as the owner"),
        ({"DATABASE_OWNER_URL": "postgresql://nobody:x@127.0.0.1:1/nothing"}, "Could not look: connection failed"),
    ],
    ids=["as the app", "without a server"],
)
def test_who_cannot_look_says_so_by_another_status(
    database: TestDatabase, environment: dict[str, str], told: str
) -> None:
    done = verify(database, **environment)

    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


def test_a_role_that_is_walled_in_is_not_taken_for_an_owner(database: TestDatabase) -> None:
    """It would see nothing of any organisation, and find nothing wrong."""
    make.cast()

    done = verify(database, DATABASE_OWNER_URL=psycopg.conninfo.make_conninfo(**database.app))

    assert (done.returncode, done.stdout) == (2, "")
    assert "row-level security" in done.stderr


def test_a_database_without_our_tables_cannot_be_looked_at(database: TestDatabase) -> None:
    elsewhere = {**database.owner, "dbname": "postgres"}

    done = verify(database, DATABASE_OWNER_URL=psycopg.conninfo.make_conninfo(**elsewhere))

    assert (done.returncode, done.stdout) == (2, "")
    assert "does not exist" in done.stderr


def test_the_verdict_is_written_down_for_each_house(database: TestDatabase) -> None:
    cast = make.cast()
    booking = make.booking(cast.alice, make.resource(cast.house))
    make.booking(cast.charlie, make.resource(cast.elsewhere))
    fact_id = lose_history_of(database, booking)

    done = verify(database, "--record")

    assert done.returncode == 1
    (mine,), (theirs,) = verdicts(cast.house), verdicts(cast.elsewhere)
    assert (mine.violations, theirs.violations) == ({"fact_number_gap": 1}, {})
    assert mine.samples == [
        {
            "name": "fact_number_gap",
            "table": "facts_fact",
            "id": str(fact_id),
            "booking_id": str(booking.pk),
        }
    ]
    assert done.stdout.splitlines()[-1] == f"rows={mine.rows + theirs.rows} violations=1"
    assert facts_of(cast.house) == [
        (
            "invariants.violated",
            mine.pk,
            {"rows": mine.rows, "violations": {"fact_number_gap": 1}, "is_news": True},
        )
    ]
    assert facts_of(cast.elsewhere) == [("invariants.verified", theirs.pk, {"rows": theirs.rows})]


def verdicts(organisation: Organisation) -> list[Verdict]:
    with acting_for(organisation.pk):
        return list(Verdict.objects.order_by("looked_at"))


def facts_of(organisation: Organisation) -> list[tuple[str, Any, Any]]:
    with acting_for(organisation.pk):
        found = Fact.objects.filter(subject_kind="invariants").order_by("recorded_at")
        return [(fact.type, fact.subject_id, fact.data) for fact in found]
