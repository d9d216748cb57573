"""The tables of bookings."""

from infra24.bookings.models.bookings import LONGEST_BUFFER, REACH, Booking, Leg, Source, Status, Visibility
from infra24.bookings.models.refusals import Refusal

__all__ = ["LONGEST_BUFFER", "REACH", "Booking", "Leg", "Refusal", "Source", "Status", "Visibility"]
