"""The table of bookings: filters, orders and columns, all in the address; the file has what is shown, and no more."""

import csv
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PAGE = "/o/oolite/admin/bookings"


@pytest.fixture
def cast() -> Iterator[Cast]:
    """A kiln with a fan, a hall on the first floor, and four bookings."""
    made = make.cast()
    kiln = make.resource(made.house, name="Kiln", kind="equipment")
    hall = make.resource(made.house, name="Hall")
    ana = make.person(made.house, name="Ana Lima", email="ana@example.org")
    make.feature(made.house, "fan", "flag", name="Extraction")
    make.feature(made.house, "floor", "choice", name="Floor", choices=["0", "1"])
    with acting_for(made.house.pk):
        Resource.objects.filter(pk=kiln.pk).update(features={"fan": True, "floor": "0"})
        Resource.objects.filter(pk=hall.pk).update(features={"floor": "1"})
        make.booking(made.alice, kiln, title="Glaze", person=ana)
        make.booking(made.alice, hall, title="Choir", starts_at=NOON + HOUR, party_size=30)
        make.booking(made.bob, hall, kiln, title="Both", starts_at=NOON + DAY)
        past = make.booking(made.bob, hall, title="Over", starts_at=NOON + 2 * DAY)
        Booking.objects.filter(pk=past.pk).update(starts_at=NOON - 9 * DAY, ends_at=NOON - 9 * DAY + HOUR)
        Booking.objects.filter(title="Choir").update(note="Bring the piano", source="import")
        yield made


def titles(cast: Cast, query: str) -> list[str]:
    page = make.client(cast.alice).get(f"{PAGE}?{query}").context["page"]
    return [booking.title for booking in page.items]


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", ["Glaze", "Choir", "Both"]),
        ("days=all", ["Over", "Glaze", "Choir", "Both"]),
        ("days=past", ["Over"]),
        ("q=ANA", ["Glaze"]),
        ("q=ana@", ["Glaze"]),
        ("q=piano", ["Choir"]),
        ("q=both", ["Both"]),
        ("kind=equipment", ["Glaze", "Both"]),
        ("kind=equipment&kind=space", ["Glaze", "Choir", "Both"]),
        ("feature=fan", ["Glaze", "Both"]),
        ("feature=floor%3D1", ["Choir", "Both"]),
        ("feature=fan&feature=floor%3D1", []),
        ("source=import", ["Choir"]),
        ("status=pending&status=hold", []),
        ("sort=-when", ["Both", "Choir", "Glaze"]),
        ("sort=title", ["Both", "Choir", "Glaze"]),
        ("sort=-people", ["Choir", "Both", "Glaze"]),
        ("sort=-asked", ["Both", "Choir", "Glaze"]),
    ],
)
def test_it_is_narrowed_and_sorted_as_the_address_says(cast: Cast, query: str, shown: list[str]) -> None:
    assert titles(cast, query) == shown


@pytest.mark.parametrize("query", ["since=yesterday", "status=burnt", "sort=colour", "person=x", "q=%00", "column=x"])
def test_what_makes_no_sense_in_an_address_is_left_out(cast: Cast, query: str) -> None:
    assert titles(cast, query) == ["Glaze", "Choir", "Both"]


def test_sorted_by_what_no_index_knows_it_goes_back_a_year_and_says_so(cast: Cast) -> None:
    long_ago = NOON - 800 * DAY
    with acting_for(cast.house.pk):
        Booking.objects.filter(title="Over").update(starts_at=long_ago, ends_at=long_ago + HOUR)

    def shown(query: str) -> tuple[list[str], bool]:
        answer = make.client(cast.alice).get(f"{PAGE}?{query}")
        return [one.title for one in answer.context["page"].items], "the table goes back to" in answer.content.decode()

    assert shown("days=all") == (["Over", "Glaze", "Choir", "Both"], False)
    assert shown("days=all&sort=-asked") == (["Over", "Both", "Choir", "Glaze"], False)
    assert shown("days=all&sort=title") == (["Both", "Choir", "Glaze"], True)
    assert shown("days=past&sort=-people") == ([], True)
    assert shown(f"days=all&sort=title&since={long_ago:%Y-%m-%d}") == (["Both", "Choir", "Glaze", "Over"], False)
    assert shown(f"days=all&sort=title&until={long_ago:%Y-%m-%d}") == (["Over"], True)
    assert shown("sort=title") == (["Both", "Choir", "Glaze"], False)


