"""Identifiers: UUID version 7, so that new rows lie together in every index."""

from uuid import UUID

import uuid_utils


def new_id() -> UUID:
    """A fresh UUIDv7 as the standard library's UUID (RFC 9562, section 5.7)."""
    return UUID(int=uuid_utils.uuid7().int)
