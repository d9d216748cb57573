"""Transactions that write many rows, stopped when most of it is written: at a table that somebody keeps from them."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, TypeVar
from uuid import uuid4

import httpx
import psycopg

from infra24.bookings.models import Booking, BulkRun, Leg, Occurrence, Series, Source
from infra24.bookings.services.series import Reach, end_series
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.series_story import made, weekly
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.running import until

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
MANY = 40
PATIENCE = 300
"""Seconds after which it will never happen: a worker on a busy machine takes half a minute to start, as a lease does."""
Done = TypeVar("Done")


class Asked:
    """Work that a client asks for, with a key, so that asking again is no second request."""

    path: str
    body: dict[str, Any]
    tables: tuple[str, ...]
    """What is written after the bookings, in this order."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}

    def ask(self, address: str) -> int | None:
        """The status of the answer; None when there was none."""
        try:
            return httpx.post(f"{address}{self.path}", json=self.body, headers=self._headers, timeout=60).status_code
        except httpx.TransportError:
            return None


class Bulk(Asked):
    """Forty bookings of a room moved by an hour."""

    path = "/api/bookings/bulk"
    tables = ("facts_fact", "orgs_auditentry", "bookings_bulkrun")

    def __init__(self, cast: Cast, token: str) -> None:
        super().__init__(token)
        room = make.resource(cast.house)
        made(cast.alice, weekly(room, rule=f"FREQ=DAILY;COUNT={MANY}"))
        with acting_for(cast.house.pk):
            bookings = list(Booking.objects.filter(legs__resource=room))
        self.house, self.starts = cast.house, {booking.pk: booking.starts_at for booking in bookings}
        self.body = {"ids": [{"id": str(each)} for each in self.starts], "action": "move", "offset": "PT1H"}

    def is_done(self) -> bool:
        with acting_for(self.house.pk):
            now = dict(Booking.objects.filter(pk__in=self.starts).values_list("pk", "starts_at"))
        return all(now[each] == starts_at + HOUR for each, starts_at in self.starts.items())


class NewSeries(Asked):
    """Every week of a year."""

    path = "/api/series"
    tables = ("bookings_occurrence", "facts_fact", "orgs_auditentry")

    def __init__(self, cast: Cast, token: str) -> None:
        super().__init__(token)
        self.house, self.room = cast.house, make.resource(cast.house)
        times = {"starts_at": NOON.isoformat(), "ends_at": (NOON + HOUR).isoformat()}
        rule = "FREQ=WEEKLY;COUNT=52"
        self.body = {"title": "Class", "resource_id": str(self.room.pk), "rule": rule, **times}

    def is_done(self) -> bool:
        with acting_for(self.house.pk):
            return Booking.objects.filter(legs__resource=self.room).count() == 52


class Skipped:
    """Twelve dates of a series that were taken until a moment ago; the worker books them when it hears of it."""

    tables = ("bookings_occurrence", "bookings_series", "facts_fact", "orgs_auditentry")

    def __init__(self, cast: Cast) -> None:
        self.house, room = cast.house, make.resource(cast.house)
        rival = made(cast.alice, weekly(room, rule="FREQ=WEEKLY;COUNT=12"))
        self.series = made(cast.alice, weekly(room, rule="FREQ=WEEKLY;COUNT=13"), on_conflict="skip")
        assert self._booked() == 1
        with acting_for(cast.house.pk):
            end_series(rival, Reach("all"), by=cast.alice, source=Source.STAFF)

    def is_done(self) -> bool:
        return self._booked() == 13

    def _booked(self) -> int:
        with acting_for(self.house.pk):
            return Occurrence.objects.filter(series=self.series, state="booked").count()


def written(cast: Cast) -> list[Any]:
    """All that the works write, as it is now."""
    tables = (Booking, Leg, Series, Occurrence, BulkRun)
    with acting_for(cast.house.pk):
        rows = [list(table.objects.order_by("id").values()) for table in tables]
        told = Fact.objects.filter(type__regex="^(booking|series)[.]").count()
        return [*rows, told, AuditEntry.objects.count()]


@contextmanager
def midway(database: TestDatabase, table: str, do: Callable[[], Done]) -> Iterator[Callable[[], Done]]:
    """`do` has begun something that stands before a table, its bookings written. Yields how to wait for what `do` says.

    What still can goes on when the block ends. `do` is called again should it
    have waited too long for us: then it was told so (503), and nothing is done.
    """
    holder = psycopg.connect(**database.owner)
    with ThreadPoolExecutor(1) as hands:
        try:
            # Reading goes on; whoever writes to it waits.
            holder.execute(f"LOCK TABLE {table} IN SHARE MODE")
            doing = hands.submit(do)

            def stands() -> bool:
                nonlocal doing
                if doing.done() and doing.result() == 503:
                    doing = hands.submit(do)
                return _waits_for(database, table)

            until(stands, f"somebody who has written bookings waits for {table}", PATIENCE)
            yield lambda: doing.result(60)
        finally:
            holder.close()


_WAITING = """
    SELECT count(*) FROM pg_locks w JOIN pg_locks b USING (pid)
     WHERE w.relation = %s::regclass AND NOT w.granted
       AND b.relation = 'bookings_booking'::regclass AND b.mode = 'RowExclusiveLock' AND b.granted
"""
_WRITING = "SELECT count(*) FROM pg_locks WHERE relation = 'bookings_booking'::regclass AND mode = 'RowExclusiveLock'"


def _waits_for(database: TestDatabase, table: str) -> bool:
    return _counted(database, _WAITING, table) > 0


def nobody_writes(database: TestDatabase) -> bool:
    """Whether PostgreSQL has noticed that whoever wrote bookings is gone."""
    return _counted(database, _WRITING) == 0


def _counted(database: TestDatabase, statement: str, *values: str) -> int:
    with database.as_owner() as owner:
        row = owner.execute(statement, values).fetchone()
    assert row is not None
    return int(row[0])
