"""What can go wrong with verdicts."""

from infra24.core.errors import NotFound


class VerdictNotFound(NotFound):
    """There is no such verdict."""
