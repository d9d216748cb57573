"""What the clock asks of bookings. Timers fire late, and for what has changed: each looks at what it finds."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings import services
from infra24.bookings.ledger import series_to_fill
from infra24.bookings.models import Leg
from infra24.bookings.services.series import fill_series
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.resources.queries import related_ids


def expire_hold(job: Job) -> str:
    """Timer of a hold: write down that it ran out, unless it was confirmed, prolonged or ended before."""
    with acting_for(job.org_id):
        has_expired = services.expire_hold(job.org_id, job.subject_id, now=job.now)
    return _("The hold ran out.") if has_expired else _("Nothing ran out.")


def release_no_show(job: Job) -> str:
    """Timer of the end of check-in: free the rest of the time, unless somebody came."""
    with acting_for(job.org_id):
        was_missed = services.release_no_show(job.org_id, job.subject_id, now=job.now)
    return _("Nobody checked in: the rest of the time is free.") if was_missed else _("Nothing was missed.")


def remind(job: Job) -> str:
    """Timer of a reminder: say that the booking begins soon."""
    with acting_for(job.org_id):
        is_due = services.remind(job.org_id, job.subject_id, now=job.now)
    return _("The booking begins soon.") if is_due else _("Nothing to remind of.")


def warn_hold(job: Job) -> str:
    """Timer of the last minutes of time that was kept for long: say that it ends soon."""
    with acting_for(job.org_id):
        is_due = services.warn_hold(job.org_id, job.subject_id, now=job.now)
    return _("The time is kept only a little longer.") if is_due else _("Nothing runs out.")


def retry_skips(job: Job) -> str:
    """Reaction to time that became free: book the dates of series that could not be had before.

    Of a booking's facts only the series that want what it used; each in a transaction of its own.
    """
    with acting_for(job.org_id):
        waiting = series_to_fill(job.org_id, job.now, touching=_freed(job))
    filled = 0
    for series_id in waiting:
        with acting_for(job.org_id):
            filled += fill_series(job.org_id, series_id)
    said = ngettext("Booked %(n)s date that had been skipped.", "Booked %(n)s dates that had been skipped.", filled)
    return said % {"n": filled} if filled else _("No skipped date can be had.")


def _freed(job: Job) -> set[UUID] | None:
    """The resources a booking used or used before, with their parts and wholes; None where it may be any."""
    if not job.fact_type.startswith("booking."):
        return None
    used = set(Leg.objects.filter(org_id=job.org_id, booking_id=job.subject_id).values_list("resource_id", flat=True))
    before = job.data.get("before") or {}
    used |= {UUID(resource_id) for resource_id, _units in before.get("legs") or []}
    return {each for resource_id in used for each in related_ids(job.org_id, resource_id)}
