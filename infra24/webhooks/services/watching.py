"""The timer that looks after an organisation's webhooks between nights, so that each step comes when it is due."""

from datetime import datetime
from uuid import UUID

from infra24.outbox.models import Delivery, Destination
from infra24.outbox.services import set_timer
from infra24.webhooks.models import Endpoint
from infra24.webhooks.policies import LOOKED_AFTER, next_step_at

TIMER = "webhooks.watch"
"""Name in the table of subscriptions."""


def keep_watch(org_id: UUID, *, fact_id: UUID, now: datetime) -> None:
    """Set the timer where there are webhooks and no timer yet. In the caller's transaction.

    Each night does. That is soon enough for a new webhook, of which a day must pass before anything is due, and it
    mends a timer that failed for good.
    """
    due_at = next_look(org_id, now=now)
    is_set = Delivery.objects.filter(org_id=org_id, handler=TIMER, status=Delivery.Status.PENDING).exists()
    if due_at is not None and not is_set:
        set_timer(org_id=org_id, fact_id=fact_id, handler=TIMER, subject_id=org_id, due_at=due_at)


def next_look(org_id: UUID, *, now: datetime) -> datetime | None:
    """When the organisation's webhooks are to be looked after next; None where there are none."""
    standing = Endpoint.objects.filter(org_id=org_id).values_list(
        "destination__state", "destination__failing_since", "warned_at"
    )
    latest = now + LOOKED_AFTER
    due = [
        next_step_at(failing_since=failing_since, warned_at=warned_at)
        for state, failing_since, warned_at in standing
        if state == Destination.State.ACTIVE
    ]
    return min([latest, *(at for at in due if at is not None and at > now)]) if standing else None
