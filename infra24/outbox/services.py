"""Writes about deliveries: timers, and what staff do with deliveries and destinations."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid5

import msgspec
from django.db import transaction
from django.utils import timezone

from infra24.core.ids import new_id
from infra24.core.rows import as_array
from infra24.core.statements import Statement
from infra24.facts.services import record, wake_relay
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.errors import (
    DeliverySettled,
    DeliveryUnderWay,
    DestinationAlreadyPaused,
    DestinationNotPaused,
    ReasonMissing,
    TimerNotDiscarded,
)
from infra24.outbox.models import Delivery, Destination
from infra24.outbox.outlook import may_retry

LONGEST_REASON = 300
"""Characters."""
TAKE_TWICE = frozenset({Destination.Kind.WEBHOOK})
"""Kinds of destination that may be sent again what they have taken. The others look first and would send nothing."""

# One statement on the path of every hold. The clock's id follows from the organisation's,
# so that it need not be looked up and two first timers at once cannot miss each other's.
_SET_TIMERS = Statement("""
    WITH clock AS (
        INSERT INTO outbox_destination (id, org_id, kind, name, state, paused_because)
        VALUES (%(clock)s, %(org_id)s, 'clock', '', 'active', '')
        ON CONFLICT DO NOTHING
    )
    INSERT INTO outbox_delivery
        (id, org_id, fact_id, destination_id, handler, subject_id, number, is_timer, status, due_at, attempts, failures,
         outcome, note, created_at)
    SELECT timer.id, %(org_id)s, fact.id, %(clock)s, timer.handler, timer.subject_id, fact.number, true, 'pending',
           timer.due_at, 0, 0, '', '', now()
      FROM jsonb_to_recordset(%(timers)s::jsonb)
           AS timer(id uuid, fact_id uuid, handler text, subject_id uuid, due_at timestamptz)
      JOIN facts_fact fact ON fact.org_id = %(org_id)s AND fact.id = timer.fact_id
    RETURNING 1
""")

_CANCEL_TIMERS = Statement("""
    UPDATE outbox_delivery
       SET status = 'cancelled', settled_at = now(), lease = NULL, leased_until = NULL
     WHERE org_id = %(org_id)s AND destination_id = %(clock)s AND subject_id = ANY(%(subject_ids)s::uuid[])
       AND is_timer AND status = 'pending' AND (leased_until IS NULL OR leased_until < now())
    RETURNING 1
