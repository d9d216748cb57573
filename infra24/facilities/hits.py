"""The bookings a closure would hit, and when else each of them could be. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from infra24.bookings.models import Booking, Leg
from infra24.bookings.policies import LATEST, LIVE, LONGEST
from infra24.bookings.queries import being, owned_claims_on, visible_bookings, with_legs
from infra24.bookings.services.claims import Claimed
from infra24.bookings.services.refusing import LOOK_AHEAD, alternatives
from infra24.core.errors import Reason
from infra24.facilities.errors import ClosureHitsTooMany
from infra24.facilities.scopes import RuleScope
from infra24.orgs.models import Member
from infra24.resources.policies import (
    LONGEST_BUFFER,
    STAFF,
    Bookable,
    Claim,
    Closure,
    Span,
    closed_spans,
    hours_reasons,
    is_shared,
)
from infra24.resources.queries import all_bookables, related_ids

MOST_HITS = 400
"""As many as one page can ask about, and one transaction end or move while others wait."""
ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Hit:
    """A live booking in the way of a closure."""

    booking: Booking
    """With its `visible_legs` and person."""
    reasons: list[Reason]
    closed_until: datetime
    """When the closure next lets go of what it has booked."""
    offers: tuple[Span, ...] = ()
    """When it could be instead; see `with_offers`."""


@dataclass(frozen=True)
class Reach:
    """The live resources of a house as the engine sees them, and which of them a closure closes."""

    resources: Mapping[UUID, Bookable]
    closed: frozenset[UUID]


def reach_of(org_id: UUID, scope: RuleScope, *, now: datetime) -> Reach:
    """A resource with its parts and what it is part of; a kind; or everything. Four queries at most."""
    resources = {one.id: one for one in all_bookables(org_id, since=now)}
    if scope.resource is not None:
        related = related_ids(org_id, scope.resource.pk)
        return Reach(resources, frozenset(related & resources.keys()))
    return Reach(resources, frozenset(one.id for one in resources.values() if scope.covers(one)))


def hits_of(
    viewer: Member, closure: Closure, reach: Reach, *, now: datetime, instead_of: Closure | None = None
) -> list[Hit]:
    """Every live booking that lies in what is left of a closure, by start. Three queries.

    For a yearly closure those of every year ahead that has any. `instead_of` is
    the closure as it was: what it hit already has been decided. Raises
    ClosureHitsTooMany.
    """
    struck: dict[UUID, list[Reason]] = defaultdict(list)
    until: dict[UUID, datetime] = {}
    for leg in _legs(viewer, closure, reach, now=now):
        span = (max(leg.starts_at, now), leg.ends_at)
        spans = _closed(reach, leg, closure, span)
        if not spans or (instead_of is not None and _closed(reach, leg, instead_of, span)):
            continue
        alone = replace(reach.resources[leg.resource_id], closures=(closure,))
        struck[leg.booking_id] += [each for each in hours_reasons(alone, span, grid=False) if each.code == "closure"]
        until[leg.booking_id] = max(until.get(leg.booking_id, now), spans[-1][1])
        if len(struck) > MOST_HITS:
            raise ClosureHitsTooMany
    bookings = with_legs(visible_bookings(viewer).filter(pk__in=struck)).order_by("starts_at", "id")
    return [Hit(one, struck[one.pk], until[one.pk]) for one in bookings]


def with_offers(viewer: Member, hits: Sequence[Hit], closure: Closure, reach: Reach, *, now: datetime) -> list[Hit]:
    """The hits with up to three times each could have all it has booked, after the closure. One query.

    A time may be offered to several; the first to take it has it. What has begun is offered nothing.
    """
    if not hits:
        return []
    shut = {each: replace(one, closures=(*one.closures, closure)) for each, one in reach.resources.items()}
    wanted = {leg.resource_id: shut[leg.resource_id] for hit in hits for leg in _legs_in(hit, shut)}
    first, last = (edge(hit.closed_until for hit in hits) for edge in (min, max))
    longest = max(hit.booking.ends_at - hit.booking.starts_at for hit in hits)
    margin = LONGEST_BUFFER + longest
    owned = owned_claims_on(viewer.org_id, wanted.values(), first - margin, last + LOOK_AHEAD + margin, now=now)
    return [replace(hit, offers=_offers(hit, wanted, owned, now=now)) for hit in hits]


class _Booked(NamedTuple):
    booking_id: UUID
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime


def _legs(viewer: Member, closure: Closure, reach: Reach, *, now: datetime) -> list[_Booked]:
    """What is booked of the closed resources around the closure: a day either side, whatever their zones."""
    begins = closure.wall_from.replace(tzinfo=UTC) - ONE_DAY
    until = LATEST if closure.is_yearly else closure.wall_until.replace(tzinfo=UTC) + ONE_DAY
    since = max(begins, now)
    legs = Leg.objects.filter(
        org_id=viewer.org_id,
        is_implied=False,
        resource_id__in=reach.closed,
        starts_at__gt=since - LONGEST,
        starts_at__lt=until,
        ends_at__gt=since,
        booking__in=visible_bookings(viewer).filter(being(LIVE, now)),
    )
    found = legs.order_by("starts_at", "booking_id", "id")
    return [_Booked(*row) for row in found.values_list("booking_id", "resource_id", "starts_at", "ends_at")]


def _closed(reach: Reach, leg: _Booked, closure: Closure, span: Span) -> list[Span]:
    alone = replace(reach.resources[leg.resource_id], closures=(closure,))
    return [(begins, ends) for begins, ends, _ in closed_spans(alone, *span)]


def _legs_in(hit: Hit, resources: Mapping[UUID, Bookable]) -> Iterable[Leg]:
    return (leg for leg in hit.booking.visible_legs if leg.resource_id in resources)


def _offers(
    hit: Hit,
    resources: Mapping[UUID, Bookable],
    owned: Mapping[UUID, list[tuple[UUID, Claim]]],
    *,
    now: datetime,
) -> tuple[Span, ...]:
    booking = hit.booking
    legs = list(_legs_in(hit, resources))
    if booking.starts_at <= now or len(legs) < len(booking.visible_legs):
        return ()
    claimed = []
    for place, leg in enumerate(legs):
        resource = resources[leg.resource_id]
        may_be_shared = is_shared(resource, resource.rules_at(hit.closed_until))
        shared = may_be_shared and leg.sharing != booking.pk
        claimed.append(
            Claimed(resource, leg.units, leg.people, is_shared=shared, may_be_shared=may_be_shared, leg=place)
        )
    others = {
        each: [claim for booking_id, claim in owned.get(each, ()) if booking_id != booking.pk] for each in resources
    }
    ends_at = hit.closed_until + (booking.ends_at - booking.starts_at)
    found = alternatives(claimed, others, hit.closed_until, ends_at, now=now, asker=STAFF)
    return tuple((datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at)) for one in found)
