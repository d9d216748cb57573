"""The API, put together: every app's router, one shape for errors, one document that describes it."""

from django.http import Http404
from django.views.decorators.http import require_safe
from ninja.errors import HttpError, ValidationError

from infra24.bookings import api as bookings
from infra24.calendars import api as calendars
from infra24.config.openapi import HouseAPI
from infra24.core.codec import JsonParser, JsonRenderer
from infra24.core.problems import answer_exception
from infra24.erasure import api as erasure
from infra24.facilities import api as facilities
from infra24.invariants import api as invariants
from infra24.notifications import api as notifications
from infra24.orgs import api as orgs
from infra24.outbox import api as outbox
from infra24.people import api as people
from infra24.signage import api as signage
from infra24.waitlist import api as waitlist
from infra24.webhooks import api as webhooks

api = HouseAPI(
    title="Infra24",
    version="1",
    description="Rooms, equipment, people, bookings and visits of an arts organisation.",
    docs_url=None,
    docs_decorator=require_safe,
    parser=JsonParser(),
    renderer=JsonRenderer(),
    urls_namespace="api",
)
# django-ninja looks the handler up by class, the nearest first; it brings its own for these.
for kind in (Exception, ValidationError, HttpError, Http404):
    api.add_exception_handler(kind, answer_exception)

# Addresses are tried in this order: those asked for most come first.
for router in (
    bookings.router,
    orgs.router,
    people.router,
    erasure.router,
    facilities.router,
    calendars.router,
    signage.router,
    waitlist.router,
    outbox.router,
    webhooks.router,
    invariants.router,
    notifications.router,
):
    api.add_router("", router)
