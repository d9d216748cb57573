"""The demo's CRM: an emulator that `make run` starts, whose address may change from start to start."""

import time
from collections.abc import Iterable

from infra24.config.demo.settling import Settled
from infra24.crm.errors import CrmUnreachable
from infra24.crm.models import CrmConnection
from infra24.crm.services import connect
from infra24.orgs.tenancy import acting_for

NAME = "Demo CRM"
KEY = "emulator-key"
"""What the emulator expects unless told otherwise. It opens nothing else."""
PER_MINUTE = 6000
"""Requests. The pace of a real CRM would keep people waiting who want to see a booking arrive."""
PATIENCE_SECONDS = 10.0
"""How long it may take to start, for it starts with us."""


def connect_to_crm(houses: Iterable[Settled], *, address: str) -> int:
    """Connect every house, or move its connection to the new address; how many were changed. Outside transactions.

    Raises CrmUnreachable when nobody answers there.
    """
    deadline = time.monotonic() + PATIENCE_SECONDS
    changed = 0
    for house in houses:
        org_id = house.organisation.pk
        with acting_for(org_id):
            known = CrmConnection.objects.filter(destination__name=NAME, base_url=address).exists()
        while not known:
            try:
                connect(org_id, api_key=KEY, by=None, base_url=address, name=NAME, per_minute=PER_MINUTE)
            except CrmUnreachable:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                known, changed = True, changed + 1
    return changed
