"""Pages about what can be booked."""

from datetime import timedelta

import pytest

from infra24.core.translating import length
from tests import make

pytestmark = pytest.mark.django_db


def test_staff_see_what_can_be_booked_by_kind() -> None:
    cast = make.cast()
    make.resource(cast.house, name="North Studio")
    make.resource(cast.house, name="Kiln A", kind="equipment")
    page = make.client(cast.alice)

    assert "North Studio" in page.get("/o/oolite/admin/resources").content.decode()
    narrowed = page.get("/o/oolite/admin/resources?kind=equipment").content.decode()
    assert "Kiln A" in narrowed
    assert "North Studio" not in narrowed


def test_resources_are_a_table_or_cards_as_was_chosen_last() -> None:
    cast = make.cast()
    make.resource(cast.house, name="North Studio", location="Annex")
    alice, page = make.client(cast.alice), "/o/oolite/admin/resources"

    def is_cards(query: str = "") -> bool:
        html = alice.get(page + query).content.decode()
        assert ("North Studio" in html, '<table class="table"' in html) == (True, "resource-cards" not in html)
        return "resource-cards" in html

    shown = [is_cards(), is_cards("?as=cards"), is_cards("?kind=space"), is_cards("?as=table"), is_cards("?as=heap")]

    assert shown == [False, True, True, False, False]


def test_an_empty_list_says_what_to_do() -> None:
    assert (
        "Nothing can be booked yet" in make.client(make.cast().alice).get("/o/oolite/admin/resources").content.decode()
    )


def test_a_resource_says_where_each_rule_comes_from() -> None:
    cast = make.cast()
    make.opening_hours(cast.house, kind="equipment", rules={"schema": 1, "slot_minutes": 30})
    kiln = make.resource(cast.house, name="Kiln A", kind="equipment", rules={"schema": 1, "longest_minutes": 600})

    html = make.client(cast.alice).get(f"/o/oolite/admin/resources/{kiln.pk}").content.decode()

    def row(name: str) -> str:
        return html.partition(f'<th scope="row">{name}</th>')[2].partition("</tr>")[0]

    assert "30 minutes" in row("Bookings start every")
    assert "its kind" in row("Bookings start every")
    assert "10 hours" in row("Longest booking")
    assert "this resource" in row("Longest booking")
    assert "Infra24’s default" in row("Notice needed")
    assert "09:00 – 21:00" in html


def test_pages_of_resources_are_closed_to_members_and_strangers() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)

    for page in ("admin/resources", f"admin/resources/{kiln.pk}"):
        assert make.client(cast.bob).get(f"/o/oolite/{page}").status_code == 403
        assert make.client(cast.charlie).get(f"/o/oolite/{page}").status_code == 404
    assert make.client(cast.charlie).get(f"/o/elsewhere/admin/resources/{kiln.pk}").status_code == 404


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(), "none"),
        (timedelta(minutes=15), "15 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(hours=1, minutes=30), "1 hour 30 minutes"),
        (timedelta(days=31), "31 days"),
    ],
)
def test_a_length_is_said_in_words(span: timedelta, words: str) -> None:
    assert length(span) == words
