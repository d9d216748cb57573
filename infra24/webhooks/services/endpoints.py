"""Setting up a webhook, changing it, and taking it away."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.core.constraints import guarded_by
from infra24.core.errors import Stale
from infra24.core.sealing import reseal, seal
from infra24.facts.events import PUBLIC
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery, Destination
from infra24.webhooks.errors import (
    EndpointNameTaken,
    EndpointNotFound,
    EventTypesUnknown,
    TooManyEndpoints,
)
from infra24.webhooks.guard import checked_url, shown_url
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import MOST_ENDPOINTS
from infra24.webhooks.signing import new_secret


@dataclass(frozen=True)
class EndpointWish:
    """What an endpoint should be."""

    name: str
    url: str
    fact_types: Collection[str] | None = None
    """None: every type there is, and those that will be."""
    description: str = ""
    per_minute: int | None = None
    """None: as fast as things happen."""


@transaction.atomic
def add_endpoint(wish: EndpointWish, *, by: Member, source: str) -> tuple[Endpoint, str]:
    """Set up a webhook; returned with its secret, which cannot be shown again. What happens waits until it is proved.

    Raises EndpointAddressRefused, EventTypesUnknown, TooManyEndpoints, EndpointNameTaken.
    """
    now, url, fact_types = timezone.now(), checked_url(wish.url), _known(wish.fact_types)
    # The organisation's row is the lock: two forms at once must not make twenty-one.
    Organisation.objects.select_for_update(no_key=True).get(pk=by.org_id)
    if Endpoint.objects.filter(org_id=by.org_id).count() >= MOST_ENDPOINTS:
        raise TooManyEndpoints
    with guarded_by(destination_once=EndpointNameTaken):
        destination = Destination.objects.create(
            org_id=by.org_id,
            kind=Destination.Kind.WEBHOOK,
            name=wish.name.strip(),
            state=Destination.State.PAUSED,
            paused_because=_unproved(),
            fact_types=fact_types,
            per_minute=wish.per_minute,
        )
    secret = new_secret()
    endpoint = Endpoint.objects.create(
        org_id=by.org_id,
        destination=destination,
        url=url,
        description=wish.description.strip(),
        sealed_secret=seal(secret),
        created_by=by,
        created_at=now,
    )
    record(by.org_id, "endpoint.added", now=now, source=source, endpoint_id=endpoint.pk)
    _audit(endpoint, "endpoint.add", by=by, source=source, now=now, after=_told(endpoint))
    return endpoint, secret


@transaction.atomic
def change_endpoint(
    endpoint: Endpoint, wish: EndpointWish, *, by: Member, source: str, version: int | None = None
) -> Endpoint:
    """Set a webhook up differently. Another address has to be proved anew; meanwhile everything for it waits.

    `version` is the one the wish was made from. Raises Stale, EndpointNotFound, EndpointAddressRefused,
    EventTypesUnknown, EndpointNameTaken.
    """
    now, fact_types = timezone.now(), _known(wish.fact_types)
    current = locked(endpoint)
    if version is not None and version != current.version:
        raise Stale
    before, target = _told(current), current.destination
    if wish.url.strip() != current.url:
        current.url, current.proved_at = checked_url(wish.url), None
        current.asked_at = current.answered_at = None
        target.state, target.paused_because = Destination.State.PAUSED, _unproved()
    current.description = wish.description.strip()
    target.name, target.fact_types, target.per_minute = wish.name.strip(), fact_types, wish.per_minute
    after = _told(current)
    changed = [name for name in after if after[name] != before[name]]
    if not changed:
        return current
    with guarded_by(destination_once=EndpointNameTaken):
        target.save(update_fields=["name", "fact_types", "per_minute", "state", "paused_because"])
    touched(current, "url", "proved_at", "asked_at", "answered_at", "description")
    record(by.org_id, "endpoint.changed", now=now, source=source, endpoint_id=current.pk, fields=changed)
    _audit(current, "endpoint.change", by=by, source=source, now=now, before=before, after=after)
    return current


@transaction.atomic
def remove_endpoint(endpoint: Endpoint, *, by: Member, source: str) -> None:
    """Take a webhook away with its secrets. What waits for it, or failed, is given up; what was delivered stays.

    Raises EndpointNotFound.
    """
    now = timezone.now()
    current = locked(endpoint)
    target, told = current.destination, _told(current)
    # What a worker holds at this moment is left to it; the night gives up what it puts back.
    open_ones = Q(status=Delivery.Status.PENDING, lease=None) | Q(status=Delivery.Status.DEAD)
    given_up = Delivery.objects.filter(open_ones, org_id=by.org_id, destination=target).update(
        status=Delivery.Status.DISCARDED, settled_at=now, note=_("The webhook was taken away.")
    )
    # The name is free again for another one.
    target.name = f"{target.name[:60]} ({str(current.pk)[-8:]})"
    target.state, target.paused_because, target.fact_types = Destination.State.REMOVED, "", []
    target.save(update_fields=["name", "state", "paused_because", "fact_types"])
    record(by.org_id, "endpoint.removed", now=now, source=source, endpoint_id=current.pk)
    after = {"given_up": given_up}
    _audit(current, "endpoint.remove", by=by, source=source, now=now, before=told, after=after)
    current.delete()


def reseal_secrets(org_id: UUID) -> int:
    """Put the organisation's signing secrets under the newest encryption key; return how many."""
    with acting_for(org_id):
        endpoints = Endpoint.objects.filter(org_id=org_id).select_for_update()
        for endpoint in endpoints:
            endpoint.sealed_secret = reseal(endpoint.sealed_secret)
            if endpoint.sealed_previous:
                endpoint.sealed_previous = reseal(endpoint.sealed_previous)
            endpoint.save(update_fields=["sealed_secret", "sealed_previous"])
        return len(endpoints)


