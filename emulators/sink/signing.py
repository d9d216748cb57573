"""Signatures of Standard Webhooks 1.0.0, checked by the document and not by the product's code."""

import base64
import hashlib
import hmac
from collections.abc import Iterable

TOLERANCE_SECONDS = 300


def is_signed(headers: dict[str, str], body: bytes, *, secrets: Iterable[str], now: float) -> bool:
    """Whether one of the secrets (`whsec_…`) signed the body just now. Header names are in lower case."""
    key, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not key or not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    signed = b".".join((key.encode(), timestamp.encode(), body))
    given = [one.removeprefix("v1,") for one in headers.get("webhook-signature", "").split() if one.startswith("v1,")]
    for secret in secrets:
        mac = hmac.new(base64.b64decode(secret.removeprefix("whsec_")), signed, hashlib.sha256).digest()
        wanted = base64.b64encode(mac).decode()
        if any(hmac.compare_digest(one.encode(), wanted.encode()) for one in given):
            return True
    return False
