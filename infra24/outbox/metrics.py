"""How much waits to be delivered, as figures for Prometheus. Read from the database: right whoever answers."""

from collections.abc import Iterable

from django.db import DatabaseError
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from infra24.outbox.queries import backlog


class BacklogCollector(Collector):
    """By kind of destination; `fact` are facts not yet handed out. Silent while the database does not answer."""

    def collect(self) -> Iterable[Metric]:
        try:
            lines = backlog()
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
