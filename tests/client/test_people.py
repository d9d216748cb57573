"""People, through the generated client."""

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_staff_write_down_a_person_and_find_them(house: House, package: Package) -> None:
    alice, shapes = house.alice, package.models

    made = alice.create_person(body=shapes.PersonIn(name="Mira Okafor", email="mira@example.org"))

    assert (made.name, made.email, made.phone) == ("Mira Okafor", "mira@example.org", "")
    assert alice.headers["ETag"] == f'"{made.version}"'
    assert alice.show_person(made.id) == made
    assert alice.headers["ETag"] == f'"{made.version}"'
    assert alice.list_people(q="okafor").items == [made]


def test_a_person_sent_twice_with_one_key_is_written_down_once(house: House, package: Package) -> None:
    mira = package.models.PersonIn(name="Mira")

    first = house.alice.create_person(body=mira, idempotency_key="once")
    second = house.alice.create_person(body=mira, idempotency_key="once")

    assert (second, house.alice.headers["Idempotency-Replayed"]) == (first, "true")


def test_lists_come_in_pages(house: House, package: Package) -> None:
    for name in ("Ada Zell", "Bea Zell", "Cy Zell"):
        house.alice.create_person(body=package.models.PersonIn(name=name))

    first = house.alice.list_people(q="zell", limit=2)
    rest = house.alice.list_people(q="zell", limit=2, cursor=first.next_)

    assert [each.name for each in first.items + rest.items] == ["Ada Zell", "Bea Zell", "Cy Zell"]
    assert (len(first.items), rest.next_) == (2, None)


def test_what_is_wrong_is_said_by_field(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.alice.create_person(body=package.models.PersonIn(name=" ", email="nowhere"))

    assert refusal.value.told == (422, "invalid_request")
    assert set(refusal.value.problem.fields.to_dict()) == {"name", "email"}


def test_members_write_nobody_down_and_strangers_find_nobody(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.create_person(body=package.models.PersonIn(name="Mira"))
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_person(house.world.ids["person_id"])
    assert refusal.value.told == (404, "person_not_found")


def test_staff_correct_what_is_said_of_a_person(house: House, package: Package) -> None:
    alice, shapes = house.alice, package.models
    made = alice.create_person(body=shapes.PersonIn(name="Mira", email="mira@example.org", locale="es"))
    assert made.locale == "es"

    changed = alice.change_person(
        made.id, body=shapes.PersonPatch(email="MIRA@new.example.org", locale=""), if_match=alice.headers["ETag"]
    )

    assert (changed.name, changed.email, changed.locale) == ("Mira", "mira@new.example.org", "")
    assert changed.version == made.version + 1
    with pytest.raises(Refused) as refusal:
        alice.change_person(made.id, body=shapes.PersonPatch(name="Mira O."), if_match='"1"')
    assert refusal.value.told == (412, "stale")


def test_an_admin_erases_a_person(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models
    made = house.alice.create_person(body=shapes.PersonIn(name="Mira Okafor", email="mira@example.org"))

    with pytest.raises(Refused) as refused:
        dana.erase_person(made.id, body=shapes.EraseIn(name="Mira", ahead="cancel"))
    assert refused.value.told == (422, "name_differs")
    erased = dana.erase_person(made.id, body=shapes.EraseIn(name="Mira Okafor", ahead="cancel"), if_match='"1"')

    assert (erased.cancelled, erased.kept, erased.withdrawn, erased.calendars) == (0, 0, 0, 0)
    assert house.alice.list_people(q="okafor").items == []
