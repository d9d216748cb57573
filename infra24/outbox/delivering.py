"""The three steps of a fact on its way: handed out, taken, delivered."""

import logging
import random
import time
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.failures import Again, ConnectionBroken, DeliveryFailure, Throttled, TransientFailure
from infra24.outbox.models import Attempt, Delivery, Destination
from infra24.outbox.policies import LEASE, LOSSES_BORNE, next_wait, rest
from infra24.outbox.reactions import Job, Reactions
from infra24.outbox.services import built_in

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]

BUILT_IN = (Destination.Kind.CLOCK, Destination.Kind.MAIL)
"""Kinds of which every organisation has one, made when it is first needed."""


@dataclass(frozen=True)
class Taken:
    """A delivery leased to this worker. Whoever holds another lease of it has lost it."""

    org_id: UUID
    delivery_id: UUID
    destination_id: UUID
    lease: UUID


class DatabaseClock:
    """The database's time, the same for workers on many hosts; asked once a minute and counted on from there."""

    ASKED_EVERY_SECONDS = 60.0

    def __init__(self) -> None:
        self._asked: tuple[float, datetime] | None = None

    def __call__(self) -> datetime:
        asked = self._asked
        if asked is None or time.monotonic() - asked[0] > self.ASKED_EVERY_SECONDS:
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                asked = self._asked = (time.monotonic(), cursor.fetchone()[0])
        return asked[1] + timedelta(seconds=time.monotonic() - asked[0])


database_clock = DatabaseClock()


def deliver_due(reactions: Reactions, *, clock: Clock = database_clock) -> int:
    """Do everything that is due, in this thread, until nothing is; return how many deliveries were tried."""
    tried = 0
    while True:
        handed_out = hand_out(reactions, clock=clock)
        taken = [one for kind in Destination.Kind for one in take(kind, n=10, each=10, clock=clock)]
        for one in taken:
            deliver(one, reactions, clock=clock)
        tried += len(taken)
        if not handed_out and not taken:
            return tried


# --- Facts become deliveries ------------------------------------------------------


