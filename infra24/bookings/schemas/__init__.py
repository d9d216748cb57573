"""What comes in and goes out of the API of bookings."""

from infra24.bookings.schemas.bookings import (
    AlternativeOut,
    AvailabilityOut,
    BookingIn,
    BookingOut,
    BookingPatch,
    BookingWishIn,
    EventOut,
    ReasonOut,
    SpanOut,
    booking_out,
)
from infra24.bookings.schemas.steps import RivalsOut, TransferIn

__all__ = [
    "AlternativeOut",
    "AvailabilityOut",
    "BookingIn",
    "BookingOut",
    "BookingPatch",
    "BookingWishIn",
    "EventOut",
    "ReasonOut",
    "RivalsOut",
    "SpanOut",
    "TransferIn",
    "booking_out",
]
