"""Pages about the people an organisation knows."""

import pytest

from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make

pytestmark = pytest.mark.django_db


def test_staff_find_somebody_by_part_of_the_name_whatever_the_accents() -> None:
    cast = make.cast()
    make.person(cast.house, name="Lucía Ferrer")
    make.person(cast.house, name="Theo Brandt")

    html = make.client(cast.alice).get("/o/oolite/admin/people?q=LUCIA").content.decode()

    assert "Lucía Ferrer" in html
    assert "Theo Brandt" not in html


def test_staff_write_somebody_down() -> None:
    cast = make.cast()

    response = make.client(cast.alice).post(
        "/o/oolite/admin/people/new", {"name": " Ana Lima ", "email": "Ana@Example.org", "phone": ""}
    )

    assert response.headers["Location"] == "/o/oolite/admin/people"
    with acting_for(cast.house.pk):
        assert [(person.name, person.email) for person in Person.objects.all()] == [("Ana Lima", "ana@example.org")]


@pytest.mark.parametrize(
    "sent", [{"name": ""}, {"name": "Ana", "email": "ana"}, {"name": "A\0na"}, {"name": "a" * 121}]
)
def test_what_cannot_be_a_person_is_refused_and_not_stored(sent: dict[str, str]) -> None:
    cast = make.cast()

    assert make.client(cast.alice).post("/o/oolite/admin/people/new", sent).status_code == 422
    with acting_for(cast.house.pk):
        assert not Person.objects.exists()


def test_what_somebody_typed_is_shown_as_text() -> None:
    html = (
        make.client(make.cast().alice)
        .get("/o/oolite/admin/people", {"q": "<script>alert(1)</script>"})
        .content.decode()
    )

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "<script>alert" not in html


def test_people_are_for_staff_of_the_house() -> None:
    cast = make.cast()
    make.person(cast.house, name="Ana Lima")

    assert make.client(cast.bob).get("/o/oolite/admin/people").status_code == 403
    assert make.client(cast.charlie).get("/o/oolite/admin/people").status_code == 404
    assert "Ana Lima" not in make.client(cast.charlie).get("/o/elsewhere/admin/people").content.decode()


def test_staff_correct_somebody_on_a_page_and_nobody_overwrites_another() -> None:
    cast = make.cast()
    dora = make.person(cast.house, name="Dora", email="dora@example.org")
    page = f"/o/oolite/admin/people/{dora.pk}"
    alice = make.client(cast.alice)
    assert 'value="dora@example.org"' in alice.get(page).content.decode()
    sent = {"name": "Dora Lind", "email": " DORA@new.example.org ", "phone": "", "locale": "es", "version": "1"}

    assert alice.post(page, sent).status_code == 302

    with acting_for(cast.house.pk):
        found = Person.objects.get(pk=dora.pk)
        assert (found.name, found.email, found.locale, found.sort_key, found.version) == (
            "Dora Lind",
            "dora@new.example.org",
            "es",
            "dora lind",
            2,
        )
    assert alice.post(page, {**sent, "name": "Other"}).status_code == 412
    assert alice.post(page, {**sent, "version": "2", "email": "nowhere"}).status_code == 422
    assert alice.post(page, {**sent, "version": "2", "locale": "de"}).status_code == 422
    with acting_for(cast.house.pk):
        assert Person.objects.get(pk=dora.pk).version == 2


def test_members_and_strangers_correct_nobody() -> None:
    cast = make.cast()
    dora = make.person(cast.house, name="Dora")
    page = f"/o/oolite/admin/people/{dora.pk}"
    assert make.client(cast.bob).post(page, {"name": "X", "version": "1"}).status_code == 403
    assert make.client(cast.charlie).post(page, {"name": "X", "version": "1"}).status_code == 404
