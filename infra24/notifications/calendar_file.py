"""A booking as a calendar file (RFC 5545) that a mail carries into the reader's own calendar."""

from collections.abc import Sequence
from datetime import UTC, date
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event, vCalAddress

from infra24.bookings.models import Booking
from infra24.calendars.files import uid_of

PRODUCT = "-//Infra24//Bookings//EN"


def booking_file(booking: Booking, *, places: Sequence[str], organiser: str, method: str) -> bytes:
    """The booking as one event, in the zone in which its times were chosen.

    `method` is PUBLISH, or CANCEL to strike the event out. The UID stays with
    the booking for life and SEQUENCE grows with its version, so that calendars
    replace what they had. `organiser` is an e-mail address.
    """
    zone = ZoneInfo(booking.time_zone)
    event = Event()
    event.add("uid", uid_of(booking))
    event.add("sequence", booking.version)
    event.add("dtstamp", booking.changed_at.astimezone(UTC))
    event.add("last-modified", booking.changed_at.astimezone(UTC))
    event.add("dtstart", booking.starts_at.astimezone(zone))
    event.add("dtend", booking.ends_at.astimezone(zone))
    event.add("summary", booking.title)
    if places:
        event.add("location", ", ".join(places))
    event.add("organizer", vCalAddress(f"mailto:{organiser}"))
    event.add("status", "CANCELLED" if method == "CANCEL" else "CONFIRMED")
    event.add("transp", "TRANSPARENT" if method == "CANCEL" else "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    calendar.add_component(event)
    # The rules of the years around are enough, and keep the file small.
    calendar.add_missing_timezones(
        first_date=date(booking.starts_at.year - 1, 1, 1), last_date=date(booking.ends_at.year + 2, 1, 1)
    )
    return bytes(calendar.to_ical())
