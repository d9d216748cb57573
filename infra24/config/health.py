"""For those who watch the installation: is it alive, is it ready, how is it doing."""

import ipaddress
import secrets
from threading import Event

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from infra24.core.addresses import client_address
from infra24.core.database import refuse_powerful_role
from infra24.core.errors import Forbidden
from infra24.core.metrics import exposition
from infra24.outbox.metrics import BacklogCollector

FORWARDED = ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via")

_found_current = Event()


class MetricsClosed(Forbidden):
    """Figures are for this machine, or for who sends INFRA24_METRICS_TOKEN as a bearer token."""


@never_cache
@require_safe
def live(request: HttpRequest) -> HttpResponse:
    """The process answers. Asks nobody else, so that a broken database does not get it restarted."""
    del request
    return JsonResponse({"live": True})


@never_cache
@require_safe
def ready(request: HttpRequest) -> HttpResponse:
    """Requests can be served: the database answers, has this version's schema, and binds our role."""
    del request
    try:
        fault = "" if _schema_is_current() else "The database lacks migrations. Run manage.py prepare_database."
        refuse_powerful_role()
    except DatabaseError:
        fault = "The database does not answer."
    except ImproperlyConfigured as error:
        fault = str(error)
    return JsonResponse({"ready": not fault, "fault": fault}, status=503 if fault else 200)


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus' text format, all workers added up."""
    if not (_is_from_here(request) or _has_token(request)):
        raise MetricsClosed
    return HttpResponse(exposition(BacklogCollector()), content_type="text/plain; version=0.0.4; charset=utf-8")


def _schema_is_current() -> bool:
    """Looked up until it is: a schema that once was current stays so for the life of the process."""
    if not _found_current.is_set():
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return False
        _found_current.set()
    return True


def _has_token(request: HttpRequest) -> bool:
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bool(settings.METRICS_TOKEN) and secrets.compare_digest(given.encode(), settings.METRICS_TOKEN.encode())


def _is_from_here(request: HttpRequest) -> bool:
    """From this machine and through no proxy we were not told of."""
    if not settings.TRUSTED_PROXIES and any(name in request.headers for name in FORWARDED):
        return False
    try:
        return ipaddress.ip_address(client_address(request)).is_loopback
    except ValueError:
        return False
