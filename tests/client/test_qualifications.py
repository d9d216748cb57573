"""Qualifications, grants and studio assignments, through the generated client."""

from datetime import date, timedelta

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House

SOME_DAY = date(2027, 3, 1)


def test_a_qualification_is_added_changed_and_put_away(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models

    made = dana.create_qualification(body=shapes.QualificationIn(name="Press", valid_months=24))
    assert (made.name, made.valid_months, made.archived) == ("Press", 24, False)
    assert made in dana.list_qualifications().items
    assert dana.show_qualification(made.id) == made

    put_away = dana.change_qualification(
        made.id,
        body=shapes.QualificationPatch(valid_months=None, archived=True),
        if_match=dana.headers["ETag"],
    )
    assert (put_away.valid_months, put_away.archived, put_away.version > made.version) == (None, True, True)
    assert dana.list_qualifications(archived=True).items == [put_away]


def test_a_person_is_given_a_qualification_and_it_is_taken_back(house: House, package: Package) -> None:
    alice, ids = house.alice, house.world.ids
    renewed = package.models.GrantIn(
        qualification_id=ids["qualification_id"], person_id=ids["person_id"], lapses_on=SOME_DAY, renew=True
    )

    given = alice.give_qualification(body=renewed)
    assert (given.person_id, given.lapses_on, given.state) == (ids["person_id"], SOME_DAY, "valid")
    assert house.bob.list_grants(state="valid").items == [given]

    taken_back = alice.revoke_grant(given.id)
    assert (taken_back.state, taken_back.revoked_at is None) == ("revoked", False)


def test_a_person_is_given_a_studio_and_leaves_it(house: House, package: Package) -> None:
    alice, shapes, ids = house.alice, package.models, house.world.ids
    mira = alice.create_person(body=shapes.PersonIn(name="Mira"))

    made = alice.assign_studio(
        body=shapes.AssignmentIn(person_id=mira.id, resource_id=ids["resource_id"], starts_on=SOME_DAY)
    )
    assert (made.starts_on, made.ends_on) == (SOME_DAY, None)
    assert alice.show_assignment(made.id) == made

    last_day = SOME_DAY + timedelta(days=30)
    ended = alice.change_assignment(
        made.id, body=shapes.AssignmentPatch(ends_on=last_day), if_match=alice.headers["ETag"]
    )
    assert ended.ends_on == last_day
    assert alice.list_assignments(person=mira.id, on=last_day).items == [ended]


def test_members_give_nothing_and_strangers_find_nothing(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.bob.revoke_grant(house.world.ids["grant_id"])
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_qualification(house.world.ids["qualification_id"])
    assert refusal.value.told == (404, "qualification_not_found")
