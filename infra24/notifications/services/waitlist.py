"""Mails about the waitlist."""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.bookings.queries import with_legs
from infra24.notifications.composing import Action, Detail
from infra24.notifications.drafting import Draft, Letter, draft, speaking_to, to_person
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_mail
from infra24.notifications.wording import details_of, moment_of, values_of
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.waitlist.models import Offer, Outcome


def tell_about_offer(job: Job) -> str:
    """Handler: mail who waits what is kept for them, until when, and where to take it or pass it on."""
    with acting_for(job.org_id):
        found = _draft(job)
    if isinstance(found, str):
        return found
    send_mail(*found)
    return _("Mailed to who waits.")


def _draft(job: Job) -> Draft | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    rows = Offer.objects.filter(org_id=job.org_id, booking_id=job.data["booking_id"])
    offer = rows.select_related("booking", "entry__person").get()
    if offer.outcome_at(job.now) != Outcome.OPEN:
        return _("Nothing to tell: the offer was answered, or has run out.")
    to = to_person(offer.entry.person)
    if isinstance(to, str):
        return to
    booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=offer.booking_id)).get()
    with speaking_to(to, job.organisation):
        until = moment_of(offer.expires_at, booking.time_zone)
        values = {**values_of(booking, Message.WAITLIST_OFFER), "title": offer.entry.title, "until": until}
        action = action_of(offer, job.organisation)
        if action:
            values["how"] = _("Take it, or pass it on: that costs you no place.")
        else:
            # Without an account there is no page of theirs: staff take it for them.
            values["how"] = _("Write or call us by then if you want it.")
        details = [*details_of(booking), Detail(_("Kept until"), until)]
        return draft(job, Letter(Message.WAITLIST_OFFER, values, details, action=action), to=to)


def action_of(offer: Offer, organisation: Organisation) -> Action | None:
    """Where whoever it is for answers an offer; None for somebody without an account."""
    if not offer.entry.person.user_id:
        return None
    page = reverse("waitlist_entry", kwargs={"org": organisation.slug, "entry_id": offer.entry_id})
    return Action(_("Take it or pass it on"), f"{settings.BASE_URL}{page}")
