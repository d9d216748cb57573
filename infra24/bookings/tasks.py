"""What the clock asks of bookings. Timers fire late, and for what has changed: each looks at what it finds."""

from django.utils.translation import gettext as _

from infra24.bookings import services
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


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
