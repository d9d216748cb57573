"""Mails to people, each once."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db.models import Max
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.bookings.queries import with_legs
from infra24.notifications.calendar_file import booking_file
from infra24.notifications.models import SentMail
from infra24.notifications.policies import Message, message_for
from infra24.notifications.sending import attach_calendar, new_mail, send, sender_address
from infra24.notifications.wording import details_of, places_of, wording_of
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.orgs.themes import FONTS, Theme, ThemeUnreadable, ink_on, read_theme, readable
from infra24.outbox.reactions import Job


@dataclass(frozen=True)
class Draft:
    """A mail about to go out, and its row."""

    mail: EmailMultiAlternatives
    row_id: UUID
    recipient: UUID


def tell_about_booking(job: Job) -> str:
    """Handler: mail the person a booking is for how it stands.

    At most one mail for a fact and person: the row is written before the mail
    goes out and completed after. Killed in between, it goes out again on the
    next try, under the same Message-ID: rather one mail twice than none.
    """
    with acting_for(job.org_id):
        draft = _draft(job)
    if isinstance(draft, str):
        return draft
    send(draft.mail, fact_id=job.fact_id, recipient=draft.recipient)
    with acting_for(job.org_id):
        SentMail.objects.filter(pk=draft.row_id).update(sent_at=timezone.now())
    return _("Mailed to the person the booking is for.")


def _draft(job: Job) -> Draft | str:
    """The mail to send, or the sentence that says why there is none."""
    booking = with_legs(Booking.objects.filter(pk=job.subject_id)).get()
    person = booking.person
    if person is None:
        return _("Nothing to tell: no person.")
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    told = SentMail.objects.filter(subject_id=booking.pk, recipient=person.pk, sent_at__isnull=False)
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
    row, _created = SentMail.objects.get_or_create(
        org_id=job.org_id,
        fact_id=job.fact_id,
        recipient=person.pk,
        defaults={"subject_id": booking.pk, "begun_at": job.now},
    )
    if row.sent_at is not None:
        return _("Mailed already.")
    row.version, row.has_calendar = booking.version, bool(method)
    row.save(update_fields=["version", "has_calendar"])
    mail = _compose(job.organisation, booking, message, to=person.email, name=person.name)
    if method:
        organiser = job.organisation.mail_address or sender_address()
        file = booking_file(booking, places=places_of(booking), organiser=organiser, method=method)
        attach_calendar(mail, file, method=method)
    return Draft(mail, row.pk, person.pk)


def _calendar_method(message: Message, booking: Booking, *, was_sent: bool) -> str:
    """What the calendar file asks for; empty when none should come along."""
    if message in (Message.CONFIRMED, Message.CHANGED) and booking.status == "confirmed":
        return "PUBLISH"
    return "CANCEL" if was_sent and message is Message.CANCELLED else ""


def _compose(
    organisation: Organisation, booking: Booking, message: Message, *, to: str, name: str
) -> EmailMultiAlternatives:
    wording = wording_of(message, booking)
    context = {
        "organisation": organisation,
        "wording": wording,
        "details": details_of(booking),
        "name": name,
        "home_url": f"{settings.BASE_URL}/o/{organisation.slug}/",
        "language": get_language(),
        "look": look_of(organisation),
    }
    return new_mail(
        organisation,
        to=to,
        subject=wording.subject,
        text=render_to_string("notifications/booking.txt", context),
        html=render_to_string("notifications/booking.html", context),
    )


def look_of(organisation: Organisation) -> dict[str, str]:
    """The organisation's colours and type for a mail: by day, for few mail programs tell the night."""
    try:
        theme = read_theme(organisation.theme)
    except ThemeUnreadable:
        theme = Theme()
    display, body = FONTS[theme.font]
    return {
        "brand": theme.brand,
        "brand_ink": ink_on(theme, theme.brand),
        "brand_text": readable(theme.brand, on=theme.surface, towards="#000000"),
        "surface": theme.surface,
        "display": display.replace('"', "'"),
        "body": body.replace('"', "'"),
    }
