"""What the clock asks of calendars."""

from django.utils.translation import gettext as _

from infra24.calendars.services.importing import continue_import
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Again
from infra24.outbox.reactions import Job


def import_rows(job: Job) -> str:
    """Timer of a large import: do a batch, and come again while there is more."""
    with acting_for(job.org_id):
        more = continue_import(job.org_id, job.subject_id)
    if more:
        raise Again(_("Imported the next lines."), due_at=job.now)
    return _("Finished the import.")
