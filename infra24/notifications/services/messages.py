"""Mails that staff write themselves, to the person a booking is for."""

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, BookingMessage
from infra24.bookings.queries import with_legs
from infra24.notifications.composing import Wording, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail, send_mail
from infra24.notifications.wording import details_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def send_message(job: Job) -> str:
    """Handler: mail what staff wrote to the person a booking is for, with the booking as it is by now."""
    with acting_for(job.org_id):
        draft = _draft(job)
    if isinstance(draft, str):
        return draft
    send_mail(*draft)
    return _("Mailed to the person the booking is for.")


def _draft(job: Job) -> tuple[EmailMultiAlternatives, SentMail] | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    message = BookingMessage.objects.get(pk=job.data["message_id"])
    booking = with_legs(Booking.objects.filter(pk=job.subject_id)).get()
    person = booking.person
    if person is None:
        return _("Nothing to tell: no person.")
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    row = begin_mail(job, recipient=person.pk)
    if row is None:
        return _("Mailed already.")
    title = {"title": booking.title}
    wording = Wording(_("About your booking: %(title)s") % title, _("A message about your booking"), message.text)
    return compose(job.organisation, wording, to=person.email, name=person.name, details=details_of(booking)), row
