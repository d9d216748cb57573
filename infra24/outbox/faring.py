"""How destinations fare: tries say whether one works, and one that keeps failing is left alone for a while."""

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection

from infra24.facts.services import record
from infra24.orgs import audit
from infra24.outbox.failures import ConnectionBroken, OwnFault, Throttled
from infra24.outbox.models import Attempt, Destination
from infra24.outbox.policies import Health, rest
from infra24.outbox.trying import Tried

NOTED_EVERY = timedelta(seconds=5)
"""How often it is noted of a destination that works that it works."""
SPEAKING = (Attempt.Outcome.TRANSIENT, Attempt.Outcome.UNKNOWN, Attempt.Outcome.BROKEN)
"""Failures that say something about the destination. The others speak of what was sent."""

_WORKS = """
    UPDATE outbox_destination SET worked_at = %(now)s
     WHERE org_id = %(org_id)s AND id = ANY(%(ids)s) AND failures_in_row = 0 AND failing_since IS NULL
       AND (worked_at IS NULL OR worked_at < %(now)s)
"""

# While it failed, retries moved further and further away. It works again, so all that waited is due.
_PULL_FORWARD = """
    UPDATE outbox_delivery SET due_at = %(now)s
     WHERE org_id = %(org_id)s AND destination_id = %(id)s AND status = 'pending' AND lease IS NULL
       AND failures > 0 AND due_at > %(now)s AND NOT is_timer
"""


def keep_health(org_id: UUID, tries: Sequence[Tried]) -> None:
    """Let destinations learn from tries at them, in the caller's transaction. The clock is exempt: it cannot fail."""
    by_destination: defaultdict[UUID, list[Tried]] = defaultdict(list)
    for tried in tries:
        if tried.work.kind != Destination.Kind.CLOCK:
            by_destination[tried.work.taken.destination_id].append(tried)
    if not by_destination:
        return
    unclear = {pk for pk, ones in by_destination.items() if any(one.failure or one.work.is_probe for one in ones)}
    now, to_note = max(one.ended_at for one in tries), []
    standing = Destination.objects.filter(org_id=org_id, pk__in=by_destination.keys() - unclear)
    for pk, failing_since, worked_at in standing.values_list("pk", "failing_since", "worked_at"):
        if failing_since:  # it failed before and works now
            unclear.add(pk)
        elif worked_at is None or worked_at < now - NOTED_EVERY:
            to_note.append(pk)
    if to_note:
        with connection.cursor() as cursor:
            cursor.execute(_WORKS, {"org_id": org_id, "ids": to_note, "now": now})
    if not unclear:
        return
    # In one order, so that two workers never wait for each other.
    locked = Destination.objects.select_for_update(no_key=True).filter(org_id=org_id, pk__in=unclear)
    for destination in locked.order_by("pk"):
        _learn(destination, by_destination[destination.pk])


def _learn(destination: Destination, tries: Sequence[Tried]) -> None:
    before = health_of(destination)
    health = before
    for tried in tries:
        health = _after(health, tried)
    now = max(tried.ended_at for tried in tries)
    if health != before:
        destination.failures_in_row, destination.failing_since = health.failures_in_row, health.failing_since
        destination.rests_until, destination.worked_at = health.rests_until, health.worked_at
        destination.save(update_fields=["failures_in_row", "failing_since", "rests_until", "worked_at"])
    if health.is_tripped and not before.is_tripped:
        _audit(destination, "destination.rest", now=now, after={"failing_since": health.failing_since})
    if before.is_tripped and not health.is_tripped:
        _audit(destination, "destination.recover", now=now, before={"failing_since": before.failing_since})
        with connection.cursor() as cursor:
            cursor.execute(_PULL_FORWARD, {"org_id": destination.org_id, "id": destination.pk, "now": now})
    broken = [tried.note for tried in tries if isinstance(tried.failure, ConnectionBroken)]
    if broken and destination.state == Destination.State.ACTIVE:  # once, however many deliveries found it broken
        pause_broken(destination, because=broken[0], now=now)


def health_of(destination: Destination) -> Health:
    return Health(
        destination.failures_in_row, destination.failing_since, destination.rests_until, destination.worked_at
    )


def _after(health: Health, tried: Tried) -> Health:
    is_probe, now = tried.work.is_probe, tried.ended_at
    match tried.failure:
        case None:
            return health.after_success(now=now)
        case Throttled(retry_after=asked):
            return health.after_throttling(until=now + rest(asked))
        case failure if failure.outcome in SPEAKING and not isinstance(failure, OwnFault):
            jitter = random.uniform(-1, 1)  # noqa: S311 - no secret
            return health.after_failure(is_probe=is_probe, now=now, jitter=jitter)
    return health.after_silence(is_probe=is_probe)


def pause_broken(destination: Destination, *, because: str, now: datetime) -> None:
    """Keep everything for a destination that does not let us in, and say so once. Its row is locked by the caller."""
    destination.state, destination.paused_because = Destination.State.PAUSED, because[:300]
    destination.save(update_fields=["state", "paused_because"])
    record(destination.org_id, "destination.paused", now=now, source="clock", destination_id=destination.pk)
    _audit(
        destination,
        "destination.pause",
        now=now,
        before={"state": "active"},
        after={"state": "paused", "reason": because[:300]},
    )


def _audit(
    destination: Destination,
    action: str,
    *,
    now: datetime,
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    audit.write(
        destination.org_id,
        action,
        subject_id=destination.pk,
        by=None,
        source="clock",
        now=now,
        before=before,
        after=after,
    )
