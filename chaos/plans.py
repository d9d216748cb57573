"""How much is asked of the house, and how hard it is hit meanwhile."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Plan:
    """One run. Everything random in it comes from `seed`."""

    facts: int
    """To be delivered to the sink, over and above those of bookings."""
    kills: int
    """Times a worker, any of them, gets SIGKILL."""
    restarts: int
    """Times the database is ended as by a power cut, and started again."""
    faults: float
    """Share of the sink's and the CRM's requests that fail."""
    organisations: int
    subjects: int
    """In each organisation; a few of them have long lines of facts, most have short ones."""
    bookings: int
    """In all, each for a person the CRM has never heard of; none where there is no CRM."""
    holds: int
    """In all, each with a timer that lets it expire."""
    workers: int
    seed: int = 24


FULL = Plan(
    facts=100_000,
    kills=50,
    restarts=3,
    faults=0.2,
    organisations=20,
    subjects=500,
    bookings=200,
    holds=100,
    workers=3,
)
SMALL = Plan(
    facts=2_000, kills=3, restarts=1, faults=0.2, organisations=4, subjects=100, bookings=0, holds=20, workers=1
)
"""For the running demo: its CRM is everybody's and stays as it is."""
SMALLEST = Plan(
    facts=300, kills=1, restarts=0, faults=0.2, organisations=2, subjects=60, bookings=6, holds=4, workers=1
)
"""For the suite."""

HOLD_SECONDS = 10
"""How long a hold of ours lasts."""


def faults_of(share: float) -> list[dict[str, Any]]:
    """Six ways to fail, `share` of all requests together."""
    each = share / 6
    return [
        {"kind": "timeout_after_commit", "seconds": 0.2, "rate": each},
        {"kind": "reset", "rate": each},
        {"kind": "status", "status": 429, "retry_after": 1, "rate": each},
        {"kind": "status", "status": 500, "rate": each},
        {"kind": "slow", "seconds": 1.0, "rate": each},
        {"kind": "wrong_body", "rate": each},
    ]


def faults_of_crm(share: float) -> list[dict[str, Any]]:
    """The same for the CRM, and a few refusals that only a person could mend."""
    return [
        *({**fault, "rate": fault["rate"] / 2} for fault in faults_of(share)),
        {"kind": "status", "status": 422, "rate": 0.01, "match": "POST /v2/interaction"},
    ]