def hand_out(reactions: Reactions, *, n: int = 200, clock: Clock = database_clock) -> int:
    """Turn up to `n` pending facts into deliveries, one for each destination that reacts; return how many facts.

    A fact's pending row goes in the transaction that makes its deliveries, so a
    fact is handed out exactly once however many workers are killed on the way.
    Organisations do not suffer for each other: what fails for one is logged, and tried again when its lease runs out.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT org_id, fact_id FROM claim_facts(%s)", [n])
        rows = cursor.fetchall()
    by_organisation: defaultdict[UUID, list[UUID]] = defaultdict(list)
    for org_id, fact_id in rows:
        by_organisation[org_id].append(fact_id)
    for org_id, fact_ids in by_organisation.items():
        try:
            with acting_for(org_id):
                _hand_out(org_id, fact_ids, reactions, now=clock())
        except Exception as error:
            if not connection.is_usable():  # nobody's fault, and everybody's
                raise
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while handing out facts of organisation %s\n%s", type(error).__name__, org_id, place)
    return len(rows)


def _hand_out(org_id: UUID, fact_ids: list[UUID], reactions: Reactions, *, now: datetime) -> None:
    with connection.cursor() as cursor:
        # What another worker has handed out meanwhile is gone from here.
        cursor.execute("DELETE FROM facts_factpending WHERE fact_id = ANY(%s) RETURNING fact_id", [fact_ids])
        mine = [row[0] for row in cursor.fetchall()]
    facts = [fact for fact in Fact.objects.filter(pk__in=mine).order_by("pk") if fact.type in reactions.subscriptions]
    if not facts:
        return
    wanted = {kind for fact in facts for kind in reactions.subscriptions[fact.type]}
    Destination.objects.bulk_create(
        [Destination(pk=built_in(org_id, kind), org_id=org_id, kind=kind) for kind in BUILT_IN if kind in wanted],
        ignore_conflicts=True,
    )
    destinations: defaultdict[str, list[UUID]] = defaultdict(list)
    for pk, kind in Destination.objects.filter(kind__in=wanted).values_list("pk", "kind"):
        destinations[kind].append(pk)
    Delivery.objects.bulk_create(
        [
            Delivery(
                org_id=org_id,
                fact=fact,
                destination_id=destination_id,
                handler=handler,
                subject_id=fact.subject_id,
                number=fact.number,
                due_at=now,
            )
            for fact in facts
            for kind, handler in reactions.subscriptions[fact.type].items()
            for destination_id in destinations[kind]
        ],
        ignore_conflicts=True,
    )


# --- A worker takes deliveries -----------------------------------------------------


def take(
    kind: Destination.Kind, *, n: int, each: int, running: Iterable[Taken] = (), clock: Clock = database_clock
) -> list[Taken]:
    """Lease up to `n` due deliveries of one kind; with those `running`, at most `each` of one destination."""
    now = clock()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT org_id, delivery_id, destination_id, lease FROM claim_deliveries(%s, %s, %s, %s::uuid[], %s, %s)",
            [n, kind.value, each, [taken.destination_id for taken in running], now, now + LEASE],
        )
        return [Taken(*row) for row in cursor.fetchall()]


def renew(taken: Taken, *, clock: Clock = database_clock) -> bool:
    """Keep a delivery a while longer; false when the lease was lost."""
    with acting_for(taken.org_id):
        return bool(_leased(taken).update(leased_until=clock() + LEASE))


# --- One delivery --------------------------------------------------------------------


def deliver(taken: Taken, reactions: Reactions, *, clock: Clock = database_clock) -> None:
    """Run the handler, then record what came of it, unless the lease was lost meanwhile."""
    started_at = clock()
    with acting_for(taken.org_id):
        found = _leased(taken).select_related("fact", "destination").first()
        organisation = Organisation.objects.get(pk=taken.org_id)
    if found is None:  # cancelled, or taken over by another worker, before we began
        return
    with override(organisation.locale):
        try:
            note, failure = _run(taken, found, organisation, reactions, now=started_at), None
        except DeliveryFailure as error:
            note, failure = error.note, error
        except Again as again:
            _put_back(taken, again)
            return
        with acting_for(taken.org_id):
            _record(taken, found, note=note, failure=failure, started_at=started_at, ended_at=clock())


def _run(taken: Taken, delivery: Delivery, organisation: Organisation, reactions: Reactions, *, now: datetime) -> str:
    handler = reactions.handlers.get(delivery.handler)
    if handler is None:
        # During an upgrade an old worker may meet what a new process wrote.
        raise TransientFailure(_("This version of Infra24 does not know how to do this."))
    if delivery.outcome == Attempt.Outcome.LOST and delivery.failures > LOSSES_BORNE:
        raise TransientFailure(_("The worker ended while it tried."))
    job = Job(
        organisation=organisation,
        delivery_id=delivery.pk,
        destination_id=delivery.destination_id,
        fact_id=delivery.fact_id,
        fact_type=delivery.fact.type,
        subject_id=delivery.subject_id,
        number=delivery.number,
        data=delivery.fact.data,
        attempt=delivery.attempts,
        now=now,
        lease=taken.lease,
    )
    try:
        return handler(job)
    except (DeliveryFailure, Again):
        raise
    except Exception as error:
        # A message may repeat personal data; its type and the place in the code do not.
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s in handler %s\n%s", type(error).__name__, delivery.handler, place)
        raise TransientFailure(_("An error of ours: %(name)s.") % {"name": type(error).__name__}) from error


def _put_back(taken: Taken, again: Again) -> None:
    """Let it wait for its next hour, as if it had never been tried."""
    with acting_for(taken.org_id):
        _leased(taken).update(
            lease=None, leased_until=None, failures=0, outcome="", note=again.note[:500], due_at=again.due_at
        )


def _record(
    taken: Taken,
    delivery: Delivery,
    *,
    note: str,
    failure: DeliveryFailure | None,
    started_at: datetime,
    ended_at: datetime,
) -> None:
    outcome = failure.outcome if failure else Attempt.Outcome.DELIVERED
    changes = {
        "lease": None,
        "leased_until": None,
        "outcome": outcome,
        "note": note[:500],
        **_what_follows(delivery, failure, now=ended_at),
    }
    if not _leased(taken).update(**changes):
        log.warning("delivery %s was taken over or cancelled while it ran", taken.delivery_id)
        return
    Attempt.objects.create(
        org_id=taken.org_id,
        delivery_id=taken.delivery_id,
        number=delivery.attempts,
        started_at=started_at,
        ended_at=ended_at,
        outcome=outcome,
        detail=note[:2000],
    )
    if isinstance(failure, Throttled):
        until = ended_at + rest(failure.retry_after)
        Destination.objects.filter(pk=delivery.destination_id).update(rests_until=until)
    if isinstance(failure, ConnectionBroken):
        _pause(delivery.destination, because=note, now=ended_at)
    log.info("delivery %s handler=%s outcome=%s", taken.delivery_id, delivery.handler, outcome.value)


def _what_follows(delivery: Delivery, failure: DeliveryFailure | None, *, now: datetime) -> dict[str, object]:
    """The columns of a delivery that change with the outcome of a try."""
    settled = {"settled_at": now}
    match failure:
        case None:
            return {"status": Delivery.Status.DELIVERED, **settled}
        case Throttled(retry_after=asked):
            return {"due_at": now + rest(asked)}
        case ConnectionBroken():
            return {"due_at": now}
        case TransientFailure() | DeliveryFailure(outcome=Attempt.Outcome.UNKNOWN):
            failures = delivery.failures + 1
            wait = next_wait(failures, jitter=random.uniform(-1, 1))  # noqa: S311 - no secret
            if wait is not None:
                return {"failures": failures, "due_at": now + wait}
            return {"failures": failures, "status": Delivery.Status.DEAD, **settled}
        case _:
            return {"failures": delivery.failures + 1, "status": Delivery.Status.DEAD, **settled}


def _pause(destination: Destination, *, because: str, now: datetime) -> None:
    paused = Destination.objects.filter(pk=destination.pk, state=Destination.State.ACTIVE).update(
        state=Destination.State.PAUSED, paused_because=because[:300]
    )
    if paused:  # once, however many deliveries found it broken
        record(destination.org_id, "destination.paused", now=now, source="clock", destination_id=destination.pk)
        audit.write(
            destination.org_id,
            "destination.pause",
            subject_id=destination.pk,
            by=None,
            source="clock",
            now=now,
            before={"state": "active"},
            after={"state": "paused", "reason": because[:300]},
        )


def _leased(taken: Taken) -> QuerySet[Delivery]:
    return Delivery.objects.filter(pk=taken.delivery_id, lease=taken.lease, status=Delivery.Status.PENDING)
