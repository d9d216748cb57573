"""Mails to people, each once; and what is said about mails."""

from infra24.notifications.services.attendance import tell_about_no_show
from infra24.notifications.services.bookings import tell_about_booking
from infra24.notifications.services.digest import begin_morning, plan_morning, send_digest
from infra24.notifications.services.members import send_invitation, tell_destination_paused, tell_invariants_violated
from infra24.notifications.services.messages import send_message
from infra24.notifications.services.reminders import remind, tell_about_expiry
from infra24.notifications.services.requests import tell_about_new_series, tell_about_request
from infra24.notifications.services.series import tell_about_series
from infra24.notifications.services.testing import send_test
from infra24.notifications.services.transfers import tell_about_transfer
from infra24.notifications.services.waitlist import tell_about_offer
from infra24.notifications.services.webhooks import tell_about_endpoint

__all__ = [
    "begin_morning",
    "plan_morning",
    "remind",
    "send_digest",
    "send_invitation",
    "send_message",
    "send_test",
    "tell_about_booking",
    "tell_about_endpoint",
    "tell_about_expiry",
    "tell_about_new_series",
    "tell_about_no_show",
    "tell_about_offer",
    "tell_about_request",
    "tell_about_series",
    "tell_about_transfer",
    "tell_destination_paused",
    "tell_invariants_violated",
]
