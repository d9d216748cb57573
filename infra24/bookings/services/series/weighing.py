"""Judging many dates at once: everything is read once, and every date is decided on in Python.

A date that can be had counts against the later ones: for the resources it takes,
and for the quotas of the person.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from infra24.bookings.locking import Locks, lock_claims
from infra24.bookings.models import LONGEST_BUFFER, REACH
from infra24.bookings.queries import owned_claims_on, uses_of
from infra24.bookings.services.asking import asker_of
from infra24.bookings.services.claims import Claimed, LegWish, choose, claim_of, leaves_choice, reasons_against
from infra24.bookings.services.refusing import LOOK_AHEAD, alternatives, too_little
from infra24.bookings.services.series.wishing import Slot
from infra24.core.errors import Alternative, Reason
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.policies import Asker, Claim, Use, reach_of

MOST_OFFERED = 60
"""Of so many refused dates it is looked when else they could be."""


@dataclass(frozen=True)
class Verdict:
    """What is to be said of one date: the resources it gets, or why not and when else."""

    slot: Slot
    chosen: tuple[Claimed, ...]
    reasons: tuple[Reason, ...] = ()
    alternatives: tuple[Alternative, ...] = ()

    @property
    def is_free(self) -> bool:
        return not self.reasons


@dataclass(frozen=True)
class Wanted:
    """What is asked for on every date: the wishes with their resources known, for whom, and by whom."""

    by: Member
    person: Person | None
    wishes: tuple[LegWish, ...]
    claimed: tuple[Claimed, ...]
    """Of each wish all that would do, by the rules of the first date."""
    people: int

    def on(self, slot: Slot) -> list[Claimed]:
        """The candidates by the rules of a date."""
        return [
            claim_of(one.resource, self.wishes[one.leg], one.leg, starts_at=slot.starts_at, people=self.people)
            for one in self.claimed
        ]

    def asker(self) -> Asker:
        """Whoever asks, with their qualifications. At most one query."""
        return asker_of(self.by, self.person, [one.resource for one in self.claimed])

    def counted(self, slots: Sequence[Slot]) -> Person | None:
        """The person, where it matters what else they have booked on the dates or when else they are offered."""
        if self.by.is_staff or self.person is None or not slots:
            return None
        first, last = slots[0].starts_at, max(slot.ends_at for slot in slots) + LOOK_AHEAD
        rules = (rules for one in self.claimed for rules in one.resource.rules_between(first, last))
        return self.person if any(each.quotas for each in rules) else None


def lock_wanted(wanted: Wanted, slots: Sequence[Slot], *, now: datetime, bookings: Iterable[UUID] = ()) -> Locks:
    """Lock all that the dates touch, in the one order. `slots` are by start."""
    targets = {target for one in wanted.claimed for target in (one.resource.id, *one.resource.leaves)}
    counted = wanted.counted(slots)
    return lock_claims(
        wanted.by.org_id,
        targets,
        slots[0].starts_at - LONGEST_BUFFER,
        max(slot.ends_at for slot in slots) + LONGEST_BUFFER,
        now=now,
        bookings=bookings,
        people=[counted.pk] if counted else [],
    )


def weigh(
    wanted: Wanted, slots: Sequence[Slot], *, now: datetime, besides: Collection[UUID] = (), offering: bool = False
) -> list[Verdict]:
    """A verdict for each date, in their order; `slots` are by start. Three queries at most.

    `besides` are bookings that move or go, and so are in nobody's way. With
    `offering` the refused dates say when else they could be.
    """
    if not slots:
        return []
    scales = _Scales(wanted, slots, now=now, besides=besides)
    verdicts = [scales.weigh(slot) for slot in slots]
    if not offering:
        return verdicts
    left = MOST_OFFERED
    for place, verdict in enumerate(verdicts):
        if not verdict.is_free and left:
            left -= 1
            verdicts[place] = replace(verdict, alternatives=tuple(scales.offer(verdict.slot)))
    return verdicts


class _Scales:
    """What is promised of the resources already, and what the dates that went before have taken."""

    def __init__(self, wanted: Wanted, slots: Sequence[Slot], *, now: datetime, besides: Collection[UUID]) -> None:
        self.wanted, self.now = wanted, now
        first, last = slots[0].starts_at, max(slot.ends_at for slot in slots)
        resources = [one.resource for one in wanted.claimed]
        margin = timedelta(days=1)
        owned = owned_claims_on(wanted.by.org_id, resources, first - margin, last + LOOK_AHEAD + margin, now=now)
        self.claims = {
            resource_id: sorted((claim for owner, claim in found if owner not in besides), key=_begins)
            for resource_id, found in owned.items()
        }
        self.own: dict[UUID, list[Claim]] = defaultdict(list)
        self.asker = wanted.asker()
        self.counted = wanted.counted(slots)
        if self.counted:
            since, until = reach_of(resources, first, last + LOOK_AHEAD)
            uses = uses_of(wanted.by.org_id, self.counted.pk, since, until, now=now, besides=besides)
            self.asker = replace(self.asker, uses=uses)

    def weigh(self, slot: Slot) -> Verdict:
        candidates = self.wanted.on(slot)
        claims = self._near(slot.starts_at, slot.ends_at)
        span = (slot.starts_at, slot.ends_at)
        reasons = reasons_against(candidates, claims, *span, now=self.now, asker=self.asker)
        if reasons:
            return Verdict(slot, (), tuple(reasons))
        chosen: Sequence[Claimed] | None = candidates
        if leaves_choice(candidates):
            chosen = choose(candidates, claims, *span, now=self.now, asker=self.asker)
        if chosen is None:
            return Verdict(slot, (), (too_little(candidates[0]),))
        self._take(slot, chosen)
        return Verdict(slot, tuple(chosen))

    def offer(self, slot: Slot) -> list[Alternative]:
        """When else in the two weeks after it everything would be free, the other dates of the series kept."""
        claims = self._near(slot.starts_at, slot.ends_at + LOOK_AHEAD)
        return alternatives(self.wanted.on(slot), claims, slot.starts_at, slot.ends_at, now=self.now, asker=self.asker)

    def _take(self, slot: Slot, chosen: Sequence[Claimed]) -> None:
        for one in chosen:
            rules = one.resource.rules_at(slot.starts_at)
            begins, ends = slot.starts_at - rules.buffer_before, slot.ends_at + rules.buffer_after
            blocks = {one.resource.id, *one.resource.leaves}
            # Of a whole and its parts, what takes one is in the way of the other.
            for other in {each.resource.id: each.resource for each in self.wanted.claimed}.values():
                if blocks & {other.id, *other.leaves}:
                    is_shared = one.is_shared and other.id == one.resource.id
                    self.own[other.id].append(Claim(begins, ends, one.units, one.people, is_shared=is_shared))
        if self.counted:
            kinds = frozenset(one.resource.kind for one in chosen)
            use = Use(slot.starts_at, slot.ends_at, kinds, frozenset(one.resource.id for one in chosen))
            self.asker = replace(self.asker, uses=(*self.asker.uses, use))

    def _near(self, since: datetime, until: datetime) -> Mapping[UUID, list[Claim]]:
        """What of a year's claims can matter to a window."""
        since, until = since - LONGEST_BUFFER, until + LONGEST_BUFFER
        near = {}
        for resource_id, claims in self.claims.items():
            first = bisect_left(claims, since - REACH, key=_begins)
            last = bisect_right(claims, until, key=_begins)
            own = (claim for claim in self.own[resource_id] if claim.blocks_from < until)
            near[resource_id] = [claim for claim in (*claims[first:last], *own) if claim.blocks_until > since]
        return near


def _begins(claim: Claim) -> datetime:
    return claim.blocks_from
