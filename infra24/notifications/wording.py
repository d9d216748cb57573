"""What mails say, in the language that is active: the organisation's."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.models import Booking, Leg
from infra24.core.templatetags.house import clock, short_day, zone_name
from infra24.notifications.composing import Wording
from infra24.notifications.policies import Message


def wording_of(message: Message, booking: Booking) -> Wording:
    title = {"title": booking.title}
    match message:
        case Message.REQUESTED:
            kept = _("The time is kept for you meanwhile.") if booking.pending_blocks else ""
            lead = " ".join(filter(None, [_("We will look at it and write to you."), kept]))
            return Wording(_("Request received: %(title)s") % title, _("We received your request"), lead)
        case Message.CONFIRMED:
            return Wording(
                _("Confirmed: %(title)s") % title, _("Your booking is confirmed"), _("We look forward to seeing you.")
            )
        case Message.CHANGED:
            return Wording(_("Changed: %(title)s") % title, _("Your booking has changed"), _("It now stands as below."))
        case Message.DECLINED:
            return Wording(
                _("Declined: %(title)s") % title,
                _("Your request was declined"),
                booking.reason or _("We are sorry that it was not possible."),
            )
        case Message.CANCELLED:
            return Wording(
                _("Cancelled: %(title)s") % title,
                _("Your booking was cancelled"),
                booking.reason or _("The time is free for others now."),
            )


def details_of(booking: Booking) -> list[tuple[str, str]]:
    """Label and value of what the reader should know, in the order of asking: what, when, where, how many."""
    rows = [(_("What"), booking.title), (_("When"), span_of(booking)), (_("Where"), "; ".join(places_of(booking)))]
    if booking.party_size > 1:
        people = ngettext("%(count)d person", "%(count)d people", booking.party_size) % {"count": booking.party_size}
        rows.append((_("For"), people))
    return [(label, value) for label, value in rows if value]


def span_of(booking: Booking) -> str:
    """`Tue, Dec 1, 2026, 10 a.m. – noon (New York time)`: always with the year, for mails are read late."""
    zone = ZoneInfo(booking.time_zone)
    first, last = booking.starts_at.astimezone(zone), booking.ends_at.astimezone(zone)
    never = first.date().replace(year=1, day=1)
    same_day = (last - timedelta(microseconds=1)).date() == first.date()
    ending = clock(last) if same_day else f"{short_day(last.date(), today=never)}, {clock(last)}"
    return f"{short_day(first.date(), today=never)}, {clock(first)} – {ending} ({zone_name(booking.time_zone)})"


def moment_of(at: datetime, time_zone: str) -> str:
    """`Tue, Dec 1, 2026, 10 a.m. (New York time)`."""
    wall = at.astimezone(ZoneInfo(time_zone))
    return f"{short_day(wall.date(), today=wall.date().replace(year=1, day=1))}, {clock(wall)} ({zone_name(time_zone)})"


def places_of(booking: Booking) -> list[str]:
    """The booked resources with where they are: `Kiln 2, first floor`; of several alike, how many."""
    return [", ".join(filter(None, [_counted(leg), leg.resource.location])) for leg in booking.visible_legs]


def _counted(leg: Leg) -> str:
    return leg.resource.name if leg.units == 1 else f"{leg.units} × {leg.resource.name}"
