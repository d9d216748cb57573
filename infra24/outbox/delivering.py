"""A fact's way in this thread, from end to end: what the worker does side by side, for tests and for scripts."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from infra24.outbox.clock import Clock, DatabaseClock, database_clock
from infra24.outbox.handing_out import hand_out
from infra24.outbox.loading import Work, load
from infra24.outbox.models import Destination
from infra24.outbox.reactions import Reactions
from infra24.outbox.recording import record
from infra24.outbox.taking import Taken, renew, take
from infra24.outbox.trying import Tried, run, send

__all__ = ["Clock", "DatabaseClock", "Taken", "database_clock", "deliver", "deliver_due", "hand_out", "renew", "take"]


def deliver_due(reactions: Reactions, *, clock: Clock = database_clock) -> int:
    """Do everything that is due until nothing is; return how many deliveries were tried."""
    tried = 0
    while True:
        handed_out = hand_out(reactions, clock=clock).facts
        taken = [one for kind in Destination.Kind for one in take(kind, n=10, each=10, clock=clock)]
        if taken:
            deliver_all(taken, reactions, clock=clock)
        tried += len(taken)
        if not handed_out and not taken:
            return tried


def deliver(taken: Taken, reactions: Reactions, *, clock: Clock = database_clock) -> None:
    """Try one delivery, then record what came of it, unless the lease was lost meanwhile."""
    deliver_all([taken], reactions, clock=clock)


def deliver_all(taken: Sequence[Taken], reactions: Reactions, *, clock: Clock = database_clock) -> None:
    """Those with handlers one after the other, those with senders side by side."""
    works = load(taken, reactions, clock=clock)
    to_send = [work for work in works if work.handler in reactions.senders]
    for work in works:
        if work.handler not in reactions.senders:
            record([run(work, reactions, clock=clock)], reactions)
    if to_send:
        record(_sent(to_send, reactions, clock=clock), reactions)


def _sent(works: Sequence[Work], reactions: Reactions, *, clock: Clock) -> list[Tried]:
    async def side_by_side() -> list[Tried]:
        return await asyncio.gather(*(send(work, reactions, clock=clock) for work in works))

    # In a thread of its own: whoever calls may have a loop running in this one.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, side_by_side()).result()
