"""Bookings, made through the services."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from infra24.bookings.models import Booking, Source
from infra24.bookings.services import BookingWish, LegWish, create_booking
from infra24.orgs.models import Member, Organisation
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import Resource

NOON = (datetime.now(UTC) + timedelta(days=3)).replace(hour=17, minute=0, second=0, microsecond=0)
"""Noon, or one o'clock in summer, in New York in three days: within everybody's opening hours."""


def wish(
    *resources: Resource,
    starts_at: datetime = NOON,
    hours: float = 1,
    units: int = 1,
    status: str | None = None,
    person: Person | None = None,
    party_size: int = 1,
    exclusive: bool = False,
    title: str = "Firing",
    visibility: str = "busy",
) -> BookingWish:
    """What somebody would like: all the resources together, from noon for an hour."""
    return BookingWish(
        title=title,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=hours),
        legs=tuple(LegWish(resource.pk, units, is_exclusive=exclusive) for resource in resources),
        status=status,
        person_id=person.pk if person else None,
        party_size=party_size,
        visibility=visibility,
    )


def booking(by: Member, *resources: Resource, starts_at: datetime = NOON, hours: float = 1, **more: object) -> Booking:
    """A booking by a member, through the service, in the member's organisation."""
    with acting_for(by.org_id):
        asked = wish(*resources, starts_at=starts_at, hours=hours, **more)  # type: ignore[arg-type]
        return create_booking(asked, by=by, source=Source.STAFF)


def begun(by: Member, *resources: Resource, minutes: int = 30, hours: float = 2, **more: object) -> Booking:
    """A booking that is on: it began at a quarter of an hour about so long ago. For what is open day and night."""
    quarter = timedelta(minutes=15)
    now = datetime.now(UTC)
    starts_at = now - timedelta(minutes=minutes) - (now - datetime(2020, 1, 1, tzinfo=UTC)) % quarter
    return booking(by, *resources, starts_at=starts_at, hours=hours, **more)


def run_out(organisation: Organisation, booking_id: UUID | str) -> None:
    """A hold's time is up, and nobody has noticed yet."""
    with acting_for(organisation.pk):
        Booking.objects.filter(pk=booking_id).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
