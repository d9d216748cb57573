"""Pages of bookings: the staff's, and members' own. They do what the API does, without script."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking, Refusal, Status
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db

STAFF_PAGES = ("admin/calendar", "admin/calendar?view=list", "admin/bookings", "admin/bookings/new")


def form(resource: Any, **more: object) -> dict[str, object]:
    """What a browser sends for an hour from noon in three days."""
    starts = NOON.astimezone(ZoneInfo("America/New_York"))
    return {
        "title": "Firing",
        "resource": str(resource.pk),
        "date": starts.date().isoformat(),
        "start": f"{starts:%H:%M}",
        "end": f"{starts + timedelta(hours=1):%H:%M}",
        "party_size": 1,
        "note": "",
        "visibility": "busy",
        **more,
    }


def stored(org_id: Any) -> list[Booking]:
    with acting_for(org_id):
        return list(Booking.objects.order_by("id"))


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


def test_staff_write_down_a_booking_without_script() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    make.person(cast.house, name="Ana Lima", email="ana@example.org")

    response = make.client(cast.alice).post("/o/oolite/admin/bookings/new", form(kiln, person="ana lima"))

    (made,) = stored(cast.house.pk)
    assert response.headers["Location"] == f"/o/oolite/admin/bookings/{made.pk}"
    assert (made.status, made.source, made.starts_at) == ("confirmed", "staff", NOON)
    with acting_for(cast.house.pk):
        assert made.person is not None
        assert made.person.name == "Ana Lima"


def test_a_taken_time_is_refused_beside_the_form_with_times_that_are_free() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, name="Kiln A")
    booking(cast.alice, kiln)

    response = make.client(cast.alice).post("/o/oolite/admin/bookings/new", form(kiln, title="Mine"))

    html = response.content.decode()
    assert response.status_code == 409
    assert "Kiln A is already booked then." in html
    assert 'value="Mine"' in html
    assert 'name="take" value="' in html
    assert len(stored(cast.house.pk)) == 1
    with acting_for(cast.house.pk):
        counted = Refusal.objects.get()
    assert (counted.resource_id, counted.code, counted.source, counted.times) == (kiln.pk, "slot_taken", "staff", 1)


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("title", "", "This field is required."),
        ("title", "\0", "Null characters are not allowed."),
        ("date", "someday", "Enter a valid date."),
        ("date", "9999-12-31", "Choose a day between the years 2000 and 2099."),
        ("date", "0001-01-01", "Choose a day between the years 2000 and 2099."),
        ("party_size", "0", "greater than or equal to 1"),
        ("resource", "nonsense", "“nonsense” is not a valid UUID."),
        ("person", "Nobody", "Nobody of that name."),
        ("end", "", "This field is required."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_stored(field: str, value: str, sentence: str) -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)

    response = make.client(cast.alice).post("/o/oolite/admin/bookings/new", {**form(kiln), field: value})

    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert stored(cast.house.pk) == []


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


def test_an_end_before_the_start_is_on_the_next_day() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))

    make.client(cast.alice).post("/o/oolite/admin/bookings/new", form(kiln, start="20:00", end="08:00"))

    (made,) = stored(cast.house.pk)
    assert made.ends_at - made.starts_at == timedelta(hours=12)


def test_staff_write_down_days_on_end() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    sent = form(kiln)
    last = date.fromisoformat(str(sent["date"])) + timedelta(days=2)

    response = make.client(cast.alice).post(
        "/o/oolite/admin/bookings/new", {**sent, "start": "10:00", "end": "10:00", "end_date": last.isoformat()}
    )

    assert response.status_code == 302
    (made,) = stored(cast.house.pk)
    zone = ZoneInfo("America/New_York")
    starts, ends = made.starts_at.astimezone(zone), made.ends_at.astimezone(zone)
    assert (f"{starts:%H:%M}", f"{ends:%H:%M}", ends.date() - starts.date()) == ("10:00", "10:00", timedelta(days=2))


def test_a_last_day_before_the_first_is_said_beside_it() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)

    response = make.client(cast.alice).post("/o/oolite/admin/bookings/new", form(kiln, end_date="2001-01-01"))

    assert response.status_code == 422
    assert list(response.context["form"].errors) == ["end_date"]


def shown(page: Any, made: Booking) -> dict[str, object]:
    """What a browser sends when nobody touches the form of a booking."""
    fields = page.get(f"/o/oolite/admin/bookings/{made.pk}/edit").context["form"]
    return {field.html_name: sent(field.value()) for field in fields}


def sent(value: Any) -> str | list[str]:
    """A field's value as a browser sends it; boxes that are not ticked are not sent."""
    if isinstance(value, list):
        return [str(each) for each in value]
    return "" if value is None else str(value)


