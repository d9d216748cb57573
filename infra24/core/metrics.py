"""The figures of /metrics, right with several workers: each writes files, the answer adds them up."""

import os

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from infra24.core.workers import FOLDER

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


def exposition(*collectors: Collector) -> bytes:
    """All figures in Prometheus' text format, with those of `collectors`, which are read as they stand."""
    read = CollectorRegistry()
    for collector in collectors:
        read.register(collector)
    if FOLDER not in os.environ:
        return generate_latest() + generate_latest(read)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library's constructor has no types
    return generate_latest(registry) + generate_latest(read)
