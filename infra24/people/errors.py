"""What can go wrong with people."""

from infra24.core.errors import NotFound


class PersonNotFound(NotFound):
    """There is no such person."""
