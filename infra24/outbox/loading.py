"""What a worker reads of the deliveries it has taken, for many at once."""

import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import connection
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.orgs.models import Organisation
from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.failures import OwnFault
from infra24.outbox.policies import TRIPS_AFTER
from infra24.outbox.reactions import Job, Reactions, Sender
from infra24.outbox.taking import Taken

log = logging.getLogger(__name__)

_READ = """
    SELECT id, org_id, handler, fact_id, fact_type, version, data::text, recorded_at, subject_id, number, attempts,
           failures, outcome, is_timer, kind, failures_in_row, per_minute, burst
      FROM leased_deliveries(%s::uuid[], %s::uuid[])
"""


@dataclass(frozen=True, slots=True)
class Work:
    """One delivery, read and ready to be tried."""

    taken: Taken
    job: Job
    kind: str
    handler: str
    failures: int
    last_outcome: str
    is_timer: bool
    is_probe: bool
    """Tried alone, to see whether a destination that keeps failing works again."""
    pace: tuple[int, int] | None
    """Deliveries a minute and at once that its destination is asked to bear."""
    loaded: Any
    """What its sender has read for it; a DeliveryFailure when it cannot be sent."""


def load(taken: Sequence[Taken], reactions: Reactions, *, clock: Clock = database_clock) -> list[Work]:
    """Read deliveries, of however many organisations, in two statements and what their senders ask.

    Those that were cancelled, or that another worker has taken over, are left out.
    """
    found = _read(taken)
    organisations = Organisation.objects.in_bulk({row["org_id"] for _one, row in found})
    now = clock()
    jobs = [
        Job(
            organisation=organisations[row["org_id"]],
            delivery_id=one.delivery_id,
            destination_id=one.destination_id,
            fact_id=row["fact_id"],
            fact_type=row["fact_type"],
            subject_id=row["subject_id"],
            number=row["number"],
            data=row["data"],
            version=row["version"],
            recorded_at=row["recorded_at"],
            attempt=row["attempts"],
            now=now,
            lease=one.lease,
        )
        for one, row in found
    ]
    loaded = _loaded(jobs, [row["handler"] for _one, row in found], reactions)
    return [
        Work(
            taken=one,
            job=job,
            kind=row["kind"],
            handler=row["handler"],
            failures=row["failures"],
            last_outcome=row["outcome"],
            is_timer=row["is_timer"],
            is_probe=row["failures_in_row"] >= TRIPS_AFTER,
            pace=(row["per_minute"], row["burst"]) if row["per_minute"] else None,
            loaded=loaded.get(job.delivery_id),
        )
        for (one, row), job in zip(found, jobs, strict=True)
    ]


def _read(taken: Sequence[Taken]) -> list[tuple[Taken, dict[str, Any]]]:
    """The rows that still carry our lease, in the order they were taken."""
    with connection.cursor() as cursor:
        cursor.execute(_READ, [[one.delivery_id for one in taken], [one.lease for one in taken]])
        names = [column.name for column in cursor.description]
        found = {row[0]: dict(zip(names, row, strict=True)) for row in cursor.fetchall()}
    for row in found.values():
        row["data"] = msgspec.json.decode(row["data"])
    return [(one, found[one.delivery_id]) for one in taken if one.delivery_id in found]


def _loaded(jobs: Iterable[Job], handlers: Iterable[str], reactions: Reactions) -> Mapping[UUID, Any]:
    """What senders need, by delivery. One that cannot read fails its own deliveries and no others."""
    by_sender: dict[str, list[Job]] = {}
    for job, handler in zip(jobs, handlers, strict=True):
        if handler in reactions.senders:
            by_sender.setdefault(handler, []).append(job)
    loaded: dict[UUID, Any] = {}
    for handler, mine in by_sender.items():
        loaded.update(_loaded_by(reactions.senders[handler], handler, mine))
    return loaded


def _loaded_by(sender: Sender, handler: str, jobs: Sequence[Job]) -> Mapping[UUID, Any]:
    try:
        return sender.load(jobs)
    except Exception as error:
        if not connection.is_usable():  # no fault of the deliveries: all is read again
            raise
        if len(jobs) > 1:  # one of them cannot be read, and the others must not suffer for it
            return {id_: value for job in jobs for id_, value in _loaded_by(sender, handler, [job]).items()}
        place = "".join(traceback.format_tb(error.__traceback__))
        log.error("%s while loading for %s\n%s", type(error).__name__, handler, place)
        with override(jobs[0].organisation.locale):
            return {jobs[0].delivery_id: OwnFault(_("An error of ours: %(name)s.") % {"name": type(error).__name__})}
