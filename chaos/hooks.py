"""How a house sends to the sink: an endpoint for webhooks, set up and proved as an admin would."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

import httpx

from chaos.grounds import NoGround
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.webhooks.models import Endpoint
from infra24.webhooks.services import EndpointWish, add_endpoint, ask_for_proof, remove_endpoint

NAME = "The sink of make chaos"
PROOF_LIMIT_SECONDS = 90
"""The workers may only be starting."""


@dataclass(frozen=True)
class Hook:
    """An endpoint of an organisation at the sink."""

    endpoint: Endpoint
    by: Member

    @property
    def destination_id(self) -> UUID:
        return self.endpoint.destination_id


def open_hook(org_id: UUID, *, sink: str, path: str, fact_types: Sequence[str], by: Member) -> Hook:
    """Let facts of these types go to a path of the sink, which takes nothing there that is not signed.

    What an earlier run has left behind is taken away first: its sink is gone.
    """
    with acting_for(org_id):
        for left in Endpoint.objects.filter(org_id=org_id):
            remove_endpoint(left, by=by, source="api")
        wish = EndpointWish(name=NAME, url=f"{sink}{path}", fact_types=fact_types)
        endpoint, secret = add_endpoint(wish, by=by, source="api")
    expected = {"path": path, "secrets": [secret]}
    httpx.post(f"{sink}/_emulator/expectations", json=expected).raise_for_status()
    with acting_for(org_id):
        ask_for_proof(endpoint, by=by, source="api")
    return Hook(endpoint, by)


def wait_until_proved(hooks: Sequence[Hook], *, tend: Callable[[], object]) -> None:
    """The workers send each its proof; only then does it hear of facts. Raises NoGround when they do not."""
    deadline = time.monotonic() + PROOF_LIMIT_SECONDS
    waiting = list(hooks)
    while waiting:
        tend()
        time.sleep(0.2)
        waiting = [hook for hook in waiting if not _is_proved(hook)]
        if waiting and time.monotonic() > deadline:
            raise NoGround(
                "The workers did not prove the sink to be ours. May they call it? A worker needs its address in"
                f" INFRA24_WEBHOOK_ADDRESSES, here for {waiting[0].endpoint.url}"
            )


def close_hook(hook: Hook) -> None:
    """Nothing more is sent there; the sink will soon be gone."""
    with acting_for(hook.by.org_id):
        remove_endpoint(hook.endpoint, by=hook.by, source="api")


def _is_proved(hook: Hook) -> bool:
    with acting_for(hook.by.org_id):
        return Endpoint.objects.filter(pk=hook.endpoint.pk, proved_at__isnull=False).exists()
