"""Logs name the request, never the person: no addresses, no query strings, no values of rows."""

import json
import logging
import re
from contextvars import ContextVar
from types import TracebackType
from typing import Any

from django.conf import settings
from pythonjsonlogger.msgspec import MsgspecFormatter

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# PostgreSQL's details quote the row it refused: "Key (email)=(alice@example.org) already exists."
_DETAILS = re.compile(r"^(DETAIL|CONTEXT|HINT): .*$", re.MULTILINE)


class RequestFilter(logging.Filter):
    """Adds `request_id`; where Django logs a request, its route takes the place of path and object."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.request_id = request_id.get()
        request = record.__dict__.pop("request", None)
        if hasattr(request, "path_info"):
            reason = str(record.args[0]) if isinstance(record.args, tuple) and record.args else record.msg
            record.msg, record.args = "%s: %s", (reason, route_of(request))
        return True


class QuietFormatter(MsgspecFormatter):
    """One JSON object a line; tracebacks without the details PostgreSQL adds."""

    def formatException(  # noqa: N802  # logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> Any:
        return _DETAILS.sub(r"\1: left out", str(super().formatException(ei)))

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        try:
            return str(super().jsonify_log_record(log_data))
        except UnicodeEncodeError:  # half a character, which a caller may well send
            return json.dumps(log_data, default=str)


def route_of(request: Any) -> str:
    """The pattern that matched, as in `o/<slug:org>/admin/audit`; `static` for files, `unmatched` when none did."""
    match = getattr(request, "resolver_match", None)
    if match:
        return str(match.route)
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"
