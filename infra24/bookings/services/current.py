"""Between reading a booking and locking it somebody may have changed it; then everything is decided anew."""

from collections.abc import Callable
from typing import TypeVar

from infra24.bookings.locking import Locked
from infra24.bookings.models import Booking
from infra24.bookings.queries import booking_for
from infra24.core.errors import Stale
from infra24.core.problems import Rivalry
from infra24.orgs.models import Member

TRIES = 3
Made = TypeVar("Made")


class MovedOn(Exception):
    """What was locked is not what was read."""


def on_current(booking: Booking, by: Member, attempt: Callable[[Booking], Booking]) -> Booking:
    """Run `attempt` on the booking as it is: read again, permission included, whenever it has moved on.

    Each attempt is atomic, so that its locks are let go before the next read.
    Raises Stale when it moves faster than it can be caught.
    """
    for _ in range(TRIES):
        try:
            return attempt(booking)
        except MovedOn:
            booking = booking_for(by, booking.pk)
    raise Stale


def anew(attempt: Callable[[], Made]) -> Made:
    """Run `attempt`, which reads all it needs, again whenever that has moved on. Raises Rivalry."""
    for _ in range(TRIES):
        try:
            return attempt()
        except MovedOn:
            continue
    raise Rivalry


def check_unmoved(booking: Booking, locked: Locked, version: int | None) -> None:
    """Now that it is locked: is it what was read, and what the caller has seen?

    Every change raises the version, so what was read is true while it is equal.
    Raises Stale when the caller saw another version, MovedOn otherwise.
    """
    current, _status = locked[booking.pk]
    if version is not None and current != version:
        raise Stale
    if current != booking.version:
        raise MovedOn
