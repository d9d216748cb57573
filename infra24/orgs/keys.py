"""Making and finding secrets. Only their SHA-256 is stored."""

import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.db import connection

from infra24.orgs.models import Key, Member

PREFIX = "i24_"


def digest(secret: str) -> bytes:
    """SHA-256 of a secret. Plain, because 256 random bits cannot be guessed."""
    return hashlib.sha256(secret.encode()).digest()


def make_key(
    org_id: UUID,
    kind: Key.Kind,
    *,
    now: datetime,
    name: str = "",
    member: Member | None = None,
    subject_id: UUID | None = None,
    scopes: tuple[str, ...] = (),
    expires_at: datetime | None = None,
) -> tuple[Key, str]:
    """Store a new key; return it and its secret, which cannot be had again."""
    secret = PREFIX + secrets.token_urlsafe(32)
    key = Key.objects.create(
        org_id=org_id,
        kind=kind,
        sha256=digest(secret),
        name=name,
        hint=secret[:8],
        member=member,
        subject_id=subject_id,
        scopes=list(scopes),
        created_at=now,
        expires_at=expires_at,
    )
    return key, secret


def organisation_of(kind: Key.Kind, secret: str) -> UUID | None:
    """The organisation a live secret belongs to, through the door in the wall; None when unknown."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT organisation_of_key(%s, %s)", [kind.value, digest(secret)])
        row = cursor.fetchone()
    return row[0] if row else None
