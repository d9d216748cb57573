"""Clients that book and move, one or many, without pause, whatever becomes of the server, and remember what they were told."""

import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx

from tests.make import NOON

CLIENTS = 4
DECIDED = {200, 201, 409}
"""Answers after which a client knows what became of its request; after any other, or none, it asks again."""


@dataclass
class Sent:
    """One request, and the last answer to it; None while there was none."""

    method: str
    path: str
    body: dict[str, Any]
    key: str = field(default_factory=lambda: str(uuid4()))
    status: int | None = None
    told: Any = None
    """What the answer said, where it was done."""

    @property
    def is_open(self) -> bool:
        """Can be asked again without harm, and has to be. A move cannot: somebody may have moved on since."""
        return self.method == "POST" and self.status not in DECIDED


class Traffic:
    """What all clients have sent. `kinds` are the requests they choose from."""

    def __init__(self, address: str, token: str, rooms: Sequence[str], kinds: Sequence["Kind"]) -> None:
        self.address, self.rooms = address, rooms
        self.sent: list[Sent] = []
        self.booked: list[str] = []
        """Ids of bookings that were answered."""
        self._headers = {"Authorization": f"Bearer {token}"}
        self._kinds = kinds
        self._stopping = threading.Event()

    @property
    def answered(self) -> int:
        return sum(one.status in DECIDED for one in list(self.sent))

    @contextmanager
    def flowing(self) -> Iterator[None]:
        """Clients come and go until the block ends."""
        threads = [threading.Thread(target=self._one_client, args=(number,)) for number in range(CLIENTS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            for thread in threads:
                thread.join()

    def settle(self) -> None:
        """Every client asks again, with the same key, until it knows."""
        with httpx.Client(base_url=self.address, headers=self._headers, timeout=30) as client:
            for one in self.sent:
                for _again in range(10):
                    if one.is_open:
                        self._send(client, one)
                assert not one.is_open, one

    def counts(self) -> Counter[tuple[str, int | None]]:
        return Counter((one.method, one.status) for one in self.sent)

    def _one_client(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 - no secret
        with httpx.Client(base_url=self.address, headers=self._headers, timeout=10) as client:
            while not self._stopping.is_set():
                one = chance.choice(self._kinds)(self, chance)
                if one is not None:
                    self.sent.append(one)
                    self._send(client, one)
                    # As a careful program does: what may have happened is asked for again, not for the second time.
                    while one.is_open and not self._stopping.wait(0.2):
                        self._send(client, one)

    def _send(self, client: httpx.Client, one: Sent) -> None:
        headers = {"Idempotency-Key": one.key} if one.method == "POST" else {}
        try:
            answer = client.request(one.method, one.path, json=one.body, headers=headers)
        except httpx.TransportError:
            one.status = None
            self._stopping.wait(0.2)
            return
        one.status = answer.status_code
        if answer.status_code < 300:
            one.told = answer.json()
            self.booked += bookings_made(one)


def bookings_made(one: Sent) -> list[str]:
    """Ids of the bookings a request made: of a series those of its dates."""
    if one.status != 201:
        return []
    if "dates" in one.told:
        return [date["booking_id"] for date in one.told["dates"] if date["booking_id"]]
    return [one.told["id"]]


Kind = Callable[[Traffic, random.Random], Sent | None]
"""Makes a request; None when there is nothing to do it to yet."""


def book(traffic: Traffic, chance: random.Random) -> Sent:
    """A booking, now and then a hold, of one room or two; by its title it is found again."""
    legs = [{"resource_id": room} for room in chance.sample(list(traffic.rooms), chance.choice([1, 1, 2]))]
    status = chance.choice(["confirmed", "confirmed", "hold"])
    return Sent("POST", "/api/bookings", {"title": str(uuid4()), "legs": legs, "status": status, **_times(chance)})


def move(traffic: Traffic, chance: random.Random) -> Sent | None:
    """A booking moved to another time; the note makes every move a change."""
    if not traffic.booked:
        return None
    booking = chance.choice(traffic.booked)
    return Sent("PATCH", f"/api/bookings/{booking}", {"note": str(uuid4()), **_times(chance)})


def repeat(traffic: Traffic, chance: random.Random) -> Sent:
    """A few weeks of one room in one go; dates that are taken are left for later."""
    body = {"title": str(uuid4()), "resource_id": chance.choice(traffic.rooms), "on_conflict": "skip"}
    return Sent("POST", "/api/series", {**body, "rule": f"FREQ=WEEKLY;COUNT={chance.randint(2, 5)}", **_times(chance)})


def shift(traffic: Traffic, chance: random.Random) -> Sent | None:
    """Several bookings moved in one go; those that cannot stay where they are."""
    booked = list(traffic.booked)
    if not booked:
        return None
    ids = [{"id": booking} for booking in chance.sample(booked, min(6, len(booked)))]
    offset = chance.choice(["PT30M", "-PT30M", "P1D", "-P1D"])
    return Sent("POST", "/api/bookings/bulk", {"ids": ids, "action": "move", "offset": offset, "on_conflict": "skip"})


def _times(chance: random.Random) -> dict[str, str]:
    """An hour of the middle of one of thirty days, so that many meet."""
    starts_at = NOON + timedelta(days=chance.randrange(30), minutes=30 * chance.randrange(-4, 6))
    return {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
