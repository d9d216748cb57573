"""The request desk: what waits for a decision, oldest first, with what stands against each and who would lose by it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from infra24.bookings.models import Booking, Status
from infra24.bookings.queries import visible_bookings, with_legs
from infra24.bookings.rivals import reasons_among, rivals_among
from infra24.core.errors import Reason
from infra24.core.paging import page_of
from infra24.core.problems import reason_document
from infra24.orgs.models import Member

PAGE_SIZE = 25


@dataclass(frozen=True)
class Request:
    """A booking that waits, with its `visible_legs`, its person and who asked."""

    booking: Booking
    against: list[Reason]
    """What others have booked that stands against it by now; empty where it can be confirmed."""
    rivals: list[Booking]
    """Requests that could be confirmed now, but no more once this one is, the earliest first."""

    @property
    def reasons(self) -> list[dict[str, Any]]:
        """`against` in the reader's language."""
        return [reason_document(reason) for reason in self.against]


@dataclass(frozen=True)
class RequestPage:
    """One page of requests; `next` is the cursor of the next one."""

    items: list[Request]
    next: str | None


def requests_page(viewer: Member, *, limit: int, cursor: str = "") -> RequestPage:
    """What waits and has not passed, in the order in which it was asked. Twelve queries at most, whatever the limit.

    Raises CursorInvalid.
    """
    now = timezone.now()
    bookings = with_legs(_waiting(viewer, now)).select_related("person", "booked_by__user")
    page = page_of(bookings, by=("created_at", "id"), limit=limit, cursor=cursor)
    against = reasons_among(viewer, page.items, now=now)
    rivals = rivals_among(viewer, page.items, now=now)
    return RequestPage([Request(one, against[one.pk], rivals[one.pk]) for one in page.items], page.next)


def request_count(viewer: Member) -> int:
    """How many wait."""
    return _waiting(viewer, timezone.now()).count()


def passed_count(viewer: Member) -> int:
    """How many waited until their time had passed: nobody decided, and nobody was told."""
    return _pending(viewer).filter(ends_at__lte=timezone.now()).count()


def _waiting(viewer: Member, now: datetime) -> QuerySet[Booking]:
    return _pending(viewer).filter(ends_at__gt=now)


def _pending(viewer: Member) -> QuerySet[Booking]:
    return visible_bookings(viewer).filter(status=Status.PENDING)
