"""What goes over the wire, as libpq itself writes down: nothing that only frames a transaction goes alone."""

import gc
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread
from uuid import UUID

import psycopg
import pytest
from django.db import (
    DataError,
    IntegrityError,
    InternalError,
    NotSupportedError,
    OperationalError,
    connection,
    transaction,
)
from psycopg import sql

from infra24.core.postgresql import base
from infra24.core.postgresql.wire import Wire
from infra24.core.statements import Statement
from infra24.core.transactions import hold, notify_after_commit
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make
from tests.core.wiretap import Tap, wire
from tests.database import TestDatabase

pytestmark = pytest.mark.django_db(transaction=True)

Told = Callable[[], list[str]]


@pytest.fixture
def told(tap: Tap) -> Told:
    """What was sent since it was asked last: what had no values as it was, and `?` for each statement with them."""
    return tap.statements


def ask() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT %s::int", [1])


def people() -> list[str]:
    return sorted(Person.objects.values_list("name", flat=True))


def person(house: UUID, name: str) -> None:
    Person.objects.create(org_id=house, name=name, sort_key=name.lower())


def test_a_transaction_opens_with_its_first_statement_in_one_message(told: Told) -> None:
    house = make.organisation()
    told()
    with acting_for(house.pk), transaction.atomic():
        assert told() == []
        ask()
        (opening, asked) = told()
        assert re.fullmatch(
            rf"""BEGIN; SET LOCAL infra24.org_id = '{house.pk}'; SAVEPOINT \\?"[a-z0-9_]+\\?\"""", opening
        )
        assert asked == "?"
    assert told() == ["COMMIT"], "which releases the savepoint"


def test_a_transaction_that_asks_nothing_is_not_told_of(told: Told) -> None:
    house = make.organisation()
    told()
    with acting_for(house.pk), transaction.atomic():
        pass
    with pytest.raises(ZeroDivisionError), acting_for(house.pk), transaction.atomic():
        raise ZeroDivisionError
    assert told() == []


def test_a_savepoint_in_which_nothing_is_asked_is_never_set(told: Told) -> None:
    with transaction.atomic():
        ask()
        told()
        with transaction.atomic():
            pass
        with pytest.raises(ZeroDivisionError), transaction.atomic(), transaction.atomic():
            raise ZeroDivisionError
        ask()
        assert told() == ["?"]


def test_a_savepoint_is_released_before_what_comes_after_it(told: Told) -> None:
    with transaction.atomic():
        for _ in range(2):
            with transaction.atomic():
                ask()
        opening, first, between, second = told()
        assert (opening.count("SAVEPOINT"), first, second) == (1, "?", "?")
        assert re.search("RELEASE.*; SAVEPOINT", between)


@pytest.mark.parametrize("asks", [True, False])
def test_what_a_savepoint_takes_back_is_what_was_done_in_it(asks: bool) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        person(house.pk, "Alice")
        with transaction.atomic():
            if asks:
                person(house.pk, "Bob")
            with transaction.atomic():
                person(house.pk, "Carol")
            transaction.set_rollback(True)
        person(house.pk, "Dave")
        assert people() == ["Alice", "Dave"]
    with acting_for(house.pk):
        assert people() == ["Alice", "Dave"]


def test_a_savepoint_returned_to_lets_go_of_its_locks_at_once(database: TestDatabase) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        person(house.pk, "Alice")
    with acting_for(house.pk):
        ask()
        with transaction.atomic():
            list(Person.objects.select_for_update())
            transaction.set_rollback(True)
        with psycopg.connect(**database.owner) as rival:
            assert rival.execute("SELECT name FROM people_person FOR UPDATE NOWAIT").fetchall() == [("Alice",)]


def test_what_is_held_goes_before_every_way_to_ask() -> None:
    house = make.organisation()
    for ask_so in (
        lambda cursor: cursor.executemany(
            "SELECT set_config('infra24.seen', current_setting(%s), true)", [["infra24.org_id"]]
        ),
        lambda cursor: list(
            cursor.stream("SELECT set_config('infra24.seen', current_setting('infra24.org_id'), true)")
        ),
        lambda cursor: copied(
            cursor, "COPY (SELECT set_config('infra24.seen', current_setting('infra24.org_id'), true)) TO STDOUT"
        ),
        lambda cursor: from_the_server("SELECT set_config('infra24.seen', current_setting('infra24.org_id'), true)"),
    ):
        with transaction.atomic():
            hold(f"SET LOCAL infra24.org_id = '{house.pk}'")
            with connection.cursor() as cursor:
                ask_so(cursor.cursor)
                cursor.execute("SELECT current_setting('infra24.seen')")
                assert cursor.fetchone() == (str(house.pk),)


def from_the_server(text: str) -> None:
    with wire().cursor("rows") as cursor:
        list(cursor.execute(text))


def copied(cursor: psycopg.Cursor[object], text: str) -> None:
    with cursor.copy(text) as rows:
        list(rows)


