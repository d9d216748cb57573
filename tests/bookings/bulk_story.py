"""What the tests of one thing done to many share: wishes, and that a refusal leaves nothing."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import BulkRefused
from infra24.bookings.models import Booking, BulkRun, Leg, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services.bulk import Action, BulkResult, BulkWish, OnConflict, Pick, change_many
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast

HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)


def wish(action: Action, *bookings: Booking, skip: bool = False, **more: Any) -> BulkWish:
    picks = tuple(Pick(booking.pk, booking.version) for booking in bookings)
    return BulkWish(picks, action, on_conflict=OnConflict.SKIP if skip else OnConflict.REFUSE, **more)


def do(by: Member, action: Action, *bookings: Booking, **more: Any) -> BulkResult:
    return change_many(wish(action, *bookings, **more), by=by, source=Source.STAFF)


def told(result: BulkResult) -> list[str]:
    return [item.outcome.value for item in result.items]


def refused(by: Member, action: Action, *bookings: Booking, **more: Any) -> BulkResult:
    """All or nothing, and it was nothing."""
    before = left_behind()
    with pytest.raises(BulkRefused) as refusal:
        do(by, action, *bookings, **more)
    assert left_behind() == before
    result = refusal.value.result
    assert isinstance(result, BulkResult)
    return result


def left_behind() -> list[Any]:
    bookings = list(Booking.objects.order_by("id").values())
    legs = list(Leg.objects.order_by("id").values())
    return [bookings, legs, Fact.objects.count(), AuditEntry.objects.count(), BulkRun.objects.count()]


def starts(bookings: Sequence[Booking]) -> list[datetime]:
    stored = dict(Booking.objects.values_list("pk", "starts_at"))
    return [stored[booking.pk] for booking in bookings]


def requested(cast: Cast, room: Resource, *, starts_at: datetime = NOON, blocks: bool = True, **more: Any) -> Booking:
    booking = make.booking(cast.alice, room, starts_at=starts_at, title="Asked", **more)
    Booking.objects.filter(pk=booking.pk).update(status="pending", pending_blocks=blocks)
    return booking_for(cast.alice, booking.pk)
