"""The page and the operation that erase a person."""

from typing import Any

import pytest

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = "/o/oolite/admin/people"


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def mona(cast: Cast) -> Member:
    return make.member(cast.house, role=Role.MANAGER, name="Mona", email="mona@example.org")


@pytest.fixture
def delia(cast: Cast) -> Person:
    person = make.person(cast.house, name="Delia Quixano", email="delia@nowhere.example")
    make.booking(cast.alice, make.resource(cast.house), person=person, starts_at=NOON)
    return person


def stored(cast: Cast, person: Person) -> Person:
    with acting_for(cast.house.pk):
        return Person.objects.get(pk=person.pk)


def test_the_page_says_what_goes_and_what_stays_and_asks_for_the_name(cast: Cast, mona: Member, delia: Person) -> None:
    client, here = make.client(mona), f"{PEOPLE}/{delia.pk}"
    assert f'href="{here}/erase"' in client.get(here).content.decode()

    page = client.get(f"{here}/erase").content.decode()
    assert "Erase Delia Quixano?" in page
    assert "1 booking, as “Erased person”" in page
    assert "1 booking has not begun." in page
    assert "connected calendar" not in page

    wrong = client.post(f"{here}/erase", {"name": "Delia", "ahead": "cancel", "version": "1"})
    assert wrong.status_code == 422
    assert "Write the name as it stands above" in wrong.content.decode()
    empty = client.post(f"{here}/erase", {"ahead": "cancel", "version": "1"})
    assert empty.status_code == 422
    assert stored(cast, delia).erased_at is None

    done = client.post(f"{here}/erase", {"name": "delia quixano", "ahead": "keep", "version": "1"}, follow=True)
    assert done.redirect_chain == [(PEOPLE, 302)]
    assert "Erased. What was booked stays, without a name." in done.content.decode()
    assert "Delia" not in done.content.decode()
    assert stored(cast, delia).erased_at is not None
    assert client.get(here).status_code == 404


def test_a_page_that_is_out_of_date_erases_nobody(cast: Cast, mona: Member, delia: Person) -> None:
    sent = {"name": "Delia Quixano", "ahead": "keep", "version": "4"}

    assert make.client(mona).post(f"{PEOPLE}/{delia.pk}/erase", sent).status_code == 412

    assert stored(cast, delia).erased_at is None


def test_staff_see_a_person_but_no_way_to_erase_them(cast: Cast, delia: Person) -> None:
    client, here = make.client(cast.alice), f"{PEOPLE}/{delia.pk}"

    page = client.get(here).content.decode()

    assert "delia@nowhere.example" in page
    assert "No account; staff book for them" in page
    assert f'href="{here}/calendars"' in page
    assert f"{here}/erase" not in page
    assert client.get(f"{here}/erase").status_code == 403
    assert make.client(cast.bob).get(here).status_code == 403
    assert make.client(cast.charlie).get(here).status_code == 404
    assert f'<a href="{here}">Delia Quixano</a>' in client.get(PEOPLE).content.decode()


def test_the_api_erases_with_the_same_refusals(cast: Cast, mona: Member, delia: Person) -> None:
    def erase(by: Member, **more: str) -> Any:
        headers = {"Authorization": f"Bearer {make.token(by)}", **more}
        body = make.json({"name": "Delia Quixano", "ahead": "cancel"})
        path = f"/api/people/{delia.pk}/erase"
        return make.client().generic("POST", path, body, "application/json", headers=headers)

    assert erase(cast.alice).json()["code"] == "role_too_low"
    assert erase(cast.charlie).status_code in {403, 404}
    assert erase(mona, **{"If-Match": '"9"'}).status_code == 412
    assert stored(cast, delia).erased_at is None

    answer = erase(mona, **{"If-Match": '"1"'})

    assert answer.status_code == 200
    told = answer.json()
    assert {name: told[name] for name in ("cancelled", "kept", "withdrawn", "calendars")} == {
        "cancelled": 1,
        "kept": 0,
        "withdrawn": 0,
        "calendars": 0,
    }
    assert erase(mona).status_code == 404


def test_answers_that_told_of_the_person_are_forgotten(cast: Cast, mona: Member) -> None:
    def send(path: str, key: str, body: dict[str, str]) -> Any:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": key}
        return make.client().generic("POST", path, make.json(body), "application/json", headers=headers)

    token = make.token(mona)
    made = send("/api/people", "first", {"name": "Zoë Quixano"}).json()
    other = send("/api/people", "second", {"name": "Ana"}).json()

    send(f"/api/people/{made['id']}/erase", "third", {"name": "Zoë Quixano", "ahead": "cancel"})

    assert send("/api/people", "second", {"name": "Ana"}).json() == other
    assert send("/api/people", "first", {"name": "Zoë Quixano"}).json()["id"] != made["id"]
