"""The page that says whether everything adds up."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from infra24.orgs.policies import Role
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
PAGE = "/o/oolite/admin/integrity"


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


@pytest.fixture
def alice(cast: Cast) -> Client:
    return make.client(cast.alice)


def words(page: Any) -> str:
    """What a reader reads."""
    main = page.content.decode().split("<main", 1)[1].split("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def test_before_the_first_night_the_page_says_what_will_come(cast: Cast, alice: Client) -> None:
    make.verdict(cast.elsewhere)

    shown = words(alice.get(PAGE))

    assert "No night has passed yet" in shown
    assert "12,345" not in shown


def test_when_all_is_well_one_sentence_says_so(cast: Cast, alice: Client) -> None:
    make.verdict(cast.house, violations={"leg_overlap": 1})
    make.verdict(cast.house, looked_at=NOON + timedelta(days=1))

    shown = words(alice.get(PAGE))

    assert "Everything adds up: 12,345 rows looked at on" in shown
    assert "Two bookings" not in shown
    assert "1 thing does not add up" in shown  # the night before


def test_what_is_broken_leads_to_the_booking(cast: Cast, alice: Client) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))
    sample = {"name": "leg_overlap", "table": "bookings_leg", "id": str(cast.bob.pk), "booking_id": str(booking.pk)}
    lost = {"name": "leg_without_booking", "table": "bookings_leg", "id": str(cast.bob.pk), "booking_id": None}
    one = make.verdict(
        cast.house,
        violations={"leg_overlap": 30, "leg_without_booking": 1},
        information={"confirmed_in_closure": 1},
        samples=[sample, lost],
    )

    for path in (PAGE, f"{PAGE}/{one.pk}"):
        page = alice.get(path)
        shown = words(page)
        assert "31 things do not add up." in shown
        assert "Two bookings have the same thing at the same time. 30 times · 1 is listed · leg_overlap" in shown
        assert f'href="/o/oolite/admin/bookings/{booking.pk}"' in page.content.decode()
        assert "No booking bookings_leg" in shown
        assert "Worth knowing It is confirmed for a time that is closed. 1" in shown
        assert "make verify-invariants" in shown


def test_nothing_looked_at_is_not_taken_for_well(cast: Cast, alice: Client) -> None:
    make.verdict(cast.house, rows=0)

    shown = words(alice.get(PAGE))

    assert "There was nothing to look at." in shown
    assert "Everything adds up" not in shown


def test_the_page_is_for_managers(cast: Cast) -> None:
    one = make.verdict(cast.house)
    staff = make.client(make.member(cast.house, role=Role.STAFF))

    assert [staff.get(path).status_code for path in (PAGE, f"{PAGE}/{one.pk}")] == [403, 403]
    assert make.client(cast.charlie).get(f"{PAGE}/{one.pk}").status_code == 404
    assert make.client(cast.charlie).get(f"/o/elsewhere/admin/integrity/{one.pk}").status_code == 404
    assert "Integrity" not in staff.get("/o/oolite/admin/settings/members").content.decode()


def test_the_months_before_are_turned_to_by_pages(
    cast: Cast, alice: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    make.verdict(cast.house, rows=1000, violations={"leg_overlap": 1})
    with django_assert_max_num_queries(20) as one:
        alice.get(PAGE)
    for day in range(1, 32):
        make.verdict(cast.house, looked_at=NOON - timedelta(days=day), rows=1000 + day, violations={"leg_overlap": 1})

    with django_assert_num_queries(len(one.captured_queries)):
        first = alice.get(PAGE)

    assert ("1,029" in words(first), "1,030" in words(first)) == (True, False)
    (following,) = re.findall(r'href="([^"]*cursor=[^"]*)"', first.content.decode())
    assert "1,031" in words(alice.get(PAGE + following.replace("&amp;", "&")))
