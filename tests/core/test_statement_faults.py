"""Statements without a cursor where something fails: nothing is lost, nothing half done stays, and others go on."""

import time
from datetime import date
from threading import Event, Thread
from typing import Any

import psycopg
import pytest
from django.db import DataError, IntegrityError, NotSupportedError, OperationalError, ProgrammingError, transaction
from django.db import connection as database_here
from django.db.transaction import TransactionManagementError
from psycopg import sql
from psycopg.pq import TransactionStatus

from infra24.core.constraints import guarded_by
from infra24.core.errors import Infra24Error
from infra24.core.ids import new_id
from infra24.core.statements import Statement
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.core.statements_story import ADD, ONE, add, names
from tests.core.wiretap import wire
from tests.database import TestDatabase

pytestmark = pytest.mark.django_db(transaction=True)


class Twice(Infra24Error):
    """There is one already."""

    status = 409


def test_a_write_that_is_refused_is_an_error_where_its_savepoint_ends() -> None:
    house, key = make.organisation(), new_id()

    def write() -> None:
        with guarded_by(people_person_pkey=Twice):
            for name in ("Alice", "Bob"):
                ADD.tell(id=key, org=house.pk, name=name)
            add(house.pk, "Carol")

    with acting_for(house.pk):
        with pytest.raises(Twice):
            write()
        assert names() == [], "nothing of it stays, and the transaction goes on"
        add(house.pk, "Dave")
    with acting_for(house.pk):
        assert names() == ["Dave"]


def test_a_write_that_is_refused_is_no_fault_of_the_savepoint_after_it() -> None:
    house, key = make.organisation(), new_id()

    def write() -> None:
        with transaction.atomic():
            for name in ("Alice", "Bob"):
                ADD.tell(id=key, org=house.pk, name=name)
            with guarded_by(people_person_pkey=Twice):
                add(house.pk, "Carol")

    with acting_for(house.pk):
        with pytest.raises(IntegrityError, match="people_person_pkey"):
            write()
        assert names() == [], "and the transaction goes on"


def test_a_write_that_the_commit_sends_and_is_refused_leaves_nothing() -> None:
    house, key = make.organisation(), new_id()

    def write() -> None:
        with acting_for(house.pk):
            for name in ("Alice", "Bob"):
                ADD.tell(id=key, org=house.pk, name=name)

    with pytest.raises(IntegrityError, match="people_person_pkey"):
        write()
    with acting_for(house.pk):
        assert names() == []


def test_a_question_behind_a_write_that_fails_is_not_looked_at() -> None:
    house, key = make.organisation(), new_id()
    unseen = Statement("SELECT nextval('never_made_' || %(name)s)")

    def write() -> None:
        with transaction.atomic():
            ADD.tell(id=key, org=house.pk, name="Alice")
            ADD.tell(id=key, org=house.pk, name="Bob")
            unseen.rows(name="for_us")

    with acting_for(house.pk):
        with pytest.raises(IntegrityError):
            write()
        with pytest.raises(ProgrammingError, match="never_made_for_us"), transaction.atomic():
            unseen.rows(name="for_us")
        assert names() == []


@pytest.mark.parametrize("value", [object(), "half a \ud800 character", "no \0 in text"])
def test_a_value_that_cannot_be_written_leaves_the_transaction_as_it_was(value: object) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        with pytest.raises((ProgrammingError, DataError, UnicodeEncodeError)):
            Statement("SELECT %(value)s::text").rows(value=value)
        with pytest.raises((ProgrammingError, DataError, UnicodeEncodeError)):
            Statement("SELECT %(value)s::text").tell(value=value)
        add(house.pk, "Alice")
    with acting_for(house.pk):
        assert names() == ["Alice"], "in the organisation's transaction, though nothing had been sent before"


def test_a_statement_that_fails_is_sent_anew_when_it_is_asked_again() -> None:
    divided = Statement("SELECT 1 / %(by)s::int")
    for _ in range(2):
        with pytest.raises(DataError, match="division by zero"):
            divided.rows(by=0)
        assert divided.rows(by=1) == [(1,)]
    with transaction.atomic():
        transaction.set_rollback(True)
        for go_on in (divided.rows, divided.tell):
            with pytest.raises(TransactionManagementError):
                go_on(by=1)


@pytest.mark.parametrize("told_before", [True, False])
def test_long_values_and_long_answers_do_not_wait_for_each_other(told_before: bool) -> None:
    long = Statement("SELECT %(text)s::text, repeat('y', 8000000)")
    for _ in range(2):  # the second time it is prepared
        with transaction.atomic():
            ONE.rows()
            if told_before:
                long.tell(text="x" * 8_000_000)
            ((text, answer),) = long.rows(text="z" * 8_000_000)
        assert (len(text), text[0], len(answer)) == (8_000_000, "z", 8_000_000)


