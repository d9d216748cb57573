"""What can go wrong when staff change what can be booked, and when."""

from collections.abc import Sequence
from typing import Any

from infra24.core.errors import Conflict, Invalid, NotFound, TooLarge


class RulesTooLarge(TooLarge):
    """These rules are longer than a hundred kilobytes. Say less, or say it for a kind instead of day by day."""


class RulesInvalid(Invalid):
    """These rules cannot be kept as they are."""


class ValidFromPast(Conflict):
    """Rules of days gone by stay as they were. Choose today or a later day."""


class PartsClash(Conflict):
    """The whole and the part are both booked at some time ahead. Move one of each pair first."""


class CircularParts(Conflict):
    """Nothing can be part of itself, near or far. Choose another whole."""


class PartsOfOneKind(Conflict):
    """A part is of the same kind as its whole. Choose a whole of that kind."""


class WholeHasUnits(Conflict):
    """Only one of a kind can be divided, not several alike. Set its number to one first."""


class ClosureNotFound(NotFound):
    """There is no such closure."""


class ClosureUntitled(Invalid):
    """Give the closure a title: it is what people read when they find it closed."""


class ClosureEndsBeforeStart(Invalid):
    """The closure must end after it begins."""


class ClosureTooLong(Invalid):
    """A closure lasts at most five years. Archive the resource instead."""


class YearlyTooLong(Invalid):
    """What comes back every year must be shorter than a year."""


class ClosureOutOfRange(Invalid):
    """Closures lie between the years 2000 and 2100."""


class ClosureHitsBookings(Conflict):
    """There are bookings in this time. Say what becomes of each: keep it, cancel it, or move it."""

    hits: Sequence[Any] = ()
    """Which: each a `facilities.hits.Hit` with its offers, by start."""


class ClosureHitsTooMany(Conflict):
    """There are more bookings in this time than can be decided at once. Close it in shorter stretches."""


class MoveRefused(Conflict):
    """A booking cannot be moved to the time chosen for it. Choose another."""


class ClosureBegun(Conflict):
    """This closure has begun, so what was closed stays known. Lift it, and make a new one for the rest."""


class ClosureOver(Conflict):
    """This closure holds no more. Make a new one."""


class CancelReasonMissing(Invalid):
    """Say why bookings are cancelled: whoever booked will read it."""


class QualificationNotFound(NotFound):
    """There is no such qualification."""


class QualificationNameTaken(Conflict):
    """There is a qualification of this name, perhaps an archived one. Choose another name."""


class QualificationInUse(Conflict):
    """Members still need this qualification for something that can be booked. Change that first."""


class QualificationArchived(Conflict):
    """This qualification is archived. Restore it before somebody is given it."""


class GrantNotFound(NotFound):
    """Nobody was given that."""


class AlreadyGranted(Conflict):
    """This person was given that qualification already. Renew it instead."""


class AlreadyRevoked(Conflict):
    """This was taken back already."""


class GrantedLater(Invalid):
    """A qualification is given today or was before, not later."""


class LapsesBeforeGranted(Invalid):
    """The last day must not be before the day it was given."""


class AssignmentNotFound(NotFound):
    """There is no such assignment."""


class NotAStudio(Invalid):
    """Only a space can be somebody's studio."""


class StudioArchived(Conflict):
    """This space is archived. Nobody new can move in."""


class AlreadyInStudio(Conflict):
    """This person has that space at that time already. Choose other days, or change the other assignment."""


class LeavesBeforeMovingIn(Invalid):
    """The last day must not be before the first."""


class ResourceInvalid(Invalid):
    """A resource cannot be like this."""


class ResourceSlugTaken(Conflict):
    """Another resource has this short name. Choose another."""


class LegacyTaken(Conflict):
    """This was taken over from the older system already."""


class UnitsPromised(Conflict):
    """More of these are promised than that. Cancel or move bookings first."""


class CapacityPromised(Conflict):
    """Room for more people than that is promised. Cancel or move bookings first."""


class BookingsAhead(Conflict):
    """Bookings lie ahead of it. Cancel or move them first."""


class HasParts(Conflict):
    """It has parts. Take them out of it first."""


class IsPart(Conflict):
    """It is part of something. Take it out first."""


class FeatureInvalid(Invalid):
    """A feature cannot be like this."""


class FeatureKeyTaken(Conflict):
    """There is a feature with this key, perhaps an archived one. Choose another, or restore that one."""


class ChoiceInUse(Conflict):
    """Some resources have one of the choices you took away. Change them first."""


class PictureInvalid(Invalid):
    """This is not a picture we can read. Send a JPEG, PNG, WebP or GIF."""


class PictureTooLarge(TooLarge):
    """A photo has at most 10 MB and 40 million pixels. Send a smaller one."""


class PictureNotFound(NotFound):
    """There is no such photo."""


class ImportRefused(Invalid):
    """Nothing was imported. Mend what is named, then send the file again."""


class ScopeUnknown(NotFound):
    """Rules are said for the whole house, a kind, or one resource."""
