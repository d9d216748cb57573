"""The web process."""

# Each step needs the one before it, so the imports stand in the order of starting.
# ruff: noqa: E402

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")

from django.conf import settings

from infra24.config.environment import refuse_unsafe_web
from infra24.core.workers import FOLDER, share_metrics

refuse_unsafe_web(production=settings.PRODUCTION, base_url=settings.BASE_URL, var=settings.VAR_DIR)

if not os.environ.get(FOLDER):
    share_metrics(settings.VAR_DIR / "metrics")

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()

from django.db import connection
from django.urls import resolve

from infra24.core.database import refuse_powerful_role
from infra24.core.memory import keep_what_is_loaded

refuse_powerful_role()
connection.close()  # threads that answer have their own

# Django reads the addresses, and with them every page and operation, at the first request: a second or two
# that whoever calls first would wait for.
resolve("/healthz")
keep_what_is_loaded()
