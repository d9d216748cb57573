"""What the house has of a person, before it is erased."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from infra24.bookings.models import Booking, Series
from infra24.bookings.policies import LIVE
from infra24.bookings.queries import being
from infra24.people.models import BusyFeed, Person
from infra24.waitlist import policies as waitlist
from infra24.waitlist import queries as waitlist_queries
from infra24.waitlist.models import Entry


@dataclass(frozen=True)
class Traces:
    """How much there is of a person."""

    ahead: int
    """Bookings that have not begun, on hold, requested or confirmed."""
    bookings: int
    """All there ever were."""
    waits: int
    calendars: int


def traces_of(person: Person, *, now: datetime) -> Traces:
    """Four counts."""
    bookings = Booking.objects.filter(org_id=person.org_id, person=person)
    return Traces(
        ahead=bookings_ahead(person, now=now).count(),
        bookings=bookings.count(),
        waits=live_entries(person, now=now).count(),
        calendars=BusyFeed.objects.filter(org_id=person.org_id, person=person).count(),
    )


def bookings_ahead(person: Person, *, now: datetime) -> QuerySet[Booking]:
    """The person's live bookings that have not begun."""
    bookings = Booking.objects.filter(being(LIVE, now), org_id=person.org_id, person=person, starts_at__gt=now)
    return bookings.order_by("starts_at", "pk")


def open_series(person: Person) -> QuerySet[Series]:
    """The person's series that nobody has ended; they may have no date to come."""
    return Series.objects.filter(org_id=person.org_id, person=person, ended_at=None).order_by("pk")


def live_entries(person: Person, *, now: datetime) -> QuerySet[Entry]:
    """What the person still waits for."""
    entries = Entry.objects.filter(waitlist_queries.being(waitlist.LIVE, now), org_id=person.org_id, person=person)
    return entries.order_by("joined_at", "pk")
