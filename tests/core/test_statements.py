"""Statements without a cursor: what they say, in how many messages, and what becomes of those nobody waits for."""

import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from django.db import connection as database_here
from django.db import transaction
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver
from psycopg.pq import ExecStatus

from infra24.core.statements import Statement
from infra24.core.transactions import statements_asked
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.core.statements_story import ADD, NAMES, ONE, add, names
from tests.core.wiretap import Tap, wire

pytestmark = pytest.mark.django_db(transaction=True)

Counted = Callable[[], int]


@pytest.fixture
def messages(tap: Tap) -> Counted:
    """How many messages that want an answer were sent since it was asked last."""
    return tap.messages


def test_values_stand_where_their_names_do() -> None:
    statement = Statement("SELECT %(a)s::int - %(b)s::int, %(a)s::int, '100 %%'")
    assert (statement.names, statement.query) == (["a", "b"], b"SELECT $1::int - $2::int, $1::int, '100 %'")
    assert statement.rows(b=2, a=5) == [(3, 5, "100 %")]
    assert statement.row(a=1, b=1) == (0, 1, "100 %")
    assert Statement("SELECT 1 WHERE false").row() is None
    with pytest.raises(ValueError, match="Write %% for a percent sign"):
        Statement("SELECT 100 % 3")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "O'Keeffe, \\ “ñ” 100 %"),
        ("text", None),
        ("int", -5),
        ("bigint", 2**62),
        ("bool", True),
        ("numeric", Decimal("1.50")),
        ("uuid", UUID("01900000-0000-7001-8000-000000000001")),
        ("timestamptz", datetime(2026, 3, 8, 7, 30, 0, 123456, tzinfo=UTC)),
        ("timestamp", datetime(2026, 3, 8, 2, 30)),  # noqa: DTZ001 - what a clock on the wall shows
        ("date", date(2026, 2, 28)),
        ("interval", timedelta(days=31, seconds=1)),
        ("bytea", b"\0\x01\xff"),
        ("uuid[]", [UUID(int=1), UUID(int=2)]),
        ("text[]", ["a", "b,c", '"', "{}"]),
    ],
)
def test_values_come_back_as_they_went(kind: str, value: object) -> None:
    assert Statement(f"SELECT %(value)s::{kind}").rows(value=value) == [(value,)]


def test_postgresql_understands_every_statement_of_ours() -> None:
    """Whatever their values are: it can tell from the text alone what is asked, and of what type each value is."""
    assert get_resolver().url_patterns, "and with them every module that answers is loaded"
    ours = [
        (f"{name}.{constant}", value)
        for name, module in sorted(sys.modules.items())
        if name.startswith("infra24.")
        for constant, value in vars(module).items()
        if isinstance(value, Statement)
    ]
    assert len(ours) > 30
    for name, statement in ours:
        prepared = wire().pgconn.prepare(b"", statement.query)
        assert prepared.status == ExecStatus.COMMAND_OK, f"{name}: {prepared.error_message.decode()}"


def test_what_frames_a_transaction_goes_with_its_first_question(messages: Counted) -> None:
    house = make.organisation()
    ONE.rows()
    messages()
    with acting_for(house.pk):
        with transaction.atomic():
            ONE.rows()
        assert messages() == 1
        ONE.rows()
    assert messages() == 2, "the second question, with the savepoint's end, and the commit"


def test_writes_go_in_their_order_with_the_next_question(messages: Counted) -> None:
    house = make.organisation()
    messages()
    with acting_for(house.pk):
        for name in ("Carol", "Alice", "Bob"):
            add(house.pk, name)
        assert messages() == 0
        assert names() == ["Alice", "Bob", "Carol"]
        assert messages() == 1


def test_writes_go_before_what_a_cursor_asks() -> None:
    house = make.organisation()
    with acting_for(house.pk):
        add(house.pk, "Alice")
        with database_here.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM people_person")
            assert cursor.fetchone() == (1,)


@pytest.mark.parametrize("is_nested", [True, False])
def test_writes_that_no_question_follows_are_committed(is_nested: bool) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        if is_nested:
            with transaction.atomic():
                add(house.pk, "Alice")
        else:
            add(house.pk, "Alice")
    with acting_for(house.pk):
        assert names() == ["Alice"]


def test_a_write_outside_of_a_transaction_is_not_held() -> None:
    with acting_for(make.organisation().pk):
        ONE.rows()
    Statement("SELECT set_config('infra24.seen', %(value)s, false)").tell(value="at once")
    assert wire().held == []
    assert Statement("SELECT current_setting('infra24.seen')").row() == ("at once",)
    Statement("SELECT set_config('infra24.seen', '', false)").rows()


@pytest.mark.parametrize("asks", [True, False])
def test_what_is_taken_back_takes_its_writes_along(asks: bool) -> None:
    house = make.organisation()
    with acting_for(house.pk):
        add(house.pk, "Alice")
        with transaction.atomic():
            add(house.pk, "Bob")
            if asks:
                ONE.rows()
            with transaction.atomic():
                add(house.pk, "Carol")
            add(house.pk, "Dave")
            transaction.set_rollback(True)
        add(house.pk, "Eve")
        assert names() == ["Alice", "Eve"]
    with acting_for(house.pk):
        add(house.pk, "Mallory")
        if asks:
            ONE.rows()
        transaction.set_rollback(True)
    with acting_for(house.pk):
        assert names() == ["Alice", "Eve"]


def test_statements_are_counted_and_seen_by_those_who_look(messages: Counted) -> None:
    seen: list[tuple[str, Any]] = []

    def look(execute: Callable[..., Any], text: str, values: Any, *rest: Any) -> Any:
        seen.append((text, values))
        return execute(text, values, *rest)

    house = make.organisation()
    messages()
    before = statements_asked()
    with acting_for(house.pk), database_here.execute_wrapper(look), CaptureQueriesContext(database_here) as captured:
        add(house.pk, "Alice")
        assert messages() == 0
        assert names() == ["Alice"]
    assert statements_asked() - before == 2
    assert [text for text, _ in seen] == [ADD.text, NAMES.text]
    assert seen[0][1]["name"] == "Alice"
    assert [query["sql"] for query in captured.captured_queries] == [ADD.text, NAMES.text]
