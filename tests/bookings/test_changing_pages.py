"""The page of a booking and its form: what nobody touches stays as it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.forms_story import form, shown, stored
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db

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
