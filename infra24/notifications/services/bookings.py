"""Mails about bookings."""

from collections.abc import Sequence

from django.core.mail import EmailMultiAlternatives
from django.db.models import Max
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.bookings.queries import with_legs
from infra24.notifications.calendar_file import booking_file
from infra24.notifications.composing import attach_calendar, compose, sender_address
from infra24.notifications.models import SentMail
from infra24.notifications.policies import Message, message_for
from infra24.notifications.sending import begin_mail, send_mail
from infra24.notifications.wording import details_of, places_of, wording_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def tell_about_booking(job: Job) -> str:
    """Handler: mail the person a booking is for how it stands. At most one mail for a fact and person."""
    with acting_for(job.org_id):
        draft = _draft(job)
    if isinstance(draft, str):
        return draft
    send_mail(*draft)
    return _("Mailed to the person the booking is for.")


def _draft(job: Job) -> tuple[EmailMultiAlternatives, SentMail] | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    booking = with_legs(Booking.objects.filter(pk=job.subject_id)).get()
    person = booking.person
    if person is None:
        return _("Nothing to tell: no person.")
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    # A message of staff's own tells of no version.
    told = SentMail.objects.filter(subject_id=booking.pk, recipient=person.pk, sent_at__isnull=False, version__gt=0)
    message = message_for(
        fact=job.fact_type.removeprefix("booking."),
        status=booking.status,
        changed=job.data.get("before", {}),
        version=booking.version,
        told_version=told.exclude(fact_id=job.fact_id).aggregate(newest=Max("version"))["newest"],
    )
    if message is None:
        return _("Nothing to tell: they know already, or it no longer is so.")
    method = _calendar_method(message, booking, was_sent=told.filter(has_calendar=True).exists())
    row = begin_mail(job, recipient=person.pk, version=booking.version, has_calendar=bool(method))
    if row is None:
        return _("Mailed already.")
    mail = compose(
        job.organisation,
        wording_of(message, booking),
        to=person.email,
        name=person.name,
        details=details_of(booking),
    )
    if method:
        _attach(mail, booking, places=places_of(booking), method=method, organiser=job.organisation.mail_address)
    return mail, row


def _calendar_method(message: Message, booking: Booking, *, was_sent: bool) -> str:
    """What the calendar file asks for; empty when none should come along."""
    if message in (Message.CONFIRMED, Message.CHANGED) and booking.status == "confirmed":
        return "PUBLISH"
    return "CANCEL" if was_sent and message is Message.CANCELLED else ""


def _attach(
    mail: EmailMultiAlternatives, booking: Booking, *, places: Sequence[str], method: str, organiser: str
) -> None:
    file = booking_file(booking, places=places, organiser=organiser or sender_address(), method=method)
    attach_calendar(mail, file, method=method)
