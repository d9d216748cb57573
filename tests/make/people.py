"""Persons an organisation knows."""

from itertools import count

from infra24.core.sorting import sort_key
from infra24.orgs.models import Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person

_numbers = count(1)


def person(organisation: Organisation, *, name: str = "", email: str = "", member: Member | None = None) -> Person:
    """A person; with `member`, the one that member is."""
    name = name or (member.user.name if member else f"Person {next(_numbers)}")
    with acting_for(organisation.pk):
        return Person.objects.create(
            org_id=organisation.pk,
            name=name,
            sort_key=sort_key(name),
            email=email or (member.user.email if member else ""),
            user=member.user if member else None,
        )
