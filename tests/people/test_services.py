"""Which person a member is."""

from typing import get_args

import pytest
from django.conf import settings

from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.people.schemas import Language
from infra24.people.services import PersonChange, change_person, person_of
from tests import make
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db


def test_whom_staff_had_written_down_is_not_written_down_again() -> None:
    cast = make.cast()
    known = make.person(cast.house, name="Roberto Díaz", email="Bob@Example.org")
    make.person(cast.elsewhere, name="Bob", email="bob@example.org")

    with acting_for(cast.house.pk):
        first, second = person_of(cast.bob), person_of(cast.bob)
        (person,) = Person.objects.all()

    assert first.pk == second.pk == person.pk == known.pk
    assert (person.user, person.name, person.version) == (cast.bob.user, "Roberto Díaz", 2)


def test_of_two_with_the_address_neither_is_taken() -> None:
    cast = make.cast()
    for name in ("Bob", "Bob's daughter"):
        make.person(cast.house, name=name, email="bob@example.org")

    with acting_for(cast.house.pk):
        person_of(cast.bob)
        assert Person.objects.filter(user=None).count() == 2
        assert Person.objects.get(user=cast.bob.user).email == "bob@example.org"


def test_somebody_else_s_person_is_left_to_them() -> None:
    cast = make.cast()
    alice = make.person(cast.house, member=cast.alice, email="bob@example.org")

    with acting_for(cast.house.pk):
        assert person_of(cast.bob).pk != alice.pk
        assert person_of(cast.alice).pk == alice.pk


def test_a_correction_is_recorded_without_what_it_was_about() -> None:
    """Erasing a person must erase: the history knows which fields changed, and not what they said."""
    cast = make.cast()
    dora = make.person(cast.house, name="Dora", email="dora@example.org")
    with acting_for(cast.house.pk):
        change_person(dora, PersonChange(email="new@example.org", name="Dora"), by=cast.alice, source="staff")
        entry = AuditEntry.objects.get()
        assert (entry.action, entry.before, entry.after) == ("person.change", None, {"fields": ["email"]})
        assert recorded_facts() == ["person.changed"]
        # Nothing new is nothing to write down.
        change_person(dora, PersonChange(name=" Dora "), by=cast.alice, source="staff")
        assert recorded_facts() == ["person.changed"]


def test_the_api_offers_the_house_s_languages() -> None:
    assert set(get_args(Language)) == {"", *dict(settings.LANGUAGES)}
