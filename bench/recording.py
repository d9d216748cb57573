"""Facts for the bench of deliveries, recorded by the product's services in a process of their own.

Reads one command a line from standard input and answers each by one line, both
as JSON: `settle`, `backlog`, `steady` and `claims`, with their arguments.
"""

import json
import os
import statistics
import sys
import time
from typing import Any


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    import django

    django.setup()
    desk = Desk()
    for line in sys.stdin:
        wish = json.loads(line)
        print(json.dumps(getattr(desk, wish.pop("do"))(**wish)), flush=True)


class Desk:
    """What can be asked; a method for each command."""

    def settle(self, *, sink: str, organisations: int, subjects: int) -> list[dict[str, str]]:
        """Organisations that hear of their facts at the sink. A worker has to run: it proves the sink to be theirs."""
        from chaos.hooks import wait_until_proved
        from chaos.houses import settle
        from chaos.plans import Plan

        plan = Plan(0, 0, 0, 0.0, organisations=organisations, subjects=subjects, bookings=0, holds=0, workers=0)
        self.houses = settle(plan, sink=sink, crm=None)
        wait_until_proved([house.hook for house in self.houses], tend=lambda: None)
        return [
            {"org_id": str(house.org_id), "destination_id": str(house.hook.destination_id)} for house in self.houses
        ]

    def backlog(self, *, facts: int, houses: list[int] | None = None) -> int:
        """Record facts of all subjects in turn, as fast as it goes."""
        chosen = self.houses if houses is None else [self.houses[number] for number in houses]
        recorded, batch = 0, 500
        while recorded < facts:
            house = chosen[(recorded // batch) % len(chosen)]
            recorded += len(self._record(house, range(recorded, min(recorded + batch, facts))))
        return recorded

    def steady(self, *, a_second: int, seconds: float, houses: list[int] | None = None) -> dict[str, float]:
        """Commit one fact after the other, evenly; when each was committed, by its id."""
        chosen = self.houses if houses is None else [self.houses[number] for number in houses]
        committed: dict[str, float] = {}
        began = time.time()
        for number in range(round(a_second * seconds)):
            time.sleep(max(0.0, began + number / a_second - time.time()))
            (fact_id,) = self._record(chosen[number % len(chosen)], range(number, number + 1))
            committed[fact_id] = time.time()
        return committed

    def claims(self, *, times: int, each: int) -> float:
        """Milliseconds that one claim takes, in the middle, with enough due that every claim finds its share."""
        from infra24.config.subscriptions import REACTIONS
        from infra24.core.ids import new_id
        from infra24.outbox.handing_out import hand_out
        from infra24.outbox.models import Destination
        from infra24.outbox.taking import take

        # Fresh subjects, for of each only the first in line can be claimed.
        self.houses[0].subjects = [new_id() for _ in range(times * each * 2)]
        self.backlog(facts=times * each * 2, houses=[0])
        while hand_out(REACTIONS).facts:
            pass
        spent = []
        for _ in range(times):
            began = time.perf_counter()
            taken = take(Destination.Kind.WEBHOOK, n=each, each=each)
            spent.append(time.perf_counter() - began)
            assert len(taken) == each, "a claim found less than it should"
        return statistics.median(spent) * 1000

    def _record(self, house: Any, numbers: range) -> list[str]:
        from django.utils import timezone

        from infra24.facts.services import Event, record_all
        from infra24.orgs.tenancy import acting_for

        subjects = house.subjects
        events = [Event("assignment.changed", subjects[number % len(subjects)]) for number in numbers]
        with acting_for(house.org_id):
            ids = record_all(house.org_id, events, now=timezone.now(), source="api")
        return [str(id_) for id_ in ids]


if __name__ == "__main__":
    main()
