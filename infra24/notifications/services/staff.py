"""What all mails to staff have in common."""

from collections.abc import Callable, Collection
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.notifications.composing import Action, Detail
from infra24.notifications.drafting import Draft, Letter, Recipient, draft, speaking_to, to_members
from infra24.notifications.policies import Message
from infra24.notifications.sending import send_all
from infra24.notifications.wording import details_of, values_of
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.reactions import Job

STAFF = tuple(role.value for role in Role if role.includes(Role.STAFF))
ADMINS = (Role.ADMIN.value,)


def tell_members(
    job: Job, letter: Callable[[], Letter], *, roles: Collection[str] = STAFF, besides: UUID | None = None
) -> str:
    """Mail every active member of these roles, once each; say what came of it.

    `letter` is asked in each one's language. The member `besides` hears nothing: they did it.
    """
    with acting_for(job.org_id):
        members = Member.objects.filter(org_id=job.org_id, role__in=roles, is_active=True).select_related("user")
        recipients = to_members([one for one in members.order_by("pk") if one.pk != besides])
        found = [_draft(job, letter, to) for to in recipients]
    drafts = [one for one in found if isinstance(one, Draft)]
    if not found:
        return _("Nobody to tell: there is no staff.") if roles == STAFF else _("Nobody to tell: there is no admin.")
    if not drafts:
        # All of them for some reason of their own; the first stands for the rest.
        return str(found[0])
    send_all(drafts)
    return _("Mailed to staff.") if roles == STAFF else _("Mailed to the organisation's admins.")


def _draft(job: Job, letter: Callable[[], Letter], to: Recipient) -> Draft | str:
    with speaking_to(to, job.organisation):
        return draft(job, letter(), to=to)


def about_booking(job: Job, booking: Booking, message: Message) -> Letter:
    """A letter to staff about a booking: what, when, where, for whom, and the way there."""
    details = details_of(booking)
    if booking.person is not None:
        details.append(Detail(_("Booked for"), str(booking.person)))
    path = reverse("booking", kwargs={"org": job.organisation.slug, "booking_id": booking.pk})
    return Letter(
        message,
        values_of(booking, message),
        details,
        action=Action(_("Look at the booking"), f"{settings.BASE_URL}{path}"),
    )


def page_of_house(organisation: Organisation, name: str) -> str:
    """The whole address of a page of the organisation."""
    return f"{settings.BASE_URL}{reverse(name, kwargs={'org': organisation.slug})}"
