"""The doors at which calendar programs read: no session, no cookies, plain text when there is nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import override
from django.views.decorators.http import require_safe

from infra24.calendars.errors import CalendarFeedNotFound
from infra24.calendars.models import CalendarFeed, FeedKind
from infra24.calendars.published import digest_of, feed_file, window_at
from infra24.calendars.queries import feed_by_secret, programme_of
from infra24.calendars.services.publishing import note_reading
from infra24.core import rates
from infra24.core.addresses import caller_key
from infra24.core.errors import Infra24Error
from infra24.core.problems import document
from infra24.orgs.arrivals import STRANGER_BURST, STRANGER_PER_MINUTE
from infra24.orgs.keys import digest, organisation_of
from infra24.orgs.models import Key, Organisation
from infra24.orgs.requests import OrganisationRequest
from infra24.orgs.tenancy import acting_for

PER_MINUTE, BURST = 20, 20
"""Of one address: several devices of one person may read at the full hour."""
PRIVATE, PUBLIC = "private, no-cache", "public, max-age=300"
Door = Callable[..., HttpResponse]


def in_plain_text(door: Door) -> Door:
    """What was refused in one plain sentence: whoever reads it has opened an address, not a page."""

    @wraps(door)
    def answer(*args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return door(*args, **kwargs)
        except Infra24Error as error:
            told = HttpResponse(
                document(error)["detail"], status=error.status, content_type="text/plain; charset=utf-8"
            )
            told["Cache-Control"] = "no-store"
            if error.retry_after is not None:
                told["Retry-After"] = str(error.retry_after)
            return told

    return answer


@require_safe
@in_plain_text
def calendar_feed(request: HttpRequest, feed_key: str) -> HttpResponse:
    """What somebody subscribed to, found by the secret in the address."""
    org_id = organisation_of(Key.Kind.FEED, feed_key)
    if org_id is None:
        # Guesses are counted where they come from.
        rates.take(caller_key(request), per_minute=STRANGER_PER_MINUTE, burst=STRANGER_BURST)
        raise CalendarFeedNotFound
    rates.take(f"feed:{digest(feed_key).hex()[:32]}", per_minute=PER_MINUTE, burst=BURST)
    with acting_for(org_id):
        feed = feed_by_secret(feed_key)
        return _answer(request, feed, Organisation.objects.get(pk=org_id))


@require_safe
@in_plain_text
def programme(request: OrganisationRequest, org: str) -> HttpResponse:
    """What the organisation shows to everybody, once it has been switched on."""
    del org
    return _answer(request, programme_of(request.organisation), request.organisation)


def _answer(request: HttpRequest, feed: CalendarFeed, organisation: Organisation) -> HttpResponse:
    """The file, or 304 where the reader has it: that is found out without making it."""
    now = timezone.now()
    with override(organisation.locale):
        window = window_at(now)
        tag = digest_of(feed, organisation, window)
        changed_at = note_reading(feed, tag=tag, now=now)
        etag, last_modified = f'"{tag}"', int(changed_at.timestamp())
        response: HttpResponseBase | None = get_conditional_response(request, etag=etag, last_modified=last_modified)
        if response is None:
            response = HttpResponse(feed_file(feed, organisation, window), content_type="text/calendar; charset=utf-8")
            response["Content-Disposition"] = f'inline; filename="{organisation.slug}.ics"'
    response["ETag"] = etag
    response["Last-Modified"] = http_date(last_modified)
    response["Cache-Control"] = PUBLIC if feed.kind == FeedKind.PROGRAMME else PRIVATE
    response["X-Robots-Tag"] = "noindex"
    return cast(HttpResponse, response)
