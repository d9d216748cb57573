"""The worker: a few threads that hand out facts and deliver, on as many hosts as wanted."""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass

import psycopg
from django.db import close_old_connections, connection

from infra24.outbox.delivering import Clock, Taken, database_clock, deliver, hand_out, renew, take
from infra24.outbox.models import Destination
from infra24.outbox.nights import begin_missing_nights
from infra24.outbox.policies import LONGEST_RUN, RENEWAL
from infra24.outbox.reactions import Reactions

log = logging.getLogger(__name__)

POLL_SECONDS = 1.0
"""A wake-up that got lost costs no more than this."""
AFTER_TROUBLE_SECONDS = 2.0
DRAIN_SECONDS = 25.0
"""How long a worker asked to end lets its running handlers finish; what is not done then, others take over."""
NIGHTS_EVERY_SECONDS = 3600.0
CHANNEL = "infra24_facts"


@dataclass(frozen=True)
class Lane:
    """Threads for one kind of destination, and how many of them one destination may use."""

    threads: int
    each: int


LANES: Mapping[Destination.Kind, Lane] = {
    Destination.Kind.CLOCK: Lane(threads=2, each=2),
    Destination.Kind.MAIL: Lane(threads=4, each=2),
    Destination.Kind.CRM: Lane(threads=4, each=2),
}
"""Lanes of their own: when the CRM vendor is down for everybody, mail and timers go on."""

THREADS = sum(lane.threads for lane in LANES.values()) + 3
"""Connections a worker may need at once: one a thread, one for the loop, one to renew leases, one for the nights."""


class Relay:
    """One worker. `run` returns after `stop`, which any thread or signal handler may call."""

    def __init__(self, reactions: Reactions, *, clock: Clock = database_clock) -> None:
        self._reactions = reactions
        self._clock = clock
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._running: dict[Future[None], tuple[Destination.Kind, Taken, float]] = {}
        self._lock = threading.Lock()
        self._has_news = True
        """There may be facts to hand out, and deliveries due in any lane."""
        self._freed: set[Destination.Kind] = set()
        """Lanes in which a thread has come free."""

    def stop(self) -> None:
        self._stopping.set()
        self._wake.set()

    def run(self) -> bool:
        """Work until stopped; true when nothing was left running at the end."""
        helpers = [
            threading.Thread(target=self._repeat, args=(self._listen,), name="listen", daemon=True),
            threading.Thread(target=self._repeat, args=(self._renew_all,), name="renew", daemon=True),
            threading.Thread(target=self._repeat, args=(self._begin_nights,), name="nights", daemon=True),
        ]
        for helper in helpers:
            helper.start()
        pools = {kind: ThreadPoolExecutor(lane.threads, thread_name_prefix=kind.value) for kind, lane in LANES.items()}
        log.info("worker is ready")
        self._repeat(lambda: self._step(pools))
        with self._lock:
            running = list(self._running)
        unfinished = wait(running, timeout=DRAIN_SECONDS).not_done
        for pool in pools.values():
            pool.shutdown(wait=not unfinished, cancel_futures=True)
        log.info("worker ends, %d deliveries left to others", len(unfinished))
        return not unfinished

    def _step(self, pools: Mapping[Destination.Kind, ThreadPoolExecutor]) -> None:
        """Hand out facts if there may be any, fill free threads, sleep until something happens or a second is over."""
        self._wake.clear()
        with self._lock:
            has_news, lanes = self._has_news, set(LANES) if self._has_news else self._freed
            self._has_news, self._freed = False, set()
        handed_out = hand_out(self._reactions, clock=self._clock) if has_news else 0
        for kind in lanes:
            self._fill(kind, pools[kind])
        close_old_connections()
        if handed_out or not self._wake.wait(POLL_SECONDS):
            with self._lock:
                self._has_news = True

    def _fill(self, kind: Destination.Kind, pool: ThreadPoolExecutor) -> None:
        lane = LANES[kind]
        with self._lock:
            running = [taken for other, taken, _since in self._running.values() if other is kind]
        if free := lane.threads - len(running):
            for taken in take(kind, n=free, each=lane.each, running=running, clock=self._clock):
                self._begin(kind, taken, pool)

    def _begin(self, kind: Destination.Kind, taken: Taken, pool: ThreadPoolExecutor) -> None:
        with self._lock:
            future = pool.submit(self._deliver, taken)
            self._running[future] = (kind, taken, time.monotonic())
        future.add_done_callback(self._finished)

    def _deliver(self, taken: Taken) -> None:
        try:
            deliver(taken, self._reactions, clock=self._clock)
        except Exception as error:  # noqa: BLE001 - the lease runs out and somebody tries again
            _report(error, "a delivery was not recorded")
        finally:
            close_old_connections()

    def _finished(self, future: "Future[None]") -> None:
        with self._lock:
            kind, _taken, _since = self._running.pop(future)
            self._freed.add(kind)
        self._wake.set()

    def _renew_all(self) -> None:
        """Show signs of life for what runs. A handler that hangs gets none, so that another worker takes over."""
        if self._stopping.wait(RENEWAL.total_seconds()):
            return
        with self._lock:
            running = list(self._running.values())
        for _, taken, since in running:
            if time.monotonic() - since < LONGEST_RUN.total_seconds():
                renew(taken, clock=self._clock)
        close_old_connections()

    def _begin_nights(self) -> None:
        """Give a night to every organisation that waits for none, now and then every hour."""
        begin_missing_nights()
        close_old_connections()
        self._stopping.wait(NIGHTS_EVERY_SECONDS)

    def _listen(self) -> None:
        """Wake the loop when facts are committed. A connection of its own, past any pool that shares sessions."""
        parameters = connection.get_connection_params()
        with psycopg.connect(**parameters, autocommit=True) as direct:
            direct.execute(f"LISTEN {CHANNEL}")
            while not self._stopping.is_set():
                for _ in direct.notifies(timeout=POLL_SECONDS, stop_after=1):
                    with self._lock:
                        self._has_news = True
                    self._wake.set()

    def _repeat(self, step: Callable[[], None]) -> None:
        """Do a step over and over; after trouble, such as a restarting database, wait and go on."""
        while not self._stopping.is_set():
            try:
                step()
            except Exception as error:  # noqa: BLE001 - a worker outlives whatever happens to it
                _report(error, f"{threading.current_thread().name}: trouble, going on shortly")
                connection.close()
                self._stopping.wait(AFTER_TROUBLE_SECONDS)


def _report(error: Exception, what: str) -> None:
    """Log where it happened; a message might repeat personal data."""
    log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
