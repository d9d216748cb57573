"""Ways from a booking into somebody's calendar: a file, and the forms of calendars on the web."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking
from infra24.calendars.events import Shown, event_of
from infra24.orgs.models import Organisation

GOOGLE = "https://calendar.google.com/calendar/render"
OUTLOOK = "https://outlook.live.com/calendar/0/deeplink/compose"
GOOGLE_SUBSCRIBE = "https://calendar.google.com/calendar/r"


class CalendarLink(NamedTuple):
    label: str
    url: str


def links_to_add(booking: Booking, organisation: Organisation) -> list[CalendarLink]:
    """A file for any calendar, then Google's and Outlook's forms, for whom the booking is for.

    The web's calendars are told what, when and where, and nothing of anybody. `booking` has its `visible_legs`.
    """
    path = reverse("booking_file", kwargs={"org": organisation.slug, "booking_id": booking.pk})
    return [CalendarLink(_("Calendar file"), settings.BASE_URL + path), *web_links(booking)]


def web_links(booking: Booking) -> list[CalendarLink]:
    """Google's and Outlook's forms alone: they need no account here."""
    event = event_of(Shown(booking, booking.visible_legs, is_full=True))
    return web_forms(event.title, event.starts_at, event.ends_at, zone=event.zone, where=", ".join(event.places))


def web_forms(title: str, starts_at: datetime, ends_at: datetime, *, zone: str, where: str) -> list[CalendarLink]:
    """`web_links` of something that is no booking yet, such as an example."""
    google = {
        "action": "TEMPLATE",
        "text": title,
        "dates": f"{_basic(starts_at)}/{_basic(ends_at)}",
        "ctz": zone,
        "location": where,
    }
    outlook = {
        "path": "/calendar/action/compose",
        "rru": "addevent",
        "subject": title,
        "startdt": _extended(starts_at),
        "enddt": _extended(ends_at),
        "location": where,
    }
    return [
        CalendarLink("Google Calendar", f"{GOOGLE}?{urlencode(google)}"),
        CalendarLink("Outlook", f"{OUTLOOK}?{urlencode(outlook)}"),
    ]


def links_to_subscribe(address: str) -> Sequence[CalendarLink]:
    """For a program on this device, and for Google, which reads the address from its own servers."""
    webcal = "webcal" + address.removeprefix("https").removeprefix("http")
    return [
        CalendarLink(_("Open in your calendar"), webcal),
        CalendarLink("Google Calendar", f"{GOOGLE_SUBSCRIBE}?{urlencode({'cid': webcal})}"),
    ]


def _basic(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _extended(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
