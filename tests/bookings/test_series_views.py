"""The pages of series, without script: from a form that repeats to its dates, and what is done with them."""

from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking, Occurrence, Refusal, Series
from infra24.core.days import instant_of
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.bookings.series_story import HOUR, WEEK, made, rows_of, starts, states, stored, walls, weekly
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def room(cast: Cast) -> Resource:
    return make.resource(cast.house, name="Kiln", rules={**make.open_week(), "horizon_days": 300})


def sent(room: Resource, **more: Any) -> dict[str, Any]:
    """A form of the booking page that asks for four weeks."""
    usual = {
        "title": "Firing",
        "resource": room.pk,
        "date": NOON.date(),
        "start": "12:00",
        "end": "13:00",
        "party_size": "1",
        "visibility": "busy",
        "repeat": "week",
        "interval": "1",
        "times": "4",
    }
    return {**usual, **more}


def only() -> Series:
    return Series.objects.get()


def at_twelve(cast: Cast, room: Resource, by: Member) -> Series:
    """Four weeks at noon of the house, made through the service."""
    starts_at = instant_of(NOON.date(), NOON.time().replace(hour=12), cast.house.time_zone)
    return made(by, weekly(room, starts_at=starts_at))


def test_staff_see_every_date_before_anything_is_booked(cast: Cast, room: Resource) -> None:
    client, path = make.client(cast.alice), "/o/oolite/admin/bookings/new"
    assert b"Repeats" in client.get(path).content

    before = stored(cast)
    seen = client.post(path, sent(room))
    page = seen.content.decode()
    assert (seen.status_code, stored(cast)) == (200, before)
    assert "Every date can be had." in page
    assert "Book 4 dates" in page
    assert 'name="repeat" value="week"' in page

    saved = client.post(path, sent(room, step="save"))
    with acting_for(cast.house.pk):
        series = only()
    assert saved["Location"] == f"/o/oolite/admin/series/{series.pk}"
    assert states(series) == ["confirmed"] * 4
    shown = client.get(saved["Location"]).content.decode()
    assert f"Every {NOON:%A}, 4 times" in shown
    listed = client.get("/o/oolite/admin/bookings").content.decode()
    assert listed.count(f"Every {NOON:%A}, 4 times") == 4
    booking = rows_of(series)[0].booking_id
    assert saved["Location"] in client.get(f"/o/oolite/admin/bookings/{booking}").content.decode()


