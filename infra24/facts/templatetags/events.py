"""What happened, in words: facts and entries of the audit by their `subject.verb` names."""

from typing import Final

from django import template
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

register = template.Library()

_WORDS: Final[dict[str, str | Promise]] = {
    "organisation.founded": _("Organisation set up"),
    "organisation.night_came": _("Nightly sweep"),
    "invitation.sent": _("Invitation sent"),
    "member.joined": _("Member joined"),
    "booking.create": _("Written down"),
    "booking.held": _("Put on hold"),
    "booking.requested": _("Requested"),
    "booking.confirmed": _("Confirmed"),
    "booking.change": _("Changed"),
    "booking.changed": _("Changed"),
    "booking.declined": _("Declined"),
    "booking.cancelled": _("Cancelled"),
    "booking.expire": _("Hold ran out"),
    "booking.expired": _("Hold ran out"),
}


@register.filter
def event_name(name: str) -> str:
    """`booking.confirmed` as `Confirmed`; a name without words is shown as it is."""
    return str(_WORDS.get(name, name))
