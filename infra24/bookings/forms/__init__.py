"""What people send from pages of bookings, turned into typed values."""

from infra24.bookings.forms.bookings import (
    BookingForm,
    ReasonForm,
    ResourceChoice,
    sent_fields,
    usual_start,
)

__all__ = ["BookingForm", "ReasonForm", "ResourceChoice", "sent_fields", "usual_start"]
