"""The ways in which a delivery fails, what each asks for, and one that is no failure. Handlers raise them."""

from datetime import datetime, timedelta
from typing import ClassVar

from infra24.outbox.models import Attempt


class DeliveryFailure(Exception):
    """A try failed. `note` tells staff why, in one sentence without personal data or secrets."""

    outcome: ClassVar[Attempt.Outcome]

    def __init__(self, note: str) -> None:
        super().__init__(note)
        self.note = note


class TransientFailure(DeliveryFailure):
    """No answer, or an answer that may be another one soon: try again along the schedule."""

    outcome = Attempt.Outcome.TRANSIENT


class OwnFault(TransientFailure):
    """Trouble on our side of the line: tried again along the schedule, and no sign that the destination fails."""


class Throttled(DeliveryFailure):
    """Asked to slow down: the whole destination rests as long as told, and no try is used up."""

    outcome = Attempt.Outcome.THROTTLED

    def __init__(self, note: str, *, retry_after: timedelta) -> None:
        super().__init__(note)
        self.retry_after = retry_after


class ConnectionBroken(DeliveryFailure):
    """Our credentials are not taken: pause the destination and keep all that waits, until somebody mends it."""

    outcome = Attempt.Outcome.BROKEN


class Rejected(DeliveryFailure):
    """What we sent is not acceptable: a person must change something, trying again will not."""

    outcome = Attempt.Outcome.REJECTED


class Gone(DeliveryFailure):
    """What we wanted to change is no longer there: a person decides."""

    outcome = Attempt.Outcome.GONE


class OutcomeUnknown(DeliveryFailure):
    """Sent, but never answered: it may have happened. The next try looks before it writes."""

    outcome = Attempt.Outcome.UNKNOWN


class Again(Exception):
    """Done for now: the same delivery is to run again at `due_at`. No try is used up, and none is written down.

    For timers that come round all day: a new one each time would leave a row each.
    """

    def __init__(self, note: str, *, due_at: datetime) -> None:
        super().__init__(note)
        self.note, self.due_at = note, due_at
