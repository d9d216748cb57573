"""Refusals beside the form that was sent."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from infra24.core.errors import Alternative, Infra24Error
from infra24.core.problems import document


@dataclass(frozen=True)
class Choice:
    """Something to have instead, as a button: what it says, and what it sends."""

    alternative: Alternative

    @property
    def starts_at(self) -> datetime:
        return datetime.fromisoformat(self.alternative.starts_at)

    @property
    def ends_at(self) -> datetime:
        return datetime.fromisoformat(self.alternative.ends_at)

    @property
    def place(self) -> str:
        """Where, if it is elsewhere."""
        return self.alternative.resource_name if self.alternative.instead_of else ""

    @property
    def swap(self) -> str:
        """What the form needs to know of another resource: which, and in whose place."""
        one = self.alternative
        return f"/{one.resource_id}/{one.instead_of}" if one.instead_of else ""


def refused(error: Infra24Error | None) -> dict[str, Any]:
    """What a template needs to show a refusal: the problem, and what could be had instead."""
    if error is None:
        return {}
    return {"refusal": document(error), "alternatives": [Choice(one) for one in error.alternatives]}
