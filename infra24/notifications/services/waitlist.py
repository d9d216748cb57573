"""Mails about the waitlist."""

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.bookings.queries import with_legs
from infra24.notifications.composing import Action, Wording, compose
from infra24.notifications.models import SentMail
from infra24.notifications.sending import begin_mail, send_mail
from infra24.notifications.wording import details_of, moment_of
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.waitlist.models import Offer, Outcome


def tell_about_offer(job: Job) -> str:
    """Handler: mail who waits what is kept for them, until when, and where to take it or pass it on."""
    with acting_for(job.org_id):
        draft = _draft(job)
    if isinstance(draft, str):
        return draft
    send_mail(*draft)
    return _("Mailed to who waits.")


def _draft(job: Job) -> tuple[EmailMultiAlternatives, SentMail] | str:
    """The mail to send with its row, or the sentence that says why there is none."""
    rows = Offer.objects.filter(booking_id=job.data["booking_id"])
    offer = rows.select_related("booking", "entry__person").get()
    person = offer.entry.person
    if offer.outcome_at(job.now) != Outcome.OPEN:
        return _("Nothing to tell: the offer was answered, or has run out.")
    if person.erased_at is not None or not person.email:
        return _("Nothing to tell: the person has no e-mail address.")
    row = begin_mail(job, recipient=person.pk)
    if row is None:
        return _("Mailed already.")
    booking = with_legs(Booking.objects.filter(pk=offer.booking_id)).get()
    until = moment_of(offer.expires_at, booking.time_zone)
    action: Action | None = None
    if person.user_id:
        text = _("We keep it for you until %(until)s. Take it, or pass it on: that costs you no place.")
        page = reverse("waitlist_entry", kwargs={"org": job.organisation.slug, "entry_id": offer.entry_id})
        action = Action(_("Take it or pass it on"), f"{settings.BASE_URL}{page}")
    else:
        # Without an account there is no page of theirs: staff take it for them.
        text = _("We keep it for you until %(until)s. Write or call us by then if you want it.")
    lead = text % {"until": until}
    wording = Wording(_("Free for you: %(title)s") % {"title": offer.entry.title}, _("What you wait for is free"), lead)
    details = [*details_of(booking), (_("Kept until"), until)]
    return compose(job.organisation, wording, to=person.email, name=person.name, details=details, action=action), row
