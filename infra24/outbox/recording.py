"""What came of tries is written down: many at once, and only where the delivery still carries our lease."""

import logging
import random
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import msgspec
from django.db import connection

from infra24.core.ids import new_id
from infra24.orgs.tenancy import acting_for
from infra24.outbox import metrics
from infra24.outbox.failures import ConnectionBroken, DeliveryFailure, Throttled, TransientFailure
from infra24.outbox.faring import keep_health
from infra24.outbox.handing_out import overtaken
from infra24.outbox.models import Attempt, Delivery
from infra24.outbox.policies import next_wait, rest
from infra24.outbox.reactions import MOST_KEPT, Exchange, Reactions
from infra24.outbox.trying import Tried

log = logging.getLogger(__name__)

MOST_EXCHANGES = 20
"""Requests that are kept with an attempt, the latest of them."""

# The condition on the lease is what keeps a worker that was too slow from recording over its successor.
_RECORD = """
    WITH told AS (
        SELECT * FROM jsonb_to_recordset(%(tries)s::jsonb)
            AS told(id uuid, lease uuid, status text, failures int, due_at timestamptz, settled_at timestamptz,
                    outcome text, note text, attempt_id uuid, number int, started_at timestamptz,
                    ended_at timestamptz, detail text, exchanges jsonb)
    ), done AS (
        UPDATE outbox_delivery d
           SET lease = NULL, leased_until = NULL, status = told.status, failures = told.failures,
               due_at = coalesce(told.due_at, d.due_at), settled_at = told.settled_at,
               outcome = told.outcome, note = told.note
          FROM told
         WHERE d.org_id = %(org_id)s AND d.id = told.id AND d.lease = told.lease AND d.status = 'pending'
        RETURNING d.id
    ), kept AS (
        INSERT INTO outbox_attempt
            (id, org_id, delivery_id, number, started_at, ended_at, outcome, detail, exchanges)
        SELECT told.attempt_id, %(org_id)s, told.id, told.number, told.started_at, told.ended_at, told.outcome,
               told.detail, told.exchanges
          FROM told JOIN done USING (id) WHERE told.attempt_id IS NOT NULL
    )
    SELECT id FROM done
"""

_SETTLE_DEAD = """
    UPDATE outbox_delivery older SET status = 'superseded', settled_at = %(now)s, note = %(note)s
      FROM outbox_delivery newer
     WHERE newer.org_id = %(org_id)s AND newer.id = ANY(%(newer)s)
       AND older.destination_id = newer.destination_id AND older.subject_id = newer.subject_id
       AND older.handler = newer.handler AND older.number < newer.number
       AND older.org_id = %(org_id)s AND older.status = 'dead'
"""


@dataclass(frozen=True)
class Following:
    """How a delivery goes on after a try."""

    status: Delivery.Status
    failures: int
    due_at: datetime | None = None
    """None: as it was."""


def apart(tries: Sequence[Tried], reactions: Reactions) -> list[list[Tried]]:
    """Tries that are recorded together: all that plainly arrived, and of the others those of each organisation."""
    together: defaultdict[UUID | None, list[Tried]] = defaultdict(list)
    for tried in tries:
        together[None if _is_plain(tried, reactions) else tried.work.taken.org_id].append(tried)
    return list(together.values())


def record(tries: Sequence[Tried], reactions: Reactions) -> None:
    """Write down what came of tries: deliveries, attempts, how their destinations do.

    One transaction for those that are recorded together. Those whose lease was lost meanwhile are left out.
    """
    for ones in apart(tries, reactions):
        ours = _record_arrivals(ones) if _is_plain(ones[0], reactions) else _record_of_one(ones, reactions)
        _tell(ones, ours)


def _is_plain(tried: Tried, reactions: Reactions) -> bool:
    """It arrived, and there is no more to it."""
    is_special = tried.failure or tried.again or tried.work.is_probe
    return not is_special and tried.work.handler not in reactions.state_carrying


def _record_arrivals(tries: Sequence[Tried]) -> Set[UUID]:
    """One statement over all organisations: see `sql/leases.sql`."""
    with connection.cursor() as cursor:
        rows = msgspec.json.encode([_row(tried) for tried in tries]).decode()
        cursor.execute("SELECT id, to_learn FROM record_arrivals(%s)", [rows])
        ours = dict(cursor.fetchall())
    to_learn = [tried for tried in tries if ours.get(tried.work.taken.delivery_id)]
    for org_id, ones in _by_organisation(to_learn).items():
        with acting_for(org_id):
            keep_health(org_id, ones)
    return ours.keys()


