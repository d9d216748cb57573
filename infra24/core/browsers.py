"""What only browsers need: files, sessions, protected forms, messages, and what a page may load.

A program that calls with a token goes past it. A browser sends its cookies
whoever made it ask; a token is sent by whoever holds it. So a call with one has
no session to look up, no forgery to fear and no page to guard, and all that is
looked for and not found would be an eighth of its time.
"""

from collections.abc import Callable
from typing import Any, cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.handlers.exception import convert_exception_to_response
from django.http import HttpRequest, HttpResponse
from django.utils.module_loading import import_string

from infra24.core.problems import is_api

Answer = Callable[[HttpRequest], HttpResponse]


def bearer_of(request: HttpRequest) -> str | None:
    """The token a call of the API comes with; None for a browser's."""
    scheme, _, secret = request.META.get("HTTP_AUTHORIZATION", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" and is_api(request) else None


class BrowserMiddleware:
    """Those of `BROWSER_MIDDLEWARE`, in their order, around requests that bear no token."""

    def __init__(self, get_response: Answer) -> None:
        self._past: Answer = get_response
        self._through: Answer = get_response
        self._before_views: list[Callable[..., HttpResponse | None]] = []
        for path in reversed(settings.BROWSER_MIDDLEWARE):
            member = import_string(path)(self._through)
            self._through = cast(Answer, convert_exception_to_response(member))
            if hook := getattr(member, "process_view", None):
                self._before_views.insert(0, hook)

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if bearer_of(request) is None:
            return self._through(request)
        request.user = AnonymousUser()
        return self._past(request)

    def process_view(self, request: HttpRequest, *call: Any) -> HttpResponse | None:
        """Django asks the members of its own list only; this is where forged forms are refused."""
        if bearer_of(request) is not None:
            return None
        return next((answer for hook in self._before_views if (answer := hook(request, *call))), None)