def locked(endpoint: Endpoint) -> Endpoint:
    """The row as it is now and its destination, both locked, the destination first. Raises EndpointNotFound."""
    destination = Destination.objects.select_for_update(no_key=True).get(
        org_id=endpoint.org_id, pk=endpoint.destination_id
    )
    current = Endpoint.objects.select_for_update().filter(org_id=endpoint.org_id, pk=endpoint.pk).first()
    if current is None:
        raise EndpointNotFound
    current.destination = destination
    return current


def touched(endpoint: Endpoint, *fields: str) -> None:
    """Save these fields of a locked endpoint under the next version."""
    endpoint.version += 1
    endpoint.save(update_fields=[*fields, "version"])


def _known(fact_types: Collection[str] | None) -> list[str] | None:
    """In the catalogue's order. Raises EventTypesUnknown."""
    if fact_types is None:
        return None
    if not fact_types or not set(fact_types) <= PUBLIC.keys():
        strange = ", ".join(sorted(set(fact_types) - PUBLIC.keys()))
        raise EventTypesUnknown(fields={"event_types": strange or _("Choose at least one.")})
    return [name for name in PUBLIC if name in fact_types]


def _unproved() -> str:
    return _("Not proved yet.")


def _told(endpoint: Endpoint) -> dict[str, Any]:
    """Everything but the secrets."""
    target = endpoint.destination
    return {
        "name": target.name,
        "url": endpoint.url,
        "description": endpoint.description,
        "event_types": target.fact_types,
        "per_minute": target.per_minute,
    }


def _audit(
    endpoint: Endpoint,
    action: str,
    *,
    by: Member,
    source: str,
    now: datetime,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
) -> None:
    before, after = (told and {**told, **_without_query(told)} for told in (before, after))
    audit.write(by.org_id, action, subject_id=endpoint.pk, by=by, source=source, now=now, before=before, after=after)


def _without_query(told: dict[str, Any]) -> dict[str, Any]:
    return {"url": shown_url(told["url"])} if "url" in told else {}
