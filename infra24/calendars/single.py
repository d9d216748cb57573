"""One booking as a file to take away."""

from datetime import timedelta

from infra24.bookings.models import Booking
from infra24.calendars.events import Shown, event_of, organiser_of, page_of
from infra24.calendars.files import Invited, print_calendar
from infra24.orgs.models import Organisation

REMIND_MINUTES = 60
"""How long before its start an event is to be heard of, unless asked otherwise."""


def booking_file(booking: Booking, organisation: Organisation, *, remind_minutes: int | None = REMIND_MINUTES) -> bytes:
    """The booking as an event, for somebody who may see all of it. `booking` has its `visible_legs`."""
    shown = Shown(booking, booking.visible_legs, is_full=True, page=page_of(organisation, booking))
    return print_calendar(
        [event_of(shown)],
        method="PUBLISH",
        remind=None if remind_minutes is None else timedelta(minutes=remind_minutes),
        invited=Invited(organiser_of(organisation), organisation.name),
    )
