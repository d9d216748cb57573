"""Why somebody cannot be erased."""

from infra24.core.errors import Conflict, Invalid


class NameDiffers(Invalid):
    """Write the name as it stands above, to say that you mean this person."""


class ErasingOneself(Conflict):
    """You cannot erase yourself. Ask another manager."""


class BookableStill(Conflict):
    """They can be booked. Archive what stands for them under Resources first."""
