"""Pages on which managers add resources, change them and put them away; and their vocabulary."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Feature, Resource
from tests import make
from tests.facilities.words import qualification

pytestmark = pytest.mark.django_db
LIST = "/o/oolite/admin/resources"
PLAIN = {"name": "Great Hall", "units": "1", "visible_to": "everyone", "bookable_by": "member"}


@pytest.fixture
def cast() -> make.Cast:
    return make.cast(alice=Role.MANAGER)


def stored(cast: make.Cast, **values: Any) -> Resource:
    with acting_for(cast.house.pk):
        return Resource.objects.select_related("person", "part_of").get(**values)


def test_a_manager_adds_a_room_with_its_features(cast: make.Cast) -> None:
    make.feature(cast.house, "projector", "flag", name="Projector")
    make.feature(cast.house, "floor_m2", "number", name="Floor space", unit="m²")
    make.feature(cast.house, "floor", "choice", name="Floor", choices=["Ground", "First"])
    make.feature(cast.house, "light", "text", name="Light")
    page = make.client(cast.alice)

    asked = page.get(f"{LIST}/new").content.decode()
    form = page.get(f"{LIST}/new?kind=space").content.decode()
    said = {"feature_projector": "on", "feature_floor_m2": "1260", "feature_floor": "First", "feature_light": ""}
    sent = page.post(
        f"{LIST}/new?kind=space", {**PLAIN, **said, "latitude": "25.84", "longitude": "-80.19"}, follow=True
    )

    assert "What is it?" in asked
    assert "Floor space (m²)" in form
    assert stored(cast).features == {"projector": True, "floor_m2": 1260, "floor": "First"}
    html = sent.content.decode()
    for words in (
        "Great Hall can be booked now.",
        "1,260 m²",
        "https://www.openstreetmap.org/?mlat=25.840000",
        "Members",
    ):
        assert words in html


def test_every_fault_stands_beside_its_field_at_once(cast: make.Cast) -> None:
    make.feature(cast.house, "floor_m2", "number", name="Floor space")

    answer = make.client(cast.alice).post(
        f"{LIST}/new?kind=space",
        {**PLAIN, "name": "", "units": "0", "latitude": "5", "time_zone": "Miami", "feature_floor_m2": "wide"},
    )

    html = answer.content.decode()
    assert answer.status_code == 422
    for field in ("name", "units", "time_zone", "feature_floor_m2"):
        assert f'id="id_{field}_error"' in html
    lonely = make.client(cast.alice).post(f"{LIST}/new?kind=space", {**PLAIN, "latitude": "5"})
    assert (lonely.status_code, 'id="id_longitude_error"' in lonely.content.decode()) == (422, True)


def test_a_resource_is_changed_with_what_it_needs_and_is_part_of(cast: make.Cast) -> None:
    need = qualification(cast.house, "Floor induction")
    hall, half = make.resource(cast.house, name="Hall"), make.resource(cast.house, name="Half")
    page, path = make.client(cast.alice), f"{LIST}/{half.pk}/edit"

    form = page.get(path).content.decode()
    change = {**PLAIN, "name": "Half hall", "slug": "half", "part_of": hall.pk, "needs": [need.pk], "version": "1"}
    sent = page.post(path, change, follow=True).content.decode()

    assert "Floor induction" in form
    assert stored(cast, slug="half").part_of == hall
    assert "Floor induction" in sent
    stale = page.post(path, change)
    assert (stale.status_code, "Load it again" in stale.content.decode()) == (412, True)
    circle = page.post(f"{LIST}/{hall.pk}/edit", {**PLAIN, "part_of": half.pk})
    assert (circle.status_code, "part of itself" in circle.content.decode()) == (409, True)


def test_somebody_becomes_bookable(cast: make.Cast) -> None:
    ana = make.person(cast.house, name="Ana Lima")
    page = make.client(cast.alice)

    missing = page.post(f"{LIST}/new?kind=person", {**PLAIN, "name": "Ana"})
    sent = page.post(f"{LIST}/new?kind=person", {**PLAIN, "name": "Ana", "person": ana.pk})

    assert (missing.status_code, sent.status_code) == (422, 302)
    assert stored(cast).person == ana


def test_fewer_than_promised_are_refused_with_the_bookings(cast: make.Cast) -> None:
    cameras = make.resource(cast.house, kind="equipment", name="Cameras", units=6)
    make.booking(cast.bob, cameras, title="Film night", units=5)

    answer = make.client(cast.alice).post(f"{LIST}/{cameras.pk}/edit", {**PLAIN, "name": "Cameras", "units": "2"})

    assert answer.status_code == 409
    assert "Film night" in answer.content.decode()
    assert stored(cast).units == 6


def test_archiving_asks_says_what_stands_against_it_and_can_be_undone(cast: make.Cast) -> None:
    room = make.resource(cast.house, name="North")
    booking = make.booking(cast.bob, room, title="Choir")
    page, path = make.client(cast.alice), f"{LIST}/{room.pk}"

    assert "Bookings lie ahead of it" in page.get(f"{path}/archive").content.decode()
    refused = page.post(f"{path}/archive")
    assert (refused.status_code, "Choir" in refused.content.decode()) == (409, True)
    with acting_for(cast.house.pk):
        type(booking).objects.filter(pk=booking.pk).update(status="cancelled")
    assert "Nobody can book it" in page.post(f"{path}/archive", follow=True).content.decode()
    assert "North" not in page.get(LIST).content.decode()
    assert "North" in page.get(f"{LIST}?kind=archived").content.decode()
    page.post(f"{path}/restore")
    assert stored(cast).archived_at is None


def test_the_list_finds_by_name_and_takes_as_many_queries_for_three_as_for_one(cast: make.Cast) -> None:
    page = make.client(cast.alice)
    counts = []
    for names in (["Kiln A"], ["Kiln B", "Press"]):
        for name in names:
            make.resource(cast.house, name=name, kind="equipment")
        with CaptureQueriesContext(connection) as queries:
            page.get(LIST)
        counts.append(len(queries))
    assert counts[0] == counts[1]

    found = page.get(f"{LIST}?q=kiln").content.decode()
    assert ("Kiln A" in found, "Kiln B" in found, "Press" in found) == (True, True, False)
    assert "Nothing here is called “&lt;sauna”" in page.get(f"{LIST}?q=<sauna").content.decode()


def test_staff_read_what_managers_write() -> None:
    cast = make.cast()
    room = make.resource(cast.house)

    html = make.client(cast.alice).get(f"{LIST}/{room.pk}").content.decode()

    assert "/edit" not in html
    assert make.client(cast.alice).get(f"{LIST}/{room.pk}/edit").status_code == 403


def test_the_vocabulary_is_kept_on_one_page(cast: make.Cast) -> None:
    page, path = make.client(cast.alice), "/o/oolite/admin/features"

    assert "No words yet" in page.get(path).content.decode()
    faulty = page.post(path, {"name": "Floor", "type": "choice", "choices": "Ground"})
    assert (faulty.status_code, 'id="id_choices_error"' in faulty.content.decode()) == (422, True)
    sent = page.post(path, {"name": "Floor", "type": "choice", "choices": "Ground\r\nFirst\r\n"}, follow=True)
    assert "Resources can have Floor now." in sent.content.decode()
    with acting_for(cast.house.pk):
        feature = Feature.objects.get()
    assert (feature.key, feature.choices) == ("floor", ["Ground", "First"])
    page.post(f"{path}/{feature.pk}", {"name": "Storey", "choices": "Ground\nFirst\nSecond", "version": "1"})
    page.post(f"{path}/{feature.pk}/archive")
    html = page.get(path).content.decode()
    assert ("Storey" in html, "No words yet" in html) == (True, True)
    page.post(f"{path}/{feature.pk}/archive", {"restore": "1"})
    assert "No words yet" not in page.get(path).content.decode()


def test_members_see_photo_words_and_features_where_they_book(cast: make.Cast) -> None:
    make.feature(cast.house, "heat", "number", name="Highest temperature", unit="°C")
    make.feature(cast.house, "fan", "flag", name="Extraction")
    make.feature(cast.house, "lift", "flag", name="Lift")
    kiln = make.resource(cast.house, name="Kiln", kind="equipment")
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=kiln.pk).update(
            features={"heat": 1240, "fan": True, "lift": False, "gone": 3},
            photo="a" * 64,
            photo_alt="A kiln",
            description="Ask for *glazes* first.",
        )
    page = make.client(cast.bob)

    one = page.get(f"/o/oolite/book/{kiln.pk}").content.decode()
    listed = page.get("/o/oolite/book").content.decode()

    assert f"/o/oolite/media/{'a' * 64}-1600.jpg" in one
    assert f"/o/oolite/media/{'a' * 64}-480.jpg" in listed
    for html in (one, listed):
        assert "1,240 °C" in html
        assert "Extraction" in html
        assert "Lift</dt>" not in html
        assert "Lift ·" not in html
        assert 'alt="A kiln"' in html
    assert page.get(f"/o/oolite/book/{kiln.pk}?from={(make.NOON + timedelta(days=1)).date()}").status_code == 200
