"""What the clock asks of bookings."""

from django.utils.translation import gettext as _

from infra24.bookings import services
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def expire_hold(job: Job) -> str:
    """Timer of a hold: write down that it ran out, unless it was confirmed, prolonged or ended before."""
    with acting_for(job.org_id):
        has_expired = services.expire_hold(job.org_id, job.subject_id, now=job.now)
    return _("The hold ran out.") if has_expired else _("Nothing ran out.")
