"""Writes: one function per use case, one transaction."""

from infra24.bookings.services.changing import BookingChange, change_booking
from infra24.bookings.services.claims import LegWish
from infra24.bookings.services.creating import BookingWish, create_booking
from infra24.bookings.services.deciding import cancel_booking, confirm_booking, decline_booking
from infra24.bookings.services.expiring import expire_hold

__all__ = [
    "BookingChange",
    "BookingWish",
    "LegWish",
    "cancel_booking",
    "change_booking",
    "confirm_booking",
    "create_booking",
    "decline_booking",
    "expire_hold",
]
