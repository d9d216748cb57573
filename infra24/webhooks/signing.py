"""Signatures of webhooks, as Standard Webhooks 1.0.0 has them. No Django, no clock."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

PREFIX = "whsec_"
SECRET_BYTES = 32
TOLERANCE = timedelta(minutes=5)
"""How far a receiver's clock, or the way of a message, may be off."""


class SignatureInvalid(Exception):
    """The message is not from who shares the secret, or is too old."""


def new_secret() -> str:
    """`whsec_` and 256 random bits."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signed_headers(body: bytes, *, message_id: str, at: datetime, secrets: Sequence[str]) -> dict[str, str]:
    """The three headers of one attempt, with a signature for each secret.

    `message_id` is the same for every attempt and has no dot; `at` is the attempt's own time.
    """
    assert "." not in message_id, "a dot would let parts of the signed text change places"
    stamp = str(int(at.timestamp()))
    return {
        "webhook-id": message_id,
        "webhook-timestamp": stamp,
        "webhook-signature": " ".join(sign(body, message_id=message_id, stamp=stamp, secret=one) for one in secrets),
    }


def sign(body: bytes, *, message_id: str, stamp: str, secret: str) -> str:
    """One signature: `v1,` and base64 of HMAC-SHA256 over id, time and raw body."""
    mac = hmac.new(_key(secret), f"{message_id}.{stamp}.".encode() + body, hashlib.sha256)
    return f"v1,{base64.b64encode(mac.digest()).decode()}"


def verify(body: bytes, headers: Mapping[str, str], *, secret: str, now: datetime) -> None:
    """What a receiver does: over the raw bytes, before anything reads them. Header names are in lower case.

    Any one of several signatures is enough; versions we do not know are passed over. Raises SignatureInvalid.
    """
    try:
        message_id, stamp = headers["webhook-id"], headers["webhook-timestamp"]
        given = headers["webhook-signature"].split(" ")
        age = abs(now.timestamp() - int(stamp))
    except (KeyError, ValueError):
        raise SignatureInvalid("a header is missing or no number") from None
    if age > TOLERANCE.total_seconds():
        raise SignatureInvalid("too old, or from the future")
    expected = sign(body, message_id=message_id, stamp=stamp, secret=secret).encode()
    if not any(hmac.compare_digest(one.encode(), expected) for one in given if one.startswith("v1,")):
        raise SignatureInvalid("no signature fits")


def _key(secret: str) -> bytes:
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise SignatureInvalid("the secret is not base64") from None