AUTUMN = datetime(NOON.year + 1, 11, 1, 6, 30, tzinfo=UTC) + timedelta(days=(6 - date(NOON.year + 1, 11, 1).weekday()))
"""The second half past one of the night New York sets its clocks back: the first Sunday of November."""


@pytest.mark.parametrize(
    ("starts_at", "hours"),
    [(NOON, 50), (NOON, 24), (NOON, 1), (AUTUMN, 1), (AUTUMN, 48)],
)
def test_a_changed_title_leaves_the_times_as_they_are(starts_at: datetime, hours: int) -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    made = booking(cast.alice, kiln, starts_at=starts_at, hours=hours)
    page = make.client(cast.alice)

    response = page.post(f"/o/oolite/admin/bookings/{made.pk}/edit", {**shown(page, made), "title": "Glaze"})

    assert response.status_code == 302
    (changed,) = stored(cast.house.pk)
    assert (changed.title, changed.starts_at, changed.ends_at) == ("Glaze", made.starts_at, made.ends_at)


def test_a_later_end_leaves_the_start_where_it_is() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    made = booking(cast.alice, kiln, starts_at=AUTUMN)
    page = make.client(cast.alice)

    page.post(f"/o/oolite/admin/bookings/{made.pk}/edit", {**shown(page, made), "end": "04:00"})

    (changed,) = stored(cast.house.pk)
    assert (changed.starts_at, changed.ends_at) == (AUTUMN, AUTUMN + timedelta(hours=2, minutes=30))


def test_who_it_is_for_stays_though_others_have_the_name() -> None:
    cast = make.cast()
    twins = [make.person(cast.house, name="Ana Lima") for _ in range(2)]
    made = booking(cast.alice, make.resource(cast.house), person=twins[1])
    page = make.client(cast.alice)
    edit = f"/o/oolite/admin/bookings/{made.pk}/edit"

    assert page.post(edit, {**shown(page, made), "title": "Glaze"}).status_code == 302
    assert [(one.title, one.person_id) for one in stored(cast.house.pk)] == [("Glaze", twins[1].pk)]
    assert page.post(edit, {**shown(page, made), "person": ""}).status_code == 302
    assert stored(cast.house.pk)[0].person_id is None
    assert "Several people fit." in page.post(edit, {**shown(page, made), "person": "ana lima"}).content.decode()


def test_part_of_a_name_books_for_nobody_but_offers_who_fits() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    ana = make.person(cast.house, name="Ana Lima", email="ana@example.org")
    make.person(cast.house, name="Ana Lima Rocha")
    page = make.client(cast.alice)

    refused = page.post("/o/oolite/admin/bookings/new", form(kiln, person="Lim"))

    assert refused.status_code == 422
    assert "You may mean Ana Lima (ana@example.org), Ana Lima Rocha." in refused.content.decode()
    for number, exact in enumerate(("ANA LIMA", "Ana@example.org")):
        assert (
            page.post("/o/oolite/admin/bookings/new", form(make.resource(cast.house), person=exact)).status_code == 302
        )
        assert stored(cast.house.pk)[number].person_id == ana.pk


def test_staff_take_an_offered_time_instead() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    booking(cast.alice, kiln, hours=26)
    page = make.client(cast.alice)
    ends = (NOON + timedelta(hours=26)).astimezone(ZoneInfo("America/New_York"))
    asked = form(kiln, end_date=ends.date().isoformat(), end=f"{ends:%H:%M}")
    refused = page.post("/o/oolite/admin/bookings/new", asked).content.decode()
    offer = refused.partition('name="take" value="')[2].partition('"')[0]

    assert page.post("/o/oolite/admin/bookings/new", {**asked, "take": offer}).status_code == 302
    assert [made.ends_at - made.starts_at for made in stored(cast.house.pk)] == [timedelta(hours=26)] * 2


def test_another_house_s_resource_cannot_be_booked() -> None:
    cast = make.cast()

    response = make.client(cast.alice).post("/o/oolite/admin/bookings/new", form(make.resource(cast.elsewhere)))

    assert response.status_code == 422
    assert stored(cast.house.pk) == []


def test_a_booking_shows_its_legs_and_its_history() -> None:
    cast = make.cast()
    made = booking(
        cast.alice, make.resource(cast.house, name="Kiln A"), person=make.person(cast.house, name="Ana Lima")
    )

    html = make.client(cast.alice).get(f"/o/oolite/admin/bookings/{made.pk}").content.decode()

    assert "Kiln A" in html
    assert "Ana Lima" in html
    assert "Written down" in html
    assert "Alice" in html
    assert make.client(cast.charlie).get(f"/o/elsewhere/admin/bookings/{made.pk}").status_code == 404
    assert make.client(cast.bob).get(f"/o/oolite/admin/bookings/{made.pk}").status_code == 403


