"""What can go wrong with what hangs by doors, in the words of the front desk."""

from infra24.core.errors import Conflict, Invalid, NotFound


class DisplayNotFound(NotFound):
    """There is no such display, or no longer."""


class DisplayUnclear(Invalid):
    """A display shows one resource, or those of one place, or the whole house. Choose one of these."""


class TooManyDisplays(Conflict):
    """An organisation can have at most a hundred displays. Take down one that nobody looks at first."""
