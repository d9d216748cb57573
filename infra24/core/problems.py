"""Every failure in one shape: problem+json (RFC 9457) under /api, a page that says the same elsewhere."""

import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import ninja.errors
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import DatabaseError, IntegrityError, OperationalError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from psycopg.pq import TransactionStatus

from infra24.core.codec import encode
from infra24.core.constraints import sqlstate_of
from infra24.core.errors import (
    Conflict,
    Forbidden,
    Infra24Error,
    Invalid,
    InvalidRequest,
    Malformed,
    NotFound,
    Reason,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from infra24.core.translating import translated

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"
BUSY_SECONDS = 1
"""What `Retry-After` says when a lock or a statement took too long: rivals are done by then."""


class MethodNotAllowed(Infra24Error):
    """This address does not take that method."""

    status = 405


class LengthMissing(Infra24Error):
    """Send the length of the body in Content-Length, instead of the body in chunks."""

    status = 411


class CsrfFailed(Forbidden):
    """This page is too old to send from. Reload it, then try again."""


class Rivalry(Conflict):
    """Somebody changed the same thing at the same moment. Nothing was changed; try again."""


class Broken(Infra24Error):
    """Something went wrong on our side. Nothing was changed. Please try again later."""

    status = 500


_BY_STATUS: Mapping[int, type[Infra24Error]] = {
    kind.status: kind
    for kind in (Malformed, Unauthenticated, Forbidden, NotFound, MethodNotAllowed, TooLarge, Invalid, TooMany, Broken)
}

_BY_EXCEPTION: Mapping[type[Exception], type[Infra24Error]] = {
    Http404: NotFound,
    PermissionDenied: Forbidden,
    RequestDataTooBig: TooLarge,
    SuspiciousOperation: Malformed,
}
"""The more special first."""

KNOWN = (
    Infra24Error,
    ninja.errors.ValidationError,
    ninja.errors.HttpError,
    Http404,
    PermissionDenied,
    SuspiciousOperation,
    DatabaseError,
)
"""Exceptions that may mean something to the caller."""


def known(error: Exception) -> Infra24Error | None:
    """What an exception means to the caller; None for a bug, which stays loud."""
    match error:
        case Infra24Error():
            return error
        case ninja.errors.ValidationError():
            return InvalidRequest(fields=faults_by_path(error.errors))
        case ninja.errors.HttpError():
            cause = error.__cause__
            return cause if isinstance(cause, Infra24Error) else _of_status(error.status_code)
        case DatabaseError():
            return _of_database(error)
    return next((kind() for exception, kind in _BY_EXCEPTION.items() if isinstance(error, exception)), None)


def answer(request: HttpRequest, error: Infra24Error) -> HttpResponse:
    """The response that tells the caller about `error`."""
    response = _json(error) if is_api(request) else _page(request, error)
    if error.retry_after is not None:
        response["Retry-After"] = str(error.retry_after)
    return response


def answer_exception(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """For django-ninja: answer what is known, let bugs pass on to Django's own handling."""
    kind = known(error) if isinstance(error, Exception) else None
    if kind is None:
        raise error
    return answer(request, kind)


def is_api(request: HttpRequest) -> bool:
    return request.path_info.startswith("/api/")


class ProblemMiddleware:
    """Under /api, rewrites every failure that is not yet a problem, whoever answered it: Django's own included."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "") and not request.META.get("CONTENT_LENGTH"):
            # Django would read nothing, and say that fields are missing.
            return answer(request, LengthMissing())
        response = self.get_response(request)
        if response.status_code < 400 or not is_api(request) or response["Content-Type"].startswith(CONTENT_TYPE):
            return response
        problem = _json(_of_status(response.status_code))
        # In place, so that the headers other middleware set remain.
        response.content = problem.content
        response["Content-Type"] = problem["Content-Type"]
        if "Content-Length" in response:
            response["Content-Length"] = str(len(problem.content))
        return response


def page_for(status: int) -> Callable[..., HttpResponse]:
    """One of Django's `handler…` views."""

    def handler(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
        return answer(request, (known(exception) if exception else None) or _of_status(status))

    return handler


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Django's CSRF_FAILURE_VIEW."""
    del reason
    return answer(request, CsrfFailed())


def document(error: Infra24Error) -> dict[str, Any]:
    """The problem document. `detail` and all sentences are in the caller's language."""
    title = _(error.title)
    reasons = [reason_document(reason) for reason in error.reasons]
    if error.detail == error.title:
        detail = title
    elif reasons:
        # What was joined in English is joined again in the caller's language.
        detail = " ".join(reason["detail"] for reason in reasons)
    else:
        detail = translated(error.detail)
    return {
        "type": f"/api/docs#{error.code}",
        "title": title,
        "status": error.status,
        "detail": detail,
        "code": error.code,
        "reasons": reasons,
        "alternatives": [asdict(alternative) for alternative in error.alternatives],
        "fields": {path: translated(fault) for path, fault in error.fields.items()},
        **error.more,
    }


def reason_document(reason: Reason) -> dict[str, Any]:
    """A reason as answers carry it, in the caller's language."""
    return {**asdict(reason), "detail": translated(reason.detail), "cure": translated(reason.cure)}


def _json(error: Infra24Error) -> HttpResponse:
    response = HttpResponse(encode(document(error)), status=error.status, content_type=CONTENT_TYPE)
    if error.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="Infra24"'
    return response


def _page(request: HttpRequest, error: Infra24Error) -> HttpResponse:
    if isinstance(error, Unauthenticated):
        back = request.get_full_path() if request.method in {"GET", "HEAD"} else request.path
        response = redirect_to_login(back)
        if request.headers.get("HX-Request"):
            # A redirect would put the sign-in page into a part of this one.
            return HttpResponse(status=204, headers={"HX-Redirect": response["Location"]})
        return response
    plain = error.status >= 500 or not _transaction_is_sound()
    template = "core/problem_plain.html" if plain else "core/problem.html"
    return render(request, template, {"problem": document(error)}, status=error.status)


def _transaction_is_sound() -> bool:
    """False when PostgreSQL would refuse the queries a page's navigation makes."""
    wire = connection.connection
    return not connection.needs_rollback and (wire is None or wire.info.transaction_status != TransactionStatus.INERROR)


def _of_database(error: DatabaseError) -> Infra24Error | None:
    state = sqlstate_of(error)
    if state in {"40P01", "40001"} or (isinstance(error, IntegrityError) and state == "23P01"):
        return Rivalry()
    if not isinstance(error, OperationalError):
        return None
    logger.warning("PostgreSQL could not: %s", state or "no connection", exc_info=error)
    return Unavailable(retry_after=BUSY_SECONDS)


def _of_status(status: int) -> Infra24Error:
    if kind := _BY_STATUS.get(status):
        return kind()
    fallback = (Malformed if status < 500 else Broken)()
    # The class says what it means; the instance says the number that was answered.
    fallback.status = status  # type: ignore[misc]
    return fallback


def faults_by_path(errors: list[dict[str, Any]]) -> dict[str, str]:
    """Pydantic's faults by the path of the field: `legs.0.resource_id`, or a parameter's name."""
    faults: dict[str, str] = {}
    for fault in errors:
        source, *path = (str(step) for step in fault["loc"])
        if (source == "body" and len(path) > 1) or (source == "query" and len(path) > 2):
            path = path[1:]  # the name of the argument that takes the body, or all of the query
        faults.setdefault(".".join(path), _sentence(fault))
    return faults


def _sentence(fault: dict[str, Any]) -> str:
    limits = fault.get("ctx", {})
    sentences = {
        "missing": _("This is required."),
        "extra_forbidden": _("There is no such field."),
        "string_too_long": _("At most %(max_length)s characters."),
        "string_too_short": _("At least %(min_length)s characters."),
        "too_long": _("At most %(max_length)s items."),
        "too_short": _("At least %(min_length)s items."),
        "greater_than_equal": _("At least %(ge)s."),
        "greater_than": _("More than %(gt)s."),
        "less_than_equal": _("At most %(le)s."),
        "less_than": _("Less than %(lt)s."),
        "timezone_aware": _("Add the offset from UTC, as in 2026-12-01T10:00:00-05:00."),
        "uuid_parsing": _("This is not an id."),
    }
    template = sentences.get(str(fault["type"]))
    if template is None:
        # ValueErrors of our own validators arrive as "Value error, <sentence>", with the sentence itself beside it.
        cause = limits.get("error")
        if isinstance(cause, ValueError) and cause.args:
            return translated(cause.args[0])
        return str(fault["msg"]).removeprefix("Value error, ")
    return template % limits if "%" in template else template
