"""Staff write down a booking by a plain form, and read beside it what stands against it."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from infra24.bookings.models import Refusal
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.forms_story import form, stored
from tests.make.bookings import NOON, booking

pytestmark = pytest.mark.django_db


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
