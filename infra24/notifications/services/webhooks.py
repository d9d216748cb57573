"""Mails to admins about webhooks that do not work."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.notifications.composing import Action, Detail
from infra24.notifications.drafting import Letter
from infra24.notifications.policies import Message
from infra24.notifications.services.staff import ADMINS, tell_members
from infra24.notifications.wording import moment_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Job


def tell_about_endpoint(job: Job) -> str:
    """Handler: tell the organisation's admins that a webhook has failed for a day, or was ended."""
    with acting_for(job.org_id):
        destination = Destination.objects.get(org_id=job.org_id, pk=job.data["destination_id"])
    if not _is_still_so(job, destination):
        return _("Nothing to tell: it works again, or was taken away.")
    return tell_members(job, lambda: _about_endpoint(job, destination), roles=ADMINS)


def _is_still_so(job: Job, destination: Destination) -> bool:
    if job.fact_type == "endpoint.disabled":
        return destination.state == Destination.State.PAUSED
    return destination.state == Destination.State.ACTIVE and destination.failing_since is not None


def _about_endpoint(job: Job, destination: Destination) -> Letter:
    page = reverse("webhook", kwargs={"org": job.organisation.slug, "endpoint_id": job.subject_id})
    action = Action(_("Look at the webhook"), f"{settings.BASE_URL}{page}")
    values, since = {"destination": str(destination)}, destination.failing_since
    if job.fact_type == "endpoint.disabled":
        details = [Detail(_("Why"), destination.paused_because)]
        return Letter(Message.WEBHOOK_ENDED, values, details, action=action)
    details = [Detail(_("Since"), moment_of(since, job.organisation.time_zone))] if since else []
    return Letter(Message.WEBHOOK_FAILING, values, details, action=action)