def test_staff_change_time_title_and_place() -> None:
    cast = make.cast()
    made = booking(cast.alice, make.resource(cast.house))
    other = make.resource(cast.house, name="Kiln B")
    start = f"{NOON.astimezone(ZoneInfo('America/New_York')) + timedelta(hours=2):%H:%M}"
    end = f"{NOON.astimezone(ZoneInfo('America/New_York')) + timedelta(hours=4):%H:%M}"
    sent = form(other, title="Glaze firing", start=start, end=end, version=made.version)

    response = make.client(cast.alice).post(f"/o/oolite/admin/bookings/{made.pk}/edit", sent)

    (changed,) = stored(cast.house.pk)
    assert response.status_code == 302
    assert (changed.title, changed.starts_at, changed.ends_at) == (
        "Glaze firing",
        NOON + timedelta(hours=2),
        NOON + timedelta(hours=4),
    )
    with acting_for(cast.house.pk):
        assert [leg.resource_id for leg in changed.legs.all()] == [other.pk]


def test_a_change_of_what_somebody_changed_meanwhile_is_refused() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    made = booking(cast.alice, kiln)

    response = make.client(cast.alice).post(
        f"/o/oolite/admin/bookings/{made.pk}/edit", form(kiln, title="Late", version=made.version - 1)
    )

    assert response.status_code == 412
    assert "Somebody changed this since you loaded it." in response.content.decode()
    assert stored(cast.house.pk)[0].title == "Firing"


def requested(cast: make.Cast) -> Booking:
    """Bob's request, waiting for staff."""
    kiln = make.resource(cast.house, name="Kiln B", rules={**make.open_week(), "approval": "always"})
    return booking(cast.bob, kiln)


def test_staff_confirm_a_request() -> None:
    cast = make.cast()
    made = requested(cast)

    response = make.client(cast.alice).post(f"/o/oolite/admin/bookings/{made.pk}/confirm", {"version": made.version})

    assert response.status_code == 302
    assert stored(cast.house.pk)[0].status == Status.CONFIRMED
    assert make.client(cast.alice).post(f"/o/oolite/admin/bookings/{made.pk}/confirm").status_code == 409
    assert make.client(cast.alice).get(f"/o/oolite/admin/bookings/{made.pk}/confirm").status_code == 405


def test_declining_needs_a_reason() -> None:
    cast = make.cast()
    made = requested(cast)
    address = f"/o/oolite/admin/bookings/{made.pk}/decline"

    assert "Decline this request?" in make.client(cast.alice).get(address).content.decode()
    assert make.client(cast.alice).post(address, {"reason": " "}).status_code == 422
    assert stored(cast.house.pk)[0].status == Status.PENDING
    assert make.client(cast.alice).post(address, {"reason": "The kiln is being mended."}).status_code == 302
    declined = stored(cast.house.pk)[0]
    assert (declined.status, declined.reason) == (Status.DECLINED, "The kiln is being mended.")


def test_cancelling_asks_first_and_works_once() -> None:
    cast = make.cast()
    made = booking(cast.alice, make.resource(cast.house))
    address = f"/o/oolite/admin/bookings/{made.pk}/cancel"

    assert make.client(cast.alice).get(address).status_code == 200
    assert stored(cast.house.pk)[0].status == Status.CONFIRMED
    assert make.client(cast.alice).post(address).status_code == 302
    assert stored(cast.house.pk)[0].status == Status.CANCELLED
    again = make.client(cast.alice).post(address)
    assert again.status_code == 409
    assert "nothing left to do" in again.content.decode()


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


def test_a_member_books_by_a_plain_form_and_finds_it_among_theirs() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, name="Kiln A")
    page = make.client(cast.bob)

    assert "Kiln A" in page.get("/o/oolite/book").content.decode()
    assert "When it is free" in page.get(f"/o/oolite/book/{kiln.pk}").content.decode()
    response = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln))

    (made,) = stored(cast.house.pk)
    assert response.headers["Location"] == "/o/oolite/my"
    assert (made.status, made.source) == ("confirmed", "self")
    assert "Firing" in page.get("/o/oolite/my").content.decode()
    assert "Firing" not in make.client(cast.alice).get("/o/oolite/my").content.decode()


