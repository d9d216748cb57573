"""The figures of /metrics, right with several processes: each writes files, the answer adds them up."""

import os
from collections.abc import Iterable
from functools import lru_cache

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from infra24.core.workers import FOLDER, shown_folders

REQUESTS = Counter("infra24_requests", "Requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "infra24_request_seconds",
    "Time to answer, in seconds.",
    ["method", "route"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1, 2.5, 10),
)
STATEMENTS = Histogram(
    "infra24_request_statements",
    "SQL statements a request took.",
    ["method", "route"],
    buckets=(0, 2, 4, 6, 8, 10, 15, 20, 30, 50, 100),
)


def count_request(method: str, route: str, status: int, *, seconds: float, statements: int) -> None:
    """One request answered. Each method, route and status has figures of its own, found again from a small memory."""
    answered, lasted, asked = _figures(method, route, str(status))
    answered.inc()
    lasted.observe(seconds)
    asked.observe(statements)


@lru_cache(maxsize=2_000)
def _figures(method: str, route: str, status: str) -> tuple[Counter, Histogram, Histogram]:
    return (
        REQUESTS.labels(method=method, route=route, status=status),
        SECONDS.labels(method=method, route=route),
        STATEMENTS.labels(method=method, route=route),
    )


def exposition(*collectors: Collector) -> bytes:
    """All figures in Prometheus' text format, with those of `collectors`, which are read as they stand."""
    read = CollectorRegistry()
    for collector in collectors:
        read.register(collector)
    if FOLDER not in os.environ:
        return generate_latest() + generate_latest(read)
    registry = CollectorRegistry()
    registry.register(_Files())
    return generate_latest(registry) + generate_latest(read)


class _Files(Collector):
    """What all processes have counted."""

    def collect(self) -> Iterable[Metric]:
        files = [str(file) for folder in shown_folders() for file in folder.glob("*.db")]
        found: Iterable[Metric] = MultiProcessCollector.merge(files, accumulate=True)  # type: ignore[no-untyped-call]
        return found
