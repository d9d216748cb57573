"""Refusals beside the form that was sent."""

from datetime import datetime
from typing import Any

from infra24.core.errors import Infra24Error
from infra24.core.problems import document


def refused(error: Infra24Error | None) -> dict[str, Any]:
    """What a template needs to show a refusal: the problem, and times that would do as instants."""
    if error is None:
        return {}
    alternatives = [
        (datetime.fromisoformat(one.starts_at), datetime.fromisoformat(one.ends_at)) for one in error.alternatives
    ]
    return {"refusal": document(error), "alternatives": alternatives}
