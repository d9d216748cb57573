"""Writes: one function per use case, one transaction."""

from infra24.bookings.services.attending import check_in, release_no_show, set_outcome
from infra24.bookings.services.changing import BookingChange, change_booking
from infra24.bookings.services.claims import LegWish
from infra24.bookings.services.creating import BookingWish, create_booking
from infra24.bookings.services.deciding import cancel_booking, confirm_booking, decline_booking
from infra24.bookings.services.expiring import expire_hold
from infra24.bookings.services.prolonging import prolong_hold
from infra24.bookings.services.reminding import remind, warn_hold
from infra24.bookings.services.restoring import restore_booking
from infra24.bookings.services.returning import give_back
from infra24.bookings.services.transferring import Receiver, transfer_booking

__all__ = [
    "BookingChange",
    "BookingWish",
    "LegWish",
    "Receiver",
    "cancel_booking",
    "change_booking",
    "check_in",
    "confirm_booking",
    "create_booking",
    "decline_booking",
    "expire_hold",
    "give_back",
    "prolong_hold",
    "release_no_show",
    "remind",
    "restore_booking",
    "set_outcome",
    "transfer_booking",
    "warn_hold",
]
