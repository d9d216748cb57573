"""What can go wrong when staff change what can be booked, and when."""

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
