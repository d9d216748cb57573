"""What an import tells."""

from dataclasses import asdict
from typing import Any, Literal

from ninja import Schema

from infra24.facilities.services.importing import Report


class FaultOut(Schema):
    """What is wrong with one cell; without a column, with the whole line."""

    line: int
    column: str
    detail: str


class DifferenceOut(Schema):
    """What a line changes."""

    column: str
    before: str | int | float | None
    after: str | int | float | None


class RowOut(Schema):
    """What becomes of one line."""

    line: int
    name: str
    slug: str
    what: Literal["new", "changed", "unchanged"]
    differences: list[DifferenceOut]


class ImportOut(Schema):
    """What a table did, or with `dry_run` would do."""

    applied: bool
    rows: list[RowOut]
    faults: list[FaultOut]


def import_out(report: Report) -> dict[str, Any]:
    """A report in the shape of ImportOut."""
    return {
        "applied": report.is_applied,
        "rows": [asdict(outcome) for outcome in report.outcomes],
        "faults": [asdict(fault) for fault in report.faults],
    }
