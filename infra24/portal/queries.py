"""What strangers may know of a house."""

from infra24.orgs.models import Organisation
from infra24.resources.models import Audience, Resource, ResourceKind


def public_resources(organisation: Organisation) -> list[tuple[str, list[str]]]:
    """What a stranger may know of what is bookable here: names, by kind. People are not named."""
    everybodys = Resource.objects.filter(org_id=organisation.pk, archived_at=None, visible_to=Audience.EVERYONE)
    shown = everybodys.exclude(kind=ResourceKind.PERSON)
    rows = list(shown.order_by("sort_key", "id").values_list("kind", "name"))
    kinds = [(str(kind.label), [name for of_kind, name in rows if of_kind == kind]) for kind in ResourceKind]
    return [(label, names) for label, names in kinds if names]
