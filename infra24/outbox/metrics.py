"""Figures for Prometheus: what workers tried, and how much waits to be delivered.

What waits is read from the database, so it is right whoever answers. What was
tried each worker counts for itself, in files beside those of the web.
"""

from collections.abc import Iterable

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client import Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from infra24.outbox.queries import backlog, destination_figures
from infra24.outbox.trying import Tried

ATTEMPTS = Counter("infra24_delivery_attempts", "Tries at deliveries, by what came of them.", ["kind", "outcome"])
LAG = Histogram(
    "infra24_delivery_lag_seconds",
    "From a fact to the first try at its delivery, in seconds.",
    ["kind"],
    buckets=(0.05, 0.1, 0.15, 0.25, 0.5, 1, 2, 5, 15, 60, 300, 3600),
)


def count(tried: Tried) -> None:
    """Count one try. Timers wait for their hour, so they are never late from the fact on."""
    ATTEMPTS.labels(kind=tried.work.kind, outcome=tried.outcome.value).inc()
    if tried.work.job.attempt == 1 and not tried.work.is_timer:
        lag = (tried.started_at - tried.work.job.recorded_at).total_seconds()
        LAG.labels(kind=tried.work.kind).observe(max(lag, 0))


class BacklogCollector(Collector):
    """By kind of destination; `fact` are facts not yet handed out. Silent while the database does not answer."""

    def collect(self) -> Iterable[Metric]:
        try:
            lines, destinations = backlog(), destination_figures()
        except DatabaseError:
            return
        now = timezone.now()
        waiting = GaugeMetricFamily("infra24_deliveries_waiting", "Deliveries not yet made.", labels=["kind"])
        due = GaugeMetricFamily("infra24_deliveries_due", "Deliveries that could be made now.", labels=["kind"])
        late = GaugeMetricFamily(
            "infra24_deliveries_oldest_due_seconds", "Since when the longest waiting one is due.", labels=["kind"]
        )
        failed = GaugeMetricFamily("infra24_deliveries_failed", "Dead letters that ask a person.", labels=["kind"])
        for line in lines:
            waiting.add_metric([line.kind], line.waiting)
            due.add_metric([line.kind], line.due)
            late.add_metric([line.kind], (now - line.oldest_due_at).total_seconds() if line.oldest_due_at else 0)
            failed.add_metric([line.kind], line.dead)
        yield from (waiting, due, late, failed)
        states = GaugeMetricFamily(
            "infra24_destinations", "Destinations that do not do well.", labels=["kind", "state"]
        )
        for figures in destinations:
            states.add_metric([figures.kind, "resting"], figures.resting)
            states.add_metric([figures.kind, "paused"], figures.paused)
            states.add_metric([figures.kind, "failing"], figures.failing)
        yield states
