"""The tables of bookings."""

from infra24.bookings.models.bookings import LONGEST_BUFFER, REACH, Booking, Leg, Source, Status, Visibility
from infra24.bookings.models.refusals import Refusal
from infra24.bookings.models.series import Occurrence, Series, span_of

__all__ = [
    "LONGEST_BUFFER",
    "REACH",
    "Booking",
    "Leg",
    "Occurrence",
    "Refusal",
    "Series",
    "Source",
    "Status",
    "Visibility",
    "span_of",
]
