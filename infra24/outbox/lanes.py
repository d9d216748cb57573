"""How much a worker does at once for each kind of destination."""

from collections.abc import Mapping
from dataclasses import dataclass

from infra24.outbox.models import Destination


@dataclass(frozen=True)
class Lane:
    """What one kind of destination gets of a worker."""

    in_flight: int
    """Deliveries at once."""
    each: int
    """Of them, how many to one destination."""
    threads: int
    """For handlers that wait for their answer in a thread; senders need none."""


LANES: Mapping[Destination.Kind, Lane] = {
    Destination.Kind.CLOCK: Lane(in_flight=2, each=2, threads=2),
    Destination.Kind.MAIL: Lane(in_flight=4, each=2, threads=4),
    Destination.Kind.CRM: Lane(in_flight=4, each=2, threads=4),
    Destination.Kind.WEBHOOK: Lane(in_flight=400, each=64, threads=1),
}
"""Lanes of their own: when the CRM vendor is down for everybody, mail and timers go on."""

DATABASE_THREADS: Mapping[str, int] = {"hand out": 1, "claim": 1, "load": 2, "record": 2, "renew": 1, "nights": 1}
"""The worker's own work with the database. None of these queues behind another: a slow load holds up no record."""
