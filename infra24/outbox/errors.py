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


class ReplayNotFound(NotFound):
    """There is no such replay, or you may not see it."""


class ReplayRunning(Conflict):
    """Another replay of this destination is running. Wait until it is done, or stop it first."""


class ReplayOver(Conflict):
    """This replay is over: there is nothing left to stop."""


class NothingSelected(Conflict):
    """No delivery matches any more. Look at what there is, then choose again."""


class OnlyFailedReplayed(Conflict):
    """Only what failed can be replayed here. What arrived is sent again to webhooks alone: they know it by its id."""


class TooManySelected(Conflict):
    """More than 10,000 deliveries match. Narrow them down, by time for instance, and give them up in parts."""
