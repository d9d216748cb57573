"""For whom something is said: the organisation, a kind, or one resource."""

from dataclasses import dataclass
from uuid import UUID

from infra24.resources.models import Resource
from infra24.resources.policies import Bookable


@dataclass(frozen=True)
class RuleScope:
    """Whom rules or a closure speak for; nothing set: the whole organisation."""

    kind: str = ""
    """A value of ResourceKind."""
    resource: Resource | None = None

    @property
    def name(self) -> str:
        """`organisation`, `kind` or `resource`."""
        return "resource" if self.resource else "kind" if self.kind else "organisation"

    @property
    def resource_id(self) -> UUID | None:
        return self.resource.pk if self.resource else None

    def covers(self, bookable: Bookable) -> bool:
        """Whether rules of this scope speak for the resource."""
        if self.resource is not None:
            return bookable.id == self.resource.pk
        return self.kind in {"", bookable.kind}
