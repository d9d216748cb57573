"""Around every request: an id, one line in the log, the figures of /metrics, and a language."""

import logging
import re
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import patch_vary_headers

from infra24.core import metrics
from infra24.core.ids import new_id
from infra24.core.logs import request_id, route_of
from infra24.core.transactions import statements_asked

_ACCEPTABLE = re.compile(r"^[A-Za-z0-9._-]{8,64}$")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
access = logging.getLogger("infra24.access")


class RequestIdMiddleware:
    """Takes the proxy's `X-Request-Id` or makes one; answers with it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        given = request.META.get("HTTP_X_REQUEST_ID", "")
        identifier = given if _ACCEPTABLE.match(given) else str(new_id())
        # Stays until the next request of this thread: Django logs failures after all middleware.
        request_id.set(identifier)
        response = self.get_response(request)
        response["X-Request-Id"] = identifier
        return response


class AccessMiddleware:
    """One line a request: method, route, status, milliseconds, statements.

    The route and not the path, which may hold the secret of a mailed link.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        started, asked_before = time.perf_counter(), statements_asked()
        response = self.get_response(request)
        seconds, statements = time.perf_counter() - started, statements_asked() - asked_before
        method = request.method if request.method in _METHODS else "other"
        route, status = route_of(request), response.status_code
        metrics.count_request(method, route, status, seconds=seconds, statements=statements)
        access.log(
            logging.DEBUG if route == "static" else logging.INFO,
            "request",
            extra={
                "figures": {
                    "method": method,
                    "route": route,
                    "status": status,
                    "ms": round(seconds * 1000, 1),
                    "statements": statements,
                }
            },
        )
        return response


class LanguageMiddleware:
    """Answers in the language that is asked for. Django's own looks for one in each address besides; ours have none."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        language = translation.get_language_from_request(request)
        translation.activate(language)
        request.LANGUAGE_CODE = language
        response = self.get_response(request)
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language)
        return response
