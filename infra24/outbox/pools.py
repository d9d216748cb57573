"""Threads in which an event loop has the database worked with."""

import asyncio
import logging
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from django.db import close_old_connections, connection

log = logging.getLogger(__name__)

Given = ParamSpec("Given")
Answer = TypeVar("Answer")


class Pools:
    """Named pools of threads, each thread with a connection of its own."""

    def __init__(self, sizes: Mapping[str, int]) -> None:
        self._pools = {name: ThreadPoolExecutor(size, thread_name_prefix=name) for name, size in sizes.items()}

    async def run(self, name: str, work: Callable[Given, Answer], *args: Given.args, **kwargs: Given.kwargs) -> Answer:
        """Have something done in a thread of the pool of that name."""
        todo = partial(work, *args, **kwargs)
        return await asyncio.get_running_loop().run_in_executor(self._pools[name], partial(_tidily, todo))

    def close(self, *, patiently: bool) -> None:
        """Take nothing new; `patiently`: wait for what runs."""
        for pool in self._pools.values():
            pool.shutdown(wait=patiently, cancel_futures=True)


def _tidily(work: Callable[[], Answer]) -> Answer:
    try:
        return work()
    except BaseException:
        connection.close()  # it may be the reason
        raise
    finally:
        close_old_connections()


def report(error: BaseException, what: str) -> None:
    """Log where it happened; a message might repeat personal data."""
    log.error("%s: %s\n%s", what, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
