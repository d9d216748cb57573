"""What a story left behind in the acting organisation."""

from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry


def recorded_facts() -> list[str]:
    """The kinds of all facts, in the order in which they were recorded."""
    return list(Fact.objects.order_by("id").values_list("type", flat=True))


def audited() -> list[str]:
    """The actions of all audit entries, in order."""
    return list(AuditEntry.objects.order_by("id").values_list("action", flat=True))
