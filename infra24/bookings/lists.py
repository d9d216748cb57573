"""Lists of bookings as pages show them: a table, a day by resource, what comes next, what waits."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from infra24.bookings.errors import TableTooLong
from infra24.bookings.models import Booking, BookingMessage, Status
from infra24.bookings.policies import LIVE, LONGEST
from infra24.bookings.queries import being, visible_bookings, with_legs
from infra24.bookings.selecting import ORDERS, BookingFilter
from infra24.core.paging import Page, page_of
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.resources.models import Resource
from infra24.resources.policies import closed_spans
from infra24.resources.queries import all_bookables, visible_resources

MOST_ROWS = 10_000
"""Bookings in a file."""


@dataclass(frozen=True)
class ClosedSpan:
    """When a closure takes a resource."""

    starts_at: datetime
    ends_at: datetime
    title: str


@dataclass(frozen=True)
class ResourceDay:
    """One resource, what is booked of it and what closes it, each by start."""

    resource: Resource
    bookings: list[Booking]
    closures: list[ClosedSpan]

    @property
    def rows(self) -> int:
        """How many lines it takes."""
        return len(self.bookings) + len(self.closures)


def bookings_page(
    viewer: Member, wanted: BookingFilter, *, limit: int, cursor: str = "", order: str = "when"
) -> Page[Booking]:
    """One page of the bookings the viewer may see, in one of the ORDERS, with who booked them.

    Raises CursorInvalid, UnknownFeature.
    """
    return page_of(_narrowed(viewer, wanted), by=ORDERS[order], limit=limit, cursor=cursor)


def bookings_shown(viewer: Member, wanted: BookingFilter, *, order: str = "when") -> list[Booking]:
    """All of them, for a file. Raises TableTooLong, UnknownFeature."""
    found = list(_narrowed(viewer, wanted).order_by(*ORDERS[order])[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        raise TableTooLong
    return found


def _narrowed(viewer: Member, wanted: BookingFilter) -> QuerySet[Booking]:
    bookings = visible_bookings(viewer).filter(wanted.to_q(viewer, now=timezone.now()))
    return with_legs(bookings).select_related("person", "booked_by__user")


def day_by_resource(viewer: Member, since: datetime, until: datetime) -> list[ResourceDay]:
    """Every live resource, by name, with its live bookings and its closures in the span. Six queries."""
    bookings = _live(viewer).filter(starts_at__gt=since - LONGEST, starts_at__lt=until, ends_at__gt=since)
    booked: dict[UUID, list[Booking]] = defaultdict(list)
    for booking in with_legs(bookings).order_by("starts_at", "id"):
        for leg in booking.visible_legs:
            booked[leg.resource_id].append(booking)
    closed = {
        one.id: [ClosedSpan(begins, ends, closure.title) for begins, ends, closure in closed_spans(one, since, until)]
        for one in all_bookables(viewer.org_id, since=since)
    }
    return [
        ResourceDay(resource, booked[resource.pk], closed.get(resource.pk, []))
        for resource in visible_resources(viewer)
    ]


def waiting(viewer: Member) -> QuerySet[Booking]:
    """Requests nobody has decided, the earliest first; those whose time has passed are left out."""
    bookings = visible_bookings(viewer).filter(status=Status.PENDING, ends_at__gt=timezone.now())
    return with_legs(bookings).order_by("starts_at", "id")


def own_upcoming(viewer: Member) -> QuerySet[Booking]:
    """What the viewer has booked or is booked for and has not ended, the earliest first."""
    return with_legs(_own(_live(viewer), viewer).filter(ends_at__gt=timezone.now())).order_by("starts_at", "id")


def own_past(viewer: Member, *, limit: int, cursor: str = "") -> Page[Booking]:
    """What is over or was given up, the latest first. Raises CursorInvalid."""
    bookings = with_legs(_own(visible_bookings(viewer), viewer).filter(_ended()))
    return page_of(bookings, by=("-starts_at", "-id"), limit=limit, cursor=cursor)


def coming_of(viewer: Member, person: Person) -> QuerySet[Booking]:
    """What is booked for somebody and has not ended, the earliest first."""
    bookings = _live(viewer).filter(person=person, ends_at__gt=timezone.now())
    return with_legs(bookings).order_by("starts_at", "id")


def past_of(viewer: Member, person: Person) -> QuerySet[Booking]:
    """What was booked for somebody and is over or was given up, the latest first."""
    return with_legs(visible_bookings(viewer).filter(_ended(), person=person)).order_by("-starts_at", "-id")


def messages_of(booking: Booking) -> QuerySet[BookingMessage]:
    """What staff wrote to the person it is for, the newest first."""
    messages = BookingMessage.objects.filter(org_id=booking.org_id, booking=booking)
    return messages.select_related("by__user").order_by("-at", "-id")


def _live(viewer: Member) -> QuerySet[Booking]:
    return visible_bookings(viewer).filter(being(LIVE, timezone.now()))


def _ended() -> Q:
    now = timezone.now()
    return Q(ends_at__lte=now) | being((Status.DECLINED, Status.CANCELLED, Status.EXPIRED), now)


def _own(bookings: QuerySet[Booking], viewer: Member) -> QuerySet[Booking]:
    return bookings.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer, person=None))
