"""Around every request: an id for its log lines."""

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from infra24.core.ids import new_id
from infra24.core.logs import request_id

_ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")


class RequestIdMiddleware:
    """Takes the proxy's `X-Request-Id` or makes one; answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.headers.get("X-Request-Id", "")
        identifier = given if _ACCEPTABLE.match(given) else str(new_id())
        token = request_id.set(identifier)
        try:
            response = self.get_response(request)
            response["X-Request-Id"] = identifier
            return response
        finally:
            request_id.reset(token)
