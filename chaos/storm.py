"""What goes wrong while facts are delivered, and the passing of time that nobody wants to wait for."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from django.db import connection
from django.db.utils import Error
from django.utils import timezone

from chaos.grounds import Ground, kill, old_enough
from chaos.houses import House
from chaos.plans import Plan
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery, Destination

LONGEST_WAIT = timedelta(seconds=3)
"""What waits longer after a failure waits no longer than this here."""
EVERY_SECONDS = 1.5
CALM_FROM = 0.9
"""Share of the facts after whose arrival nothing more is broken: the rest shows that it recovers."""


class Storm:
    """Kills and restarts, spread evenly over the arrival of the facts. `tend` is called again and again."""

    def __init__(self, plan: Plan, ground: Ground, *, say: Callable[[str], None]) -> None:
        self.kills = 0
        self.restarts = 0
        self._plan, self._ground, self._say = plan, ground, say
        self._random = random.Random(plan.seed + 1)  # noqa: S311 - no secret
        kills = [(CALM_FROM * (n + 0.5) / plan.kills, self._kill) for n in range(plan.kills)]
        restarts = [(CALM_FROM * (n + 1) / (plan.restarts + 1), self._restart) for n in range(plan.restarts)]
        self._ahead = sorted([*kills, *restarts], key=lambda one: one[0], reverse=True)

    def tend(self, *, arrived: float) -> None:
        """Do what is due when that share of the facts has arrived: one thing at a time, so that each strikes work."""
        alive = self._ground.workers.alive()
        if self._ahead and arrived >= self._ahead[-1][0]:
            _, strike = self._ahead[-1]
            if strike(old_enough(alive)):
                self._ahead.pop()

    @property
    def is_over(self) -> bool:
        return not self._ahead

    def _kill(self, grown: Sequence[int]) -> bool:
        if not grown:
            return False
        kill(self._random.choice(grown))
        self.kills += 1
        return True

    def _restart(self, _grown: Sequence[int]) -> bool:
        if self._ground.fell_database is not None:
            began = time.monotonic()
            self._ground.fell_database()
            self.restarts += 1
            self._say(f"PostgreSQL was ended at once and is back after {time.monotonic() - began:.1f} s")
        return True


class TimePasses(threading.Thread):
    """Shortens waits in the database, as if the time had passed; the workers are those of production, unchanged.

    Only waits after a failure and rests of a destination are shortened, and only
    those of our own organisations. Leases keep their 45 seconds, timers their
    hour: a killed worker's work is taken up by the time it takes.
    """

    def __init__(self, houses: Sequence[House]) -> None:
        super().__init__(name="time", daemon=True)
        self._houses = houses
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            try:
                for house in self._houses:
                    shorten_waits(house)
            except Error:
                connection.close()
        connection.close()

    def end(self) -> None:
        self._over.set()
        self.join()


def shorten_waits(house: House) -> None:
    """Let nothing of a house wait longer than `LONGEST_WAIT` from now."""
    with acting_for(house.org_id):
        soon = timezone.now() + LONGEST_WAIT
        waiting = Delivery.objects.filter(
            org_id=house.org_id, status=Delivery.Status.PENDING, is_timer=False, lease__isnull=True, due_at__gt=soon
        )
        # Those a worker is taking at this moment are not waited for.
        ids = waiting.select_for_update(skip_locked=True).values_list("pk", flat=True)
        Delivery.objects.filter(pk__in=list(ids)).update(due_at=soon)
        Destination.objects.filter(org_id=house.org_id, rests_until__gt=soon).update(rests_until=soon)
