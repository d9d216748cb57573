"""The tables of bookings."""

from infra24.bookings.models.bookings import LONGEST_BUFFER, REACH, Booking, Leg, Outcome, Source, Status, Visibility
from infra24.bookings.models.bulk import BookingMessage, BulkRun
from infra24.bookings.models.refusals import Refusal
from infra24.bookings.models.saved import SavedView, ViewPage
from infra24.bookings.models.series import Occurrence, Series, span_of

__all__ = [
    "LONGEST_BUFFER",
    "REACH",
    "Booking",
    "BookingMessage",
    "BulkRun",
    "Leg",
    "Occurrence",
    "Outcome",
    "Refusal",
    "SavedView",
    "Series",
    "Source",
    "Status",
    "ViewPage",
    "Visibility",
    "span_of",
]
