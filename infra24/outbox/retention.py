"""What is not kept for ever, looked after at night."""

from datetime import datetime, timedelta

from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.orgs import audit
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.reactions import Job

PURGE_BATCH = 1000
"""Rows of each kind in one transaction: milliseconds, so that nobody waits behind a purge."""
PURGE_LIMIT = 200
"""Batches in one night. What is left then, the next night takes."""
KEPT_FOR_PAUSED = timedelta(days=30)
"""How long deliveries wait for a webhook that is paused: who mends it later reads the rest through the API."""


def purge_technical(job: Job) -> str:
    """Handler of a night: delete technical rows nobody can need any more, in small transactions.

    They are of all organisations at once, so every night finds what is left of
    the one before. Of its own organisation it also gives up what has waited too
    long for a paused webhook.
    """
    discarded = _discard_stale(job, now=job.now)
    purged = 0
    for _batch in range(PURGE_LIMIT):
        with connection.cursor() as cursor:
            cursor.execute("SELECT purge_technical(%s)", [PURGE_BATCH])
            step: int = cursor.fetchone()[0]
        purged += step
        if not step:
            break
    notes = [ngettext("Purged one technical row.", "Purged %(count)d technical rows.", purged) % {"count": purged}]
    if discarded:
        given_up = ngettext(
            "Gave up one delivery to a paused webhook.", "Gave up %(count)d deliveries to paused webhooks.", discarded
        )
        notes.append(given_up % {"count": discarded})
    return " ".join(notes)


def _discard_stale(job: Job, *, now: datetime) -> int:
    """Discard what has waited for paused webhooks for longer than it is kept; return how many deliveries."""
    with acting_for(job.org_id):
        paused = list(
            Destination.objects.filter(org_id=job.org_id, kind=Destination.Kind.WEBHOOK, state=Destination.State.PAUSED)
        )
    return sum(_discard_for(destination, now=now) for destination in paused)


def _discard_for(destination: Destination, *, now: datetime) -> int:
    reason = _("The webhook was paused for longer than deliveries are kept.")
    total = 0
    for _batch in range(PURGE_LIMIT):
        with acting_for(destination.org_id):
            stale = Delivery.objects.select_for_update(skip_locked=True).filter(
                org_id=destination.org_id,
                destination=destination,
                status=Delivery.Status.PENDING,
                lease=None,
                created_at__lt=now - KEPT_FOR_PAUSED,
            )
            ids = list(stale.values_list("pk", flat=True)[:PURGE_BATCH])
            if not ids:
                break
            Delivery.objects.filter(org_id=destination.org_id, pk__in=ids).update(
                status=Delivery.Status.DISCARDED, settled_at=now, note=reason
            )
            audit.write(
                destination.org_id,
                "destination.discard_waiting",
                subject_id=destination.pk,
                by=None,
                source="clock",
                now=now,
                after={"deliveries": len(ids), "reason": reason},
            )
        total += len(ids)
    return total
