"""Reading bookings, starting from who is looking."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from infra24.bookings.errors import BookingNotFound
from infra24.bookings.models import REACH, Booking, Leg
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources.policies import Bookable, Claim


def visible_bookings(viewer: Member) -> QuerySet[Booking]:
    """Staff see every booking; others those made by them or for them."""
    bookings = Booking.objects.filter(org_id=viewer.org_id)
    if viewer.rank.includes(Role.STAFF):
        return bookings
    return bookings.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer))


def with_legs(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Adds `visible_legs` (implied ones left out, in order of creation) and the person."""
    legs = Leg.objects.filter(is_implied=False).select_related("resource").order_by("id")
    return bookings.select_related("person").prefetch_related(
        Prefetch("legs", legs, to_attr="visible_legs")  # type: ignore[no-redef]  # declared on Booking
    )


def booking_for(viewer: Member, booking_id: UUID) -> Booking:
    """One booking with its `visible_legs`.

    Raises BookingNotFound both for a missing booking and for one the viewer may not see.
    """
    try:
        return with_legs(visible_bookings(viewer)).get(pk=booking_id)
    except Booking.DoesNotExist:
        raise BookingNotFound from None


# Under row-level security range operators cannot use an index, plain
# comparisons can; REACH bounds the scan backwards.
_CLAIMS = """
    SELECT l.resource_id, l.blocks_from, l.blocks_until, l.units, l.people, l.sharing, l.is_implied
      FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE l.org_id = %(org)s AND l.resource_id = ANY(%(resources)s) AND l.is_blocking
       AND l.blocks_from > %(since)s - %(reach)s AND l.blocks_from < %(until)s AND l.blocks_until > %(since)s
       AND (b.expires_at IS NULL OR b.expires_at > %(now)s)
       AND b.id IS DISTINCT FROM %(besides)s
"""


def claims_on(
    org_id: UUID,
    resources: Iterable[Bookable],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> dict[UUID, list[Claim]]:
    """What is promised of each resource in the window, dead holds left out. One query.

    A divisible space is claimed by bookings of its parts too. `besides` leaves
    one booking out: the one being moved.
    """
    asked_by: dict[UUID, list[UUID]] = defaultdict(list)
    for resource in resources:
        for target in (resource.id, *resource.leaves):
            asked_by[target].append(resource.id)
    claims: dict[UUID, list[Claim]] = {asker: [] for askers in asked_by.values() for asker in askers}
    parameters: dict[str, Any] = {
        "org": org_id,
        "resources": list(asked_by),
        "besides": besides,
        "since": since,
        "until": until,
        "reach": REACH,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_CLAIMS, parameters)
        for target, blocks_from, blocks_until, units, people, sharing, is_implied in cursor.fetchall():
            for asker in asked_by[target]:
                # Shared use of the asker shows on its parts too, but is counted once.
                if is_implied and sharing == asker:
                    continue
                claims[asker].append(Claim(blocks_from, blocks_until, units, people, is_shared=sharing == asker))
    return claims


_DUE_HOLDS = """
    SELECT DISTINCT b.id
      FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE l.org_id = %(org)s AND l.resource_id = ANY(%(resources)s) AND l.is_blocking
       AND l.blocks_from > %(since)s - %(reach)s AND l.blocks_from < %(until)s AND l.blocks_until > %(since)s
       AND b.status = 'hold' AND b.expires_at <= %(now)s
"""


def due_holds(org_id: UUID, targets: Iterable[UUID], since: datetime, until: datetime, *, now: datetime) -> list[UUID]:
    """Holds in the way that have run out, though nobody has noticed yet."""
    parameters: dict[str, Any] = {
        "org": org_id,
        "resources": list(targets),
        "since": since,
        "until": until,
        "reach": REACH,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE_HOLDS, parameters)
        return [row[0] for row in cursor.fetchall()]
