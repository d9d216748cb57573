"""What happens to webhooks by itself."""

from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.webhooks import services


def look_after(job: Job) -> str:
    """Handler of a night: warn of endpoints that fail, end those that failed for days, give up what waited a month."""
    with acting_for(job.org_id):
        return services.look_after(job.org_id, now=job.now)
