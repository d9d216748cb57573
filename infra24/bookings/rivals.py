"""Requests that do not keep their time while they wait: which of them could have theirs, and who would lose it.

Several may ask for the same time where the rules say `pending_blocks: false`. Confirming one leaves the others
waiting, and these are told apart here from those that still could be confirmed.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from infra24.bookings.models import REACH, Booking, Leg, Status
from infra24.bookings.queries import owned_claims_on, visible_bookings, with_legs
from infra24.core.errors import Reason
from infra24.orgs.models import Member
from infra24.resources import policies as engine
from infra24.resources.policies import Bookable, Claim, Size
from infra24.resources.queries import bookables

MARGIN = timedelta(days=1)
"""Rules may have got longer set-up and pack-down since somebody asked."""


def rivals_of(viewer: Member, booking: Booking, *, now: datetime) -> list[Booking]:
    """Waiting requests that could be confirmed now, but no more once this booking is, the earliest first.

    With their `visible_legs` and person. Five queries at most. For staff, who see them all.
    """
    return rivals_among(viewer, [booking], now=now)[booking.pk]


def rivals_among(viewer: Member, bookings: Sequence[Booking], *, now: datetime) -> dict[UUID, list[Booking]]:
    """`rivals_of` each of the bookings, by their ids. Five queries at most, however many there are."""
    rivals: dict[UUID, list[Booking]] = {booking.pk: [] for booking in bookings}
    candidates = list(_candidates(viewer, bookings, now=now)) if bookings else []
    if not candidates:
        return rivals
    board = _Board(viewer.org_id, [*bookings, *candidates], now=now)
    for booking in bookings:
        rivals[booking.pk] = [
            other
            for other in candidates
            if board.meet(booking, other)
            and not board.against(other, without=booking)
            and board.against(other, without=booking, beside=booking)
        ]
    return rivals


def taken_requests(viewer: Member, bookings: Iterable[Booking], *, now: datetime) -> set[UUID]:
    """Those of the bookings that wait and could not be confirmed any more: their time is taken. Two queries at most.

    The bookings come with their `visible_legs`.
    """
    return {key for key, reasons in reasons_among(viewer, list(bookings), now=now).items() if reasons}


def reasons_among(viewer: Member, bookings: Sequence[Booking], *, now: datetime) -> dict[UUID, list[Reason]]:
    """`reasons_against` each of the bookings, by their ids. Two queries at most, however many there are."""
    found: dict[UUID, list[Reason]] = {booking.pk: [] for booking in bookings}
    waiting = [booking for booking in bookings if _waits(booking)]
    if waiting:
        board = _Board(viewer.org_id, waiting, now=now)
        found.update({booking.pk: board.against(booking) for booking in waiting})
    return found


def reasons_against(viewer: Member, booking: Booking, *, now: datetime) -> list[Reason]:
    """What others have booked that stands against a waiting request; nothing for what keeps its time. Two queries."""
    return reasons_among(viewer, [booking], now=now)[booking.pk]


def _waits(booking: Booking) -> bool:
    return booking.status == Status.PENDING and not booking.pending_blocks


def _candidates(viewer: Member, bookings: Sequence[Booking], *, now: datetime) -> Iterable[Booking]:
    """Requests that would use anything of what the bookings use, implied parts included, while any of them does."""
    spans = [_span(booking) for booking in bookings]
    since, until = min(since for since, _ in spans), max(until for _, until in spans)
    used = Leg.objects.filter(org_id=viewer.org_id, booking__in=bookings).values("resource_id")
    found = visible_bookings(viewer).filter(
        status=Status.PENDING,
        pending_blocks=False,
        ends_at__gt=now,
        legs__resource_id__in=used,
        legs__blocks_from__gt=since - REACH,
        legs__blocks_from__lt=until,
        legs__blocks_until__gt=since,
    )
    return with_legs(found.distinct()).order_by("starts_at", "id")


class _Board:
    """What is promised of everything that some bookings use, while they do."""

    def __init__(self, org_id: UUID, bookings: list[Booking], *, now: datetime) -> None:
        spans = [_span(booking) for booking in bookings]
        since, until = min(since for since, _ in spans) - MARGIN, max(until for _, until in spans) + MARGIN
        resources = {leg.resource_id for booking in bookings for leg in booking.visible_legs}
        self._resources: Mapping[UUID, Bookable] = bookables(org_id, resources, since=since)
        self._claims = owned_claims_on(org_id, self._resources.values(), since, until, now=now)

    def meet(self, booking: Booking, other: Booking) -> bool:
        """Whether two different bookings use any of the same at an overlapping time."""
        (begins, ends), (other_begins, other_ends) = _span(booking), _span(other)
        if booking.pk == other.pk or begins >= other_ends or other_begins >= ends:
            return False
        return not self._used(booking).isdisjoint(self._used(other))

    def against(
        self, booking: Booking, *, without: Booking | None = None, beside: Booking | None = None
    ) -> list[Reason]:
        """What stands against a request in others' claims: leaving one booking's out, and adding one's.

        What was put away by now can be had by nobody and is left out.
        """
        found: list[Reason] = []
        for leg in booking.visible_legs:
            resource = self._resources.get(leg.resource_id)
            if resource is None:
                continue
            claims = [
                claim
                for owner, claim in self._claims[resource.id]
                if owner != booking.pk and (without is None or owner != without.pk)
            ]
            if beside is not None:
                claims += self._claims_of(beside, resource)
            size = Size(leg.units, leg.people, is_exclusive=leg.sharing == booking.pk)
            found += engine.taken_reasons(resource, claims, booking.starts_at, booking.ends_at, size=size)
        return found

    def _claims_of(self, booking: Booking, resource: Bookable) -> list[Claim]:
        """What a booking takes of a resource, as `owned_claims_on` would say once it is certain."""
        claims = []
        for leg in booking.visible_legs:
            if leg.resource_id == resource.id:
                is_shared = leg.sharing == resource.id
                claims.append(Claim(leg.blocks_from, leg.blocks_until, leg.units, leg.people, is_shared))
            elif self._targets(leg.resource_id) & self._targets(resource.id):
                claims.append(Claim(leg.blocks_from, leg.blocks_until, 1, 0, is_shared=False))
        return claims

    def _used(self, booking: Booking) -> set[UUID]:
        return {target for leg in booking.visible_legs for target in self._targets(leg.resource_id)}

    def _targets(self, resource_id: UUID) -> set[UUID]:
        """A resource with the parts that are booked with it."""
        found = self._resources.get(resource_id)
        return {resource_id, *(found.leaves if found else ())}


def _span(booking: Booking) -> tuple[datetime, datetime]:
    legs = booking.visible_legs
    return min(leg.blocks_from for leg in legs), max(leg.blocks_until for leg in legs)
