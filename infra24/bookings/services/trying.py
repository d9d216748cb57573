"""What a service would do, without its being done."""

from collections.abc import Callable

from django.db import transaction

from infra24.bookings.models import Booking
from infra24.core.transactions import send_told


def as_if(service: Callable[[], Booking]) -> Booking:
    """The booking that a service would return; whatever it wrote is taken back. What it raises passes on.

    The service itself decides, locks included, so the answer cannot differ from
    the one that counts, but for what others do in between.
    """
    with transaction.atomic():
        booking = service()
        send_told()
        transaction.set_rollback(True)
    return booking
