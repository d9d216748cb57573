"""Mails to staff about bookings that nobody came to."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Outcome
from infra24.bookings.queries import with_legs
from infra24.notifications.composing import Action, Wording, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail, send_mail
from infra24.notifications.wording import details_of
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.resources.queries import bookables

STAFF = [role.value for role in Role if role.includes(Role.STAFF)]


def tell_about_no_show(job: Job) -> str:
    """Handler: tell staff that nobody came, once each, where the rules of anything booked ask for it."""
    with acting_for(job.org_id):
        booking = with_legs(Booking.objects.filter(pk=job.subject_id)).get()
        if booking.outcome != Outcome.NO_SHOW:
            return _("Nothing to tell: somebody came after all.")
        if not _is_asked(booking):
            return _("Nothing to tell: the rules ask for no notice.")
        staff = Member.objects.filter(role__in=STAFF, is_active=True).select_related("user").order_by("pk")
        drafts = [_mail(job, booking, member) for member in staff]
    for mail, row in filter(None, drafts):
        send_mail(mail, row)
    return _("Mailed to staff.") if drafts else _("Nobody to tell: there is no staff.")


def _is_asked(booking: Booking) -> bool:
    found = bookables(booking.org_id, [leg.resource_id for leg in booking.visible_legs], since=booking.starts_at)
    return any(resource.rules_at(booking.starts_at).no_show_notice for resource in found.values())


def _mail(job: Job, booking: Booking, member: Member) -> tuple[EmailMultiAlternatives, SentMail] | None:
    row = begin_mail(job, recipient=member.pk)
    if row is None:
        return None
    title = {"title": booking.title}
    wording = Wording(
        _("Nobody came: %(title)s") % title,
        _("Nobody checked in"),
        _("The rest of the time is free again. If somebody came after all, say so on the booking's page."),
    )
    details = details_of(booking)
    if booking.person is not None:
        details.append((_("Booked for"), str(booking.person)))
    path = reverse("booking", kwargs={"org": job.organisation.slug, "booking_id": booking.pk})
    action = Action(_("Look at the booking"), f"{settings.BASE_URL}{path}")
    mail = compose(
        job.organisation, wording, to=member.user.email, name=member.user.name, details=details, action=action
    )
    return mail, row
