"""What a calendar feed shows, starting from whose eyes it has; and the digest by which it is known to be as it was."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import Case, DurationField, Exists, F, OuterRef, Prefetch, Q, QuerySet, TextField, Value, When
from django.db.models.functions import MD5, Cast, Coalesce, Concat
from django.utils.translation import gettext as _

from infra24.bookings.models import Booking, Leg, Status, Visibility
from infra24.bookings.policies import LONGEST
from infra24.calendars.events import Event, Shown, event_of, organiser_of, page_of
from infra24.calendars.files import Invited, print_calendar
from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind
from infra24.orgs.models import Organisation
from infra24.resources.models import Audience, Resource, ResourceKind

BEHIND, AHEAD = timedelta(days=90), timedelta(days=400)
REFRESH = timedelta(hours=1)
MOST_EVENTS = 10_000
"""What is nearest to today stays."""
FORMAT = 1
"""Raised when the same bookings are to be read anew because they are written otherwise."""


@dataclass(frozen=True)
class Window:
    """The days a feed shows: the same for everybody who asks on one day, so that it stays as it is."""

    today: datetime

    @property
    def since(self) -> datetime:
        return self.today - BEHIND

    @property
    def until(self) -> datetime:
        return self.today + AHEAD


def window_at(now: datetime) -> Window:
    return Window(now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0))


def digest_of(feed: CalendarFeed, organisation: Organisation, window: Window) -> str:
    """Of everything the file is made of, without making it. Two statements."""
    told = _digest(_bookings(feed, window), F("version"), Coalesce("person__version", 0))
    places = _digest(Resource.objects.filter(org_id=feed.org_id), F("version"))
    about = (
        FORMAT,
        window.today,
        (feed.pk, feed.kind, feed.detail, feed.resource_id, feed.remind_minutes),
        (organisation.name, organisation.slug, organisation.time_zone, organisation.locale, organiser_of(organisation)),
        told,
        places,
    )
    return hashlib.sha256(repr(about).encode()).hexdigest()[:40]


def feed_file(feed: CalendarFeed, organisation: Organisation, window: Window) -> bytes:
    """The calendar as a file, in the language that is active. Two statements."""
    remind = None if feed.remind_minutes is None else timedelta(minutes=feed.remind_minutes)
    return print_calendar(
        feed_events(feed, organisation, window),
        name=_name(feed, organisation),
        zone=organisation.time_zone,
        method="PUBLISH",
        remind=remind,
        invited=Invited(organiser_of(organisation), organisation.name),
        refresh=REFRESH,
    )


def feed_events(feed: CalendarFeed, organisation: Organisation, window: Window) -> list[Event]:
    """Each booking as an event of its own, by start: the dates of a series too."""
    is_over = Q(ends_at__lte=window.today)
    distance = Case(
        When(is_over, then=Value(window.today) - F("starts_at")),
        default=F("starts_at") - Value(window.today),
        output_field=DurationField(),
    )
    legs = Leg.objects.filter(is_implied=False).select_related("resource").order_by("id")
    found = (
        _bookings(feed, window)
        .select_related("person")
        .prefetch_related(Prefetch("legs", legs, to_attr="visible_legs"))  # type: ignore[no-redef]
        .order_by(Case(When(is_over, then=1), default=0), distance, "id")[:MOST_EVENTS]
    )
    shown = sorted(found, key=lambda booking: (booking.starts_at, booking.pk))
    return [event_of(_shown(booking, feed, organisation)) for booking in shown]


def _bookings(feed: CalendarFeed, window: Window) -> QuerySet[Booking]:
    """Those of the window that a feed speaks of, whatever it says of them.

    Holds are left out: they last minutes, and calendars read once in hours.
    """
    bookings = Booking.objects.filter(
        org_id=feed.org_id,
        starts_at__gt=window.since - LONGEST,
        starts_at__lt=window.until,
        ends_at__gt=window.since,
        status__in=[Status.PENDING, Status.CONFIRMED],
    )
    legs = Leg.objects.filter(org_id=feed.org_id, booking=OuterRef("pk"), is_implied=False)
    match feed.kind:
        case FeedKind.PERSON:
            bookings = bookings.filter(Q(person__user_id=feed.member.user_id) | Q(booked_by=feed.member, person=None))
        case FeedKind.RESOURCE:
            bookings = bookings.filter(Exists(legs.filter(resource=feed.resource)))
        case FeedKind.PROGRAMME:
            public = Q(resource__visible_to=Audience.EVERYONE, resource__archived_at=None)
            public &= ~Q(resource__kind=ResourceKind.PERSON)
            bookings = bookings.filter(
                Exists(legs.filter(public)), status=Status.CONFIRMED, visibility=Visibility.TITLE
            )
    if feed.kind != FeedKind.PERSON and feed.detail == FeedDetail.BUSY:
        # A request that keeps nothing is nobody's business yet.
        bookings = bookings.filter(Q(status=Status.CONFIRMED) | Q(pending_blocks=True))
    return bookings


def _shown(booking: Booking, feed: CalendarFeed, organisation: Organisation) -> Shown:
    match feed.kind:
        case FeedKind.PERSON:
            return Shown(booking, booking.visible_legs, is_full=True, page=page_of(organisation, booking))
        case FeedKind.PROGRAMME:
            return Shown(booking, [leg for leg in booking.visible_legs if _is_public(leg.resource)], is_full=False)
    if feed.detail == FeedDetail.FULL:
        page = page_of(organisation, booking)
        return Shown(booking, booking.visible_legs, is_full=True, names_person=True, page=page)
    # Of one resource not even what else a booking needs.
    wanted: Sequence[Leg] = [
        leg for leg in booking.visible_legs if feed.resource_id is None or leg.resource_id == feed.resource_id
    ]
    return Shown(booking, wanted, is_full=False)


def _is_public(resource: Resource) -> bool:
    """Whether a programme names it as a place. Who can be booked is no place, and is not named."""
    is_shown = resource.visible_to == Audience.EVERYONE and resource.archived_at is None
    return is_shown and resource.kind != ResourceKind.PERSON


def _name(feed: CalendarFeed, organisation: Organisation) -> str:
    if feed.resource is not None:
        return f"{organisation.name}: {feed.resource.name}"
    if feed.kind == FeedKind.PROGRAMME:
        return _("%(organisation)s: programme") % {"organisation": organisation.name}
    return organisation.name


def _digest(rows: QuerySet[Any], *parts: Any) -> str:
    """Of ids and parts of all rows, made by PostgreSQL: one short text leaves it, however many there are."""
    between = Value(":", output_field=TextField())
    texts = [Cast(part, TextField()) for part in ("id", *parts)]
    row = Concat(*[each for text in texts for each in (text, between)])
    found = rows.order_by().aggregate(told=MD5(StringAgg(row, between, order_by="id")))
    return cast(str, found["told"] or "")