def test_whoever_listens_is_woken_by_the_message_that_commits(told: Told, database: TestDatabase) -> None:
    with listening(database, "infra24_test") as heard:
        with transaction.atomic():
            ask()
            told()
            notify_after_commit("infra24_test")
            with transaction.atomic():
                ask()
                notify_after_commit("infra24_other")
                transaction.set_rollback(True)
            assert heard() == []
            told()
        assert told() == ["COMMIT; NOTIFY infra24_test"]
        assert heard() == ["infra24_test"]

        with transaction.atomic():
            ask()
            notify_after_commit("infra24_test")
            transaction.set_rollback(True)
        with transaction.atomic():
            ask()
        assert heard() == []

        notify_after_commit("infra24_test")
        assert heard() == ["infra24_test"]


@contextmanager
def listening(database: TestDatabase, channel: str) -> Iterator[Told]:
    with psycopg.connect(**database.app, autocommit=True) as ear:
        ear.execute(f"LISTEN {channel}")
        yield lambda: [heard.channel for heard in ear.notifies(timeout=0.2)]


def test_what_the_commit_itself_refuses_is_an_error_and_wakes_nobody(database: TestDatabase) -> None:
    """Foreign keys are looked at when the transaction ends."""
    house = make.organisation()

    def write() -> None:
        with acting_for(house.pk):
            Person.objects.create(org_id=house.pk, name="Nobody's", sort_key="n", user_id=house.pk)
            notify_after_commit("infra24_test")

    with listening(database, "infra24_test") as heard:
        with pytest.raises(IntegrityError, match="user"):
            write()
        assert heard() == []
    with acting_for(house.pk):
        assert people() == []


def end(database: TestDatabase) -> None:
    """What a server that is stopped does to our connection."""
    with psycopg.connect(**database.app, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s, 5000)", [wire().info.backend_pid])


def test_a_connection_that_was_ended_meanwhile_is_seen_without_asking(told: Told, database: TestDatabase) -> None:
    ask()
    told()
    assert not wire().has_been_left()
    assert told() == []
    end(database)
    assert wire().has_been_left()
    connection.close_if_unusable_or_obsolete()  # as before each request
    ask()


def test_a_statement_that_is_the_first_of_a_request_has_a_connection_that_works(database: TestDatabase) -> None:
    statement = Statement("SELECT 1")
    for ask_so in (statement.rows, statement.tell):
        ask()
        end(database)
        connection.close_if_unusable_or_obsolete()  # as before each request
        ask_so()


def test_a_connection_that_has_rested_is_asked_whether_it_works(told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    def asked() -> list[str]:
        told()
        connection.close_if_unusable_or_obsolete()
        connection.close_if_health_check_failed()
        return told()

    asked()
    assert asked() == []
    monkeypatch.setattr(base, "RESTED_SECONDS", -1)
    assert asked() == ["SELECT 1"]


def test_a_commit_that_cannot_be_sent_is_an_error_of_operation(database: TestDatabase) -> None:
    def write() -> None:
        with transaction.atomic():
            ask()
            end(database)

    with pytest.raises(OperationalError):
        write()
    ask()


def test_a_wake_up_that_fails_leaves_what_was_committed(caplog: pytest.LogCaptureFixture) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        person(house.pk, "Alice")
        notify_after_commit(f"infra24_test, '{'x' * 8000}'")
    assert "nobody was woken" in caplog.text
    with acting_for(house.pk):
        assert people() == ["Alice"]


def test_nobody_goes_on_as_if_a_statement_had_not_failed() -> None:
    def fail() -> None:
        with connection.cursor() as cursor, pytest.raises(DataError):
            cursor.execute("SELECT 1 / 0")

    def leave_savepoint() -> None:
        with transaction.atomic(), transaction.atomic():
            ask()
            fail()

    def leave_transaction() -> None:
        with transaction.atomic():
            fail()

    for leave in (leave_savepoint, leave_transaction):
        with pytest.raises(InternalError, match="has failed"):
            leave()
        ask()


def test_a_failed_savepoint_is_returned_to_whatever_is_held_by_then() -> None:
    house = make.organisation()
    with acting_for(house.pk):
        person(house.pk, "Alice")
        with transaction.atomic():
            person(house.pk, "Bob")
            with transaction.atomic():
                ask()
            hold("SET LOCAL infra24.seen = 'something'")
            with connection.cursor() as cursor, pytest.raises(DataError):
                cursor.execute("SELECT 1 / 0")
            hold("SET LOCAL infra24.seen = 'nothing'")
            transaction.set_rollback(True)
        assert people() == ["Alice"]


def test_what_was_prepared_before_a_migration_fails_one_request_at_most(database: TestDatabase) -> None:
    def look() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM altered WHERE id > %s", [0])
            return len(cursor.description)

    with psycopg.connect(**database.owner, autocommit=True) as owner:
        owner.execute("CREATE TABLE altered (id int)")
        owner.execute(sql.SQL("GRANT SELECT ON altered TO {}").format(sql.Identifier(database.app["user"])))
        try:
            for _ in range(10):
                assert look() == 1
            owner.execute("ALTER TABLE altered ADD COLUMN name text")
            with pytest.raises(NotSupportedError):
                look()
            connection.close_if_unusable_or_obsolete()  # as before each request
            assert look() == 2
        finally:
            owner.execute("DROP TABLE altered")


def test_a_thread_that_ends_closes_its_connection() -> None:
    used: list[Wire] = []

    def work() -> None:
        ask()
        used.append(wire())

    gc.disable()
    try:
        thread = Thread(target=work)
        thread.start()
        thread.join()
        assert used[0].closed
    finally:
        gc.enable()
