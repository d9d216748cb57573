"""What can go wrong with bookable things."""

from infra24.core.errors import Invalid, NotFound


class ResourceNotFound(NotFound):
    """There is no such resource."""


class WindowTooLong(Invalid):
    """That is too long a stretch to answer at once. Ask for a shorter one."""


class FeatureNotFound(NotFound):
    """There is no such feature."""