""")


@dataclass(frozen=True)
class Timer:
    """Have `handler` run once `due_at` has come.

    `handler` is a name among the timers of `config.subscriptions`, `fact_id` the fact that made it necessary.
    """

    fact_id: UUID
    handler: str
    subject_id: UUID
    due_at: datetime


def set_timer(*, org_id: UUID, fact_id: UUID, handler: str, subject_id: UUID, due_at: datetime) -> UUID:
    """Set one timer; return its id. As `set_timers`."""
    return set_timers(org_id, [Timer(fact_id, handler, subject_id, due_at)])[0]


def set_timers(org_id: UUID, timers: Sequence[Timer]) -> list[UUID]:
    """Set timers in one statement; return their ids.

    Written in the caller's transaction, as are the facts that made them
    necessary. A timer may fire late and, after a crash, twice: the handler
    looks at the state it finds. An unknown fact raises LookupError.
    """
    if not timers:
        return []
    rows = [{"id": new_id(), **vars(timer)} for timer in timers]
    clock = built_in(org_id, Destination.Kind.CLOCK)
    if len(_SET_TIMERS.rows(org_id=org_id, clock=clock, timers=msgspec.json.encode(rows).decode())) < len(rows):
        raise LookupError("There is no such fact to set a timer for.")
    return [row["id"] for row in rows]


def cancel_timers(*, org_id: UUID, subject_id: UUID) -> int:
    """Cancel all timers of one subject that have not fired, in the caller's transaction; return how many.

    One whose handler runs at this moment is left to it, for it may be the
    handler who asks: it finds the subject as the subject's lock lets it.
    """
    return cancel_all_timers(org_id, [subject_id])


def cancel_all_timers(org_id: UUID, subject_ids: Iterable[UUID]) -> int:
    """`cancel_timers` for many subjects, in one statement."""
    clock = built_in(org_id, Destination.Kind.CLOCK)
    return len(_CANCEL_TIMERS.rows(org_id=org_id, clock=clock, subject_ids=as_array(subject_ids)))


def built_in(org_id: UUID, kind: Destination.Kind) -> UUID:
    """The id of a destination every organisation has one of: the clock and the mail."""
    return uuid5(org_id, kind.value)


@transaction.atomic
def retry(delivery: Delivery, *, by: Member, source: str) -> Delivery:
    """Try a failed delivery again, or a waiting one at once; its schedule starts anew.

    Also one that was discarded less than thirty days ago, and to a webhook one that arrived.
    Raises DeliverySettled for any other, DeliveryUnderWay while a worker holds it.
    """
    now = timezone.now()
    delivery = _locked(delivery, now=now)
    if not retryable(delivery, now=now):
        raise DeliverySettled
    before = {"status": delivery.status}
    delivery.status, delivery.settled_at = Delivery.Status.PENDING, None
    delivery.failures, delivery.due_at = 0, now
    delivery.save(update_fields=["status", "settled_at", "failures", "due_at"])
    audit.write(
        delivery.org_id,
        "delivery.retry",
        subject_id=delivery.pk,
        by=by,
        source=source,
        now=now,
        before=before,
        after={"status": delivery.status},
    )
    wake_relay()
    return delivery


@transaction.atomic
def discard(delivery: Delivery, *, reason: str, by: Member, source: str) -> Delivery:
    """Give a delivery up, saying why. It can be tried again for thirty days.

    Raises ReasonMissing, DeliverySettled, DeliveryUnderWay, and
    TimerNotDiscarded for a timer that still waits.
    """
    now, reason = timezone.now(), checked_reason(reason)
    delivery = _locked(delivery, now=now)
    if delivery.status not in (Delivery.Status.PENDING, Delivery.Status.DEAD):
        raise DeliverySettled
    if delivery.is_timer and delivery.status == Delivery.Status.PENDING:
        raise TimerNotDiscarded
    before = {"status": delivery.status}
    delivery.status, delivery.settled_at, delivery.note = Delivery.Status.DISCARDED, now, reason
    delivery.save(update_fields=["status", "settled_at", "note"])
    audit.write(
        delivery.org_id,
        "delivery.discard",
        subject_id=delivery.pk,
        by=by,
        source=source,
        now=now,
        before=before,
        after={"status": delivery.status, "reason": reason},
    )
    return delivery


@transaction.atomic
def pause_destination(destination: Destination, *, reason: str, by: Member, source: str) -> Destination:
    """Keep everything for a destination until it is resumed. Raises ReasonMissing, DestinationAlreadyPaused."""
    reason = checked_reason(reason)
    destination = Destination.objects.select_for_update().get(pk=destination.pk)
    if destination.state == Destination.State.PAUSED:
        raise DestinationAlreadyPaused
    return _set_state(destination, Destination.State.PAUSED, reason=reason, by=by, source=source)


@transaction.atomic
def resume_destination(destination: Destination, *, by: Member | None, source: str) -> Destination:
    """Deliver what has waited, each subject's in its order. `by` is None for a script.

    One that kept failing is given one delivery to begin with. Raises DestinationNotPaused.
    """
    destination = Destination.objects.select_for_update(no_key=True).get(pk=destination.pk)
    if destination.state == Destination.State.ACTIVE:
        raise DestinationNotPaused
    record(destination.org_id, "destination.resumed", now=timezone.now(), source=source, destination_id=destination.pk)
    return _set_state(destination, Destination.State.ACTIVE, reason="", by=by, source=source)


def retryable(delivery: Delivery, *, now: datetime) -> bool:
    """Whether a delivery, loaded with its destination, can be tried again."""
    takes_twice = delivery.destination.kind in TAKE_TWICE
    return may_retry(delivery.status, delivery.settled_at, takes_twice=takes_twice, now=now)


def checked_reason(reason: str) -> str:
    """A reason as it is kept. Raises ReasonMissing."""
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise ReasonMissing(fields={"reason": f"1 – {LONGEST_REASON}"})
    return reason


def _locked(delivery: Delivery, *, now: datetime) -> Delivery:
    """The row, locked. Raises DeliveryUnderWay while a worker holds it."""
    delivery = Delivery.objects.select_for_update(of=["self"]).select_related("fact", "destination").get(pk=delivery.pk)
    if delivery.leased_until is not None and delivery.leased_until > now:
        raise DeliveryUnderWay
    return delivery


def _set_state(
    destination: Destination, state: Destination.State, *, reason: str, by: Member | None, source: str
) -> Destination:
    before = {"state": destination.state, "reason": destination.paused_because}
    destination.state, destination.paused_because, destination.rests_until = state, reason, None
    destination.save(update_fields=["state", "paused_because", "rests_until"])
    audit.write(
        destination.org_id,
        "destination.pause" if state == Destination.State.PAUSED else "destination.resume",
        subject_id=destination.pk,
        by=by,
        source=source,
        now=timezone.now(),
        before=before,
        after={"state": state, "reason": reason},
    )
    return destination
