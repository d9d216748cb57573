"""What can go wrong at the console of deliveries."""

from infra24.core.errors import Conflict, Invalid, NotFound


class DeliveryNotFound(NotFound):
    """There is no such delivery, or you may not see it."""


class DestinationNotFound(NotFound):
    """There is no such destination, or you may not see it."""


class DeliverySettled(Conflict):
    """This delivery is settled: there is nothing left to try or to discard."""


class DeliveryUnderWay(Conflict):
    """This delivery is being tried right now. Look again in a moment."""


class TimerNotDiscarded(Conflict):
    """Timers that wait for their hour belong to the booking or the organisation and cannot be discarded."""


class ReasonMissing(Invalid):
    """Say why, in at most 300 characters: those who look for this delivery later will read it."""


class DestinationAlreadyPaused(Conflict):
    """This destination is paused already."""


class DestinationNotPaused(Conflict):
    """This destination is not paused."""
