"""What is on at a door in a stretch of time: bookings of the resource, of its parts and of what it is part of."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Leg, Status, Visibility
from infra24.bookings.policies import LONGEST
from infra24.bookings.queries import with_legs
from infra24.resources.models import Resource


@dataclass(frozen=True)
class Stay:
    """One booking at one door. `whose` is the resource booked: this one, a part of it, or what it is part of."""

    booking: Booking
    leg: Leg
    door: Resource

    @property
    def starts_at(self) -> datetime:
        return self.leg.starts_at

    @property
    def ends_at(self) -> datetime:
        return self.leg.ends_at

    @property
    def whose(self) -> Resource:
        return self.leg.resource

    @property
    def is_elsewhere(self) -> bool:
        """Whether another resource was booked, which takes this one with it."""
        return self.whose.pk != self.door.pk

    @property
    def public_title(self) -> str:
        """What anybody who walks past may read: the title where the booking shows it, and never whose it is."""
        is_shown = self.booking.visibility == Visibility.TITLE and self.booking.status == Status.CONFIRMED
        return self.booking.title if is_shown else _("Booked")


def stays_at(
    org_id: UUID, resources: Iterable[Resource], since: datetime, until: datetime
) -> Mapping[UUID, list[Stay]]:
    """The bookings at each door that meet the window, by start: confirmed ones, and requests. Four queries.

    Holds are left out: they last minutes, and paper lasts a day.
    """
    doors = list(resources)
    related = _related(org_id, doors)
    asked_by: dict[UUID, list[Resource]] = defaultdict(list)
    for door in doors:
        for each in related[door.pk]:
            asked_by[each].append(door)
    bookings = Booking.objects.filter(
        org_id=org_id,
        starts_at__gt=since - LONGEST,
        starts_at__lt=until,
        ends_at__gt=since,
        status__in=[Status.PENDING, Status.CONFIRMED],
    )
    wanted = Q(legs__resource_id__in=list(asked_by), legs__is_implied=False)
    found: dict[UUID, list[Stay]] = {door.pk: [] for door in doors}
    for booking in with_legs(bookings.filter(wanted).distinct()).order_by("starts_at", "id"):
        for leg in booking.visible_legs:
            for door in asked_by.get(leg.resource_id, ()):
                here = found[door.pk]
                if here and here[-1].booking.pk == booking.pk:
                    # Of a hall and its half in one booking, the door's own leg is told.
                    if leg.resource_id != door.pk:
                        continue
                    here.pop()
                here.append(Stay(booking, leg, door))
    return found


def _related(org_id: UUID, doors: Iterable[Resource]) -> dict[UUID, set[UUID]]:
    """Each with its parts and what it is part of, near and far: who books one of these is at this door too."""
    rows = Resource.objects.filter(org_id=org_id, part_of__isnull=False).values_list("id", "part_of_id")
    whole: dict[UUID, UUID] = {part: its_whole for part, its_whole in rows if its_whole is not None}
    parts: dict[UUID, list[UUID]] = defaultdict(list)
    for part, its_whole in whole.items():
        parts[its_whole].append(part)
    found = {}
    for door in doors:
        related, below = {door.pk}, [door.pk]
        above = whole.get(door.pk)
        while above is not None:
            related.add(above)
            above = whole.get(above)
        while below:
            below = [part for each in below for part in parts.get(each, ())]
            related.update(below)
        found[door.pk] = related
    return found
