"""What of the bookings goes into a file, starting from who asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from infra24.bookings.models import Booking
from infra24.bookings.policies import LIVE, LONGEST
from infra24.bookings.queries import being, visible_bookings, with_legs
from infra24.bookings.selecting import BookingFilter
from infra24.calendars.errors import ExportTooLarge
from infra24.calendars.files import Shown
from infra24.orgs.models import Member
from infra24.resources.queries import resource_for

MOST_BOOKINGS = 10_000


@dataclass(frozen=True)
class ExportFilter:
    """What an export is narrowed to; None and empty leave it wide."""

    since: datetime | None = None
    until: datetime | None = None
    statuses: Iterable[str] = ()
    resource_id: UUID | None = None
    person_id: UUID | None = None
    own: bool = False
    """Only what is for the viewer."""
    narrowed: BookingFilter | None = None
    """As a list on a page is."""


def bookings_shown(viewer: Member, wanted: ExportFilter) -> list[Shown]:
    """The bookings the viewer may see, by start. Three queries at most.

    Of one resource others hear when it is taken, too: of somebody else's
    booking "Busy", or its title where that is open.
    Raises ExportTooLarge; ResourceNotFound for a resource they may not see.
    """
    bookings = visible_bookings(viewer)
    condition = Q()
    if wanted.resource_id:
        resource_for(viewer, wanted.resource_id)
        condition &= Q(legs__resource_id=wanted.resource_id, legs__is_implied=False)
        if not viewer.is_staff and not wanted.own:
            bookings = Booking.objects.filter(org_id=viewer.org_id)
            condition &= _is_own(viewer) | being(LIVE, timezone.now())
    if wanted.narrowed:
        condition &= wanted.narrowed.to_q(viewer, now=timezone.now())
    if wanted.own:
        condition &= Q(person__user_id=viewer.user_id) | Q(booked_by=viewer, person=None)
    if wanted.since:
        condition &= Q(starts_at__gt=wanted.since - LONGEST, ends_at__gt=wanted.since)
    if wanted.until:
        condition &= Q(starts_at__lt=wanted.until)
    if statuses := list(wanted.statuses):
        condition &= being(statuses, timezone.now())
    if wanted.person_id:
        condition &= Q(person_id=wanted.person_id)
        if not viewer.is_staff:
            condition &= _is_own(viewer)
    found = list(with_legs(bookings.filter(condition)).order_by("starts_at", "id")[: MOST_BOOKINGS + 1])
    if len(found) > MOST_BOOKINGS:
        raise ExportTooLarge
    return [_shown(booking, viewer, wanted.resource_id) for booking in found]


def _is_own(viewer: Member) -> Q:
    return Q(person__user_id=viewer.user_id) | Q(booked_by=viewer)


def _shown(booking: Booking, viewer: Member, resource_id: UUID | None) -> Shown:
    person = booking.person
    is_full = (
        viewer.is_staff
        or booking.booked_by_id == viewer.pk
        or (person is not None and person.user_id == viewer.user_id)
    )
    # Of somebody else's booking not even what else it needs.
    legs = [leg for leg in booking.visible_legs if is_full or leg.resource_id == resource_id]
    return Shown(booking, legs, is_full)
