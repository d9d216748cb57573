"""What the clock asks of calendars."""

from django.utils.translation import gettext as _

from infra24.calendars.services.importing import TIMER, continue_import
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.outbox.services import cancel_timers, set_timer


def import_rows(job: Job) -> str:
    """Timer of a large import: do a batch, and come again while there is more."""
    with acting_for(job.org_id):
        more = continue_import(job.org_id, job.subject_id)
        cancel_timers(org_id=job.org_id, subject_id=job.subject_id)
        if more:
            set_timer(org_id=job.org_id, fact_id=job.fact_id, handler=TIMER, subject_id=job.subject_id, due_at=job.now)
    return _("Imported the next lines.") if more else _("Finished the import.")
