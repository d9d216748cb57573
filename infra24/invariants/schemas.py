"""Shapes of the API's answers about verdicts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from ninja import Schema
from pydantic import Field

from infra24.invariants.models import Kind, Verdict


class KindOut(Schema):
    """One thing that is always so, and how often it was not."""

    name: str = Field(description="Stable: `leg_overlap`.")
    sentence: str = Field(description="What is wrong, in the caller's language.")
    count: int = Field(description="Rows that break it.")


class VerdictOut(Schema):
    """Whether everything of the organisation added up at one instant."""

    id: UUID
    looked_at: datetime
    adds_up: bool
    rows: int = Field(description="Rows looked at; each counts once.")
    violations: list[KindOut] = Field(description="What was broken, the most frequent first; empty when all is well.")
    information: list[KindOut] = Field(description="What is worth knowing without being wrong.")


class SampleOut(Schema):
    """One broken row."""

    name: str = Field(description="What is broken of it, as in `violations`.")
    table: str
    id: UUID = Field(description="Its id in that table.")
    booking_id: UUID | None = Field(description="The booking to look at, where there is one.")


class VerdictWithSamplesOut(VerdictOut):
    """Whether everything added up, with some of what did not."""

    samples: list[SampleOut] = Field(description="At most 100 of the broken rows, and 25 of a name.")


def verdict_out(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the shape of VerdictOut."""
    return {
        "id": verdict.pk,
        "looked_at": verdict.looked_at,
        "adds_up": not verdict.violations,
        "rows": verdict.rows,
        "violations": [_kind_out(kind) for kind in verdict.kinds],
        "information": [_kind_out(kind) for kind in verdict.notes],
    }


def verdict_with_samples_out(verdict: Verdict) -> dict[str, Any]:
    """A verdict in the shape of VerdictWithSamplesOut."""
    return {**verdict_out(verdict), "samples": verdict.samples}


def _kind_out(kind: Kind) -> dict[str, Any]:
    return {"name": kind.name, "sentence": str(kind.sentence), "count": kind.count}
