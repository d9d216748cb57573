"""Mails to staff about bookings that nobody came to."""

from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Outcome
from infra24.bookings.queries import with_legs
from infra24.notifications.policies import Message
from infra24.notifications.services.staff import about_booking, tell_members
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job
from infra24.resources.queries import bookables


def tell_about_no_show(job: Job) -> str:
    """Handler: tell staff that nobody came, once each, where the rules of anything booked ask for it."""
    with acting_for(job.org_id):
        booking = with_legs(Booking.objects.filter(org_id=job.org_id, pk=job.subject_id)).get()
        if booking.outcome != Outcome.NO_SHOW:
            return _("Nothing to tell: somebody came after all.")
        if not _is_asked(booking):
            return _("Nothing to tell: the rules ask for no notice.")
    return tell_members(job, lambda: about_booking(job, booking, Message.NO_SHOW))


def _is_asked(booking: Booking) -> bool:
    found = bookables(booking.org_id, [leg.resource_id for leg in booking.visible_legs], since=booking.starts_at)
    return any(resource.rules_at(booking.starts_at).no_show_notice for resource in found.values())
