"""Bounces and complaints, as django-anymail hands them on from whichever mail service is in use."""

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from infra24.notifications.models import MailTrouble
from infra24.notifications.policies import trouble_of
from infra24.notifications.services.troubles import note_trouble
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for

log = logging.getLogger(__name__)


def hear(sender: Any = None, event: Any = None, **more: Any) -> None:
    """Receiver of django-anymail's signal `tracking`: note an address that takes no mail.

    The organisation and whom the mail was for come back as we sent them along; a mail without them, such as a
    sign-in code, belongs to no organisation, and is left to the operator's own list.
    """
    del sender, more
    kind = trouble_of(event.event_type, event.reject_reason, own_names=_own_names(event.esp_event))
    if kind is None or not event.recipient:
        return
    told = event.metadata or {}
    org_id, recipient = _id(told.get("organisation")), _id(told.get("recipient"))
    if org_id is None or not Organisation.objects.filter(pk=org_id).exists():
        log.info("A mail service told of a mail that is no organisation's.")
        return
    with acting_for(org_id):
        note_trouble(org_id, event.recipient, MailTrouble.Kind(kind), recipient=recipient)


def _own_names(told: Any) -> list[str]:
    """What the service itself calls an event, wherever services say so."""
    if not isinstance(told, Mapping):
        return []
    inner = told.get("bounce")
    found = [told.get("Type"), told.get("type"), told.get("event")]
    found.append(inner.get("bounceType") if isinstance(inner, Mapping) else None)
    return [name for name in found if isinstance(name, str)]


def _id(text: Any) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None
