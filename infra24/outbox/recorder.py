"""What came of tries is gathered for a moment, so that many are recorded in one transaction."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Sequence

from django.db import InterfaceError, OperationalError

from infra24.outbox.policies import LONGEST_RUN
from infra24.outbox.pools import report
from infra24.outbox.trying import Tried

GATHER_SECONDS = 0.02
FULL = 200
"""Tries that are not gathered further, however short the moment was."""
AFTER_TROUBLE_SECONDS = 1.0


class Recorder:
    """Gathers tries and has `write` write them: in one call those that `apart` keeps together.

    What failed for one organisation never waits for another's. What cannot be written while
    the database is away is written when it is back; whoever has taken over by
    then has the better right, and `write` sees to that. `done` hears of tries
    that are settled one way or the other.
    """

    def __init__(
        self,
        apart: Callable[[Sequence[Tried]], Sequence[Sequence[Tried]]],
        write: Callable[[Sequence[Tried]], Awaitable[None]],
        done: Callable[[Sequence[Tried]], None],
    ) -> None:
        self._apart, self._write, self._done = apart, write, done
        self._gathered: list[Tried] = []
        self._some, self._many = asyncio.Event(), asyncio.Event()
        self._writing: set[asyncio.Task[None]] = set()

    def add(self, tried: Tried) -> None:
        self._gathered.append(tried)
        self._some.set()
        if len(self._gathered) >= FULL:
            self._many.set()

    async def run(self) -> None:
        """Gather and write until cancelled."""
        while True:
            await self._some.wait()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(GATHER_SECONDS):
                    await self._many.wait()
            gathered, self._gathered = self._gathered, []
            self._some.clear()
            self._many.clear()
            for tries in self._apart(gathered):
                task = asyncio.create_task(self._settle(tries))
                self._writing.add(task)
                task.add_done_callback(self._writing.discard)

    async def _settle(self, tries: Sequence[Tried]) -> None:
        until = time.monotonic() + LONGEST_RUN.total_seconds()
        while True:
            try:
                await self._write(tries)
            except (
                OperationalError,
                InterfaceError,
            ) as error:  # the database is away, or two stood in each other's way
                report(error, "tries could not be recorded, going on shortly")
                if time.monotonic() < until:
                    await asyncio.sleep(AFTER_TROUBLE_SECONDS)
                    continue
            except Exception as error:  # noqa: BLE001 - the leases run out and somebody tries again
                report(error, "tries could not be recorded")
                if len(tries) > 1:  # one of them cannot be stored, and the others must not suffer for it
                    for tried in tries:
                        await self._settle([tried])
                    return
            self._done(tries)
            return
