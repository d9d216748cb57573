"""Writing down what a look has found."""

from datetime import datetime
from uuid import UUID

from django.db import connection, transaction

from infra24.facts.services import record
from infra24.invariants.looking import Findings, Look
from infra24.invariants.models import Verdict
from infra24.invariants.queries import last_looked_at
from infra24.orgs.tenancy import acting_for

SOURCE = "clock"
_ONE_AT_A_TIME = "SELECT pg_advisory_xact_lock(hashtextextended('verdicts', 0))"


@transaction.atomic
def record_verdicts(look: Look, *, unless_since: datetime | None = None) -> int:
    """Give every organisation its verdict, and tell it by a fact; return how many.

    With `unless_since` nothing is written when somebody has written since:
    processes on several hosts give one verdict a night between them. There is
    no entry in the audit, where people look for what people did.
    """
    with connection.cursor() as cursor:
        cursor.execute(_ONE_AT_A_TIME)
    last = last_looked_at()
    if unless_since is not None and last is not None and last >= unless_since:
        return 0
    for org_id in look.slugs:
        with acting_for(org_id):
            _record(org_id, look.found.get(org_id, Findings()), at=look.at)
    return len(look.slugs)


def _record(org_id: UUID, findings: Findings, *, at: datetime) -> None:
    before = Verdict.objects.filter(org_id=org_id).order_by("-looked_at", "-id").first()
    verdict = Verdict.objects.create(
        org_id=org_id,
        looked_at=at,
        rows=findings.rows,
        violations=dict(findings.violations),
        information=dict(findings.information),
        samples=[{**sample, **_as_text(sample)} for sample in findings.samples],
    )
    if not verdict.violations:
        record(org_id, "invariants.verified", now=at, source=SOURCE, invariants_id=verdict.pk, rows=findings.rows)
        return
    record(
        org_id,
        "invariants.violated",
        now=at,
        source=SOURCE,
        invariants_id=verdict.pk,
        rows=findings.rows,
        violations=verdict.violations,
        is_news=before is None or before.violations != verdict.violations,
    )


def _as_text(sample: dict[str, object]) -> dict[str, str | None]:
    """Ids as JSON takes them."""
    return {name: str(value) if value else None for name, value in sample.items() if name in {"id", "booking_id"}}
