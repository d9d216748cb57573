"""Reading verdicts, starting from who is looking. They are for managers: others see none."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max, QuerySet

from infra24.invariants.errors import VerdictNotFound
from infra24.invariants.models import Verdict
from infra24.orgs.models import Member
from infra24.orgs.policies import Role


def visible_verdicts(viewer: Member) -> QuerySet[Verdict]:
    """Every verdict on the viewer's organisation. Unordered: newest first is (-looked_at, -id)."""
    found = Verdict.objects.filter(org_id=viewer.org_id)
    return found if viewer.rank.includes(Role.MANAGER) else found.none()


def verdict_for(viewer: Member, verdict_id: UUID) -> Verdict:
    """Raises VerdictNotFound both for a missing verdict and for one the viewer may not see."""
    try:
        return visible_verdicts(viewer).get(pk=verdict_id)
    except Verdict.DoesNotExist:
        raise VerdictNotFound from None


def last_verdict(viewer: Member) -> Verdict | None:
    return visible_verdicts(viewer).order_by("-looked_at", "-id").first()


def last_looked_at() -> datetime | None:
    """When anybody last looked, over all organisations. For the owner, who sees them."""
    found: datetime | None = Verdict.objects.aggregate(last=Max("looked_at"))["last"]
    return found
