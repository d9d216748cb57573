"""What an import would run into: asked of the engine alone, whole years at once, and nothing is written."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from infra24.bookings.policies import check_times
from infra24.bookings.queries import owned_claims_on
from infra24.calendars.models import RowStep
from infra24.calendars.services.planning import Plan, Planned
from infra24.core.errors import Infra24Error, Reason
from infra24.orgs.models import Member
from infra24.resources import policies as engine
from infra24.resources.policies import STAFF, Bookable, Claim, Size
from infra24.resources.queries import bookables


@dataclass(frozen=True)
class Clash:
    """One thing that could not be booked, and every reason."""

    planned: Planned
    reasons: Sequence[Reason]


def clashes_of(plan: Plan, *, by: Member, now: datetime) -> list[Clash]:
    """What of a plan would be refused, in the order of the plan. Three queries at most, whatever its size."""
    wanted = [planned for planned in plan.steps if planned.step != RowStep.CANCEL]
    if not wanted:
        return []
    since = min(planned.occurrence.starts_at for planned in wanted)
    until = max(planned.occurrence.ends_at for planned in wanted)
    found = bookables(by.org_id, {planned.resource.pk for planned in wanted}, since=since)
    freed = {row.booking_id for row in plan.gone}
    freed |= {planned.row.booking_id for planned in plan.steps if planned.row and planned.step != RowStep.BOOK}
    claims = _Claims(by.org_id, list(found.values()), since, until, now=now, freed=freed)
    clashes = []
    for planned in wanted:
        resource = found.get(planned.resource.pk)
        reasons = list(_against(planned, resource, claims, now=now)) if resource else []
        if reasons:
            clashes.append(Clash(planned, reasons))
        elif resource:
            claims.take(planned, resource)
    return clashes


def _against(planned: Planned, resource: Bookable, claims: "_Claims", *, now: datetime) -> Iterator[Reason]:
    asked = planned.occurrence
    try:
        check_times(asked.starts_at, asked.ends_at)
    except Infra24Error as error:
        yield Reason(error.code, error.detail, str(resource.id))
        return
    size = Size(1, asked.party_size)
    near = claims.around(resource.id, asked.starts_at, asked.ends_at)
    yield from engine.explain(resource, near, asked.starts_at, asked.ends_at, now=now, size=size, asker=STAFF)


class _Claims:
    """What is promised of each resource, by day: a plan of years would look through all of it for each row."""

    def __init__(
        self,
        org_id: UUID,
        resources: Sequence[Bookable],
        since: datetime,
        until: datetime,
        *,
        now: datetime,
        freed: set[UUID | None],
    ) -> None:
        self._resources = resources
        self._by_day: dict[tuple[UUID, date], list[Claim]] = defaultdict(list)
        margin = engine.LONGEST_BUFFER * 2
        for resource_id, owned in owned_claims_on(org_id, resources, since - margin, until + margin, now=now).items():
            for booking_id, claim in owned:
                if booking_id not in freed:
                    self._add(resource_id, claim)

    def around(self, resource_id: UUID, since: datetime, until: datetime) -> list[Claim]:
        margin = engine.LONGEST_BUFFER
        days = _days(since - margin, until + margin)
        return list({id(claim): claim for day in days for claim in self._by_day.get((resource_id, day), ())}.values())

    def take(self, planned: Planned, resource: Bookable) -> None:
        """As if it were booked: on the resource, on its parts, and on what it is part of."""
        asked = planned.occurrence
        rules = resource.rules_at(asked.starts_at)
        blocks = (asked.starts_at - rules.buffer_before, asked.ends_at + rules.buffer_after)
        is_shared = engine.is_shared(resource, rules)
        targets = {resource.id, *resource.leaves}
        for other in self._resources:
            if targets & {other.id, *other.leaves}:
                is_same = other.id == resource.id
                people = asked.party_size if is_same else 0
                self._add(other.id, Claim(*blocks, 1, people, is_shared=is_shared and is_same))

    def _add(self, resource_id: UUID, claim: Claim) -> None:
        for day in _days(claim.blocks_from, claim.blocks_until):
            self._by_day[resource_id, day].append(claim)


def _days(since: datetime, until: datetime) -> Iterable[date]:
    first, last = since.astimezone(UTC).date(), until.astimezone(UTC).date()
    return (first + timedelta(days=step) for step in range((last - first).days + 1))
