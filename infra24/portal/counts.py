"""Small reads of several parts of the house, for the home page."""

from infra24.orgs.models import Member, Organisation
from infra24.outbox.models import Delivery
from infra24.resources.models import Resource, ResourceKind


def failed_deliveries(viewer: Member) -> int:
    """How many deliveries of the viewer's organisation ended as dead letters and wait for a person."""
    return Delivery.objects.filter(org_id=viewer.org_id, status=Delivery.Status.DEAD).count()


def public_resources(organisation: Organisation) -> list[tuple[str, list[str]]]:
    """What a stranger may know of what is bookable here: names, by kind. People are not named."""
    shown = Resource.objects.filter(org_id=organisation.pk, archived_at=None).exclude(kind=ResourceKind.PERSON)
    rows = list(shown.order_by("sort_key", "id").values_list("kind", "name"))
    kinds = [(str(kind.label), [name for of_kind, name in rows if of_kind == kind]) for kind in ResourceKind]
    return [(label, names) for label, names in kinds if names]