def test_dates_that_are_taken_are_shown_with_their_reason_and_left_for_later(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    client, path = make.client(cast.alice), "/o/oolite/admin/bookings/new"
    client.post(f"/o/oolite/admin/series/{series.pk}/cancel", {"scope": "all", "reason": "x"})
    with acting_for(cast.house.pk):
        taken_at = rows_of(series)[1].series.span_on(walls(series)[1])[0]
    make.booking(cast.alice, room, starts_at=taken_at)

    page = client.post(path, sent(room)).content.decode()
    assert "1 date cannot be had." in page
    assert "Kiln is already booked then." in page
    assert "Free instead:" in page

    before = stored(cast)
    refused = client.post(path, sent(room, step="save", on_conflict="refuse"))
    assert (refused.status_code, stored(cast)) == (409, before)
    assert b"Some of these dates cannot be booked" in refused.content

    client.post(path, sent(room, step="save", on_conflict="skip"))
    with acting_for(cast.house.pk):
        made_now = Series.objects.get(ended_at=None)
        assert Refusal.objects.get(code="slot_taken").times == 2, "refused once, left for later once"
    assert states(made_now) == ["confirmed", "skipped", "confirmed", "confirmed"]
    shown = client.get(f"/o/oolite/admin/series/{made_now.pk}").content.decode()
    assert "1 date could not be had." in shown
    assert "Kiln is already booked then." in shown


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"times": ""}, "Say until when it repeats, or how many times; one of the two."),
        ({"until": NOON.date() + timedelta(days=40)}, "Say until when it repeats, or how many times; one of the two."),
        ({"times": "", "until": NOON.date() + timedelta(days=2000)}, "at most 400 dates and lasts at most two years"),
        ({"times": "500"}, "400"),
        ({"interval": "0"}, "1"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_which_keeps_what_was_typed(
    cast: Cast, room: Resource, more: dict[str, Any], words: str
) -> None:
    before = stored(cast)

    answer = make.client(cast.alice).post("/o/oolite/admin/bookings/new", sent(room, **more))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert words in page
    assert 'value="week" selected' in page
    assert stored(cast) == before


@pytest.mark.parametrize(
    ("more", "rule"),
    [
        ({"repeat": "day", "interval": "2"}, "FREQ=DAILY;INTERVAL=2;COUNT=4"),
        ({"weekdays": ["0", "2"]}, "FREQ=WEEKLY;BYDAY=MO,WE;COUNT=4"),
        ({"repeat": "month", "monthly": "date"}, "FREQ=MONTHLY;COUNT=4"),
        ({"repeat": "month", "monthly": "last"}, f"FREQ=MONTHLY;BYDAY=-1{NOON:%a};COUNT=4"),
        ({"times": "", "until": NOON.date() + 2 * WEEK}, f"FREQ=WEEKLY;UNTIL={NOON + 2 * WEEK:%Y%m%d}"),
    ],
)
def test_the_fields_make_the_rule(cast: Cast, room: Resource, more: dict[str, Any], rule: str) -> None:
    make.client(cast.alice).post("/o/oolite/admin/bookings/new", sent(room, step="save", on_conflict="skip", **more))

    with acting_for(cast.house.pk):
        assert only().rule == rule.replace(f"{NOON:%a}", f"{NOON:%a}"[:2].upper())


def test_going_back_keeps_what_was_typed(cast: Cast, room: Resource) -> None:
    answer = make.client(cast.alice).post("/o/oolite/admin/bookings/new", sent(room, step="edit", title="Glaze"))

    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'value="Glaze"' in page
    assert 'value="week" selected' in page


def test_a_member_books_a_series_and_looks_after_it(cast: Cast, room: Resource) -> None:
    client, path = make.client(cast.bob), f"/o/oolite/book/{room.pk}"
    assert b"Book 4 dates" in client.post(path, sent(room)).content

    saved = client.post(path, sent(room, step="save"))
    with acting_for(cast.house.pk):
        series = only()
    here = f"/o/oolite/my/series/{series.pk}"
    assert saved["Location"] == here
    assert here in client.get("/o/oolite/my").content.decode()

    second = walls(series)[1].isoformat()
    assert b"Cancel this date, or more?" in client.get(f"{here}/cancel?from={second}").content
    client.post(f"{here}/cancel?from={second}", {"scope": "this", "reason": "Ill"})
    assert states(series) == ["confirmed", "left_out", "confirmed", "confirmed"]
    client.post(f"{here}/retry", {"from": second})
    assert states(series) == ["confirmed"] * 4
    client.post(f"{here}/cancel", {"scope": "all"})
    assert set(states(series)) == {"left_out"}
    assert b"This series has ended." in client.get(here).content
    assert client.get(f"{here}/edit").status_code == 302
    assert b"there is nothing left to do" in client.get(f"{here}/cancel").content


def edited(page: Any, **more: Any) -> dict[str, Any]:
    """The fields of the edit page as they stand, with some changed."""
    values: dict[str, Any] = {}
    for form in (page.context["form"], page.context["repeats"]):
        for field in form:
            value = field.value()
            if value not in (None, False):
                values[field.html_name] = value
    return {**values, **more}


def test_the_following_dates_are_moved_after_a_look_at_each(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    client = make.client(cast.alice)
    third = walls(series)[2]
    path = f"/o/oolite/admin/series/{series.pk}/edit?from={third.isoformat()}"

    fields = edited(client.get(path), scope="following", start="15:00", end="16:00")
    before = stored(cast)
    seen = client.post(path, fields)
    assert (seen.status_code, stored(cast)) == (200, before)
    assert b"What this changes" in seen.content

    saved = client.post(path, {**fields, "step": "save"})
    with acting_for(cast.house.pk):
        later = Series.objects.get(split_from=series.pk)
    assert saved["Location"] == f"/o/oolite/admin/series/{later.pk}"
    assert [wall.hour for wall in walls(later)] == [15, 15]
    assert [wall.hour for wall in walls(series)] == [12, 12]


def test_a_change_of_all_opened_from_a_later_date_moves_the_first_as_far(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    client = make.client(cast.alice)
    before = walls(series)
    path = f"/o/oolite/admin/series/{series.pk}/edit?from={before[2].isoformat()}"

    fields = edited(client.get(path), scope="all", start="14:00", end="15:00", title="Glaze")
    client.post(path, {**fields, "step": "save"})

    assert walls(series) == [wall + 2 * HOUR for wall in before]
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("title", flat=True)) == {"Glaze"}
        assert only().rule == "FREQ=WEEKLY;COUNT=4"


def test_one_date_is_changed_and_an_old_page_is_stale(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    client = make.client(cast.alice)
    second = walls(series)[1]
    path = f"/o/oolite/admin/series/{series.pk}/edit?from={second.isoformat()}"
    fields = {**edited(client.get(path), scope="this", start="15:00", end="16:00"), "step": "save"}

    saved = client.post(path, fields)
    stale = client.post(path, {**fields, "start": "16:00", "end": "17:00"})

    assert saved.status_code == 302
    assert stale.status_code == 412
    assert [row.is_override for row in rows_of(series)] == [False, True, False, False]
    assert "changed by itself" in client.get(f"/o/oolite/admin/series/{series.pk}").content.decode()
    first, moved, *_ = starts(series)
    assert first is not None
    assert moved == first + WEEK + 3 * HOUR


def test_another_rule_shows_what_will_be_cancelled(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    client, path = make.client(cast.alice), f"/o/oolite/admin/series/{series.pk}/edit"

    page = client.post(path, edited(client.get(path), scope="all", times="2")).content.decode()

    assert "2 bookings will be cancelled." in page


def test_nothing_is_free_and_nothing_can_be_saved(cast: Cast) -> None:
    shut = make.resource(cast.house, rules=make.closed_week())

    page = make.client(cast.alice).post("/o/oolite/admin/bookings/new", sent(shut)).content.decode()

    assert "4 dates cannot be had." in page
    assert 'value="save"' not in page


def test_trying_again_says_why_it_still_cannot_be(cast: Cast, room: Resource) -> None:
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    series = made(cast.alice, weekly(room), on_conflict="skip")

    answer = make.client(cast.alice).post(f"/o/oolite/admin/series/{series.pk}/retry")

    assert answer.status_code == 409
    assert b"None of these dates can be booked." in answer.content


def test_pages_of_a_series_are_for_staff_and_its_owner(cast: Cast, room: Resource) -> None:
    series = at_twelve(cast, room, cast.alice)
    before = stored(cast)
    for who, status in ((cast.bob, 403), (cast.charlie, 404)):
        for page in ("", "/edit", "/cancel"):
            assert make.client(who).get(f"/o/oolite/admin/series/{series.pk}{page}").status_code == status
    for page in ("", "/edit", "/cancel"):
        assert make.client(cast.bob).get(f"/o/oolite/my/series/{series.pk}{page}").status_code == 404
    assert make.client(cast.bob).post(f"/o/oolite/my/series/{series.pk}/retry").status_code == 404
    assert stored(cast) == before
    with acting_for(cast.house.pk):
        assert Occurrence.objects.filter(state="booked").count() == 4
