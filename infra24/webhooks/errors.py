"""What can go wrong when webhooks are set up."""

from infra24.core.errors import Conflict, Invalid, NotFound


class EndpointNotFound(NotFound):
    """There is no such webhook, or you may not see it."""


class EndpointAddressRefused(Invalid):
    """This address cannot be called. Give one that begins with https:// and leads to a server in the open."""


class EventTypesUnknown(Invalid):
    """Choose at least one of the event types, and only those."""


class TooManyEndpoints(Conflict):
    """Twenty webhooks are the most. Take one away first."""


class EndpointNameTaken(Conflict):
    """There is a webhook of this name already. Give it another one."""


class EndpointNotProved(Conflict):
    """This address is not proved to be yours yet. Send the event that proves it first."""


class EndpointProvedAlready(Conflict):
    """This address is proved already."""


class EndpointBeingTried(Conflict):
    """It is being tried already. Wait a moment for its answer."""
