"""Mails about a booking that was handed over: to who has it now, and to whose it was."""

from uuid import UUID

from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.bookings.queries import with_legs
from infra24.notifications.calendar_file import file_to_strike_out, was_in_calendar
from infra24.notifications.composing import attach_calendar
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail, told_by_all
from infra24.notifications.services.bookings import happened, tell_about_booking
from infra24.notifications.wording import details_of, values_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.people.models import Person


def tell_about_transfer(job: Job) -> str:
    """Handler: tell who has a booking now that it is theirs, and whose it was that it is not."""
    return told_by_all(job, tell_about_booking, _tell_former)


def _tell_former(job: Job) -> str:
    with acting_for(job.org_id):
        found = _draft(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to whose it was.")


def _draft(job: Job) -> Draft | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    if not job.data["before"]:
        return _("Nobody had it before.")
    former = Person.objects.get(org_id=job.org_id, pk=UUID(job.data["before"]))
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
    if booking.person_id == former.pk:
        return _("Nothing to tell: they have it again.")
    if not happened(booking, "booking.confirmed", "booking.requested"):
        return _("Nothing to tell: it only was a hold.")
    to = to_person(former)
    if isinstance(to, str):
        return to
    has_calendar = was_in_calendar(booking, former)
    with speaking_to(to, job.organisation):
        letter = Letter(Message.HANDED_OVER, values_of(booking, Message.HANDED_OVER), details_of(booking))
        found = draft(job, letter, to=to, version=booking.version, has_calendar=has_calendar)
        if has_calendar and isinstance(found, Draft):
            file, method = file_to_strike_out(booking, job.organisation, former=former)
            attach_calendar(found.mail, file, method=method)
    return found