def test_other_threads_go_on_while_one_waits_for_an_answer() -> None:
    pause = Statement("SELECT pg_sleep(%(seconds)s::float)")
    pause.rows(seconds=0)
    ticks: list[float] = []
    ended = Event()

    def tick() -> None:
        while not ended.wait(0.01):
            ticks.append(time.monotonic())

    ticking = Thread(target=tick)
    ticking.start()
    try:
        pause.rows(seconds=0.5)
    finally:
        ended.set()
        ticking.join()
    assert len(ticks) > 5


def alter(database: TestDatabase, text: str) -> None:
    with psycopg.connect(**database.owner, autocommit=True) as owner:
        owner.execute(text)


def test_what_was_prepared_before_a_migration_fails_once_at_most(database: TestDatabase) -> None:
    everything = Statement("SELECT * FROM altered WHERE id > %(id)s")
    alter(database, "CREATE TABLE altered (id int, one text)")
    try:
        with psycopg.connect(**database.owner, autocommit=True) as owner:
            owner.execute(sql.SQL("GRANT SELECT ON altered TO {}").format(sql.Identifier(database.app["user"])))
            owner.execute("INSERT INTO altered VALUES (1, 'one')")
        assert everything.rows(id=0) == [(1, "one")]
        alter(database, "ALTER TABLE altered ADD two date DEFAULT '2026-01-31'")
        with pytest.raises(NotSupportedError, match="cached plan"):
            everything.rows(id=0)
        database_here.close_if_unusable_or_obsolete()  # as before each request
        assert everything.rows(id=0) == [(1, "one", date(2026, 1, 31))]
    finally:
        alter(database, "DROP TABLE altered")


def test_what_psycopg_has_the_server_forget_is_prepared_anew() -> None:
    """It forgets everything where it sees something dropped, though only on this connection."""
    with database_here.cursor() as cursor:
        for text in ("CREATE TEMPORARY TABLE passing (id int)", "DROP TABLE passing", "DISCARD ALL", "DEALLOCATE ALL"):
            for _ in range(8):
                cursor.execute("SELECT %s::int", [1])  # often enough for psycopg to prepare it
            ONE.rows()
            cursor.execute(text)
            assert ONE.rows() == [(1,)]


def test_what_somebody_else_has_the_server_forget_fails_once() -> None:
    ONE.rows()
    wire().pgconn.exec_(b"DEALLOCATE ALL")
    with pytest.raises(ProgrammingError, match="does not exist"):
        ONE.rows()
    database_here.close_if_unusable_or_obsolete()
    assert ONE.rows() == [(1,)]


@pytest.mark.parametrize("told_before", [True, False])
def test_a_server_that_goes_in_the_middle_is_an_error_of_operation(told_before: bool) -> None:
    house = make.organisation()
    die = Statement("SELECT pg_terminate_backend(pg_backend_pid()), pg_sleep(5)")

    def write() -> None:
        with acting_for(house.pk):
            if told_before:
                add(house.pk, "Alice")
            die.rows()

    with pytest.raises(OperationalError):
        write()
    with acting_for(house.pk):
        assert names() == []


def test_nothing_is_prepared_where_a_pooler_would_not_know_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Django says so to psycopg by this when `INFRA24_PREPARE` is 0."""
    monkeypatch.setattr(wire(), "prepare_threshold", None)
    known, house = Statement("SELECT name FROM pg_prepared_statements"), make.organisation()
    with acting_for(house.pk):
        add(house.pk, "Alice")
        assert names() == ["Alice"]
    assert known.rows() == []
    everything = Statement("SELECT * FROM altered")
    with database_here.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE altered AS SELECT 1 AS one")
        assert everything.rows() == [(1,)]
        cursor.execute("ALTER TABLE altered ALTER one TYPE text, ADD two date DEFAULT '2026-01-31'")
        assert everything.rows() == [("1", date(2026, 1, 31))]
        cursor.execute("DROP TABLE altered")


def test_whoever_is_interrupted_leaves_no_answers_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """They would be taken for those to the next question."""

    def interrupted(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(wire(), "wait", interrupted)
        with pytest.raises(KeyboardInterrupt), transaction.atomic():
            ONE.rows()
    assert Statement("SELECT 2").rows() == [(2,)]
    assert wire().pgconn.transaction_status == TransactionStatus.IDLE
