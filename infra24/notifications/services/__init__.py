"""Mails to people, each once."""

from infra24.notifications.services.attendance import tell_about_no_show
from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.members import send_invitation, tell_destination_paused, tell_invariants_violated
from infra24.notifications.services.messages import send_message

__all__ = [
    "send_invitation",
    "send_message",
    "tell_about_booking",
    "tell_about_no_show",
    "tell_destination_paused",
    "tell_invariants_violated",
]
