"""Connecting an organisation to its CRM."""

import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from infra24.core import rates
from infra24.core.errors import TooMany
from infra24.core.sealing import reseal, seal, unseal
from infra24.crm.bloomerang import BOOKING_FIELD, PERSON_FIELD, Account, Bloomerang
from infra24.crm.errors import (
    CrmAddressUnknown,
    CrmFieldMissing,
    CrmKeyRefused,
    CrmKeyUnusable,
    CrmUnreachable,
)
from infra24.crm.models import CrmConnection
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import ConnectionBroken, DeliveryFailure, OwnFault
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Exchange
from infra24.outbox.services import resume_destination

DEFAULT_ADDRESS = "https://api.bloomerang.co"
PER_MINUTE = 120
BURST = 5
"""Requests at once; the vendor publishes no limit, so we keep to what others found bearable."""
PATIENCE_SECONDS = 60.0
"""How long a request waits for its place in that pace."""


def connect(
    org_id: UUID,
    *,
    api_key: str,
    by: Member | None,
    base_url: str = DEFAULT_ADDRESS,
    name: str = "Boomerang",
    is_dry_run: bool = False,
    per_minute: int = PER_MINUTE,
) -> CrmConnection:
    """Connect the organisation to its CRM, or renew the connection of that name; what waited is then sent.

    Asks the CRM whether the key works and has our custom fields before anything
    is stored; call it outside any transaction. `by` is None for a script.

    Raises CrmAddressUnknown, CrmKeyUnusable, CrmKeyRefused, CrmFieldMissing
    (with the names of what is missing) and CrmUnreachable.
    """
    address, key = base_url.rstrip("/"), api_key.strip()
    if address not in settings.CRM_ADDRESSES:
        raise CrmAddressUnknown(fields={"base_url": ", ".join(settings.CRM_ADDRESSES)})
    if not key.isascii() or not key.isprintable() or not key or " " in key or key.startswith("pub_"):
        raise CrmKeyUnusable(fields={"api_key": _("A private key, in one piece.")})
    account = _account(address, key, name)
    if account.person_field is None or account.booking_field is None:
        fields = {PERSON_FIELD: account.person_field, BOOKING_FIELD: account.booking_field}
        missing = {label: _("No such free text field.") for label, number in fields.items() if number is None}
        raise CrmFieldMissing(f"{CrmFieldMissing.__doc__} ({', '.join(missing)})", fields=missing)
    with acting_for(org_id):
        destination, _created = Destination.objects.get_or_create(org_id=org_id, kind=Destination.Kind.CRM, name=name)
        Destination.objects.filter(pk=destination.pk).update(rests_until=None)
        if destination.state == Destination.State.PAUSED:
            resume_destination(destination, by=by, source="staff" if by else "import")
        connection, _created = CrmConnection.objects.update_or_create(
            org_id=org_id,
            destination=destination,
            defaults={
                "base_url": address,
                "sealed_key": seal(key),
                "database_name": account.database_name[:200],
                "person_field": account.person_field,
                "booking_field": account.booking_field,
                "is_dry_run": is_dry_run,
                "per_minute": per_minute,
                "connected_at": timezone.now(),
            },
        )
        _audit(connection, by=by, now=connection.connected_at)
        return connection


def adapter(connection: CrmConnection, *, before_create: Callable[[], None], exchanges: list[Exchange]) -> Bloomerang:
    """A client of the connected CRM that keeps to its pace, however many workers ask it.

    `before_create` is called right before anything is made there, and may raise
    to prevent it. What was asked and answered is added to `exchanges`.
    """
    return Bloomerang(
        connection.base_url,
        api_key=unseal(connection.sealed_key),
        name=connection.destination.name,
        fields=(connection.person_field, connection.booking_field),
        pace=partial(_pace, f"crm:{connection.pk}", connection.per_minute),
        before_create=before_create,
        exchanges=exchanges,
    )


def reseal_keys(org_id: UUID) -> int:
    """Put the organisation's keys under the newest encryption key; return how many."""
    with acting_for(org_id):
        connections = CrmConnection.objects.select_for_update()
        for connection in connections:
            connection.sealed_key = reseal(connection.sealed_key)
            connection.save(update_fields=["sealed_key"])
        return len(connections)


def _account(address: str, key: str, name: str) -> Account:
    try:
        with Bloomerang(
            address, api_key=key, name=name, fields=(0, 0), pace=lambda: None, before_create=lambda: None, exchanges=[]
        ) as crm:
            return crm.account()
    except ConnectionBroken as error:
        raise CrmKeyRefused(fields={"api_key": _("The CRM does not accept it.")}) from error
    except DeliveryFailure as error:
        raise CrmUnreachable(error.note) from error


def _pace(bucket: str, per_minute: int) -> None:
    """Wait for this request's place in the connection's allowance. Raises OwnFault when too many wait."""
    patient_until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            rates.take(bucket, per_minute=per_minute, burst=BURST)
        except TooMany as full:
            left = patient_until - time.monotonic()
            if left <= 0:
                raise OwnFault(_("Too many requests to the CRM are waiting already.")) from full
            time.sleep(min(60 / per_minute, left))
        else:
            return


def _audit(connection: CrmConnection, *, by: Member | None, now: datetime) -> None:
    """Everything but the key."""
    audit.write(
        connection.org_id,
        "crm.connect",
        subject_id=connection.pk,
        by=by,
        source="staff" if by else "import",
        now=now,
        after={
            "base_url": connection.base_url,
            "database": connection.database_name,
            "is_dry_run": connection.is_dry_run,
        },
    )