def test_columns_are_chosen_and_heads_sort(cast: Cast) -> None:
    html = make.client(cast.alice).get(f"{PAGE}?column=note&column=people&sort=people").content.decode()
    head = html.partition("<thead>")[2].partition("</thead>")[0]

    assert head.count("<th ") == 4
    assert 'aria-sort="ascending"><a class="sort" href="?column=note&amp;column=people&amp;sort=-people">People' in head
    assert "Bring the piano" in html


def test_whose_bookings_are_shown_is_said_and_can_be_left_out(cast: Cast) -> None:
    ana = Booking.objects.get(title="Glaze").person
    assert ana is not None
    html = make.client(cast.alice).get(f"{PAGE}?person={ana.pk}").content.decode()

    assert "Only for Ana Lima" in html
    assert titles(cast, f"person={ana.pk}") == ["Glaze"]


def rows(cast: Cast, query: str) -> list[list[str]]:
    answer = make.client(cast.alice).get(f"{PAGE}/shown.csv?{query}")
    assert answer["Content-Disposition"].startswith('attachment; filename="oolite-bookings-')
    return list(csv.reader(StringIO(answer.content.decode("utf-8-sig"), newline="")))


def test_the_file_has_what_is_shown(cast: Cast) -> None:
    Booking.objects.filter(title="Choir").update(title="=1+1")

    assert rows(cast, "sort=-title&column=where&column=person&column=people") == [
        ["Booking", "Where", "For", "E-mail address", "People"],
        ["Glaze", "Kiln", "Ana Lima", "ana@example.org", "1"],
        ["Both", "Hall, Kiln", "Bob", "bob@example.org", "1"],
        ["'=1+1", "Hall", "", "", "30"],
    ]
    assert rows(cast, "q=glaze")[0] == ["Booking", "Begins", "Ends", "Where", "For", "E-mail address", "State"]
    every = "column=when&column=where&column=person&column=state&column=people&column=source&column=asked&column=by"
    assert len(rows(cast, f"q=glaze&{every}&column=blocked&column=note&column=reason")[1]) == 15


def test_the_table_takes_the_same_queries_for_one_and_for_three(cast: Cast) -> None:
    client = make.client(cast.alice)

    def queries(query: str) -> int:
        client.get(f"{PAGE}?{query}")
        with CaptureQueriesContext(connection) as asked:
            client.get(f"{PAGE}?{query}")
        return len(asked)

    columns = "column=by&column=where&column=blocked&column=person"
    assert queries(f"q=glaze&{columns}") == queries(columns)


def test_the_api_has_the_same_filters_and_orders(cast: Cast) -> None:
    client, headers = make.client(), bearer(make.token(cast.alice))

    def found(**query: Any) -> list[str]:
        answer = client.get("/api/bookings", query, headers=headers).json()
        return [item["title"] for item in answer["items"]]

    assert found(q="lima") == ["Glaze"]
    assert found(kind="equipment", sort="-when") == ["Both", "Glaze"]
    assert found(feature=["floor=1"], source=["self", "staff"]) == ["Over", "Both"]
    assert client.get("/api/bookings?feature=moat", headers=headers).json()["code"] == "unknown_feature"
    since: dict[str, Any] = {"start": "2000-01-01T00:00:00Z"}
    first = client.get("/api/bookings", {"sort": "title", "limit": 1, **since}, headers=headers).json()
    assert [first["items"][0]["title"], *found(sort="title", cursor=first["next"], **since)] == sorted(found())


def test_the_api_sorts_by_title_from_a_day_on(cast: Cast) -> None:
    client, headers = make.client(), bearer(make.token(cast.alice))
    for order in ("title", "-people"):
        refused = client.get("/api/bookings", {"sort": order}, headers=headers)
        assert refused.status_code == 422
        assert "send start, too" in refused.content.decode()
