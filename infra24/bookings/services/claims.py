"""Shared by every service that claims time: the legs to write, and refusing with all reasons."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NoReturn
from uuid import UUID

from infra24.bookings import queries
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
from infra24.bookings.models import Booking
from infra24.bookings.services.current import MovedOn
from infra24.core.errors import Alternative, Reason
from infra24.core.ids import new_id
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources import policies as engine
from infra24.resources.errors import ResourceNotFound
from infra24.resources.policies import Asker, Bookable, Size
from infra24.resources.queries import audiences_of, bookables

LEG_CONSTRAINTS: dict[str, type[TimeRefused]] = {
    "leg_no_overlap": SlotTaken,
    "leg_within_units": UnitsTaken,
    "leg_within_capacity": OverCapacity,
}
LOOK_AHEAD = timedelta(days=14)
"""How far alternatives are looked for."""
MOST_ALTERNATIVES = 3


@dataclass(frozen=True)
class LegWish:
    """One resource somebody wants, how many of it, and whether for themselves alone."""

    resource_id: UUID
    units: int = 1
    is_exclusive: bool = False


def wishes_of(booking: Booking) -> tuple[LegWish, ...]:
    """What a stored booking asks for, as it would be asked again."""
    return tuple(
        LegWish(leg.resource_id, leg.units, is_exclusive=leg.sharing == booking.pk) for leg in booking.visible_legs
    )


@dataclass(frozen=True)
class Claimed:
    """A wish with its resource known."""

    resource: Bookable
    units: int
    people: int
    is_shared: bool
    may_be_shared: bool = False
    """Whether its rules let others in beside it, though this claim may want it alone."""

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
    """Find the resources of the wishes. Raises ResourceNotFound, ResourceTwice, PartTwice."""
    if len({wish.resource_id for wish in wishes}) < len(wishes):
        raise ResourceTwice
    found = bookables(by.org_id, [wish.resource_id for wish in wishes], since=starts_at)
    seen_by = audiences_of(by)
    claimed: list[Claimed] = []
    targets: set[UUID] = set()
    for wish in wishes:
        if wish.resource_id not in found or found[wish.resource_id].visible_to not in seen_by:
            raise ResourceNotFound(fields={"resource_id": str(wish.resource_id)})
        resource = found[wish.resource_id]
        blocks = {resource.id, *resource.leaves}
        if targets & blocks:
            raise PartTwice
        targets |= blocks
        may_be_shared = engine.is_shared(resource, resource.rules_at(starts_at))
        claimed.append(
            Claimed(
                resource,
                wish.units,
                people,
                is_shared=may_be_shared and not wish.is_exclusive,
                may_be_shared=may_be_shared,
            )
        )
    return claimed


def needs_approval(claimed: Iterable[Claimed], role: Role, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether the rules of any of the resources ask for a decision by staff."""
    return any(engine.needs_approval(claim.resource, role, starts_at, ends_at) for claim in claimed)


def have_quotas(claimed: Iterable[Claimed], at: datetime, asker: Asker) -> bool:
    """Whether what the person has booked besides matters; if so, the person is locked before it is read."""
    return not asker.is_staff and any(claim.resource.rules_at(at).quotas for claim in claimed)


def check_exclusive(claimed: Iterable[Claimed], asked_anew: Iterable[LegWish], *, is_staff: bool) -> None:
    """Only staff keep others out of what is meant to be shared. Raises ExclusiveUseNotYours."""
    if is_staff:
        return
    alone = {wish.resource_id for wish in asked_anew if wish.is_exclusive}
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
    claimed: Iterable[Claimed], starts_at: datetime, ends_at: datetime, *, now: datetime, asker: Asker
) -> list[Reason]:
    """Reasons that lie in the rules alone, and in who asks. No query."""
    return _reasons(claimed, {}, starts_at, ends_at, now=now, asker=asker)


def _reasons(
    claimed: Iterable[Claimed],
    claims: Mapping[UUID, Sequence[engine.Claim]],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Reason]:
    return [
        reason
        for claim in claimed
        for reason in engine.explain(
            claim.resource,
            claims.get(claim.resource.id, ()),
            starts_at,
            ends_at,
            now=now,
            size=claim.size,
            asker=asker,
        )
    ]


def refuse(
    org_id: UUID,
    claimed: Sequence[Claimed],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
    besides: UUID | None = None,
    otherwise: TimeRefused | None = None,
) -> NoReturn:
    """Raise the refusal with every reason at once, and up to three times that would do.

    `otherwise` is raised when by now nothing stands against it: the rival has gone.
    """
    margin = timedelta(days=1)
    claims = queries.claims_on(
        org_id,
        [claim.resource for claim in claimed],
        starts_at - margin,
        max(ends_at, starts_at + LOOK_AHEAD) + margin,
        now=now,
        besides=besides,
    )
    reasons = _reasons(claimed, claims, starts_at, ends_at, now=now, asker=asker)
    if not reasons:
        raise otherwise or SlotTaken
    by_code: dict[str, type[TimeRefused]] = {
        "slot_taken": SlotTaken,
        "units_taken": UnitsTaken,
        "over_capacity": OverCapacity,
    }
    kind = by_code.get(reasons[0].code, TimeRefused)
    cannot_move = any(reason.code in _NO_OTHER_TIME for reason in reasons)
    raise kind(
        " ".join(reason.detail for reason in reasons),
        code=reasons[0].code,
        reasons=reasons,
        alternatives=[] if cannot_move else alternatives(claimed, claims, starts_at, ends_at, now=now, asker=asker),
    )


_NO_OTHER_TIME = {"too_short", "too_long", "not_bookable", "not_allowed", "qualification_needed"}
"""Reasons that stand at every time."""


def alternatives(
    claimed: Sequence[Claimed],
    claims: Mapping[UUID, Sequence[engine.Claim]],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    asker: Asker,
) -> list[Alternative]:
    """When all the same things are next to be had together for as long, from `starts_at` on, beside one another."""
    length = ends_at - starts_at
    since, until = max(now, starts_at), starts_at + LOOK_AHEAD
    if since >= until:
        return []
    bound = None if asker.is_staff else now
    common: set[datetime] | None = None
    for claim in claimed:
        offered = engine.slots(
            claim.resource, claims[claim.resource.id], since, until, length, size=claim.size, now=bound
        )
        starts = {start for start, _ in offered}
        common = starts if common is None else common & starts
    found: list[Alternative] = []
    latest = since
    for start in sorted(common or ()):
        if len(found) == MOST_ALTERNATIVES:
            break
        end = start + length
        if start >= latest and not rule_reasons(claimed, start, end, now=now, asker=asker):
            found.append(Alternative(str(claimed[0].resource.id), start.isoformat(), end.isoformat()))
            latest = end
    return found
