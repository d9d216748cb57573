"""Is anything double-booked? Told from the rows alone, by other means than the product's own."""

from collections import defaultdict
from datetime import datetime

from infra24.bookings.models import Leg
from infra24.resources.models import Resource


def faults() -> list[str]:
    """Every instant at which a resource of the acting organisation is promised to more than it can be."""
    legs = defaultdict(list)
    for leg in Leg.objects.filter(is_blocking=True):
        legs[leg.resource_id].append(leg)
    found = []
    for resource in Resource.objects.filter(pk__in=legs):
        for at in sorted({leg.blocks_from for leg in legs[resource.pk]}):
            found += _faults_at(
                at, resource, [leg for leg in legs[resource.pk] if leg.blocks_from <= at < leg.blocks_until]
            )
    return found


def _faults_at(at: datetime, resource: Resource, there: list[Leg]) -> list[str]:
    bookings = {leg.booking_id for leg in there}
    sharing = {leg.sharing for leg in there}
    if len(bookings) > 1 and len(sharing) > 1:
        return [f"{resource.name} is had by {len(bookings)} at {at}"]
    units = sum(leg.units for leg in there if not leg.is_implied)
    people = sum(leg.people for leg in there if not leg.is_implied)
    if units > resource.units > 1 or (resource.capacity is not None and people > resource.capacity):
        return [f"{resource.name} lends {units} to {people} at {at}"]
    return []
