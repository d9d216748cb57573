"""The worker: one event loop that hands out facts and delivers, on as many hosts as wanted."""

import asyncio
import contextlib
import logging
import threading
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection

from infra24.outbox.clock import Clock, database_clock
from infra24.outbox.handing_out import hand_out
from infra24.outbox.lanes import DATABASE_THREADS, LANES, Lane
from infra24.outbox.loading import Work, load
from infra24.outbox.models import Destination
from infra24.outbox.nights import begin_missing_nights
from infra24.outbox.policies import LONGEST_RUN, RENEWAL
from infra24.outbox.pools import Pools, report
from infra24.outbox.reactions import Reactions
from infra24.outbox.recorder import Recorder
from infra24.outbox.recording import apart, record
from infra24.outbox.taking import Taken, renew, take
from infra24.outbox.trying import Tried, run, send

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""A wake-up that got lost costs no more than this."""
BREATH_SECONDS = 0.01
"""Between two claims of a lane, so that they come in batches."""
AFTER_TROUBLE_SECONDS = 2.0
DRAIN_SECONDS = 25.0
"""How long a worker asked to end lets its running handlers finish; what is not done then, others take over."""
NIGHTS_EVERY_SECONDS = 3600.0
CHANNEL = "infra24_facts"


@dataclass(frozen=True, slots=True)
class Running:
    """A delivery this worker holds: from its claim until it is recorded."""

    taken: Taken
    kind: Destination.Kind
    since: float


class Relay:
    """One worker. `run` returns after `stop`, which any thread or signal handler may call."""

    def __init__(
        self,
        reactions: Reactions,
        *,
        clock: Clock = database_clock,
        lanes: Mapping[Destination.Kind, Lane] = LANES,
    ) -> None:
        self._reactions, self._clock, self._lanes = reactions, clock, lanes
        self._asked_to_end = threading.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: dict[UUID, Running] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def stop(self) -> None:
        self._asked_to_end.set()
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # it has ended already
                self._loop.call_soon_threadsafe(self._wake_all)

    def run(self) -> bool:
        """Work until stopped; true when nothing was left running at the end."""
        return asyncio.run(self._main())

    async def _main(self) -> bool:
        self._stopping, self._idle, self._news = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._freed = {kind: asyncio.Event() for kind in self._lanes}
        self._soon: dict[Destination.Kind, tuple[float, float]] = {}
        self._loop = asyncio.get_running_loop()
        if self._asked_to_end.is_set():
            self._stopping.set()
        self._pools = Pools({**DATABASE_THREADS, **{kind.value: lane.threads for kind, lane in self._lanes.items()}})
        self._recorder = Recorder(partial(apart, reactions=self._reactions), self._record, self._recorded)
        self._begin(self._recorder.run())
        steps: list[tuple[str, Callable[[], Awaitable[None]]]] = [
            ("hand out", self._hand_out),
            ("listen", self._listen),
            ("renew", self._renew),
            ("nights", self._begin_nights),
            *((kind.value, partial(self._fill, kind)) for kind in self._lanes),
        ]
        repeating = [asyncio.create_task(self._repeat(step, name), name=name) for name, step in steps]
        log.info("worker is ready")
        await self._stopping.wait()
        unfinished = await self._drain([task for task in repeating if task.get_name() != "listen"])
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)
        self._pools.close(patiently=not unfinished)
        log.info("worker ends, %d deliveries left to others", unfinished)
        return not unfinished

    async def _drain(self, repeating: Sequence["asyncio.Task[None]"]) -> int:
        """Take nothing new and let what runs finish for a while; return how many deliveries are left."""
        until = time.monotonic() + DRAIN_SECONDS
        await asyncio.wait(repeating, timeout=DRAIN_SECONDS)  # a claim may be under way: what it takes is ours to do
        while self._running and (left := until - time.monotonic()) > 0:
            # Leases are renewed meanwhile, for this takes longer than half of one.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, RENEWAL.total_seconds())):
                    await self._idle.wait()
            if self._running:
                await self._renew_all()
        return len(self._running)

    # --- What goes on all the time ------------------------------------------------------

    async def _hand_out(self) -> None:
        """Hand out facts as long as there are any, wake who has to do with them, then sleep until there may be more."""
        self._news.clear()
        handed_out = await self._pools.run("hand out", hand_out, self._reactions, clock=self._clock)
        # Without any facts it may be timers, or deliveries somebody wants tried again.
        concerned = {Destination.Kind.CLOCK, *handed_out.kinds} if handed_out.facts else self._freed.keys()
        for kind in self._freed.keys() & concerned:
            self._freed[kind].set()
        if not handed_out.facts:
            await _wait(self._news, POLL_SECONDS)

    async def _fill(self, kind: Destination.Kind) -> None:
        """Take what is due and there is room for, then sleep until something has changed."""
        lane, freed = self._lanes[kind], self._freed[kind]
        freed.clear()
        running = [one.taken for one in self._running.values() if one.kind is kind]
        free = lane.in_flight - len(running)
        taken: list[Taken] = []
        if free:
            taken = await self._pools.run(
                "claim", take, kind, n=free, each=lane.each, running=running, clock=self._clock
            )
        if taken:
            since = time.monotonic()
            self._running.update((one.delivery_id, Running(one, kind, since)) for one in taken)
            self._idle.clear()
            self._begin(self._work(kind, taken))
        if len(taken) < free or not free:
            await _wait(freed, self._patience(kind))
        if self._running:
            await asyncio.sleep(BREATH_SECONDS)

    async def _renew(self) -> None:
        await _wait(self._stopping, RENEWAL.total_seconds())
        await self._renew_all()

    async def _renew_all(self) -> None:
        """Show signs of life for what runs. A handler that hangs gets none, so that another worker takes over."""
        begun_after = time.monotonic() - LONGEST_RUN.total_seconds()
        alive = [one.taken for one in self._running.values() if one.since > begun_after]
        if alive:
            await self._pools.run("renew", renew, alive, clock=self._clock)

    async def _begin_nights(self) -> None:
        """Give a night to every organisation that waits for none, now and then every hour."""
        await self._pools.run("nights", begin_missing_nights, is_over=self._stopping.is_set)
        await _wait(self._stopping, NIGHTS_EVERY_SECONDS)

    async def _listen(self) -> None:
        """Wake up when facts are committed. A connection of its own, past any pool that shares sessions."""
        parameters = {
            key: value for key, value in connection.get_connection_params().items() if key != "cursor_factory"
        }
        async with await psycopg.AsyncConnection.connect(**parameters, autocommit=True) as direct:
            await direct.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                async for _ in direct.notifies(timeout=POLL_SECONDS, stop_after=1):
                    self._news.set()

    async def _repeat(self, step: Callable[[], Awaitable[None]], name: str) -> None:
        """Do a step over and over; after trouble, such as a restarting database, wait and go on."""
        while not self._stopping.is_set():
            try:
                await step()
            except Exception as error:  # noqa: BLE001 - a worker outlives whatever happens to it
                report(error, f"{name}: trouble, going on shortly")
                await _wait(self._stopping, AFTER_TROUBLE_SECONDS)

    # --- From the claim to the record -----------------------------------------------------

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _work(self, kind: Destination.Kind, taken: Sequence[Taken]) -> None:
        """Load what was taken and begin to try it."""
        works = await self._loaded(taken)
        self._forget(_absent(taken, works))
        self._look_again_soon(kind, works)
        for work in works:
            self._begin(self._try(kind, work))

    async def _loaded(self, taken: Sequence[Taken]) -> list[Work]:
        """What was taken, read; over and over while the database is away, for the leases are ours."""
        until = time.monotonic() + LONGEST_RUN.total_seconds()
        while True:
            try:
                return await self._pools.run("load", load, taken, self._reactions, clock=self._clock)
            except Exception as error:  # noqa: BLE001 - the leases run out and somebody tries again
                report(error, "deliveries could not be loaded")
                if self._stopping.is_set() or time.monotonic() > until:
                    return []
                await _wait(self._stopping, AFTER_TROUBLE_SECONDS)

    async def _try(self, kind: Destination.Kind, work: Work) -> None:
        try:
            if work.handler in self._reactions.senders:
                tried = await send(work, self._reactions, clock=self._clock)
            else:
                tried = await self._pools.run(kind.value, run, work, self._reactions, clock=self._clock)
        except Exception as error:  # noqa: BLE001 - the lease runs out and somebody tries again
            report(error, "a delivery was not tried")
            self._forget([work.taken.delivery_id])
        else:
            self._recorder.add(tried)

    async def _record(self, tries: Sequence[Tried]) -> None:
        await self._pools.run("record", record, tries, self._reactions)

    def _recorded(self, tries: Sequence[Tried]) -> None:
        self._forget([tried.work.taken.delivery_id for tried in tries])

    def _forget(self, ids: Sequence[UUID]) -> None:
        """These are no longer ours to see to: their places are free."""
        for id_ in ids:
            if gone := self._running.pop(id_, None):
                self._freed[gone.kind].set()
        if not self._running:
            self._idle.set()

    # --- Waking ---------------------------------------------------------------------------

    def _wake_all(self) -> None:
        self._stopping.set()
        for event in (self._news, *self._freed.values()):
            event.set()

    def _look_again_soon(self, kind: Destination.Kind, works: Sequence[Work]) -> None:
        """A paced destination's allowance fills while nothing happens: half of it may not wait for the next poll."""
        halves = [60 / per_minute * burst / 2 for per_minute, burst in (work.pace for work in works if work.pace)]
        if halves:
            self._soon[kind] = (max(0.05, min(halves)), time.monotonic() + 2 * POLL_SECONDS)

    def _patience(self, kind: Destination.Kind) -> float:
        """How long a lane sleeps when nothing wakes it."""
        step, until = self._soon.get(kind, (POLL_SECONDS, 0.0))
        return min(step, POLL_SECONDS) if time.monotonic() < until else POLL_SECONDS


def _absent(taken: Sequence[Taken], works: Sequence[Work]) -> list[UUID]:
    """Those that were not loaded: cancelled, or somebody else's by now."""
    loaded = {work.taken.delivery_id for work in works}
    return [one.delivery_id for one in taken if one.delivery_id not in loaded]


async def _wait(event: asyncio.Event, seconds: float) -> None:
    """Until something happens, or some seconds are over."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
