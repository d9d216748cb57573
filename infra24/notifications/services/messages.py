"""Mails that staff write themselves, to the person a booking is for."""

from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, BookingMessage
from infra24.bookings.queries import with_legs
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail
from infra24.notifications.wording import details_of, values_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def send_message(job: Job) -> str:
    """Handler: mail what staff wrote to the person a booking is for, with the booking as it is by now."""
    with acting_for(job.org_id):
        found = _draft(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to the person the booking is for.")


def _draft(job: Job) -> Draft | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    message = BookingMessage.objects.get(org_id=job.org_id, pk=job.data["message_id"])
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
    if booking.person is None:
        return _("Nothing to tell: no person.")
    to = to_person(booking.person)
    if isinstance(to, str):
        return to
    with speaking_to(to, job.organisation):
        values = {**values_of(booking, Message.STAFF_MESSAGE), "text": message.text}
        return draft(job, Letter(Message.STAFF_MESSAGE, values, details_of(booking)), to=to)
