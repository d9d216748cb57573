"""Mails to people, each once."""

from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.members import send_invitation, tell_destination_paused, tell_invariants_violated

__all__ = ["send_invitation", "tell_about_booking", "tell_destination_paused", "tell_invariants_violated"]
