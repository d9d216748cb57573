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
    "person.erased": _("Person erased"),
    "booking.held": _("Booking put on hold"),
    "booking.requested": _("Booking requested"),
    "booking.confirmed": _("Booking confirmed"),
    "booking.changed": _("Booking changed"),
    "booking.declined": _("Request declined"),
    "booking.cancelled": _("Booking cancelled"),
    "booking.messaged": _("Message sent about a booking"),
    "booking.expired": _("Hold ran out"),
    "invariants.verified": _("Everything adds up"),
    "invariants.violated": _("Something does not add up"),
    "booking.prolonged": _("Hold prolonged"),
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
    "series.made": _("Series booked"),
    "series.changed": _("Series changed"),
    "series.split": _("Series split"),
    "series.ended": _("Series ended"),
    "series.filled": _("Skipped dates booked"),
}
_STEPS: Final[dict[str, str | Promise]] = {
    "booking.create": _("Written down"),
    "booking.confirmed": _("Confirmed"),
    "booking.change": _("Changed"),
    "booking.declined": _("Declined"),
    "booking.cancelled": _("Cancelled"),
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
