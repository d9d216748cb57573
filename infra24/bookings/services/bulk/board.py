"""Who has what while many bookings change places: old places that are kept or freed, new ones that are taken."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from infra24.bookings.models import REACH
from infra24.bookings.services.bulk.wishes import Item
from infra24.bookings.services.claims import Claimed
from infra24.resources.policies import Bookable, Claim, taken_reasons


class _Owned(NamedTuple):
    blocks_from: datetime
    owner: UUID
    claim: Claim


class _Line:
    """The claims on one resource in order of time, to find those that meet a window."""

    def __init__(self, owned: Iterable[tuple[UUID, Claim]]) -> None:
        self._owned = sorted(
            (_Owned(claim.blocks_from, owner, claim) for owner, claim in owned), key=lambda one: one[0]
        )
        self._starts = [one.blocks_from for one in self._owned]

    def meeting(self, since: datetime, until: datetime) -> Iterable[_Owned]:
        # Nothing blocks longer than REACH, so nothing that began earlier is still there.
        first, last = bisect_left(self._starts, since - REACH), bisect_left(self._starts, until)
        return (one for one in self._owned[first:last] if one.claim.blocks_until > since)


class Board:
    """Answers whether an item fits, given who moves.

    `owned` holds every claim on the resources in question, by resource and with
    its booking; those of the items are their old places. The new places are in
    the items' rows.
    """

    def __init__(self, items: Sequence[Item], owned: Mapping[UUID, Iterable[tuple[UUID, Claim]]]) -> None:
        self._items = {item.booking_id: item for item in items if item.takes_time}
        self._old = {resource: _Line(claims) for resource, claims in owned.items()}
        self._new = {resource: _Line(claims) for resource, claims in _new_places(self._items.values()).items()}

    def fits(self, booking_id: UUID, going: AbstractSet[UUID], staying: AbstractSet[UUID]) -> bool:
        """Whether nobody is in the way of what an item takes. Of one that takes nothing, nobody is."""
        item = self._items.get(booking_id)
        if item is None or item.after is None:
            return True
        since, until = item.after.starts_at, item.after.ends_at
        reach = self.reach_of(item)
        for each in item.claimed:
            claims = self.claims(each.resource, reach, going, staying, besides=booking_id)
            if taken_reasons(each.resource, claims, since, until, size=each.size):
                return False
        return True

    def in_the_way(self, booking_id: UUID) -> set[UUID]:
        """The items whose old places touch what an item wants; each of them might make room."""
        item = self._items.get(booking_id)
        if item is None:
            return set()
        reach = self.reach_of(item)
        met = (one.owner for each in item.claimed for one in self._old[each.resource.id].meeting(*reach))
        return {owner for owner in met if owner != booking_id and owner in self._items}

    def claims(
        self,
        resource: Bookable,
        window: tuple[datetime, datetime],
        going: AbstractSet[UUID],
        staying: AbstractSet[UUID],
        *,
        besides: UUID,
    ) -> list[Claim]:
        """What others have of a resource in a window, when some have moved and some have stayed."""
        old = self._old[resource.id].meeting(*window)
        new = self._new.get(resource.id, _NOTHING).meeting(*window)
        found = [one for one in old if one.owner not in self._items or one.owner in staying]
        found += [one for one in new if one.owner in going]
        return [one.claim for one in found if one.owner != besides]

    @staticmethod
    def reach_of(item: Item) -> tuple[datetime, datetime]:
        """What its legs would block, set-up and pack-down included."""
        return min(row.blocks_from for row in item.rows), max(row.blocks_until for row in item.rows)


_NOTHING = _Line(())


def _new_places(items: Iterable[Item]) -> dict[UUID, list[tuple[UUID, Claim]]]:
    """What each would claim, by every resource that anybody claims and that feels it."""
    items = list(items)
    felt_by: dict[UUID, set[UUID]] = defaultdict(set)
    for claimed in (each for item in items for each in item.claimed):
        for target in _targets(claimed):
            felt_by[target].add(claimed.resource.id)
    found: dict[UUID, list[tuple[UUID, Claim]]] = defaultdict(list)
    for item in items:
        for row in item.rows:
            for resource in felt_by[row.resource_id]:
                # Shared use of the whole shows on its parts too, but is counted once; as `queries.claims_on` does.
                if row.is_implied and row.sharing == resource:
                    continue
                claim = Claim(
                    row.blocks_from, row.blocks_until, row.units, row.people, is_shared=row.sharing == resource
                )
                found[resource].append((item.booking_id, claim))
    return found


def _targets(claimed: Claimed) -> tuple[UUID, ...]:
    return (claimed.resource.id, *claimed.resource.leaves)
