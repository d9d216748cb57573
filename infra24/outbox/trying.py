"""One try at a delivery: the handler runs, outside any transaction, and what came of it is judged."""

import asyncio
import logging
import traceback
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import override

from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.failures import Again, DeliveryFailure, OutcomeUnknown, OwnFault
from infra24.outbox.loading import Work
from infra24.outbox.models import Attempt
from infra24.outbox.policies import LONGEST_RUN, LOSSES_BORNE
from infra24.outbox.reactions import Handler, Reactions, Sender

log = logging.getLogger(__name__)

Doer = TypeVar("Doer", Handler, Sender)


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of a try: a note alone means that it succeeded."""

    work: Work
    note: str
    failure: DeliveryFailure | None
    again: Again | None
    started_at: datetime
    ended_at: datetime

    @property
    def outcome(self) -> Attempt.Outcome:
        return self.failure.outcome if self.failure else Attempt.Outcome.DELIVERED


def run(work: Work, reactions: Reactions, *, clock: Clock = database_clock) -> Tried:
    """Try a delivery whose handler waits for its answer in this thread."""
    started_at = clock()
    with override(work.job.organisation.locale):
        try:
            handler = _ready(work, reactions.handlers.get(work.handler))
            return _tried(work, handler(work.job), started_at, clock)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is judged and recorded
            return _tried(work, error, started_at, clock)


async def send(work: Work, reactions: Reactions, *, clock: Clock = database_clock) -> Tried:
    """Try a delivery whose sender waits in the event loop, beside hundreds of others."""
    started_at = clock()
    with override(work.job.organisation.locale):
        try:
            sender = _ready(work, reactions.senders.get(work.handler))
            if isinstance(work.loaded, DeliveryFailure):
                raise work.loaded
            return _tried(work, await _within_reason(sender, work), started_at, clock)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is judged and recorded
            return _tried(work, error, started_at, clock)


async def _within_reason(sender: Sender, work: Work) -> str:
    try:
        async with asyncio.timeout(LONGEST_RUN.total_seconds()) as limit:
            return await sender.send(work.job, work.loaded)
    except TimeoutError as error:
        if limit.expired():
            raise OutcomeUnknown(_("No answer came for minutes.")) from error
        raise


def _ready(work: Work, doer: Doer | None) -> Doer:
    if doer is None:
        # During an upgrade an old worker may meet what a new process wrote.
        raise OwnFault(_("This version of Infra24 does not know how to do this."))
    if work.last_outcome == Attempt.Outcome.LOST and work.failures > LOSSES_BORNE:
        raise OwnFault(_("The worker ended while it tried."))
    return doer


def _tried(work: Work, came: str | Exception, started_at: datetime, clock: Clock) -> Tried:
    match came:
        case str():
            note, failure, again = came, None, None
        case DeliveryFailure():
            note, failure, again = came.note, came, None
        case Again():
            note, failure, again = came.note, None, came
        case _:
            # A message may repeat personal data; its type and the place in the code do not.
            place = "".join(traceback.format_tb(came.__traceback__))
            log.error("%s in handler %s\n%s", type(came).__name__, work.handler, place)
            failure = OwnFault(_("An error of ours: %(name)s.") % {"name": type(came).__name__})
            note, again = failure.note, None
    return Tried(work, note, failure, again, started_at, clock())
