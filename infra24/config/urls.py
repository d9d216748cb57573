"""Every address of an installation. Each app's `urls.py` names its pages from the root."""

from django.urls import URLPattern, URLResolver, include, path

from infra24.config import health
from infra24.config.api import api
from infra24.config.reference import reference_page
from infra24.core.problems import page_for

APPS_WITH_PAGES = (
    "portal",
    "orgs",
    "people",
    "erasure",
    "facilities",
    "calendars",
    "signage",
    "bookings",
    "waitlist",
    "outbox",
    "webhooks",
    "notifications",
    "invariants",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.live, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("api/docs", reference_page, {"api": api}, name="api_reference"),
    path("api/", api.urls),
    *[path("", include(f"infra24.{app}.urls")) for app in APPS_WITH_PAGES],
]

handler400 = page_for(400)
handler403 = page_for(403)
handler404 = page_for(404)
handler500 = page_for(500)
