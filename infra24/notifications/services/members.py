"""Mails to those who run the organisation, or are asked to join it."""

from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.notifications.composing import Action, Detail
from infra24.notifications.drafting import Letter, Recipient, draft, speaking_to
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail
from infra24.notifications.services.staff import ADMINS, page_of_house, tell_members
from infra24.orgs.keys import invitation_url
from infra24.orgs.models import Invitation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Job


def send_invitation(job: Job) -> str:
    """Handler: mail an invitation's link."""
    with acting_for(job.org_id):
        invitation = Invitation.objects.select_related("invited_by__user").get(org_id=job.org_id, pk=job.subject_id)
        if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
            return _("Nothing to tell: the invitation was accepted or withdrawn.")
        to = Recipient(invitation.pk, invitation.email)
        with speaking_to(to, job.organisation):
            url = invitation_url(job.organisation.slug, UUID(job.data["key_id"]))
            values = {"member": invitation.invited_by.user.name}
            letter = Letter(Message.INVITATION, values, action=Action(_("Look at the invitation"), url))
            found = draft(job, letter, to=to)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to who is invited.")


def tell_destination_paused(job: Job) -> str:
    """Handler: tell the organisation's admins once that a connection broke and everything for it waits."""
    with acting_for(job.org_id):
        destination = Destination.objects.get(org_id=job.org_id, pk=job.subject_id)
    if destination.state == Destination.State.ACTIVE:
        return _("Nothing to tell: it works again.")
    return tell_members(job, lambda: _about_destination(job, destination), roles=ADMINS)


def tell_invariants_violated(job: Job) -> str:
    """Handler: tell the organisation's admins that its data do not add up; not again while the same is wrong."""
    if not job.data["is_news"]:
        return _("Nothing to tell: they know already.")
    return tell_members(job, lambda: _about_integrity(job), roles=ADMINS)


def _about_destination(job: Job, destination: Destination) -> Letter:
    return Letter(
        Message.DESTINATION_PAUSED,
        {"destination": str(destination)},
        [Detail(_("Why"), destination.paused_because)],
        action=Action(_("Look at it"), page_of_house(job.organisation, "outbox")),
    )


def _about_integrity(job: Job) -> Letter:
    broken = sum(job.data["violations"].values())
    what = ngettext("%(count)d thing does not add up", "%(count)d things do not add up", broken) % {"count": broken}
    action = Action(_("See what it is"), page_of_house(job.organisation, "integrity"))
    return Letter(Message.INTEGRITY, {"what": what}, action=action)
