"""What can go wrong with calendars from elsewhere, in the words of the front desk."""

from infra24.core.errors import Conflict, Forbidden, Invalid, NotFound, TooLarge


class CalendarUnreadable(Invalid):
    """This is neither a calendar file (.ics) nor a table (.csv). Export it anew, then send it again."""


class CalendarTooLarge(TooLarge):
    """At most 5 MB and 20,000 events can be imported at once. Export a shorter time, or split the file."""


class CalendarUnnamed(Invalid):
    """Give this calendar a name, so that a second import of it is known again."""


class WindowUnclear(Invalid):
    """An import reaches at most two years back and two years ahead."""


class PlaceMissing(Invalid):
    """Say which resource each of the places in the file is, or that it is to be left out."""


class ImportNotFound(NotFound):
    """There is no such import."""


class ImportRowNotFound(NotFound):
    """There is no such line of an import."""


class RowSettled(Conflict):
    """This was settled already. Load the list again."""


class DismissalUnexplained(Invalid):
    """Say why it is not to be booked: whoever looks for it later will read it."""


class BusyFeedNotFound(NotFound):
    """There is no such calendar."""


class FeedAddressRefused(Invalid):
    """This address cannot be used. Copy the secret address in iCal format from your calendar's settings."""


class FeedTwice(Conflict):
    """This calendar is connected already."""


class TooManyFeeds(Conflict):
    """A person can connect at most five calendars. Take one away first."""


class FeedNotYours(Forbidden):
    """Only staff may do this to somebody else's calendar."""


class ExportTooLarge(Invalid):
    """That is more than 10,000 bookings. Choose fewer days."""


class FeedNotPaused(Conflict):
    """This calendar is read already."""


class CalendarFeedNotFound(NotFound):
    """There is no calendar here, or no longer."""


class CalendarFeedUnclear(Invalid):
    """Say what the calendar is of, and for one resource which."""


class TooManyCalendarFeeds(Conflict):
    """One member can have at most twenty calendar addresses. Take one away first."""


class ProgrammeIsPublic(Conflict):
    """The programme is public already, at the one address it has."""


class DetailFixed(Conflict):
    """Only an address of the house or of one resource chooses what it shows."""


class FeedNotRenewable(Conflict):
    """Only whoever made a calendar address can renew it. Take it away, and make one of your own."""
