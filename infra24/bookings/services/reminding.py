"""Saying that a booking begins soon, or that a hold ends soon; who tells people of it subscribes to the fact."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infra24.bookings.locking import lock_bookings
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.services.terms import WARNED_BEFORE
from infra24.facts.models import Fact
from infra24.facts.services import record


@transaction.atomic
def remind(org_id: UUID, booking_id: UUID, *, now: datetime) -> bool:
    """What a reminder's timer does: record that a confirmed booking begins soon, once for each start it is given.

    False when it was called off or moved, has begun, or was said before.
    """
    lock_bookings(org_id, [booking_id])
    booking = Booking.objects.get(org_id=org_id, pk=booking_id)
    is_due = booking.remind_at is not None and booking.remind_at <= now < booking.starts_at
    if booking.status != Status.CONFIRMED or not is_due or _was_said(booking):
        return False
    record(
        org_id,
        "booking.reminder_due",
        now=now,
        source=Source.CLOCK,
        booking_id=booking_id,
        starts_at=booking.starts_at,
    )
    return True


@transaction.atomic
def warn_hold(org_id: UUID, booking_id: UUID, *, now: datetime) -> bool:
    """What the timer of a long hold's last minutes does: record that it ends soon, once for each end it is given.

    False when it was taken, let go or given more time, is over, or was said before.
    """
    lock_bookings(org_id, [booking_id])
    booking = Booking.objects.get(org_id=org_id, pk=booking_id)
    if booking.status_at(now) != Status.HOLD or booking.expires_at is None:
        return False
    if booking.expires_at - now > WARNED_BEFORE or _was_warned(booking):
        return False
    record(
        org_id,
        "booking.expiring",
        now=now,
        source=Source.CLOCK,
        booking_id=booking_id,
        expires_at=booking.expires_at,
    )
    return True


def _was_warned(booking: Booking) -> bool:
    said = Fact.objects.filter(org_id=booking.org_id, subject_id=booking.pk, type="booking.expiring").values_list(
        "data__expires_at", flat=True
    )
    return any(datetime.fromisoformat(expires_at) == booking.expires_at for expires_at in said)


def _was_said(booking: Booking) -> bool:
    said = Fact.objects.filter(org_id=booking.org_id, subject_id=booking.pk, type="booking.reminder_due").values_list(
        "data__starts_at", flat=True
    )
    return any(datetime.fromisoformat(starts_at) == booking.starts_at for starts_at in said)
