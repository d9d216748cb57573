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


class ScopeUnknown(NotFound):
    """Rules are said for the whole house, a kind, or one resource."""
