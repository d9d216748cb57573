"""What can go wrong with a booking, in the words of the front desk."""

from typing import Any

from infra24.core.errors import Conflict, Forbidden, Invalid, NotFound


class BookingNotFound(NotFound):
    """There is no such booking."""


class TimeRefused(Conflict):
    """That time cannot be booked."""


class SlotTaken(TimeRefused):
    """That time is already booked."""


class UnitsTaken(TimeRefused):
    """Not enough of these are left at that time."""


class OverCapacity(TimeRefused):
    """That is more people than fit."""


class IllegalStep(Conflict):
    """A booking in this state cannot take that step."""


class AlreadyProlonged(IllegalStep):
    """This hold was prolonged once already. Confirm it, or let it go."""


class RestoredTooLate(IllegalStep):
    """This can no longer be taken back. Book it anew."""


class OfferNotProlonged(IllegalStep):
    """This is an offer of the waitlist; it ends when it was said to. Take it, or let it go."""


class CheckInNotOpen(IllegalStep):
    """Check-in is not open yet. Try again shortly before the start."""


class CheckInOver(IllegalStep):
    """Check-in is over. Tell staff that you are here."""


class HoldExpired(Conflict):
    """This hold has run out. Choose the time again."""


class ApprovalNeeded(Forbidden):
    """This has to be approved by staff. Send it as a request instead."""


class NotYours(Forbidden):
    """Only staff may do this to somebody else's booking."""


class EndsBeforeStart(Invalid):
    """The end must be after the start."""


class TimeOutOfRange(Invalid):
    """Bookings lie between the years 2000 and 2100."""


class BookingTooLong(Invalid):
    """A booking lasts at most 31 days. Make several, or close the resource instead."""


class LegMissing(Invalid):
    """Say what to book: one resource, or a list of legs."""


class ResourceTwice(Invalid):
    """Each resource can appear once in a booking. Ask for more units instead."""


class PartTwice(Invalid):
    """One of these is part of another. Book the whole, or its parts."""


class ExclusiveUseNotYours(Forbidden):
    """This is shared. Only staff may book it for one party alone."""


class AlreadyBegun(Conflict):
    """This booking has begun. Ask staff to cancel it."""


class ReceiverUnclear(Invalid):
    """Say who is to have it: a person's id, or a member's e-mail address."""


class NotForThem(Conflict):
    """They could not book this themselves."""


class AlreadyTheirs(Conflict):
    """It is theirs already."""


class ReasonMissing(Invalid):
    """Say why: whoever asked will read it."""


class WishTooNarrow(Invalid):
    """No stretch of the days and hours asked for is as long as that. Widen them, or ask for a shorter time."""


class UnknownFeature(Invalid):
    """The house has no such feature, or says it otherwise."""


class BulkRefused(TimeRefused):
    """Some of these cannot be done, so nothing was changed. Leave them out, or do the others alone."""

    result: Any = None
    """What becomes of each: a `services.bulk.BulkResult`."""


class BulkEmpty(Invalid):
    """Choose at least one booking."""


class BulkTooMany(Invalid):
    """At most 500 bookings at once. Do it in parts."""


class BookingTwice(Invalid):
    """Name each booking once."""


class OffsetUnusable(Invalid):
    """Say by how much to move: days, hours or minutes, forwards or back, at most ten years."""


class SamePlace(Invalid):
    """Say which resource they leave, and another one they go to."""


class TextMissing(Invalid):
    """Write what the message says."""


class ResourceNotBooked(Conflict):
    """This booking does not use the resource it is to leave."""


class NobodyToWriteTo(Conflict):
    """There is nobody to write to: the booking is for no person, or for one without an e-mail address."""


class BulkAlreadyDone(Conflict):
    """This was done already, when the page was sent the first time."""


class BulkRunNotFound(NotFound):
    """There is no such change of many bookings, or it was longer than a day ago."""


class RuleNotUnderstood(Invalid):
    """The house cannot repeat a booking like that."""


class SeriesEmpty(Invalid):
    """No date fits how this repeats before it ends."""


class SeriesTooLong(Invalid):
    """A series has at most 400 dates and lasts at most two years. Make it shorter, and go on with another."""


class SeriesNotHeld(Invalid):
    """A series is booked or asked for, not put on hold."""


class SeriesNotFound(NotFound):
    """There is no such series."""


class SeriesRefused(TimeRefused):
    """Some of these dates cannot be booked. Leave them out, or choose others."""

    report: Any = None
    """What would become of every date: a `services.series.reporting.Report`."""


class NoDateFree(SeriesRefused):
    """None of these dates can be booked."""


class SeriesOver(Conflict):
    """Nothing of this series is left to change: what is past stays as it was."""


class DateNotFound(NotFound):
    """This series has no such date."""


class DateMissing(Invalid):
    """Say which date is meant, in `from`."""


class DateNotOpen(Conflict):
    """This date is booked already, or past."""
