"""Logs name the request, never the person: no addresses, no query strings, no values of rows."""

import json
import logging
import re
from contextvars import ContextVar
from types import TracebackType
from typing import Any

import msgspec
from django.conf import settings

request_id: ContextVar[str] = ContextVar("request_id", default="-")

# PostgreSQL's details quote the row it refused: "Key (email)=(alice@example.org) already exists."
_DETAILS = re.compile(r"^(DETAIL|CONTEXT|HINT): .*$", re.MULTILINE)


class RequestFilter(logging.Filter):
    """Where Django logs a request, its route takes the place of path and object."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = record.__dict__.pop("request", None)
        if hasattr(request, "path_info"):
            reason = str(record.args[0]) if isinstance(record.args, tuple) and record.args else record.msg
            record.msg, record.args = "%s: %s", (reason, route_of(request))
        return True


class QuietFormatter(logging.Formatter):
    """One JSON object a line, with a record's `figures` as they are; tracebacks without the details PostgreSQL adds."""

    def format(self, record: logging.LogRecord) -> str:
        said: dict[str, Any] = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id.get(),
            **getattr(record, "figures", {}),
        }
        if record.exc_info:
            said["exc_info"] = self.formatException(record.exc_info)
        if record.stack_info:
            said["stack_info"] = self.formatStack(record.stack_info)
        try:
            return msgspec.json.encode(said, enc_hook=str).decode()
        except UnicodeEncodeError:  # half a character, which a caller may well send
            return json.dumps(said, default=str)

    def formatException(  # noqa: N802  # logging's own name
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return _DETAILS.sub(r"\1: left out", super().formatException(ei))


def route_of(request: Any) -> str:
    """The pattern that matched, as in `o/<slug:org>/admin/audit`; `static` for files, `unmatched` when none did."""
    match = getattr(request, "resolver_match", None)
    if match:
        return str(match.route)
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "unmatched"
