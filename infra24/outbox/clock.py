"""The time, as the database has it: clocks of hosts may differ."""

import asyncio
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection

Clock = Callable[[], datetime]
"""Handed in wherever the time matters, so that tests can pass three days in a second."""


class DatabaseClock:
    """The database's time, the same for workers on many hosts; asked once a minute and counted on from there.

    In an event loop, where nobody may wait for a database, it only counts on.
    """

    ASKED_EVERY_SECONDS = 60.0

    def __init__(self) -> None:
        self._asked: tuple[float, datetime] | None = None

    def __call__(self) -> datetime:
        asked = self._asked
        if asked is None or (time.monotonic() - asked[0] > self.ASKED_EVERY_SECONDS and not _in_a_loop()):
            with connection.cursor() as cursor:
                cursor.execute("SELECT clock_timestamp()")
                asked = self._asked = (time.monotonic(), cursor.fetchone()[0])
        return asked[1] + timedelta(seconds=time.monotonic() - asked[0])


def _in_a_loop() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


database_clock = DatabaseClock()
