"""Shared by every service that claims time: what is claimed, what stands against it, and the rows to write."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from infra24.bookings.errors import (
    ExclusiveUseNotYours,
    OverCapacity,
    PartTwice,
    ResourceTwice,
    SlotTaken,
    TimeRefused,
    UnitsTaken,
)
from infra24.bookings.locking import Locks, lock_claims
from infra24.bookings.models import Booking, Leg
from infra24.bookings.policies.choosing import first_choice
from infra24.bookings.queries import claims_on
from infra24.bookings.services.current import MovedOn
from infra24.core.errors import Reason
from infra24.core.ids import new_id
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources import policies as engine
from infra24.resources.errors import ResourceNotFound
from infra24.resources.policies import Asker, Bookable, Claim, Size
from infra24.resources.queries import audiences_of, bookables, busy_claims

LEG_CONSTRAINTS: dict[str, type[TimeRefused]] = {
    "leg_no_overlap": SlotTaken,
    "leg_within_units": UnitsTaken,
    "leg_within_capacity": OverCapacity,
}


@dataclass(frozen=True)
class LegWish:
    """One resource somebody wants, how many of it, and whether for themselves alone."""

    resource_id: UUID
    units: int = 1
    is_exclusive: bool = False
    or_else: tuple[UUID, ...] = ()
    """What would do instead, the best first."""

    @property
    def choices(self) -> tuple[UUID, ...]:
        """All that would do, the best first, each once."""
        return tuple(dict.fromkeys((self.resource_id, *self.or_else)))


def wishes_of(booking: Booking) -> tuple[LegWish, ...]:
    """What a stored booking asks for, as it would be asked again."""
    return tuple(
        LegWish(leg.resource_id, leg.units, is_exclusive=leg.sharing == booking.pk) for leg in booking.visible_legs
    )


@dataclass(frozen=True)
class Claimed:
    """A wish with its resource known; of a wish that leaves a choice, one of the resources that would do."""

    resource: Bookable
    units: int
    people: int
    is_shared: bool
    may_be_shared: bool = False
    """Whether its rules let others in beside it, though this claim may want it alone."""
    leg: int = 0
    """Which leg of the booking it is for, from 0."""

    @property
    def size(self) -> Size:
        return Size(self.units, self.people, is_exclusive=not self.is_shared)

    @property
    def sharing(self) -> UUID | None:
        """The value that lets shared legs overlap; None where the booking's own id stands."""
        return self.resource.id if self.is_shared else None


@dataclass(frozen=True)
class LegRow:
    """A leg ready to be written; its fields are columns of `bookings_leg`."""

    id: UUID
    booking_id: UUID
    resource_id: UUID
    units: int
    people: int
    is_implied: bool
    blocks_from: datetime
    blocks_until: datetime
    sharing: UUID


def resolve(by: Member, wishes: Sequence[LegWish], *, starts_at: datetime, people: int) -> list[Claimed]:
    """Find the resources of the wishes, in their order. Raises ResourceNotFound, ResourceTwice, PartTwice."""
    certain = [wish.resource_id for wish in wishes if len(wish.choices) == 1]
    if len(set(certain)) < len(certain):
        raise ResourceTwice
    found = bookables(by.org_id, {each for wish in wishes for each in wish.choices}, since=starts_at)
    seen_by = audiences_of(by)
    claimed: list[Claimed] = []
    for leg, wish in enumerate(wishes):
        for choice in wish.choices:
            resource = found.get(choice)
            if resource is None or resource.visible_to not in seen_by:
                raise ResourceNotFound(fields={"resource_id": str(choice)})
            claimed.append(claim_of(resource, wish, leg, starts_at=starts_at, people=people))
    check_parts(candidates[0] for candidates in by_leg(claimed) if len(candidates) == 1)
    return claimed


def claim_of(resource: Bookable, wish: LegWish, leg: int, *, starts_at: datetime, people: int) -> Claimed:
    """A wish for a resource at a time: whether it is shared is said by the rules of that day."""
    may_be_shared = engine.is_shared(resource, resource.rules_at(starts_at))
    is_shared = may_be_shared and not wish.is_exclusive
    return Claimed(resource, wish.units, people, is_shared=is_shared, may_be_shared=may_be_shared, leg=leg)


def by_leg(claimed: Iterable[Claimed]) -> list[list[Claimed]]:
    """The candidates of each leg, the best first."""
    legs: dict[int, list[Claimed]] = {}
    for one in claimed:
        legs.setdefault(one.leg, []).append(one)
    return list(legs.values())


def leaves_choice(claimed: Sequence[Claimed]) -> bool:
    """Whether any leg has more than one candidate."""
    return len({one.leg for one in claimed}) < len(claimed)


def check_parts(claimed: Iterable[Claimed]) -> None:
    """A whole is not booked together with its part. Raises PartTwice."""
    targets: set[UUID] = set()
    for one in claimed:
        blocks = {one.resource.id, *one.resource.leaves}
        if targets & blocks:
            raise PartTwice
        targets |= blocks


