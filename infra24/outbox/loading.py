"""What a worker reads of the deliveries it has taken, for many at once."""

import logging
import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.failures import OwnFault
from infra24.outbox.models import Delivery
from infra24.outbox.policies import TRIPS_AFTER
from infra24.outbox.reactions import Job, Reactions
from infra24.outbox.taking import Taken

log = logging.getLogger(__name__)


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
    """Read deliveries of one organisation in a handful of statements.

    Those that were cancelled, or that another worker has taken over, are left out.
    """
    org_id = taken[0].org_id
    with acting_for(org_id):
        organisation = Organisation.objects.get(pk=org_id)
        found = _read(taken)
        now = clock()
        jobs = [
            Job(
                organisation=organisation,
                delivery_id=one.delivery_id,
                destination_id=one.destination_id,
                fact_id=row["fact_id"],
                fact_type=row["fact__type"],
                subject_id=row["subject_id"],
                number=row["number"],
                data=row["fact__data"],
                version=row["fact__version"],
                recorded_at=row["fact__recorded_at"],
                attempt=row["attempts"],
                now=now,
                lease=one.lease,
            )
            for one, row in found
        ]
        handlers = [row["handler"] for _one, row in found]
        with override(organisation.locale):
            loaded = _loaded(jobs, handlers, reactions)
    return [
        Work(
            taken=one,
            job=job,
            kind=row["destination__kind"],
            handler=row["handler"],
            failures=row["failures"],
            last_outcome=row["outcome"],
            is_timer=row["is_timer"],
            is_probe=row["destination__failures_in_row"] >= TRIPS_AFTER,
            pace=_pace(row),
            loaded=loaded.get(job.delivery_id),
        )
        for (one, row), job in zip(found, jobs, strict=True)
    ]


def _read(taken: Sequence[Taken]) -> list[tuple[Taken, dict[str, Any]]]:
    """The rows that still carry our lease, in the order they were taken."""
    rows = Delivery.objects.filter(
        org_id=taken[0].org_id,
        pk__in=[one.delivery_id for one in taken],
        lease__in=[one.lease for one in taken],
        status=Delivery.Status.PENDING,
    ).values(
        "id", "handler", "fact_id", "subject_id", "number", "attempts", "failures", "outcome", "is_timer",
        "fact__type", "fact__version", "fact__data", "fact__recorded_at",
        "destination__kind", "destination__failures_in_row", "destination__per_minute", "destination__burst",
    )  # fmt: skip
    found = {row["id"]: row for row in rows}
    return [(one, dict(found[one.delivery_id])) for one in taken if one.delivery_id in found]


def _pace(row: Mapping[str, Any]) -> tuple[int, int] | None:
    per_minute = row["destination__per_minute"]
    return (per_minute, row["destination__burst"]) if per_minute else None


def _loaded(jobs: Iterable[Job], handlers: Iterable[str], reactions: Reactions) -> Mapping[UUID, Any]:
    """What senders need, by delivery. One that cannot read fails its own deliveries and no others."""
    by_sender: dict[str, list[Job]] = {}
    for job, handler in zip(jobs, handlers, strict=True):
        if handler in reactions.senders:
            by_sender.setdefault(handler, []).append(job)
    loaded: dict[UUID, Any] = {}
    for handler, mine in by_sender.items():
        try:
            with transaction.atomic(savepoint=len(by_sender) > 1):  # alone it spoils nothing but its own reading
                loaded.update(reactions.senders[handler].load(mine))
        except Exception as error:
            if not connection.is_usable():  # no fault of the deliveries: all is read again
                raise
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("%s while loading for %s\n%s", type(error).__name__, handler, place)
            fault = OwnFault(_("An error of ours: %(name)s.") % {"name": type(error).__name__})
            loaded.update({job.delivery_id: fault for job in mine})
    return loaded
