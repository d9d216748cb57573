"""Reading webhooks, starting from who is looking. They are for admins: others see none."""

from uuid import UUID

from django.db.models import QuerySet

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.models import Delivery
from infra24.webhooks.errors import EndpointNotFound
from infra24.webhooks.models import Endpoint


def visible_endpoints(viewer: Member) -> QuerySet[Endpoint]:
    """The organisation's webhooks with their destinations, in the order in which they were set up."""
    found = Endpoint.objects.filter(org_id=viewer.org_id).select_related("destination").order_by("id")
    return found if viewer.rank.includes(Role.ADMIN) else found.none()


def endpoint_for(viewer: Member, endpoint_id: UUID) -> Endpoint:
    """Raises EndpointNotFound both for a missing webhook and for one the viewer may not see."""
    try:
        return visible_endpoints(viewer).get(pk=endpoint_id)
    except Endpoint.DoesNotExist:
        raise EndpointNotFound from None


def deliveries_of(endpoint: Endpoint) -> QuerySet[Delivery]:
    """What it was told, or is to be told, the newest first, of a webhook the viewer was shown."""
    found = Delivery.objects.filter(org_id=endpoint.org_id, destination_id=endpoint.destination_id)
    return found.select_related("fact").order_by("-created_at", "-id")


def waiting_for(endpoint: Endpoint) -> int:
    """How many deliveries wait for a webhook the viewer was shown."""
    found = Delivery.objects.filter(org_id=endpoint.org_id, destination_id=endpoint.destination_id)
    return found.filter(status=Delivery.Status.PENDING).count()
