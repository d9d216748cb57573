"""What is promised of a resource from now on, as reasons why it cannot shrink or go."""

from collections.abc import Iterable
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from infra24.bookings.models import Booking, Leg
from infra24.bookings.policies import LIVE
from infra24.bookings.queries import being
from infra24.core.days import wall_of
from infra24.core.errors import Reason
from infra24.orgs.models import Organisation
from infra24.resources.models import Resource

NAMED = 3
"""Bookings told by name; of the others only how many."""
LOOKED_AT = 2000


def live_legs(resource: Resource, *, now: datetime) -> list[Leg]:
    """The legs of live bookings that have not ended, the earliest first, with their bookings. One query."""
    alive = Booking.objects.filter(being(LIVE, now), org_id=resource.org_id, ends_at__gt=now)
    legs = Leg.objects.filter(org_id=resource.org_id, resource=resource, is_implied=False, booking__in=alive)
    return list(legs.select_related("booking").order_by("blocks_from", "id")[:LOOKED_AT])


def bookings_ahead(resource: Resource) -> list[Reason]:
    """The bookings that lie ahead of a resource, as reasons."""
    return _reasons(resource, [leg.booking for leg in live_legs(resource, now=timezone.now())])


def promised_beyond(resource: Resource, *, units: int | None, people: int | None) -> list[Reason]:
    """The bookings that together take more units or people than that at one moment, as reasons."""
    legs = [leg for leg in live_legs(resource, now=timezone.now()) if leg.is_blocking]
    crowded: dict[str, Booking] = {}
    for leg in legs:
        # What is promised at most is promised at the start of one of them.
        together = [one for one in legs if one.blocks_from <= leg.blocks_from < one.blocks_until]
        too_many = units is not None and sum(one.units for one in together) > units
        if too_many or (people is not None and sum(one.people for one in together) > people):
            crowded.update((str(one.booking_id), one.booking) for one in together)
    return _reasons(resource, sorted(crowded.values(), key=lambda booking: (booking.starts_at, booking.pk)))


def _reasons(resource: Resource, bookings: Iterable[Booking]) -> list[Reason]:
    bookings = list(bookings)
    zone = resource.time_zone or Organisation.objects.get(pk=resource.org_id).time_zone
    reasons = []
    for booking in bookings[:NAMED]:
        when = date_format(wall_of(booking.starts_at, zone), "DATETIME_FORMAT")
        sentence = _("“%(title)s” is booked for %(when)s.") % {"title": booking.title, "when": when}
        source = {"booking_id": str(booking.pk)}
        reasons.append(Reason("promised", sentence, resource_id=str(resource.pk), source=source))
    if reasons:
        number = len(bookings)
        counted = ngettext(
            "%(number)s booking stands against it; it is under Bookings.",
            "%(number)s bookings stand against it; all are under Bookings.",
            number,
        )
        reasons.append(Reason("promised", counted % {"number": number}, resource_id=str(resource.pk)))
    return reasons
