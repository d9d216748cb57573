"""Who reacts to what: the shape of the table that `config.subscriptions` fills."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from infra24.orgs.models import Organisation
from infra24.outbox.models import Destination


@dataclass(frozen=True)
class Job:
    """One delivery as its handler sees it."""

    organisation: Organisation
    delivery_id: UUID
    destination_id: UUID
    fact_id: UUID
    fact_type: str
    subject_id: UUID
    number: int
    """The fact's position among those of its subject. Of a timer: that of the fact it was set for."""
    data: Mapping[str, Any]
    attempt: int
    """1 for the first. From the second on an earlier try may have succeeded unnoticed."""
    now: datetime
    lease: UUID
    """Of this try. A handler may look whether the delivery still carries it: if not, another worker has taken over."""

    @property
    def org_id(self) -> UUID:
        return self.organisation.pk


Handler = Callable[[Job], str]
"""Does what a delivery asks for and says in one sentence, without personal data, what it did.

Runs in the organisation's language and outside any transaction: it opens its
own short ones with `acting_for`, and none while it waits for somebody else.
It may run twice for one delivery and must then do nothing the second time.
Raises a `DeliveryFailure` of the kind that fits; anything else is a bug, is
logged, and is tried again like a transient failure.
"""


@dataclass(frozen=True)
class Reactions:
    """The whole table: `subscriptions` maps types of facts to kinds of destination and the handler's name."""

    subscriptions: Mapping[str, Mapping[Destination.Kind, str]]
    handlers: Mapping[str, Handler]
    """By the names that deliveries and timers are stored with; a name, once used, keeps its meaning."""
