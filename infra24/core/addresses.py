"""Where a request comes from, for counting only: addresses are neither logged nor stored."""

import hashlib
import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """The caller's address as the outermost trusted proxy saw it.

    Behind `TRUSTED_PROXIES` proxies the address is that many steps from the end
    of X-Forwarded-For; what stands before it the caller may have made up.
    """
    steps = settings.TRUSTED_PROXIES
    if steps:
        seen = [step.strip() for step in request.headers.get("X-Forwarded-For", "").split(",") if step.strip()]
        if len(seen) >= steps:
            return seen[-steps]
    return str(request.META.get("REMOTE_ADDR") or "")


def caller_key(request: HttpRequest) -> str:
    """A key to count an anonymous caller by: a digest of the address, of the /64 for IPv6."""
    address = client_address(request)
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        parsed = None
    if isinstance(parsed, ipaddress.IPv6Address):
        address = str(parsed.ipv4_mapped or ipaddress.ip_network((parsed, 64), strict=False))
    return "address:" + hashlib.sha256(address.encode()).hexdigest()[:32]
