"""What happens to webhooks by itself."""

from django.utils.translation import gettext as _

from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Again
from infra24.outbox.reactions import Job
from infra24.webhooks import services


def look_after(job: Job) -> str:
    """Handler of a night: warn of endpoints that fail, end those that failed for days, give up what waited a month."""
    with acting_for(job.org_id):
        done = services.look_after(job.org_id, now=job.now)
        services.keep_watch(job.org_id, fact_id=job.fact_id, now=job.now)
        return done


def watch(job: Job) -> str:
    """Handler of the timer between nights: the same, then again when the next step may be due."""
    with acting_for(job.org_id):
        done = services.look_after(job.org_id, now=job.now)
        due_at = services.next_look(job.org_id, now=job.now)
    if due_at is None:
        return _("There is no webhook any more.")
    raise Again(done, due_at=due_at)
