"""Mails to people, each once."""

from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.members import send_invitation, tell_destination_paused
from infra24.notifications.services.series import tell_about_series

__all__ = ["send_invitation", "tell_about_booking", "tell_about_series", "tell_destination_paused"]
