"""Mails to people, each once."""

from infra24.notifications.services.attendance import tell_about_no_show
from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.members import send_invitation, tell_destination_paused, tell_invariants_violated
from infra24.notifications.services.messages import send_message
from infra24.notifications.services.series import tell_about_series
from infra24.notifications.services.waitlist import tell_about_offer
from infra24.notifications.services.webhooks import tell_about_endpoint

__all__ = [
    "send_invitation",
    "send_message",
    "tell_about_booking",
    "tell_about_endpoint",
    "tell_about_no_show",
    "tell_about_offer",
    "tell_about_series",
    "tell_destination_paused",
    "tell_invariants_violated",
]
