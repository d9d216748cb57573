"""Who reacts to what: the shape of the table that `config.subscriptions` fills."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

import msgspec

from infra24.orgs.models import Organisation
from infra24.outbox.models import Destination

MOST_KEPT = 2000
"""Characters of a request's or an answer's body that are kept with an attempt."""


@dataclass(frozen=True)
class Exchange:
    """One request and its answer, as kept for who looks for the fault. Bodies are cut at `MOST_KEPT`.

    Neither headers nor addresses may carry a credential here; bodies may carry personal data, and are shown by role.
    """

    method: str
    url: str
    status: int | None
    """None: no answer."""
    request: str
    response: str
    milliseconds: int


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
    version: int
    """Of the fact's type, as it was when the fact was recorded."""
    recorded_at: datetime
    attempt: int
    """1 for the first. From the second on an earlier try may have succeeded unnoticed."""
    now: datetime
    lease: UUID
    """Of this try. A handler may look whether the delivery still carries it: if not, another worker has taken over."""
    exchanges: list[Exchange] = field(default_factory=list)
    """Handlers that talk HTTP add what they asked and were answered; it is kept with the attempt."""

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


class Sender(Protocol):
    """A handler of what goes out by the hundred: it reads for many at once, then sends each without a thread.

    The same promises as a `Handler`'s hold, and the same failures may be raised.
    """

    def load(self, jobs: Sequence[Job]) -> Mapping[UUID, Any]:
        """What `send` needs, by delivery. Runs in a thread, outside any transaction; jobs may be of any organisations.

        A value may be a DeliveryFailure: that delivery is not sent, and fails with
        it. When an error comes out, each job is asked for alone.
        """

    async def send(self, job: Job, loaded: Any) -> str:
        """Send one delivery. No database from here."""


@dataclass(frozen=True)
class Reactions:
    """The whole table: `subscriptions` maps types of facts to kinds of destination and the handler's name."""

    subscriptions: Mapping[str, Mapping[Destination.Kind, str]]
    handlers: Mapping[str, Handler]
    """By the names that deliveries and timers are stored with; a name, once used, keeps its meaning."""
    senders: Mapping[str, Sender] = field(default_factory=dict)
    """Handlers of the other sort; no name is in both."""
    state_carrying: frozenset[str] = frozenset()
    """Handlers that tell how a subject stands now: a newer delivery of theirs makes those that still wait needless."""

    @cached_property
    def as_json(self) -> str:
        """The subscriptions as `sql/handing_out.sql` reads them."""
        rows = [
            {"type": fact_type, "kind": kind, "handler": handler}
            for fact_type, hearing in self.subscriptions.items()
            for kind, handler in hearing.items()
        ]
        return msgspec.json.encode(rows).decode()
