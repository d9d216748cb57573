"""Pages on which staff look over the bookings: the calendar's and the list's, without script."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import make
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db
STAFF_PAGES = ("admin/calendar", "admin/calendar?view=list", "admin/bookings", "admin/bookings/new")


@pytest.mark.parametrize("page", STAFF_PAGES)
def test_staff_pages_open_for_staff_and_for_nobody_else(page: str) -> None:
    cast = make.cast()

    assert make.client(cast.alice).get(f"/o/oolite/{page}").status_code == 200
    assert make.client(cast.bob).get(f"/o/oolite/{page}").status_code == 403
    assert make.client(cast.charlie).get(f"/o/oolite/{page}").status_code == 404
    assert make.client().get(f"/o/oolite/{page}").headers["Location"].startswith("/accounts/login/?next=/o/oolite/")


@pytest.mark.parametrize(
    ("remembered", "asked", "shown"),
    [
        ("", "", "day"),
        ("month", "", "month"),
        ("month", "agenda", "agenda"),
        ("wheel", "", "day"),
        ("week", "list", None),
    ],
)
def test_the_calendar_begins_with_the_view_asked_for_or_seen_last(
    remembered: str, asked: str, shown: str | None
) -> None:
    page = make.client(make.cast().alice)
    page.cookies["calendar_view"] = remembered

    html = page.get("/o/oolite/admin/calendar", {"view": asked} if asked else {}).content.decode()

    assert re.findall(r'data-view="([^"]*)"', html) == ([shown] if shown else [])


def test_the_calendar_is_mounted_with_a_way_to_the_day_as_a_list() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, name="Kiln A")
    made = booking(cast.alice, kiln, title="Bisque firing")
    day = NOON.astimezone(ZoneInfo("America/New_York")).date()

    page = make.client(cast.alice)
    html = page.get(f"/o/oolite/admin/calendar?date={day}").content.decode()
    as_list = page.get(f"/o/oolite/admin/calendar?date={day}&view=list").content.decode()

    assert (
        f'data-island="calendar" data-organisation="oolite" data-time-zone="America/New_York" data-locale="en" data-date="{day}"'
        in html
    )
    assert f'<meta http-equiv="refresh" content="0; url=?date={day}&amp;view=list">' in html
    assert 'id="booking-dialog"' in html
    assert f'<a href="/o/oolite/admin/bookings/{made.pk}">Bisque firing</a>' in as_list
    assert f"?date={day - timedelta(days=1)}" in as_list
    assert f"?date={day + timedelta(days=1)}" in as_list
    assert "http-equiv" not in as_list


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "9999-01-01", "\0"])
def test_a_day_that_is_none_is_today(text: str) -> None:
    alice = make.cast().alice

    assert make.client(alice).get("/o/oolite/admin/calendar", {"date": text}).status_code == 200


def test_an_empty_house_says_what_to_do_first() -> None:
    assert (
        "There is nothing to book yet"
        in make.client(make.cast().alice).get("/o/oolite/admin/calendar?view=list").content.decode()
    )


@pytest.mark.parametrize("query", ["since=9999-12-31", "until=9999-12-31", "since=0001-01-01", "until=0001-01-01"])
def test_a_list_of_days_nobody_books_says_which_days_there_are(query: str) -> None:
    answer = make.client(make.cast().alice).get(f"/o/oolite/admin/bookings?{query}")

    assert answer.status_code == 200
    assert "Choose a day between the years 2000 and 2099." in answer.content.decode()


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
def test_the_first_and_the_last_day_there_is_have_a_calendar(day: str) -> None:
    page = make.client(make.cast().alice)

    assert page.get(f"/o/oolite/admin/calendar?date={day}").status_code == 200
    assert page.get(f"/o/oolite/admin/bookings?since={day}&until={day}").status_code == 200


def test_the_list_narrows_by_state_and_resource() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    booking(cast.alice, kiln, title="Bisque firing")
    booking(cast.alice, make.resource(cast.house), title="Choir")
    page = make.client(cast.alice)

    def titles(query: str) -> list[bool]:
        html = page.get(f"/o/oolite/admin/bookings?{query}").content.decode()
        return [title in html for title in ("Bisque firing", "Choir")]

    assert titles("") == [True, True]
    assert titles(f"resource={kiln.pk}") == [True, False]
    assert titles("status=cancelled") == [False, False]
    assert titles("since=2090-01-01") == [False, False]
    assert titles("since=nonsense&status=nonsense") == [True, True]
    assert page.get("/o/oolite/admin/bookings?cursor=nonsense").status_code == 422


@pytest.mark.parametrize(
    "page", ["/o/oolite/admin/bookings", "/o/oolite/admin/calendar?view=list&date={day}", "/o/oolite/my"]
)
def test_a_list_costs_the_same_for_one_booking_and_for_three(page: str) -> None:
    cast = make.cast()
    browser = make.client(cast.alice)
    alice = make.person(cast.house, member=cast.alice)
    address = page.format(day=NOON.astimezone(ZoneInfo("America/New_York")).date())

    def cost() -> int:
        booking(cast.alice, make.resource(cast.house), person=alice)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        return len(queries)

    # The first request after signing in also settles the session.
    cost()
    one = cost()
    cost()
    assert cost() == one
