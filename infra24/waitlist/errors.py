"""What can go wrong on the waitlist, in the words of the front desk."""

from infra24.bookings.errors import TimeRefused
from infra24.core.errors import Conflict, Invalid, NotFound


class EntryNotFound(NotFound):
    """There is no such entry on the waitlist."""


class WishUnclear(Invalid):
    """Wait for one resource, or for a kind of thing."""


class LengthMissing(Invalid):
    """Say for how long. The waitlist has to know what would do."""


class WindowOver(Invalid):
    """That time is over. Choose days that are still to come."""


class WindowTooFar(Invalid):
    """The waitlist looks at most a year ahead. Choose an earlier day."""


class FreeAlready(Conflict):
    """That is free as it is. Book it instead of waiting."""


class NeverFits(TimeRefused):
    """Waiting will not help: it cannot be had whatever the time."""


class AlreadyWaiting(Conflict):
    """They wait for exactly this already."""


class TooManyEntries(Conflict):
    """One person waits for at most 20 things at once. Leave the waitlist for something else first."""


class EntryOver(Conflict):
    """This entry has ended. Join the waitlist anew."""


class OfferOpen(Conflict):
    """A time is being offered. Take it or pass it on first, then change what to wait for."""


class NothingOffered(Conflict):
    """Nothing is offered at the moment. You keep your place, and hear from us when something is."""


class OfferRanOut(Conflict):
    """This offer has run out. You keep your place on the waitlist."""


class OfferUnreasonable(Invalid):
    """An offer lasts between 30 minutes and 2 days."""