def test_what_is_offered_first_can_be_had_as_it_stands() -> None:
    cast = make.cast()
    rules = {**make.open_week("00:00", "24:00"), "slot_minutes": 60, "shortest_minutes": 240, "notice_minutes": 61}
    kiln = make.resource(cast.house, rules=rules)
    page = make.client(cast.bob)

    html = page.get(f"/o/oolite/book/{kiln.pk}").content.decode()
    offered = {name: html.partition(f'name="{name}" value="')[2].partition('"')[0] for name in ("date", "start", "end")}
    response = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln, **offered))

    assert response.status_code == 302
    assert offered["start"].endswith(":00")
    (made,) = stored(cast.house.pk)
    assert made.ends_at - made.starts_at == timedelta(hours=4)


def test_a_hold_that_ran_out_is_shown_as_expired_and_cannot_be_decided() -> None:
    cast = make.cast()
    held = booking(
        cast.alice, make.resource(cast.house), status="hold", person=make.person(cast.house, member=cast.bob)
    )
    staff, member = make.client(cast.alice), make.client(cast.bob)
    page = f"/o/oolite/admin/bookings/{held.pk}"
    assert "Confirm</button>" in staff.get(page).content.decode()

    make.run_out(cast.house, held.pk)

    html = staff.get(page).content.decode()
    assert '<span class="badge expired">Expired</span>' in html
    assert "Confirm</button>" not in html
    assert f"{page}/cancel" not in html
    assert "nothing left to do" in staff.get(f"{page}/cancel").content.decode()
    assert "Firing" not in staff.get("/o/oolite/admin/bookings?status=hold").content.decode()
    assert "badge expired" in staff.get("/o/oolite/admin/bookings?status=expired").content.decode()
    mine = member.get("/o/oolite/my")
    assert list(mine.context["upcoming"]) == []
    assert [one.pk for one in mine.context["past"].items] == [held.pk]
    assert "badge hold" not in mine.content.decode()


@pytest.mark.parametrize("hours", [1, 120])
def test_a_member_is_not_offered_to_cancel_what_has_begun(hours: int) -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    bob = make.person(cast.house, member=cast.bob)
    made = booking(cast.alice, kiln, starts_at=NOON - timedelta(days=4), hours=hours, person=bob)
    later = booking(cast.alice, kiln, starts_at=NOON + timedelta(days=4), person=bob)
    page = make.client(cast.bob)

    html = page.get("/o/oolite/my").content.decode()
    assert f"/my/{made.pk}/cancel" not in html
    assert f"/my/{made.pk}/transfer" not in html
    assert f"/my/{later.pk}/cancel" in html
    html = page.get(f"/o/oolite/my/{made.pk}/cancel").content.decode()
    assert "It has begun already. Ask staff if something is to change." in html
    assert 'type="submit">Cancel the booking' not in html
    assert (
        'type="submit">Cancel the booking'
        in make.client(cast.alice).get(f"/o/oolite/admin/bookings/{made.pk}/cancel").content.decode()
    )


def test_a_member_asks_for_what_needs_approval() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})

    html = make.client(cast.bob).post(f"/o/oolite/book/{kiln.pk}", form(kiln), follow=True).content.decode()

    assert "Requested: Firing. Staff will answer." in html
    assert stored(cast.house.pk)[0].status == Status.PENDING


def test_a_member_takes_an_offered_time_instead() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    booking(cast.alice, kiln)
    page = make.client(cast.bob)
    refused = page.post(f"/o/oolite/book/{kiln.pk}", form(kiln)).content.decode()
    offer = refused.partition('name="take" value="')[2].partition('"')[0]

    page.post(f"/o/oolite/book/{kiln.pk}", form(kiln, take=offer))

    assert [made.starts_at for made in stored(cast.house.pk)] == [NOON, NOON + timedelta(hours=1)]


def test_members_pages_are_closed_to_strangers() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)

    for page in ("my", "book", f"book/{kiln.pk}"):
        assert make.client(cast.charlie).get(f"/o/oolite/{page}").status_code == 404
        assert make.client().get(f"/o/oolite/{page}").status_code == 302


def test_a_member_cancels_their_own_and_cannot_find_others() -> None:
    cast = make.cast()
    mine = booking(cast.bob, make.resource(cast.house))
    theirs = booking(cast.alice, make.resource(cast.house))
    page = make.client(cast.bob)

    assert page.get(f"/o/oolite/my/{theirs.pk}/cancel").status_code == 404
    assert page.post(f"/o/oolite/my/{mine.pk}/cancel", {"reason": "ill"}).headers["Location"] == "/o/oolite/my"
    assert [made.status for made in stored(cast.house.pk)] == [Status.CANCELLED, Status.CONFIRMED]
