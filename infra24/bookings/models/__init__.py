"""The tables of bookings."""

from infra24.bookings.models.bookings import LONGEST_BUFFER, REACH, Booking, Leg, Outcome, Source, Status, Visibility
from infra24.bookings.models.bulk import BookingMessage, BulkRun
from infra24.bookings.models.refusals import Refusal

__all__ = [
    "LONGEST_BUFFER",
    "REACH",
    "Booking",
    "BookingMessage",
    "BulkRun",
    "Leg",
    "Outcome",
    "Refusal",
    "Source",
    "Status",
    "Visibility",
]
