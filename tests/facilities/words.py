"""Words the stories about resources need."""

from infra24.core.sorting import sort_key
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Qualification


def qualification(organisation: Organisation, name: str) -> Qualification:
    """Something a person is shown before booking."""
    with acting_for(organisation.pk):
        return Qualification.objects.create(org_id=organisation.pk, name=name, sort_key=sort_key(name))
