"""Mails about bookings, to the person they are for."""

from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import with_legs
from infra24.calendars.files import Method
from infra24.facts.models import Fact
from infra24.notifications.calendar_file import booking_file, was_in_calendar
from infra24.notifications.composing import attach_calendar
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.models import SentMail
from infra24.notifications.policies import Message, message_for
from infra24.notifications.sending import send_mail
from infra24.notifications.services.series import told_with_series
from infra24.notifications.wording import before_all, details_of, values_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job


def tell_about_booking(job: Job) -> str:
    """Handler: mail the person a booking is for how it stands. At most one mail for a fact and person."""
    with acting_for(job.org_id):
        found = draft_for(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to the person the booking is for.")


def draft_for(job: Job) -> Draft | str:
    """The mail to send with its row, noted as begun; or the sentence that says why there is none."""
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
    if booking.person is None:
        return _("Nothing to tell: no person.")
    to = to_person(booking.person)
    if isinstance(to, str):
        return to
    # A message of staff's own tells of no version.
    told = SentMail.objects.filter(
        org_id=job.org_id, subject_id=booking.pk, recipient=to.id, sent_at__isnull=False, version__gt=0
    )
    if why := _better_silent(job, booking, is_first=not told.exists()):
        return why
    message = message_for(
        fact=job.fact_type.removeprefix("booking."),
        status=booking.status,
        changed=job.data.get("before") or {},
        version=booking.version,
        told_version=told.exclude(fact_id=job.fact_id).aggregate(newest=Max("version"))["newest"]
        or (1 if told_with_series(booking) else None),
        was_requested=_happened(booking, "booking.requested"),
        told_of_end=_was_told_of_end(told),
    )
    if message is None:
        return _("Nothing to tell: they know already, or it no longer is so.")
    method = _calendar_method(message, booking, was_sent=was_in_calendar(booking, booking.person))
    with speaking_to(to, job.organisation):
        before = _before(job, booking) if message == Message.CHANGED else {}
        letter = Letter(message, values_of(booking, message), details_of(booking, before))
        found = draft(job, letter, to=to, version=booking.version, has_calendar=bool(method))
        if method and isinstance(found, Draft):
            file, asks = booking_file(booking, job.organisation, method=method)
            attach_calendar(found.mail, file, method=asks)
    return found


def _better_silent(job: Job, booking: Booking, *, is_first: bool) -> str:
    """Why nobody wants a mail about this; empty where somebody may."""
    if job.fact_type == "booking.cancelled" and not _happened(booking, "booking.confirmed", "booking.requested"):
        # Who lets go of what is kept for minutes has seen so on the screen.
        return _("Nothing to tell: it only was a hold.")
    if is_first and Fact.objects.get(pk=job.fact_id).source == Source.IMPORT:
        # People know what stood in the old calendar; a thousand mails about it would be no kindness.
        return _("Nothing to tell: it was imported.")
    if told_with_series(booking, job.fact_id):
        return _("Told with its series.")
    return ""


def _was_told_of_end(told: "QuerySet[SentMail]") -> bool:
    last = told.select_related("fact").order_by("-version").first()
    return last is not None and last.fact.type in {"booking.cancelled", "booking.declined"}


def _happened(booking: Booking, *types: str) -> bool:
    return Fact.objects.filter(org_id=booking.org_id, subject_id=booking.pk, type__in=types).exists()


def _before(job: Job, booking: Booking) -> dict[str, Any]:
    """How the booking was when the person was last told: this change may have been overtaken by others."""
    changes = Fact.objects.filter(
        org_id=job.org_id, subject_id=booking.pk, type="booking.changed", number__gte=job.number
    )
    return before_all(fact.data["before"] for fact in changes.order_by("number"))


def _calendar_method(message: Message, booking: Booking, *, was_sent: bool) -> Method:
    """What the calendar file asks for; empty when none should come along."""
    if booking.status == "confirmed":
        return "REQUEST"
    return "CANCEL" if was_sent and message is Message.CANCELLED else ""
