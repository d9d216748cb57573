"""Mails that come before something: before a booking begins, and before time that is kept goes to others.

When they are due is said by rules and holds, and kept as timers of bookings; here is only who is told.
"""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Status
from infra24.bookings.queries import with_legs
from infra24.notifications.calendar_file import ways_to_add
from infra24.notifications.composing import Action, Detail
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail
from infra24.notifications.services.waitlist import action_of
from infra24.notifications.wording import details_of, moment_of, values_of
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.waitlist.models import Offer


def remind(job: Job) -> str:
    """Handler: remind whoever a booking is for, unless it was moved or called off meanwhile."""
    with acting_for(job.org_id):
        found = _reminder(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to the person the booking is for.")


def tell_about_expiry(job: Job) -> str:
    """Handler: tell whoever time is kept for that it is kept only a little longer."""
    with acting_for(job.org_id):
        found = _warning(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to whom it is kept for.")


def _reminder(job: Job) -> Draft | str:
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
    is_so_still = booking.status == Status.CONFIRMED and booking.starts_at == _instant(job.data["starts_at"])
    if not is_so_still or booking.starts_at <= job.now:
        return _("Nothing to remind of: it was moved or called off, or has begun.")
    if booking.person is None:
        return _("Nothing to tell: no person.")
    to = to_person(booking.person)
    if isinstance(to, str):
        return to
    with speaking_to(to, job.organisation):
        details = details_of(booking)
        if booking.cancel_until and booking.cancel_until > job.now:
            details.append(Detail(_("Cancel in time"), moment_of(booking.cancel_until, booking.time_zone)))
        action = _page_for_owner(booking, job.organisation, "my_cancel", _("I cannot come"))
        calendars = ways_to_add(booking, job.organisation, has_file=False)
        values = values_of(booking, Message.REMINDER)
        letter = Letter(Message.REMINDER, values, details, action=action, calendars=calendars)
        return draft(job, letter, to=to)


def _warning(job: Job) -> Draft | str:
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
    if booking.status_at(job.now) != Status.HOLD or booking.expires_at != _instant(job.data["expires_at"]):
        return _("Nothing to tell: it was taken or let go, or has run out.")
    if booking.person is None:
        return _("Nothing to tell: no person.")
    to = to_person(booking.person)
    if isinstance(to, str):
        return to
    offer = Offer.objects.filter(org_id=job.org_id, booking=booking).select_related("entry__person").first()
    with speaking_to(to, job.organisation):
        until = moment_of(booking.expires_at, booking.time_zone)
        if offer is not None:
            action = action_of(offer, job.organisation)
        else:
            action = _page_for_owner(booking, job.organisation, "my", _("Confirm or let go"))
        letter = Letter(
            Message.HOLD_EXPIRING,
            {**values_of(booking, Message.HOLD_EXPIRING), "until": until},
            [*details_of(booking), Detail(_("Kept until"), until)],
            action=action,
        )
        return draft(job, letter, to=to)


def _page_for_owner(booking: Booking, organisation: Organisation, name: str, label: str) -> Action | None:
    """A page on which whose booking it is can act; None for somebody without an account."""
    if booking.person is None or booking.person.user_id is None:
        return None
    more = {} if name == "my" else {"booking_id": booking.pk}
    path = reverse(name, kwargs={"org": organisation.slug, **more})
    return Action(label, f"{settings.BASE_URL}{path}")


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)
