"""The figures as a table for people and as JSON for machines."""

import json
import math
import os
import platform
from collections.abc import Mapping, Sequence
from typing import Any

from bench.callers import CLIENTS, KINDS, Kind
from bench.stand import Row

Results = Mapping[int, Mapping[str, Row]]
"""Rows by number of bookings and kind of request."""
GROWTH = 1.3
"""Wanted at most: how many times dearer a request is among the most bookings than among the fewest."""
LATENCY_MS = 200.0
"""Promised at the 99th percentile of writes."""


def as_text(results: Results) -> str:
    return "\n\n".join((_under_load(results), _one_by_one(results), _wanted(results)))


def _under_load(results: Results) -> str:
    head = (
        "",
        "bookings",
        "req/s",
        "p50 ms",
        "p99 ms",
        "statements",
        "web CPU ms",
        "database CPU ms",
        "floor /s",
        "of floor",
    )
    lines = [
        (
            kind.name,
            f"{size:,}",
            f"{row.load.per_second:,.0f}",
            f"{row.load.latency_ms(50):.1f}",
            f"{row.load.latency_ms(99):.1f}",
            str(row.statements),
            _ms(row.web_cpu_ms),
            _ms(row.database_cpu_ms),
            f"{row.floor:,.0f}",
            f"{row.of_floor:.0%}",
        )
        for kind in KINDS
        for size, row in _sizes(results, kind)
    ]
    return f"{CLIENTS} clients over HTTP; floor: the same statements by pgbench, feeds built as JSON in SQL\n" + _table(
        head, lines
    )


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
        for size, row in _sizes(results, kind)
    ]
    return "One at a time, without server and network: CPU in Python, and waiting for the database\n" + _table(
        head, lines
    )


def _wanted(results: Results) -> str:
    """What of the targets was missed, growth included."""
    growth = [f"{kind.name} × {_growth(results, kind):.2f}" for kind in KINDS if len(results) > 1]
    missed = [fault for kind in KINDS for size, row in _sizes(results, kind) for fault in _faults(kind, size, row)]
    missed += [
        f"{kind.name}: {_growth(results, kind):.2f} times as dear with more bookings, wanted {GROWTH} at most"
        for kind in KINDS
        if _growth(results, kind) > GROWTH
    ]
    return "\n".join(
        [f"Growth from {min(results):,} to {max(results):,} bookings: {', '.join(growth) or 'not measured'}"]
        + ([f"Missed: {fault}" for fault in missed] or ["Every target met."])
    )


def _faults(kind: Kind, size: int, row: Row) -> list[str]:
    about = f"{kind.name} at {size:,}"
    faults = []
    if row.load.refused:
        faults.append(f"{about}: answered {dict(row.load.refused)} instead of {kind.status}")
    if row.statements > kind.statements:
        faults.append(f"{about}: {row.statements} statements, wanted {kind.statements} at most")
    if row.web_cpu_ms > kind.cpu_ms:
        faults.append(f"{about}: {row.web_cpu_ms:.1f} ms of CPU, wanted {kind.cpu_ms:g} at most")
    if row.of_floor < kind.of_floor:
        faults.append(f"{about}: {row.of_floor:.0%} of the floor, wanted {kind.of_floor:.0%}")
    if not kind.events and row.load.latency_ms(99) > LATENCY_MS:
        faults.append(f"{about}: p99 {row.load.latency_ms(99):.0f} ms, wanted {LATENCY_MS:g} at most")
    return faults


def _growth(results: Results, kind: Kind) -> float:
    """How many times dearer a request is among the most bookings than among the fewest."""
    return results[min(results)][kind.name].load.per_second / results[max(results)][kind.name].load.per_second


def _sizes(results: Results, kind: Kind) -> list[tuple[int, Row]]:
    return [(size, rows[kind.name]) for size, rows in results.items()]


def _ms(value: float) -> str:
    """CPU time, where the system tells it."""
    return "–" if math.isnan(value) else f"{value:.2f}"


def _table(head: Sequence[str], lines: Sequence[Sequence[str]]) -> str:
    widths = [max(len(line[column]) for line in (head, *lines)) for column in range(len(head))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in (head, *lines)
    )


def as_json(results: Results) -> str:
    """Every figure of the tables, and the statements."""
    return json.dumps(
        {
            "machine": {"cores": os.cpu_count(), "system": platform.platform(), "python": platform.python_version()},
            "clients": CLIENTS,
            "rows": [_figures(kind, size, row) for kind in KINDS for size, row in _sizes(results, kind)],
            "growth": {kind.name: _growth(results, kind) for kind in KINDS},
        },
        indent=2,
    )


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
        "of_floor": row.of_floor,
        "alone": {"wall_ms": row.inside.wall_ms, "python_ms": row.inside.python_ms},
        "statement_texts": [statement.text for statement in row.inside.statements],
    }


def _known(value: float) -> float | None:
    return None if math.isnan(value) else value
