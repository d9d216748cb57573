"""Mails to admins about webhooks that do not work."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.notifications.composing import Action, Wording, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail
from infra24.notifications.services.members import admins_of, send_to_admins
from infra24.notifications.wording import moment_of
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Job


def tell_about_endpoint(job: Job) -> str:
    """Handler: tell the organisation's admins that a webhook has failed for a day, or was ended."""
    with acting_for(job.org_id):
        destination = Destination.objects.get(org_id=job.org_id, pk=job.data["destination_id"])
        if not _is_still_so(job, destination):
            return _("Nothing to tell: it works again, or was taken away.")
        drafts = [_mail(job, destination, admin) for admin in admins_of(job)]
    return send_to_admins(drafts)


def _is_still_so(job: Job, destination: Destination) -> bool:
    if job.fact_type == "endpoint.disabled":
        return destination.state == Destination.State.PAUSED
    return destination.state == Destination.State.ACTIVE and destination.failing_since is not None


def _mail(job: Job, destination: Destination, admin: Member) -> tuple[EmailMultiAlternatives, SentMail] | None:
    row = begin_mail(job, recipient=admin.pk)
    if row is None:
        return None
    names = {"webhook": str(destination)}
    if job.fact_type == "endpoint.disabled":
        wording = Wording(
            _("The webhook “%(webhook)s” was ended") % names,
            _("Nothing is sent to “%(webhook)s” any more") % names,
            _(
                "What happens is kept for thirty days. Mend the receiver, then resume the webhook: what waits is sent"
                " in order."
            ),
        )
        details = [(_("Why"), destination.paused_because)]
    else:
        wording = Wording(
            _("The webhook “%(webhook)s” needs you") % names,
            _("Nothing has reached “%(webhook)s” for a day") % names,
            _("We go on trying. After five days without a success the webhook is ended; what waits is kept."),
        )
        since = destination.failing_since
        details = [(_("Since"), moment_of(since, job.organisation.time_zone))] if since else []
    page = reverse("webhook", kwargs={"org": job.organisation.slug, "endpoint_id": job.subject_id})
    action = Action(_("Look at the webhook"), f"{settings.BASE_URL}{page}")
    to, name = admin.user.email, admin.user.name
    return compose(job.organisation, wording, to=to, name=name, details=details, action=action), row
