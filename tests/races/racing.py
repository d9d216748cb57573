"""Rivals who start at one instant, through real sockets, against the product as it runs in production.

A race is a set-up: a function that takes a `Stage`, prepares its own house,
and returns who runs and what has to be true afterwards. What is true of every
race is judged here: answers that were to be expected, refusals that say why,
answers that agree with the database, nobody twice in one place, no deadlock.
"""

import json
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.db import connection

from infra24.bookings.models import Booking
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.database import TestDatabase
from tests.make import NOON
from tests.races.answers import Answer, is_there, says_why, told_of
from tests.races.sweep import booking_rows, overfull, twice_taken
from tests.running import postgres_log

HOUR = timedelta(hours=1)
COMES_AGAIN = 2
"""Times a client comes again after 503. Whoever is told so once more has lost, and the race with it."""
PATIENCE_SECONDS = 120

Start = Callable[[], object]
Runner = Callable[[Start], Answer | None]
"""Gets ready, calls what it is given to wait for the others, runs; None where nobody answers."""


@dataclass(frozen=True)
class Race:
    """Who runs, what any of them may be told, and what else is true afterwards."""

    runners: Sequence[Runner]
    expected: Collection[int]
    judge: Callable[["Outcome"], None]
    before: Callable[[], None] = lambda: None
    """Done when all stand ready."""


@dataclass(frozen=True)
class Outcome:
    """The answers, and the bookings of the house as they are now."""

    answers: list[Answer]
    bookings: dict[str, dict[str, Any]]
    """By id: status, starts_at and titles of what they use."""

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def told(self, status: int) -> list[Answer]:
        return [answer for answer in self.answers if answer.status == status]

    @property
    def live(self) -> list[dict[str, Any]]:
        return [each for each in self.bookings.values() if each["status"] in {"hold", "pending", "confirmed"}]


