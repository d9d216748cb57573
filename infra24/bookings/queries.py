"""Reading bookings, starting from who is looking."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet

from infra24.bookings.errors import BookingNotFound
from infra24.bookings.models import REACH, Booking, Leg, Occurrence, Series, Status
from infra24.bookings.policies import LONGEST
from infra24.core.rows import Columns, as_array, instances
from infra24.core.statements import Statement
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.models import Person
from infra24.people.queries import own_person
from infra24.resources.models import Resource
from infra24.resources.policies import Asker, Bookable, Claim, Use, reach_of
from infra24.resources.queries import busy_claims, qualifications_held


def visible_bookings(viewer: Member) -> QuerySet[Booking]:
    """Staff see every booking; others those made by them or for them."""
    bookings = Booking.objects.filter(org_id=viewer.org_id)
    if viewer.rank.includes(Role.STAFF):
        return bookings
    return bookings.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer))


def being(statuses: Iterable[str], now: datetime) -> Q:
    """The bookings that are one of these then, as `Booking.status_at` says: dead holds are expired."""
    wanted = set(statuses)
    condition = Q(status__in=wanted - {Status.HOLD})
    if Status.HOLD in wanted:
        condition |= Q(status=Status.HOLD, expires_at__gt=now)
    if Status.EXPIRED in wanted:
        condition |= Q(status=Status.HOLD, expires_at__lte=now)
    return condition


def with_legs(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Adds `visible_legs` (implied ones left out, in order of creation), the person, and the place in a series."""
    legs = Leg.objects.filter(is_implied=False).select_related("resource").order_by("id")
    places = Occurrence.objects.defer("reasons", "series__legs").select_related("series")
    return bookings.select_related("person").prefetch_related(
        Prefetch("legs", legs, to_attr="visible_legs"),  # type: ignore[no-redef]  # declared on Booking
        Prefetch("occurrences", places, to_attr="places_read"),
    )


# One row a leg, and in each the booking, which is loaded from the first alone. By hand because it is on the way to
# every change of a booking, and the ORM takes longer to write its two statements than all else in a change takes.
_OF_BOOKING = (
    Columns(Booking, "b"),
    Columns(Person, "p"),
    Columns(Occurrence, "o", besides=["reasons"]),
    Columns(Series, "s", besides=["legs"]),
)
_OF_LEG = (
    Columns(Leg, "l", besides=["during"]),
    Columns(Resource, "r", besides=["features"]),
)
_LEG_ENDS = sum(len(part.names) for part in _OF_LEG)
_BOOKING = Statement(f"""
    SELECT {", ".join(part.sql for part in (*_OF_LEG, *_OF_BOOKING))}
      FROM bookings_booking b
      JOIN bookings_leg l ON l.org_id = b.org_id AND l.booking_id = b.id AND NOT l.is_implied
      JOIN resources_resource r ON r.org_id = l.org_id AND r.id = l.resource_id
      LEFT JOIN people_person p ON p.org_id = b.org_id AND p.id = b.person_id
      LEFT JOIN bookings_occurrence o ON o.org_id = b.org_id AND o.booking_id = b.id
      LEFT JOIN bookings_series s ON s.org_id = o.org_id AND s.id = o.series_id
     WHERE b.org_id = %(org)s AND b.id = %(id)s
       AND (%(is_staff)s OR b.booked_by_id = %(member)s OR p.user_id = %(user)s)
     ORDER BY l.id
""")  # noqa: S608 - names of columns only


def booking_for(viewer: Member, booking_id: UUID) -> Booking:
    """One booking with its person, its place in a series, its `visible_legs` and their resources.

    Raises BookingNotFound both for a missing booking and for one the viewer may not see.
    """
    rows = _BOOKING.rows(
        org=viewer.org_id,
        id=booking_id,
        is_staff=viewer.rank.includes(Role.STAFF),
        member=viewer.pk,
        user=viewer.user_id,
    )
    if not rows:
        raise BookingNotFound
    booking: Booking
    booking, booking.person, place, series = instances(rows[0][_LEG_ENDS:], _OF_BOOKING)
    booking.visible_legs, booking.places_read = [], []
    if place is not None:
        place.series = series
        booking.places_read.append(place)
    for row in rows:
        leg, resource = instances(row, _OF_LEG)
        leg.booking, leg.resource = booking, resource
        booking.visible_legs.append(leg)
    return booking


# Under row-level security range operators cannot use an index, plain
# comparisons can; REACH bounds the scan backwards.
_CLAIMS = Statement("""
    SELECT l.resource_id, l.blocks_from, l.blocks_until, l.units, l.people, l.sharing, l.is_implied, l.booking_id
      FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE l.org_id = %(org)s AND l.resource_id = ANY(%(resources)s::uuid[]) AND l.is_blocking
       AND l.blocks_from > %(earliest)s AND l.blocks_from < %(until)s AND l.blocks_until > %(since)s
       AND (b.expires_at IS NULL OR b.expires_at > %(now)s)
       AND b.id IS DISTINCT FROM %(besides)s
""")


