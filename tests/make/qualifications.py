"""What people were shown, who needs it, and who works where."""

from datetime import date
from itertools import count

from infra24.core.sorting import sort_key
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import Grant, Qualification, Resource, ResourceNeed, StudioAssignment

_numbers = count(1)


def qualification(
    organisation: Organisation, *resources: Resource, name: str = "", valid_months: int | None = None
) -> Qualification:
    """A qualification that members need for each of the resources."""
    name = name or f"Induction {next(_numbers)}"
    with acting_for(organisation.pk):
        made = Qualification.objects.create(
            org_id=organisation.pk, name=name, sort_key=sort_key(name), valid_months=valid_months
        )
        for resource in resources:
            ResourceNeed.objects.create(org_id=organisation.pk, resource=resource, qualification=made)
    return made


def grant(
    qualification: Qualification,
    person: Person,
    *,
    granted_on: date = date(2020, 1, 5),
    lapses_on: date | None = None,
) -> Grant:
    """The person was shown it in 2020; for good unless the last day is given."""
    with acting_for(qualification.org_id):
        return Grant.objects.create(
            org_id=qualification.org_id,
            qualification=qualification,
            person=person,
            granted_on=granted_on,
            lapses_on=lapses_on,
        )


def assignment(
    person: Person, resource: Resource, *, starts_on: date = date(2020, 1, 5), ends_on: date | None = None
) -> StudioAssignment:
    """The person works there since 2020; for as long as nobody says otherwise, unless the last day is given."""
    with acting_for(person.org_id):
        return StudioAssignment.objects.create(
            org_id=person.org_id, person=person, resource=resource, starts_on=starts_on, ends_on=ends_on
        )
