"""Mails about bookings."""

from django.core.mail import EmailMultiAlternatives
from django.db.models import Max
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import with_legs
from infra24.calendars.files import Method
from infra24.facts.models import Fact
from infra24.notifications.calendar_file import booking_file, was_in_calendar
from infra24.notifications.composing import attach_calendar, compose
from infra24.notifications.models import SentMail
from infra24.notifications.policies import Message, message_for
from infra24.notifications.sending import begin_mail, send_mail
from infra24.notifications.services.series import told_with_series
from infra24.notifications.wording import details_of, wording_of
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
    if why := _better_silent(job, booking, is_first=not told.exists()):
        return why
    message = message_for(
        fact=job.fact_type.removeprefix("booking."),
        status=booking.status,
        changed=job.data.get("before", {}),
        version=booking.version,
        told_version=told.exclude(fact_id=job.fact_id).aggregate(newest=Max("version"))["newest"]
        or (1 if told_with_series(booking) else None),
    )
    if message is None:
        return _("Nothing to tell: they know already, or it no longer is so.")
    method = _calendar_method(message, booking, was_sent=was_in_calendar(booking, person))
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
        file, asks = booking_file(booking, job.organisation, method=method)
        attach_calendar(mail, file, method=asks)
    return mail, row


def _better_silent(job: Job, booking: Booking, *, is_first: bool) -> str:
    """Why nobody wants a mail about this; empty where somebody may."""
    if job.fact_type == "booking.cancelled" and not _was_promised(booking):
        return _("Nothing to tell: it only was a hold.")
    if is_first and Fact.objects.get(pk=job.fact_id).source == Source.IMPORT:
        # People know what stood in the old calendar; a thousand mails about it would be no kindness.
        return _("Nothing to tell: it was imported.")
    if told_with_series(booking, job.fact_id):
        return _("Told with its series.")
    return ""


def _was_promised(booking: Booking) -> bool:
    """Whether it ever was more than a hold: who lets go of what is kept for minutes has seen so on the screen."""
    facts = Fact.objects.filter(subject_id=booking.pk, type__in=["booking.confirmed", "booking.requested"])
    return facts.exists()


def _calendar_method(message: Message, booking: Booking, *, was_sent: bool) -> Method:
    """What the calendar file asks for; empty when none should come along."""
    if message in (Message.CONFIRMED, Message.CHANGED) and booking.status == "confirmed":
        return "REQUEST"
    return "CANCEL" if was_sent and message is Message.CANCELLED else ""