def claims_on(
    org_id: UUID,
    resources: Iterable[Bookable],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> dict[UUID, list[Claim]]:
    """What is promised of each resource in the window, dead holds left out. One query, two where people are asked for.

    A divisible space is claimed by bookings of its parts too, and a person by
    what their own calendar says. `besides` leaves one booking out: the one being moved.
    """
    owned = owned_claims_on(org_id, resources, since, until, now=now, besides=besides)
    return {asker: [claim for _, claim in claims] for asker, claims in owned.items()}


NO_BOOKING = UUID(int=0)
"""Whose claim it is when a person's own calendar says it, and no booking."""


def owned_claims_on(
    org_id: UUID,
    resources: Iterable[Bookable],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> dict[UUID, list[tuple[UUID, Claim]]]:
    """`claims_on` with the booking each claim belongs to: for whoever asks about many bookings at once."""
    asked_by: dict[UUID, list[UUID]] = defaultdict(list)
    resources = list(resources)
    for resource in resources:
        for target in (resource.id, *resource.leaves):
            asked_by[target].append(resource.id)
    claims: dict[UUID, list[tuple[UUID, Claim]]] = {asker: [] for askers in asked_by.values() for asker in askers}
    rows = _CLAIMS.rows(
        org=org_id,
        resources=as_array(asked_by),
        besides=besides,
        earliest=since - REACH,
        since=since,
        until=until,
        now=now,
    )
    for target, blocks_from, blocks_until, units, people, sharing, is_implied, booking_id in rows:
        for asker in asked_by[target]:
            # Shared use of the asker shows on its parts too, but is counted once.
            if is_implied and sharing == asker:
                continue
            claim = Claim(blocks_from, blocks_until, units, people, is_shared=sharing == asker)
            claims[asker].append((booking_id, claim))
    for asker, busy in busy_claims(org_id, resources, since, until).items():
        claims[asker] += [(NO_BOOKING, claim) for claim in busy]
    return claims


_USES = Statement("""
    SELECT b.starts_at, CASE WHEN b.outcome = 'no_show' THEN coalesce(b.planned_ends_at, b.ends_at) ELSE b.ends_at END,
           array_agg(r.kind), array_agg(r.id), b.outcome = 'no_show'
      FROM bookings_booking b
      JOIN bookings_leg l ON l.org_id = b.org_id AND l.booking_id = b.id AND NOT l.is_implied
      JOIN resources_resource r ON r.org_id = l.org_id AND r.id = l.resource_id
     WHERE b.org_id = %(org)s AND b.person_id = %(person)s
       AND b.starts_at > %(earliest)s AND b.starts_at < %(until)s AND coalesce(b.planned_ends_at, b.ends_at) > %(since)s
       AND (b.status IN ('pending', 'confirmed') OR b.status = 'hold' AND b.expires_at > %(now)s
            OR b.status = 'cancelled' AND b.is_late_cancelled)
       AND b.id <> ALL(%(besides)s::uuid[])
     GROUP BY b.id ORDER BY b.starts_at, b.id
""")


def uses_of(
    org_id: UUID, person_id: UUID, since: datetime, until: datetime, *, now: datetime, besides: Iterable[UUID] = ()
) -> tuple[Use, ...]:
    """The bookings of a person that meet the window and count for quotas. `besides` leaves some out.

    Live ones; those cancelled too late; and a missed one with the time it was to last.
    """
    rows = _USES.rows(
        org=org_id,
        person=person_id,
        earliest=since - LONGEST,
        since=since,
        until=until,
        now=now,
        besides=as_array(besides),
    )
    return tuple(
        Use(starts_at, ends_at, frozenset(kinds), frozenset(resources), is_missed=is_missed)
        for starts_at, ends_at, kinds, resources, is_missed in rows
    )


def asker_for(
    viewer: Member,
    resources: Sequence[Bookable],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> Asker:
    """The viewer as rules see them: with the qualifications and live bookings that matter to these resources.

    `besides` leaves one booking out.
    """
    asker = Asker(viewer.rank)
    if asker.is_staff or not (_need(resources) or _have_quotas(resources, since, until)):
        return asker
    return informed(asker, own_person(viewer), resources, since, until, now=now, besides=besides)


def informed(
    asker: Asker,
    person: Person | None,
    resources: Sequence[Bookable],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> Asker:
    """The asker with what of a person matters to these resources in a window: qualifications and live bookings.

    Two queries at most, and none for staff or where nothing matters. `besides` leaves one booking out.
    """
    if asker.is_staff or person is None:
        return asker
    if _need(resources):
        asker = replace(asker, holds=qualifications_held(person.org_id, person.pk))
    if _have_quotas(resources, since, until):
        reach = reach_of(resources, since, until)
        uses = uses_of(person.org_id, person.pk, *reach, now=now, besides=[besides] if besides else [])
        asker = replace(asker, uses=uses)
    return asker


def _need(resources: Iterable[Bookable]) -> bool:
    return any(each.needs for each in resources)


def _have_quotas(resources: Iterable[Bookable], since: datetime, until: datetime) -> bool:
    return any(rules.quotas for each in resources for rules in each.rules_between(since, until))
