"""What people chose against what is stored, when the law of a zone has changed since.

A booking keeps the wall time somebody chose, its zone, and the instants that
were these when it was made. New zone data may say that the wall time is
another instant by now.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfoNotFoundError

from infra24.bookings.models import Booking
from infra24.bookings.policies import LIVE
from infra24.bookings.queries import being
from infra24.core.days import readings_of
from infra24.orgs.models import Organisation


@dataclass(frozen=True)
class Moved:
    """The start or the end of a booking whose wall time is another instant now."""

    organisation: str
    """Its short name."""
    booking_id: UUID
    title: str
    time_zone: str
    edge: str
    """`starts` or `ends`."""
    wall: datetime
    """Naive, as it was chosen."""
    stored: datetime
    now: datetime | None
    """None: nobody knows the zone any more."""


def moved_by_zones(now: datetime) -> tuple[int, list[Moved]]:
    """How many live bookings lie ahead, and where their instants are not what they would be if made today.

    By organisation and start. A repeated hour agrees with either reading. As the owner: every organisation's.
    """
    slugs = dict(Organisation.objects.values_list("pk", "slug"))
    bookings = Booking.objects.filter(being(LIVE, now), ends_at__gt=now).order_by("starts_at", "id")
    found = sorted(bookings, key=lambda booking: slugs[booking.org_id])
    return len(found), [moved for booking in found for moved in _moved(booking, slugs[booking.org_id], now)]


def agrees(stored: datetime, wall: datetime, zone: str) -> bool:
    """Does a clock in the zone show this wall time at the instant? Of a repeated hour either will do."""
    return stored in _readings(wall, zone)


def _moved(booking: Booking, organisation: str, now: datetime) -> Iterator[Moved]:
    edges = (
        ("starts", booking.wall_starts_at, booking.starts_at),
        ("ends", booking.wall_ends_at, booking.ends_at),
    )
    for edge, wall, stored in edges:
        if stored > now and not agrees(stored, wall, booking.time_zone):
            readings = _readings(wall, booking.time_zone)
            yield Moved(
                organisation=organisation,
                booking_id=booking.pk,
                title=booking.title,
                time_zone=booking.time_zone,
                edge=edge,
                wall=wall,
                stored=stored.astimezone(UTC),
                now=readings[0] if readings else None,
            )


def _readings(wall: datetime, zone: str) -> tuple[datetime, ...]:
    try:
        return readings_of(wall, zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ()
