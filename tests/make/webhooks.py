"""Webhooks that are proved already."""

from collections.abc import Collection

from django.utils import timezone

from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from infra24.webhooks.models import Endpoint
from infra24.webhooks.services import EndpointWish, add_endpoint

HOOK = "https://hooks.example.org/infra24"


def endpoint(
    by: Member,
    *,
    url: str = HOOK,
    name: str = "Door",
    fact_types: Collection[str] | None = None,
    is_proved: bool = True,
) -> tuple[Endpoint, str]:
    """A webhook and its secret."""
    with acting_for(by.org_id):
        made, secret = add_endpoint(EndpointWish(name, url, fact_types), by=by, source="staff")
        if is_proved:
            Endpoint.objects.filter(pk=made.pk).update(proved_at=timezone.now())
            Destination.objects.filter(pk=made.destination_id).update(state="active", paused_because="")
        return Endpoint.objects.select_related("destination").get(pk=made.pk), secret