def _by_organisation(tries: Sequence[Tried]) -> Mapping[UUID, list[Tried]]:
    found: defaultdict[UUID, list[Tried]] = defaultdict(list)
    for tried in tries:
        found[tried.work.taken.org_id].append(tried)
    return found


def _record_of_one(tries: Sequence[Tried], reactions: Reactions) -> Set[UUID]:
    """Tries of one organisation, whatever came of them."""
    org_id = tries[0].work.taken.org_id
    with acting_for(org_id):
        with connection.cursor() as cursor:
            rows = msgspec.json.encode([_row(tried) for tried in tries]).decode()
            cursor.execute(_RECORD, {"tries": rows, "org_id": org_id})
            ours = {row[0] for row in cursor.fetchall()}
        recorded = [tried for tried in tries if tried.work.taken.delivery_id in ours]
        keep_health(org_id, [tried for tried in recorded if tried.again is None])
        _settle_dead(org_id, recorded, reactions)
    return ours


def _tell(tries: Sequence[Tried], ours: Set[UUID]) -> None:
    for tried in tries:
        if tried.work.taken.delivery_id not in ours:
            log.warning("delivery %s was taken over or cancelled while it ran", tried.work.taken.delivery_id)
        elif tried.again is None:
            metrics.count(tried)
            handler, outcome = tried.work.handler, tried.outcome.value
            level = logging.INFO if tried.failure else logging.DEBUG  # there may be hundreds a second
            log.log(level, "delivery %s handler=%s outcome=%s", tried.work.taken.delivery_id, handler, outcome)


def _row(tried: Tried) -> dict[str, Any]:
    work, note = tried.work, _storable(tried.note)
    row: dict[str, Any] = {"id": work.taken.delivery_id, "lease": work.taken.lease, "note": note[:500]}
    if tried.again is not None:  # it waits for its next hour, as if it had never been tried
        return row | {"status": "pending", "failures": 0, "due_at": tried.again.due_at, "outcome": ""}
    following = what_follows(tried.failure, failures=work.failures, now=tried.ended_at)
    return row | {
        "status": following.status.value,
        "failures": following.failures,
        "due_at": following.due_at,
        "settled_at": None if following.status is Delivery.Status.PENDING else tried.ended_at,
        "outcome": tried.outcome.value,
        "attempt_id": new_id(),
        "number": work.job.attempt,
        "started_at": tried.started_at,
        "ended_at": tried.ended_at,
        "detail": note[:2000],
        "exchanges": [_kept(exchange) for exchange in work.job.exchanges[-MOST_EXCHANGES:]],
    }


def what_follows(failure: DeliveryFailure | None, *, failures: int, now: datetime) -> Following:
    """How a delivery that had failed `failures` times goes on after one more try."""
    match failure:
        case None:
            return Following(Delivery.Status.DELIVERED, failures)
        case Throttled(retry_after=asked):
            return Following(Delivery.Status.PENDING, failures, now + rest(asked))
        case ConnectionBroken():
            return Following(Delivery.Status.PENDING, failures, now)
        case TransientFailure() | DeliveryFailure(outcome=Attempt.Outcome.UNKNOWN):
            wait = next_wait(failures + 1, jitter=random.uniform(-1, 1))  # noqa: S311 - no secret
            if wait is not None:
                return Following(Delivery.Status.PENDING, failures + 1, now + wait)
    return Following(Delivery.Status.DEAD, failures + 1)


def _kept(exchange: Exchange) -> dict[str, Any]:
    """An exchange as it is stored: cut, and without what an address might say of who may ask."""
    address = urlsplit(exchange.url)
    bare = address._replace(netloc=address.netloc.rpartition("@")[2]).geturl()
    return asdict(exchange) | {
        "url": _storable(bare)[:MOST_KEPT],
        "request": _storable(exchange.request)[:MOST_KEPT],
        "response": _storable(exchange.response)[:MOST_KEPT],
    }


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL, and JSON no half of a surrogate pair; others' answers hold both."""
    return text.replace("\0", "�").encode("utf-8", "replace").decode()


def _settle_dead(org_id: UUID, recorded: Sequence[Tried], reactions: Reactions) -> None:
    """Where the state of today arrived, nobody need look any more after that of yesterday."""
    told = [one for one in recorded if one.work.handler in reactions.state_carrying and one.failure is None]
    newer = [one.work.taken.delivery_id for one in told if one.again is None]
    if newer:
        with connection.cursor() as cursor:
            now, note = max(one.ended_at for one in told), overtaken(told[0].work.job.organisation.locale)
            cursor.execute(_SETTLE_DEAD, {"org_id": org_id, "newer": newer, "now": now, "note": note})
