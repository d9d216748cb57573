"""Identifiers: UUID version 7, so that new rows lie together in every index."""

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's UUID (RFC 9562, section 5.7)."""
    return uuid7()
