"""What happened, in words."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

_FACTS: Final[dict[str, str | Promise]] = {
    "organisation.founded": _("Organisation set up"),
    "organisation.night_came": _("Nightly sweep"),
    "invitation.sent": _("Invitation sent"),
    "member.joined": _("Member joined"),
    "person.changed": _("Person changed"),
    "organisation.morning_came": _("Morning began"),
    "mailtext.changed": _("Words of a mail changed"),
    "mailswitch.changed": _("Mail switched on or off"),
    "mailpreference.changed": _("Wish about mails changed"),
    "mailtest.asked": _("Test mail asked for"),
    "mailtrouble.noted": _("Address takes no mail"),
    "mailtrouble.cleared": _("Mail goes there again"),
    "destination.paused": _("Connection broke"),
    "destination.resumed": _("Destination resumed"),
    "replay.started": _("Replay started"),
    "replay.ended": _("Replay ended"),
    "person.erased": _("Person erased"),
    "booking.held": _("Booking put on hold"),
    "booking.requested": _("Booking requested"),
    "booking.confirmed": _("Booking confirmed"),
    "booking.changed": _("Booking changed"),
    "booking.declined": _("Request declined"),
    "booking.cancelled": _("Booking cancelled"),
    "booking.restored": _("Booking restored"),
    "booking.messaged": _("Message sent about a booking"),
    "booking.expired": _("Hold ran out"),
    "invariants.verified": _("Everything adds up"),
    "invariants.violated": _("Something does not add up"),
    "booking.prolonged": _("Hold prolonged"),
    "booking.expiring": _("Hold ends soon"),
    "booking.reminder_due": _("Booking begins soon"),
    "booking.checked_in": _("Checked in"),
    "booking.missed": _("Nobody came"),
    "booking.given_back": _("Rest given back"),
    "booking.outcome_set": _("Attendance noted"),
    "booking.transferred": _("Booking handed over"),
    "waitlist.joined": _("Joined the waitlist"),
    "waitlist.changed": _("Waits for something else"),
    "waitlist.offered": _("Time offered to who waits"),
    "waitlist.taken": _("Offer taken"),
    "waitlist.passed": _("Offer passed on, or run out"),
    "waitlist.withdrawn": _("Left the waitlist"),
    "waitlist.expired": _("Waited in vain"),
    "calendarfeed.made": _("Calendar address made"),
    "calendarfeed.renewed": _("Calendar address renewed"),
    "calendarfeed.ended": _("Calendar address taken away"),
    "series.made": _("Series booked"),
    "series.changed": _("Series changed"),
    "series.split": _("Series split"),
    "series.ended": _("Series ended"),
    "series.filled": _("Skipped dates booked"),
    "resource.added": _("Resource added"),
    "resource.changed": _("Resource changed"),
    "resource.archived": _("Resource put away"),
    "resource.restored": _("Resource brought back"),
    "feature.added": _("Feature added"),
    "feature.changed": _("Feature changed"),
    "feature.archived": _("Feature put away"),
    "feature.restored": _("Feature brought back"),
    "rule.saved": _("Rules saved"),
    "closure.made": _("Closure made"),
    "closure.changed": _("Closure changed"),
    "closure.lifted": _("Closure lifted"),
    "qualification.added": _("Qualification added"),
    "qualification.changed": _("Qualification changed"),
    "qualification.archived": _("Qualification put away"),
    "qualification.restored": _("Qualification brought back"),
    "grant.given": _("Qualification given to somebody"),
    "grant.revoked": _("Qualification taken back"),
    "assignment.made": _("Studio assigned"),
    "assignment.changed": _("Studio assignment changed"),
    "import.started": _("Import of a calendar begun"),
    "import.finished": _("Import of a calendar done"),
    "endpoint.added": _("Webhook set up"),
    "endpoint.changed": _("Webhook changed"),
    "endpoint.proof_asked": _("Proof of a webhook"),
    "endpoint.test_asked": _("Test of a webhook"),
    "endpoint.proved": _("Webhook proved"),
    "endpoint.failing": _("Webhook failing"),
    "endpoint.disabled": _("Webhook ended"),
    "endpoint.removed": _("Webhook taken away"),
}
SUBJECTS: Final[dict[str, str | Promise]] = {
    "booking": _("Bookings"),
    "series": _("Series"),
    "waitlist": _("Waitlist"),
    "resource": _("Resources"),
    "feature": _("Features"),
    "rule": _("Rules"),
    "closure": _("Closures"),
    "qualification": _("Qualifications"),
    "grant": _("Qualifications of people"),
    "assignment": _("Studios"),
    "member": _("Members"),
    "person": _("People"),
    "import": _("Imports"),
}
"""What facts are about, by the first part of their types, in the order in which people look for them."""
_STEPS: Final[dict[str, str | Promise]] = {
    "booking.create": _("Written down"),
    "booking.confirmed": _("Confirmed"),
    "booking.change": _("Changed"),
    "booking.declined": _("Declined"),
    "booking.cancelled": _("Cancelled"),
    "booking.restore": _("Restored"),
    "booking.message": _("Message sent"),
    "booking.expire": _("Hold ran out"),
    "booking.prolong": _("Hold prolonged"),
    "booking.check_in": _("Checked in"),
    "booking.miss": _("Nobody checked in"),
    "booking.give_back": _("Rest given back"),
    "booking.set_outcome": _("Attendance noted"),
    "booking.transfer": _("Handed over"),
}


@register.filter
def event_name(fact_type: str) -> str:
    """A fact by its type: `booking.confirmed` as `Booking confirmed`. One without words is shown as it is."""
    return str(_FACTS.get(fact_type, fact_type))


@register.filter
def step_name(action: str) -> str:
    """An entry of a booking's history by its action: `booking.change` as `Changed`."""
    return str(_STEPS.get(action, action))