def needs_approval(claimed: Iterable[Claimed], role: Role, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether staff have to decide, whatever is chosen: the rules of all candidates of a leg ask for it."""
    return any(
        all(engine.needs_approval(one.resource, role, starts_at, ends_at) for one in candidates)
        for candidates in by_leg(claimed)
    )


def have_quotas(claimed: Iterable[Claimed], at: datetime, asker: Asker) -> bool:
    """Whether what the person has booked besides matters; if so, the person is locked before it is read."""
    return not asker.is_staff and any(claim.resource.rules_at(at).quotas for claim in claimed)


def check_exclusive(claimed: Iterable[Claimed], asked_anew: Iterable[LegWish], *, is_staff: bool) -> None:
    """Only staff keep others out of what is meant to be shared. Raises ExclusiveUseNotYours."""
    if is_staff:
        return
    alone = {choice for wish in asked_anew if wish.is_exclusive for choice in wish.choices}
    if any(claim.resource.id in alone and claim.may_be_shared for claim in claimed):
        raise ExclusiveUseNotYours


def leg_rows(booking_id: UUID, claimed: Iterable[Claimed], starts_at: datetime, ends_at: datetime) -> list[LegRow]:
    """The rows of a booking: a leg for each claim, and an implied one for each part of a divisible space."""
    rows: list[LegRow] = []
    for claim in claimed:
        rules = claim.resource.rules_at(starts_at)
        blocks = (starts_at - rules.buffer_before, ends_at + rules.buffer_after)
        sharing = claim.sharing or booking_id
        rows.append(LegRow(new_id(), booking_id, claim.resource.id, claim.units, claim.people, False, *blocks, sharing))
        rows += [LegRow(new_id(), booking_id, leaf, 1, 0, True, *blocks, sharing) for leaf in claim.resource.leaves]
    return rows


def is_as_agreed(booking: Booking, rows: Iterable[LegRow]) -> bool:
    """Whether rows made anew say what a booking's legs say: the same things, set-up, pack-down and sharing."""
    agreed = {_terms(leg) for leg in booking.visible_legs}
    return agreed == {_terms(row) for row in rows if not row.is_implied}


def _terms(leg: Leg | LegRow) -> tuple[Any, ...]:
    return (leg.resource_id, leg.blocks_from, leg.blocks_until, leg.sharing)


def lock_rows(
    org_id: UUID,
    rows: Sequence[LegRow],
    *,
    now: datetime,
    bookings: Iterable[UUID] = (),
    people: Iterable[UUID] = (),
) -> Locks:
    """Lock what the rows touch, as `locking.lock_claims` does."""
    since, until = min(row.blocks_from for row in rows), max(row.blocks_until for row in rows)
    resources = [row.resource_id for row in rows]
    return lock_claims(org_id, resources, since, until, now=now, bookings=bookings, people=people)


def check_shapes(claimed: Iterable[Claimed], locks: Locks) -> None:
    """Now that they are locked: do the resources still have the parts that were read? Raises MovedOn."""
    for claim in claimed:
        if locks.shapes.get(claim.resource.id) != claim.resource.shape:
            raise MovedOn


def rule_reasons(
    claimed: Sequence[Claimed], starts_at: datetime, ends_at: datetime, *, now: datetime, asker: Asker
) -> list[Reason]:
    """Reasons that lie in the rules alone, and in who asks. No query."""
    return reasons_against(claimed, {}, starts_at, ends_at, now=now, asker=asker)


def reasons_against(
    claimed: Sequence[Claimed],
    claims: Mapping[UUID, Sequence[Claim]],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Reason]:
    """What stands against the legs, those of each candidate where a leg has no candidate that would do."""
    found: list[Reason] = []
    for candidates in by_leg(claimed):
        against = [_against(one, claims, starts_at, ends_at, now=now, asker=asker) for one in candidates]
        if all(against):
            found += [reason for reasons in against for reason in reasons]
    return found


def choose(
    claimed: Sequence[Claimed],
    claims: Mapping[UUID, Sequence[Claim]],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Claimed] | None:
    """One candidate for each leg that can be had, no resource twice; None where the legs cannot all be had.

    Of what would do, a leg gets its earliest wish, unless a later leg could then have nothing. Raises PartTwice.
    """
    legs = [
        {
            one.resource.id: one
            for one in candidates
            if not _against(one, claims, starts_at, ends_at, now=now, asker=asker)
        }
        for candidates in by_leg(claimed)
    ]
    chosen = first_choice([list(leg) for leg in legs])
    if chosen is None:
        return None
    found = [leg[resource_id] for leg, resource_id in zip(legs, chosen, strict=True)]
    check_parts(found)
    return found


def pick(
    org_id: UUID,
    claimed: Sequence[Claimed],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
    besides: UUID | None = None,
) -> list[Claimed]:
    """`choose` among what is locked by now, so that nobody can be faster.

    No query where nothing is left to choose and nobody is asked for.
    Raises TimeRefused.
    """
    if not leaves_choice(claimed):
        check_busy(org_id, claimed, starts_at, ends_at, now=now, asker=asker)
        return list(claimed)
    margin = engine.LONGEST_BUFFER
    resources = [one.resource for one in claimed]
    claims = claims_on(org_id, resources, starts_at - margin, ends_at + margin, now=now, besides=besides)
    chosen = choose(claimed, claims, starts_at, ends_at, now=now, asker=asker)
    if chosen is None:
        raise TimeRefused
    return chosen


def check_busy(
    org_id: UUID, claimed: Sequence[Claimed], starts_at: datetime, ends_at: datetime, *, now: datetime, asker: Asker
) -> None:
    """Are the people among it busy elsewhere? No constraint knows: calendars change by themselves. Raises TimeRefused.

    No query where nobody is among it.
    """
    margin = engine.LONGEST_BUFFER
    busy = busy_claims(org_id, [one.resource for one in claimed], starts_at - margin, ends_at + margin)
    if busy and reasons_against(claimed, busy, starts_at, ends_at, now=now, asker=asker):
        raise TimeRefused


def _against(
    one: Claimed,
    claims: Mapping[UUID, Sequence[Claim]],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Reason]:
    return engine.explain(
        one.resource, claims.get(one.resource.id, ()), starts_at, ends_at, now=now, size=one.size, asker=asker
    )
