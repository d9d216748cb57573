"""The figures as a table for people and as JSON for machines."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bench.callers import CLIENTS, KINDS, WEEKS, Caller, Kind
from bench.deliveries import A_SECOND, Deliveries, percentile
from bench.stand import Row

GROWTH = 1.3
"""Wanted at most: how many times dearer a request is among the most bookings than among the fewest."""
LATENCY_MS = 200.0
"""Promised at the 99th percentile of writes."""
QUIET = 0.1
"""Share of the machine that other programs may have before rates and latencies say more about them."""


@dataclass(frozen=True)
class Results:
    """What a run found."""

    rows: dict[int, dict[str, Row]]
    """By number of bookings and kind of request."""
    others: float
    """Share of the machine that other programs had meanwhile; not a number where the system does not tell."""

    @property
    def is_quiet(self) -> bool:
        return not self.others > QUIET

    def sizes(self, kind: Kind) -> list[tuple[int, Row]]:
        return [(size, rows[kind.name]) for size, rows in self.rows.items()]

    def of_floor(self, row: Row) -> float:
        return row.of_floor if self.is_quiet else row.of_floor_by_cpu

    def growth(self, kind: Kind) -> float:
        """How many times dearer a request is among the most bookings than among the fewest."""
        few, many = self.rows[min(self.rows)][kind.name], self.rows[max(self.rows)][kind.name]
        return few.load.per_second / many.load.per_second if self.is_quiet else many.cpu_ms / few.cpu_ms


def as_text(results: Results) -> str:
    return "\n\n".join((_under_load(results), _one_by_one(results), _verdict(results)))


def _under_load(results: Results) -> str:
    head = ("", "bookings", "req/s", "p50 ms", "p99 ms", "statements", "web CPU ms", "database CPU ms")
    lines = [
        (
            kind.name,
            f"{size:,}",
            f"{row.load.per_second:,.0f}",
            f"{row.load.latency_ms(50):.1f}",
            f"{row.load.latency_ms(99):.1f}",
            str(row.statements),
            _number(row.web_cpu_ms, ".2f"),
            _number(row.database_cpu_ms, ".2f"),
            _number(row.floor, ",.0f"),
            _number(row.of_floor, ".0%"),
            _number(row.of_floor_by_cpu, ".0%"),
        )
        for kind in KINDS
        for size, row in results.sizes(kind)
    ]
    title = f"{CLIENTS} clients over HTTP, one for series; floor: the same statements by pgbench, feeds as JSON in SQL"
    return f"{title}\n{_table((*head, 'floor /s', 'of floor', 'by CPU'), lines)}"


def _one_by_one(results: Results) -> str:
    head = ("", "bookings", "whole ms", "Python ms", "database ms")
    lines = [
        (
            kind.name,
            f"{size:,}",
            f"{row.inside.wall_ms:.2f}",
            f"{row.inside.python_ms:.2f}",
            f"{row.inside.wall_ms - row.inside.python_ms:.2f}",
        )
        for kind in KINDS
        for size, row in results.sizes(kind)
    ]
    title = "One at a time, without server and network: CPU in Python, and waiting for the database"
    return f"{title}\n{_table(head, lines)}"


def _verdict(results: Results) -> str:
    """Growth, and what of the targets was missed."""
    lines = []
    if not results.is_quiet:
        lines.append(
            f"Other programs had {results.others:.0%} of the machine: rates and latencies say little, and CPU times"
            " are too high, up to twice. Growth and the share of the floor are judged by CPU time, the rest is not."
        )
    lines += [_of_a_year(size, rows) for size, rows in results.rows.items()]
    if len(results.rows) > 1:
        growth = ", ".join(f"{kind.name} × {results.growth(kind):.2f}" for kind in KINDS)
        lines.append(f"Growth from {min(results.rows):,} to {max(results.rows):,} bookings: {growth}")
    missed = [
        fault for kind in KINDS for size, row in results.sizes(kind) for fault in _faults(results, kind, size, row)
    ]
    missed += [
        f"{kind.name}: {results.growth(kind):.2f} times as dear with more bookings, wanted {GROWTH} at most"
        for kind in KINDS
        if results.growth(kind) > GROWTH
    ]
    met = "Every target met." if results.is_quiet else "Nothing missed of what could be judged."
    return "\n".join(lines + ([f"Missed: {fault}" for fault in missed] or [met]))


def _of_a_year(size: int, rows: Mapping[str, Row]) -> str:
    """What a year of weekly occurrences costs beside one booking, each by one client at a time."""
    single, year = (rows[kind.name].inside for kind in KINDS if kind.ask in {Caller.book, Caller.book_year})
    return (
        f"A year of {WEEKS} weekly dates at {size:,} bookings: {year.wall_ms:.0f} ms of server time,"
        f" {year.wall_ms / single.wall_ms:.1f} times a single booking's; {year.wall_ms / WEEKS:.1f} ms a date"
    )


def _faults(results: Results, kind: Kind, size: int, row: Row) -> list[str]:
    about = f"{kind.name} at {size:,}"
    faults = []
    if row.load.refused:
        faults.append(f"{about}: answered {dict(row.load.refused)} instead of {kind.status}")
    if row.statements > kind.statements:
        faults.append(f"{about}: {row.statements} statements, wanted {kind.statements} at most")
    if results.is_quiet and row.web_cpu_ms > kind.cpu_ms:
        faults.append(f"{about}: {row.web_cpu_ms:.1f} ms of CPU, wanted {kind.cpu_ms:g} at most")
    if results.of_floor(row) < kind.of_floor:
        faults.append(f"{about}: {results.of_floor(row):.0%} of the floor, wanted {kind.of_floor:.0%}")
    if results.is_quiet and row.inside.wall_ms > kind.alone_ms:
        faults.append(f"{about}: {row.inside.wall_ms:.0f} ms alone, wanted {kind.alone_ms:g} at most")
    if results.is_quiet and kind.is_rush and row.load.latency_ms(99) > LATENCY_MS:
        faults.append(f"{about}: p99 {row.load.latency_ms(99):.0f} ms, wanted {LATENCY_MS:g} at most")
    return faults


def deliveries_as_text(found: Deliveries, others: float) -> str:
    """The tables of deliveries, and what of the targets was missed."""
    ours = found.rates[0]
    lines = [
        (
            rate.name,
            f"{rate.per_second:,.0f}",
            f"{ours.per_second / rate.per_second:.2f}" if rate.per_second else "–",
            _number(rate.worker_cpu_ms, ".2f"),
            _number(rate.database_cpu_ms, ".2f"),
        )
        for rate in found.rates
    ]
    head = ("", "deliveries/s", "ours to it", "worker CPU ms", "database CPU ms")
    p50, p99 = (percentile(found.lags, percent) * 1000 for percent in (50, 99))
    rise = percentile(found.hanging, 99) / max(percentile(found.quiet, 99), 1e-9)
    few, many = found.claim_ms[min(found.claim_ms)], found.claim_ms[max(found.claim_ms)]
    told = [
        f"Signed webhooks to a sink on this machine, one worker\n{_table(head, lines)}",
        f"From a commit to its arrival at {A_SECOND} facts a second: p50 {p50:,.0f} ms, p99 {p99:,.0f} ms",
        f"While another organisation's receiver hangs: p50 {percentile(found.hanging, 50) * 1000:,.0f} instead of"
        f" {percentile(found.quiet, 50) * 1000:,.0f} ms, p99 {percentile(found.hanging, 99) * 1000:,.0f} instead of"
        f" {percentile(found.quiet, 99) * 1000:,.0f} ms: × {rise:.2f}",
        f"One claim of fifty: {few:.1f} ms beside {min(found.claim_ms):,} settled deliveries, {many:.1f} ms beside"
        f" {max(found.claim_ms):,}: × {many / few:.2f}",
    ]
    if others > QUIET:
        told.append(f"Other programs had {others:.0%} of the machine: only ratios and CPU times say something.")
        return "\n\n".join(told)
    missed = [
        f"Missed: {what}"
        for what, is_met in (
            (f"{ours.per_second:,.0f} deliveries a second, wanted 800", ours.per_second >= 800),
            (f"p50 {p50:.0f} ms, wanted 150", p50 <= 150),
            (f"p99 {p99:.0f} ms, wanted 1000", p99 <= 1000),
            (f"a hanging neighbour raises p99 to {rise:.2f}, wanted 1.1", rise <= 1.1),
            (f"claims × {many / few:.2f} with more settled, wanted {GROWTH}", many / few <= GROWTH),
        )
        if not is_met
    ]
    return "\n\n".join([*told, "\n".join(missed) or "Every target of deliveries met."])


def _number(value: float, shape: str) -> str:
    """For what only some systems tell."""
    return "–" if math.isnan(value) else format(value, shape)


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    """Columns side by side: the first to the left, figures to the right."""
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    return "\n".join(
        "  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]) for line in (head, *lines)
    )


def as_json(results: Results) -> str:
    """Every figure of the tables, and the statements. What is not known is null."""
    said = {
        "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "taken_by_others": _known(results.others),
        "clients": CLIENTS,
        "rows": [_figures(kind, size, row) for kind in KINDS for size, row in results.sizes(kind)],
        "growth": {kind.name: results.growth(kind) for kind in KINDS},
    }
    return json.dumps(said, indent=2)


def _figures(kind: Kind, size: int, row: Row) -> dict[str, Any]:
    return {
        "request": kind.name,
        "bookings": size,
        "requests": row.load.requests,
        "per_second": row.load.per_second,
        "p50_ms": row.load.latency_ms(50),
        "p99_ms": row.load.latency_ms(99),
        "refused": row.load.refused,
        "statements": row.statements,
        "web_cpu_ms": _known(row.web_cpu_ms),
        "database_cpu_ms": _known(row.database_cpu_ms),
        "client_cpu_ms": row.load.own_cpu_seconds / row.load.requests * 1000,
        "floor_per_second": row.floors,
        "of_floor": _known(row.of_floor),
        "of_floor_by_cpu": _known(row.of_floor_by_cpu),
        "alone": {"wall_ms": row.inside.wall_ms, "python_ms": row.inside.python_ms},
        "statement_texts": [statement.text for statement in row.inside.statements],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
