"""Who asks for time, as far as rules care: role, qualifications, and what they have booked besides."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from infra24.bookings.queries import uses_of
from infra24.bookings.services.claims import Claimed
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.policies import Asker, Bookable, reach_of
from infra24.resources.queries import qualifications_held


def asker_of(by: Member, person: Person | None, resources: Iterable[Bookable]) -> Asker:
    """The member who books, with the person's qualifications where any of the resources asks for one."""
    asker = Asker(by.rank)
    if asker.is_staff or person is None or not any(resource.needs for resource in resources):
        return asker
    return replace(asker, holds=qualifications_held(by.org_id, person.pk))


def with_uses(
    asker: Asker,
    person: Person,
    claimed: Sequence[Claimed],
    starts_at: datetime,
    ends_at: datetime,
    *,
    now: datetime,
    besides: UUID | None = None,
) -> Asker:
    """The asker with the person's live bookings that count for the quotas of these claims then.

    Lock the person first.
    """
    since, until = reach_of([claim.resource for claim in claimed], starts_at, ends_at)
    return replace(
        asker, uses=uses_of(person.org_id, person.pk, since, until, now=now, besides=[besides] if besides else [])
    )
