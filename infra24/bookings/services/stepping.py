"""Shared by the steps that ask for no other time: lock the booking, see whether the step may be taken, take it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from infra24.bookings.locking import Locks, lock_bookings, lock_claims
from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step, refusal
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.orgs import audit
from infra24.orgs.models import Member


def on_locked(
    booking: Booking, step: Step, take: Callable[[Booking, datetime], None], *, by: Member, version: int | None
) -> Booking:
    """Run `take` on the booking as it is now, locked, in one transaction. Returns it.

    Raises Stale, and whatever `policies.refusal` has against the step.
    """

    @transaction.atomic
    def attempt(current: Booking) -> Booking:
        now = timezone.now()
        check_unmoved(current, lock_bookings(current.org_id, [current.pk]), version)
        check_step(current, step, by=by, now=now)
        take(current, now)
        return current

    return on_current(booking, by, attempt)


def check_step(booking: Booking, step: Step, *, by: Member, now: datetime) -> None:
    """Raises why the member cannot take the step now, rules and other bookings aside."""
    if error := refusal(step, booking.standing, now=now, is_staff=by.is_staff):
        raise error


def lock_with_resources(booking: Booking, *, now: datetime) -> Locks:
    """Lock a booking and then what it uses, before its legs change; PostgreSQL would lock the latter leg by leg."""
    legs = booking.visible_legs
    since, until = min(leg.blocks_from for leg in legs), max(leg.blocks_until for leg in legs)
    resources = [leg.resource_id for leg in legs]
    return lock_claims(booking.org_id, resources, since, until, now=now, bookings=[booking.pk])


def note(
    booking: Booking,
    action: str,
    *,
    by: Member | None,
    source: Source,
    now: datetime,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:
    """An entry in the booking's history."""
    audit.write(
        booking.org_id, action, subject_id=booking.pk, by=by, source=source, now=now, before=before, after=after
    )
