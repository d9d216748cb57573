"""Giving back the rest of a booking's time."""

from django.db import transaction
from django.utils import timezone

from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step, early_end
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.stepping import check_step, lock_with_resources, note
from infra24.bookings.services.writing import end_early
from infra24.facts.services import record
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_timers


def give_back(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """End a running booking now; its time, but for the pack-down that follows, is free at once.

    Whose it is, and staff. Raises IllegalStep, Stale.
    """

    @transaction.atomic
    def give(current: Booking) -> Booking:
        now = timezone.now()
        check_unmoved(current, lock_with_resources(current, now=now).bookings, version)
        check_step(current, Step.GIVE_BACK, by=by, now=now)
        before = current.ends_at
        end_early(current, early_end(current.standing, now), packs_down=True)
        cancel_timers(org_id=current.org_id, subject_id=current.pk)
        record(current.org_id, "booking.given_back", now=now, source=source, booking_id=current.pk, ends_at=before)
        note(
            current,
            "booking.give_back",
            by=by,
            source=source,
            now=now,
            before={"ends_at": before},
            after={"ends_at": current.ends_at},
        )
        return current

    return on_current(booking, by, give)
