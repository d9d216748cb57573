"""One delivery with all there is to know of it: its tries, what was asked and answered, its neighbours, its future."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from infra24.core.translating import translated
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.masking import masked, masked_url
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.outlook import Outlook, next_step
from infra24.outbox.queries import attempts_of, predecessor_of, successors_of
from infra24.outbox.reactions import Exchange
from infra24.outbox.services import retryable

NEIGHBOURS_SHOWN = 5


@dataclass(frozen=True)
class Try:
    """One try, and what was asked and answered as this viewer may read it."""

    attempt: Attempt
    exchanges: list[Exchange]


@dataclass(frozen=True)
class History:
    """All there is to know of a delivery."""

    delivery: Delivery
    tries: list[Try]
    """The first first; those of long ago are purged."""
    waits_for: Delivery | None
    """The earliest of those before it that have not arrived."""
    behind: list[Delivery]
    """The first few of those that wait for it."""
    waiting_behind: int
    next_step: str
    """In the active language."""
    may_retry: bool
    is_masked: bool
    """Whatever speaks of people is hidden from the viewer."""


def history_of(delivery: Delivery, *, viewer: Member) -> History:
    """What a viewer who was shown the delivery may know of it. Bodies are masked for all but admins."""
    now = timezone.now()
    is_masked = not viewer.rank.includes(Role.ADMIN)
    waits_for, behind = predecessor_of(delivery), successors_of(delivery)
    return History(
        delivery=delivery,
        tries=[Try(one, exchanges_of(one, is_masked=is_masked)) for one in attempts_of(delivery)],
        waits_for=waits_for,
        behind=list(behind[:NEIGHBOURS_SHOWN]),
        waiting_behind=behind.count(),
        next_step=translated(next_step(_outlook(delivery, is_behind=waits_for is not None, now=now), now=now)),
        may_retry=retryable(delivery, now=now),
        is_masked=is_masked,
    )


def exchanges_of(attempt: Attempt, *, is_masked: bool) -> list[Exchange]:
    """What was asked and answered in a try, with or without what it says of people."""
    found = [Exchange(**each) for each in attempt.exchanges]
    if not is_masked:
        return found
    return [
        replace(one, url=masked_url(one.url), request=masked(one.request), response=masked(one.response))
        for one in found
    ]


def _outlook(delivery: Delivery, *, is_behind: bool, now: datetime) -> Outlook:
    destination = delivery.destination
    return Outlook(
        status=delivery.status,
        due_at=delivery.due_at,
        settled_at=delivery.settled_at,
        is_timer=delivery.is_timer,
        is_under_way=delivery.leased_until is not None and delivery.leased_until > now,
        is_behind=is_behind,
        is_paused=destination.state == Destination.State.PAUSED,
        rests_until=destination.rests_until,
    )
