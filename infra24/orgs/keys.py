"""Making and finding secrets. Only their SHA-256 is stored.

A token is random and shown once. The secret of anything mailed (an invitation,
a link) follows from the key's id and the installation's SECRET_KEY, so that a
mail can be written, and written again, from the fact that carries only the id.
"""

import base64
import hashlib
import secrets
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from infra24.core.ids import new_id
from infra24.core.statements import Statement
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
    """Store a new key; return it and its secret. A token's secret cannot be had again."""
    key_id = new_id()
    secret = PREFIX + secrets.token_urlsafe(32) if kind == Key.Kind.TOKEN else mailed_secret(key_id)
    key = Key.objects.create(
        id=key_id,
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


def mailed_secret(key_id: UUID) -> str:
    """The secret of a key that is not a token. It stops working with the key, and when SECRET_KEY changes."""
    mac = salted_hmac("infra24.orgs.keys", str(key_id), algorithm="sha256").digest()
    return base64.urlsafe_b64encode(mac).decode().rstrip("=")


def invitation_url(slug: str, key_id: UUID) -> str:
    """The address to put into the mail that invites somebody to the organisation `slug`."""
    return f"{settings.BASE_URL}/o/{slug}/invitation/{mailed_secret(key_id)}"


def organisation_of(kind: Key.Kind, secret: str) -> UUID | None:
    """The organisation a live secret belongs to, through the door in the wall; None when unknown."""
    row = _FIND.row(kind=kind.value, secret=digest(secret))
    return row[0] if row else None


_FIND = Statement("SELECT organisation_of_key(%(kind)s, %(secret)s)")
