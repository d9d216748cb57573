"""Giving up many failed deliveries at once, with one reason."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from infra24.orgs import audit
from infra24.orgs.audit import Step
from infra24.orgs.models import Member
from infra24.outbox.errors import NothingSelected, TooManySelected
from infra24.outbox.models import Delivery
from infra24.outbox.queries import settled, visible_deliveries
from infra24.outbox.selecting import Selection
from infra24.outbox.services import checked_reason

MOST_AT_ONCE = 10_000
"""Rows in one transaction, each with its line in the audit: a few seconds."""


@transaction.atomic
def discard_all(
    selection: Selection, *, reason: str, by: Member, source: str, settled_before: datetime | None = None
) -> int:
    """Give up all failed deliveries of a selection; return how many. Each can be tried again for thirty days.

    What failed after `settled_before` was not looked at and stays.
    Raises ReasonMissing, NothingSelected, TooManySelected.
    """
    now, reason = timezone.now(), checked_reason(reason)
    dead = (Delivery.Status.DEAD.value,)
    chosen = settled(visible_deliveries(by), replace(selection, statuses=dead), before=min(settled_before or now, now))
    ids = list(chosen.order_by("pk").select_for_update(of=["self"]).values_list("pk", flat=True)[: MOST_AT_ONCE + 1])
    if not ids:
        raise NothingSelected
    if len(ids) > MOST_AT_ONCE:
        raise TooManySelected
    Delivery.objects.filter(org_id=by.org_id, pk__in=ids).update(
        status=Delivery.Status.DISCARDED, settled_at=now, note=reason
    )
    before, after = {"status": "dead"}, {"status": "discarded", "reason": reason}
    audit.write_all(
        by.org_id,
        [Step("delivery.discard", delivery_id, before, after) for delivery_id in ids],
        by=by,
        source=source,
        now=now,
    )
    return len(ids)
