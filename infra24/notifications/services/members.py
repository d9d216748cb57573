"""Mails to those who run the organisation, or are asked to join it."""

from collections.abc import Sequence
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.notifications.composing import Action, Wording, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail, send_mail
from infra24.orgs.keys import invitation_url
from infra24.orgs.models import Invitation, Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Job


def send_invitation(job: Job) -> str:
    """Handler: mail an invitation's link."""
    with acting_for(job.org_id):
        invitation = Invitation.objects.select_related("invited_by__user").get(pk=job.subject_id)
        if invitation.accepted_at is not None or invitation.withdrawn_at is not None:
            return _("Nothing to tell: the invitation was accepted or withdrawn.")
        row = begin_mail(job, recipient=invitation.pk)
        if row is None:
            return _("Mailed already.")
        mail = _invitation_mail(job, invitation)
    send_mail(mail, row)
    return _("Mailed to who is invited.")


def tell_destination_paused(job: Job) -> str:
    """Handler: tell the organisation's admins once that a connection broke and everything for it waits."""
    with acting_for(job.org_id):
        destination = Destination.objects.get(pk=job.subject_id)
        if destination.state == Destination.State.ACTIVE:
            return _("Nothing to tell: it works again.")
        drafts = [_alert_mail(job, destination, admin) for admin in admins_of(job)]
    return send_to_admins(drafts)


def tell_invariants_violated(job: Job) -> str:
    """Handler: tell the organisation's admins that its data do not add up; not again while the same is wrong."""
    if not job.data["is_news"]:
        return _("Nothing to tell: they know already.")
    with acting_for(job.org_id):
        drafts = [_integrity_mail(job, admin) for admin in admins_of(job)]
    return send_to_admins(drafts)


def admins_of(job: Job) -> QuerySet[Member]:
    """Those who are told when something needs the organisation."""
    found = Member.objects.filter(org_id=job.org_id, role=Role.ADMIN.value, is_active=True)
    return found.select_related("user").order_by("pk")


def send_to_admins(drafts: Sequence[tuple[EmailMultiAlternatives, SentMail] | None]) -> str:
    """Send what was drafted for each; None for whom it has reached already."""
    for mail, row in filter(None, drafts):
        send_mail(mail, row)
    return _("Mailed to the organisation's admins.") if drafts else _("Nobody to tell: there is no admin.")


def _invitation_mail(job: Job, invitation: Invitation) -> EmailMultiAlternatives:
    names = {"organisation": job.organisation.name, "member": invitation.invited_by.user.name}
    wording = Wording(
        _("Your invitation to %(organisation)s") % names,
        _("Join %(organisation)s") % names,
        _("%(member)s invites you to join %(organisation)s on Infra24. The link works for two weeks.") % names,
    )
    url = invitation_url(job.organisation.slug, UUID(job.data["key_id"]))
    return compose(job.organisation, wording, to=invitation.email, action=Action(_("Look at the invitation"), url))


def _alert_mail(job: Job, destination: Destination, admin: Member) -> tuple[EmailMultiAlternatives, SentMail] | None:
    row = begin_mail(job, recipient=admin.pk)
    if row is None:
        return None
    names = {"destination": str(destination)}
    wording = Wording(
        _("%(destination)s needs you") % names,
        _("Nothing reaches %(destination)s at the moment") % names,
        _("What should go there is kept and will be sent, in order, once the connection works again."),
    )
    details = [(_("Why"), destination.paused_because)]
    return compose(job.organisation, wording, to=admin.user.email, name=admin.user.name, details=details), row


def _integrity_mail(job: Job, admin: Member) -> tuple[EmailMultiAlternatives, SentMail] | None:
    row = begin_mail(job, recipient=admin.pk)
    if row is None:
        return None
    broken = sum(job.data["violations"].values())
    wording = Wording(
        _("Something in %(organisation)s does not add up") % {"organisation": job.organisation.name},
        ngettext("%(count)d thing does not add up", "%(count)d things do not add up", broken) % {"count": broken},
        _(
            "Every night Infra24 looks whether bookings, times and rooms agree with each other. Last night something"
            " did not. The page says what it is, and which bookings to look at."
        ),
    )
    page = reverse("integrity", kwargs={"org": job.organisation.slug})
    action = Action(_("See what it is"), f"{settings.BASE_URL}{page}")
    mail = compose(job.organisation, wording, to=admin.user.email, name=admin.user.name, action=action)
    return mail, row
