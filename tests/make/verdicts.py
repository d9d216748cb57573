"""What a night found."""

from datetime import datetime
from typing import Any

from infra24.invariants.models import Verdict
from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from tests.make.bookings import NOON


def verdict(
    organisation: Organisation,
    *,
    looked_at: datetime = NOON,
    rows: int = 12345,
    violations: dict[str, int] | None = None,
    information: dict[str, int] | None = None,
    samples: list[dict[str, Any]] | None = None,
) -> Verdict:
    """A verdict: all is well unless told otherwise."""
    with acting_for(organisation.pk):
        return Verdict.objects.create(
            org_id=organisation.pk,
            looked_at=looked_at,
            rows=rows,
            violations=violations or {},
            information=information or {},
            samples=samples or [],
        )