class Stage:
    """A new house with its people, and the address of the running server."""

    def __init__(self, site: str, database: TestDatabase) -> None:
        self.database = database
        self.host = urlsplit(site).netloc
        self.house = make.organisation()
        self.mona = make.member(self.house, role=Role.MANAGER, name="Mona")
        self.alice = make.member(self.house, role=Role.STAFF, name="Alice")
        self.bob = make.member(self.house, name="Bob")
        self._tokens: dict[UUID, str] = {}

    def sends(self, by: Member, method: str, path: str, body: Any, **headers: str) -> Runner:
        """A client with a connection of its own, opened before the start."""
        if by.pk not in self._tokens:
            self._tokens[by.pk] = make.token(by)
        told = {
            "Authorization": f"Bearer {self._tokens[by.pk]}",
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        content = make.json(body)

        def run(start: Start) -> Answer:
            with closing(HTTPConnection(self.host, timeout=PATIENCE_SECONDS)) as line:
                line.connect()
                start()
                for _again in range(COMES_AGAIN + 1):
                    line.request(method, path, content, told)
                    response = line.getresponse()
                    kind = response.getheader("Content-Type", "").partition(";")[0]
                    answer = Answer(response.status, kind, json.loads(response.read()))
                    if answer.status != 503:
                        break
                    # A machine with other work may keep somebody waiting for longer than a request may wait for a
                    # lock. Nothing has happened then, and the answer says when to come again.
                    time.sleep(float(response.getheader("Retry-After", "1")))
                return answer

        return run

    def books(
        self, by: Member, *things: Resource, at: datetime = NOON, hours: float = 1, units: int = 1, **more: Any
    ) -> Runner:
        """Asks for all the things together."""
        exclusive = more.pop("exclusive", False)
        legs = [{"resource_id": thing.pk, "units": units, "exclusive": exclusive} for thing in things]
        return self.asks(by, legs, at=at, hours=hours, **more)

    def asks(
        self, by: Member, legs: list[dict[str, Any]], *, at: datetime = NOON, hours: float = 1, **more: Any
    ) -> Runner:
        """Asks for legs as the API takes them."""
        headers = more.pop("headers", {})
        body = {"title": "Firing", "legs": legs, "starts_at": at, "ends_at": at + hours * HOUR, **more}
        return self.sends(by, "POST", "/api/bookings", body, **headers)

    def changes(self, by: Member, booking_id: UUID, headers: dict[str, str] | None = None, **body: Any) -> Runner:
        return self.sends(by, "PATCH", f"/api/bookings/{booking_id}", body, **(headers or {}))

    def moves(self, by: Member, booking_id: UUID, at: datetime, *, hours: float = 1) -> Runner:
        return self.changes(by, booking_id, starts_at=at, ends_at=at + hours * HOUR)

    def repeats(
        self, by: Member, *things: Resource, rule: str, at: datetime = NOON, on_conflict: str = "refuse"
    ) -> Runner:
        """Asks for a series: all the things together on each date."""
        legs = [{"resource_id": thing.pk} for thing in things]
        body = {"title": "Class", "legs": legs, "starts_at": at, "ends_at": at + HOUR, "rule": rule}
        return self.sends(by, "POST", "/api/series", {**body, "on_conflict": on_conflict})

    def changes_many(self, by: Member, bookings: Iterable[Booking], action: str, **more: Any) -> Runner:
        """Does one thing to many bookings; `seen=True` says which versions the caller has seen."""
        seen = more.pop("seen", False)
        ids = [{"id": each.pk, **({"version": each.version} if seen else {})} for each in bookings]
        return self.sends(by, "POST", "/api/bookings/bulk", {"ids": ids, "action": action, **more})

    def does(self, job: Callable[[], object]) -> Runner:
        """Somebody who does not come through the web: the worker."""

        def run(start: Start) -> None:
            start()
            try:
                with acting_for(self.house.pk):
                    job()
            finally:
                connection.close()

        return run


def run(set_up: Callable[[Stage], Race], stage: Stage) -> None:
    """Prepare the race, run it, and judge what came of it."""
    race = set_up(stage)
    before = booking_rows(stage.database, stage.house.pk)
    logged = len(postgres_log(stage.database))

    answers = _started_together(race)

    outcome = Outcome([answer for answer in answers if answer is not None], {})
    outcome.bookings.update(booking_rows(stage.database, stage.house.pk))
    assert set(outcome.statuses) <= set(race.expected), outcome.answers
    for answer in outcome.answers:
        if answer.status >= 400:
            says_why(answer)
        else:
            for told in told_of(answer):
                is_there(told, outcome.bookings)
    made = {told["id"] for answer in outcome.told(201) for told in told_of(answer)}
    assert set(outcome.bookings) == set(before) | made
    assert not twice_taken(stage.database, stage.house.pk)
    assert not overfull(stage.database, stage.house.pk)
    race.judge(outcome)
    assert not deadlocks(stage.database, logged)


def deadlocks(database: TestDatabase, since: int = 0) -> list[str]:
    """What PostgreSQL has logged of deadlocks in this database, from a place in its log on."""
    lines = postgres_log(database)[since:].splitlines()
    return [line for line in lines if "deadlock detected" in line and f"@{database.name} " in line]


def _started_together(race: Race) -> list[Answer | None]:
    ready = threading.Barrier(len(race.runners), action=race.before)

    def one(runner: Runner) -> Answer | None:
        try:
            return runner(lambda: ready.wait(PATIENCE_SECONDS))
        except BaseException:
            ready.abort()
            raise

    with ThreadPoolExecutor(len(race.runners)) as track:
        return list(track.map(one, race.runners))


def again(runner: Runner, times: int) -> list[Runner]:
    return [runner] * times


def mixed(*groups: Iterable[Runner]) -> list[Runner]:
    """One of each group in turn, so that no kind of request has a head start."""
    waiting = [list(group) for group in groups]
    order: list[Runner] = []
    while any(waiting):
        order += [group.pop() for group in waiting if group]
    return order
