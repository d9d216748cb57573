"""Lists of bookings as pages show them: a day by resource, what comes next, what waits, what happened."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils import timezone

from infra24.bookings.models import Booking, BookingMessage, Status
from infra24.bookings.policies import LIVE, LONGEST
from infra24.bookings.queries import being, visible_bookings, with_legs
from infra24.core.paging import Page, page_of
from infra24.orgs.models import AuditEntry, Member
from infra24.resources.models import Resource
from infra24.resources.policies import closed_spans
from infra24.resources.queries import all_bookables, visible_resources


@dataclass(frozen=True)
class BookingFilter:
    """What a list of bookings is narrowed to; None and empty leave it wide."""

    since: datetime | None = None
    until: datetime | None = None
    status: str = ""
    resource_id: UUID | None = None


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


@dataclass(frozen=True)
class Step:
    """One entry of a booking's history: who did what when. `before` and `after` are as the audit keeps them."""

    at: datetime
    action: str
    source: str
    who: str
    """Empty where nobody signed in acted."""
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def bookings_page(viewer: Member, wanted: BookingFilter, *, limit: int, cursor: str = "") -> Page[Booking]:
    """One page of the bookings the viewer may see, by start. Raises CursorInvalid."""
    condition = Q()
    if wanted.since:
        condition &= Q(starts_at__gt=wanted.since - LONGEST, ends_at__gt=wanted.since)
    if wanted.until:
        condition &= Q(starts_at__lt=wanted.until)
    if wanted.status:
        condition &= being([wanted.status], timezone.now())
    if wanted.resource_id:
        condition &= Q(legs__resource_id=wanted.resource_id, legs__is_implied=False)
    bookings = with_legs(visible_bookings(viewer).filter(condition))
    return page_of(bookings, by=("starts_at", "id"), limit=limit, cursor=cursor)


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
    now = timezone.now()
    ended = Q(ends_at__lte=now) | being((Status.DECLINED, Status.CANCELLED, Status.EXPIRED), now)
    bookings = with_legs(_own(visible_bookings(viewer), viewer).filter(ended))
    return page_of(bookings, by=("-starts_at", "-id"), limit=limit, cursor=cursor)


def history_of(booking: Booking) -> list[Step]:
    """What the audit knows of a booking, the newest first. Two queries."""
    entries = list(AuditEntry.objects.filter(org_id=booking.org_id, subject_id=booking.pk).order_by("-at", "-id"))
    names = _names(booking.org_id, {entry.member_id for entry in entries if entry.member_id})
    return [
        Step(
            at=entry.at,
            action=entry.action,
            source=entry.source,
            who=names.get(entry.member_id, "") if entry.member_id else "",
            before=entry.before or {},
            after=entry.after or {},
        )
        for entry in entries
    ]


def messages_of(booking: Booking) -> QuerySet[BookingMessage]:
    """What staff wrote to the person it is for, the newest first."""
    messages = BookingMessage.objects.filter(org_id=booking.org_id, booking=booking)
    return messages.select_related("by__user").order_by("-at", "-id")


def _live(viewer: Member) -> QuerySet[Booking]:
    return visible_bookings(viewer).filter(being(LIVE, timezone.now()))


def _own(bookings: QuerySet[Booking], viewer: Member) -> QuerySet[Booking]:
    return bookings.filter(Q(person__user_id=viewer.user_id) | Q(booked_by=viewer, person=None))


def _names(org_id: UUID, member_ids: Iterable[UUID]) -> dict[UUID, str]:
    members = Member.objects.filter(org_id=org_id, pk__in=member_ids).select_related("user")
    return {member.pk: str(member.user) for member in members}
