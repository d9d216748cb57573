"""Facts, bookings and holds, as fast as they are taken: through the product's services, each in its transaction."""

import random
import threading
import time
from collections.abc import Callable

from django.db import connection
from django.db.utils import Error
from django.utils import timezone

from chaos.houses import House, book, hold
from chaos.plans import Plan
from infra24.facts.services import Event, record_all
from infra24.orgs.tenancy import acting_for

BATCH = 20
"""Facts in one transaction, of as many subjects."""
MOST_AHEAD = 4_000
"""Facts that are under way at once: the storm is to meet work from the beginning to the end."""


class Producer(threading.Thread):
    """Records what the plan wants. What it was promised is what PostgreSQL said it has committed.

    A transaction that ends in an error may have been committed all the same; it
    is not repeated under the same ids, so the database decides what there is.
    """

    def __init__(self, plan: Plan, houses: list[House], *, arrived: Callable[[], int]) -> None:
        super().__init__(name="producer", daemon=True)
        self.promised: list[str] = []
        """Ids of the facts that were acknowledged, those of bookings apart."""
        self.is_done = False
        self._plan, self._houses, self._arrived = plan, houses, arrived
        self._random = random.Random(plan.seed)  # noqa: S311 - no secret

    def run(self) -> None:
        errands = self._errands()
        every = max(1, self._plan.facts // BATCH // max(1, len(errands)))
        batch = 0
        while len(self.promised) < self._plan.facts:
            if len(self.promised) - self._arrived() > MOST_AHEAD:
                time.sleep(0.1)
                continue
            self._surely(self._record)
            batch += 1
            if errands and batch % every == 0:
                self._surely(errands.pop())
        for errand in errands:
            self._surely(errand)
        self.is_done = True
        connection.close()

    def _record(self) -> None:
        house = self._random.choice(self._houses)
        # Squared: a few subjects have long lines, most have short ones.
        places = {int(len(house.subjects) * self._random.random() ** 2) for _ in range(BATCH)}
        left = self._plan.facts - len(self.promised)
        events = [Event("assignment.changed", house.subjects[place]) for place in sorted(places)][:left]
        with acting_for(house.org_id):
            ids = record_all(house.org_id, events, now=timezone.now(), source="api")
        self.promised += map(str, ids)

    def _errands(self) -> list[Callable[[], None]]:
        def booking(house: House) -> Callable[[], None]:
            return lambda: void(book(house))

        def holding(house: House) -> Callable[[], None]:
            return lambda: house.holds.add(hold(house))

        bookings = [booking(self._houses[n % len(self._houses)]) for n in range(self._plan.bookings)]
        holds = [holding(self._houses[n % len(self._houses)]) for n in range(self._plan.holds)]
        mixed = [*bookings, *holds]
        self._random.shuffle(mixed)
        return mixed

    def _surely(self, step: Callable[[], None]) -> None:
        """Do a step, again and again while the database is away."""
        while True:
            try:
                step()
            except Error:
                connection.close()
                time.sleep(0.3)
            else:
                return


def void(_: object) -> None:
    """Take a value and forget it."""
