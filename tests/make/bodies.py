"""What clients send."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec


def json(body: Any) -> bytes:
    """A JSON body; instants and ids as the API writes them."""
    return msgspec.json.encode(body)


def form(fields: Mapping[str, Any]) -> bytes:
    """A form as a browser sends it; a list is a field given several times."""
    return urlencode(fields, doseq=True).encode()
