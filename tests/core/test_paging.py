"""Cursors: every row once, in order, whatever is written meanwhile."""

import base64
from collections.abc import Iterator

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.core.paging import CursorInvalid, page_of
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make

pytestmark = pytest.mark.django_db
NAMES = ["Ann", "Bea", "Bea", "Bea", "Cid", "Dora", "Eve"]


@pytest.fixture
def house() -> Iterator[make.Cast]:
    cast = make.cast()
    for name in NAMES:
        make.person(cast.house, name=name)
    with acting_for(cast.house.pk):
        yield cast


def walk(by: tuple[str, ...], limit: int) -> list[list[str]]:
    pages, cursor = [], ""
    while True:
        page = page_of(Person.objects.all(), by=by, limit=limit, cursor=cursor)
        pages.append([person.name for person in page.items])
        if page.next is None:
            return pages
        cursor = page.next


def test_pages_cover_every_row_once_even_where_sort_keys_are_equal(house: make.Cast) -> None:
    assert walk(("sort_key", "id"), 2) == [["Ann", "Bea"], ["Bea", "Bea"], ["Cid", "Dora"], ["Eve"]]
    assert walk(("-sort_key", "-id"), 3) == [["Eve", "Dora", "Cid"], ["Bea", "Bea", "Bea"], ["Ann"]]
    assert walk(("created_at", "id"), 100) == [NAMES]
    assert walk(("sort_key", "id"), len(NAMES)) == [NAMES]


def test_what_is_written_before_the_cursor_shifts_nothing(house: make.Cast) -> None:
    first = page_of(Person.objects.all(), by=("sort_key", "id"), limit=5)
    make.person(house.house, name="Aaron")
    make.person(house.house, name="Fay")
    assert first.next is not None

    rest = page_of(Person.objects.all(), by=("sort_key", "id"), limit=5, cursor=first.next)

    assert [person.name for person in rest.items] == ["Dora", "Eve", "Fay"]


def of(value: object) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(value)).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "garbage", "💥", "====", "a" * 999, of([]), of(["x"]), of({"a": 1}), of(["x", "no id"]), of([None, None]),
        of(["a\0b", "01a20691-e5c1-74bd-95e7-280e814d3542"]), of([["x"], "01a20691-e5c1-74bd-95e7-280e814d3542"]),
    ],
)  # fmt: skip
def test_a_cursor_that_is_not_ours_is_refused(house: make.Cast, cursor: str) -> None:
    with pytest.raises(CursorInvalid):
        page_of(Person.objects.all(), by=("sort_key", "id"), limit=5, cursor=cursor)


def test_a_page_is_entered_through_the_index(house: make.Cast) -> None:
    """As the app role, behind row-level security: no scan of the whole list, no sorting."""
    first = page_of(Person.objects.all(), by=("sort_key", "id"), limit=2)
    assert first.next is not None
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
    with CaptureQueriesContext(connection) as statements:
        page_of(Person.objects.filter(org_id=house.house.pk), by=("sort_key", "id"), limit=2, cursor=first.next)
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + statements[0]["sql"])
        plan = "\n".join(row[0] for row in cursor.fetchall())

    assert "Index Scan using person_sorted" in plan
    assert "Index Cond: ((org_id" in plan
    assert "sort_key)::text >=" in plan.partition("Index Cond")[2].partition("\n")[0]
