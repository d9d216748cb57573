"""Who came: check-in, what staff say of it, and bookings that nobody came to."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from infra24.bookings.models import Booking, Outcome, Source
from infra24.bookings.policies import Step, early_end, is_missed
from infra24.bookings.queries import with_legs
from infra24.bookings.services.current import anew, check_unmoved
from infra24.bookings.services.stepping import lock_with_resources, note, on_locked
from infra24.bookings.services.writing import end_early, set_values
from infra24.facts.services import record
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_timers


def check_in(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Say that somebody is here. Whose it is while check-in is open; staff until the booking's end.

    Raises CheckInNotOpen, CheckInOver, IllegalStep, Stale.
    """

    def arrive(current: Booking, now: datetime) -> None:
        set_values(current, checked_in_at=now)
        cancel_timers(org_id=current.org_id, subject_id=current.pk)
        record(current.org_id, "booking.checked_in", now=now, source=source, booking_id=current.pk)
        note(current, "booking.check_in", by=by, source=source, now=now, before={}, after={"checked_in_at": now})

    return on_locked(booking, Step.CHECK_IN, arrive, by=by, version=version)


def set_outcome(
    booking: Booking, outcome: str, *, reason: str = "", by: Member, source: Source, version: int | None = None
) -> Booking:
    """Say whether somebody came to a booking that has begun: `attended`, `no_show`, or empty to say nothing.

    Staff only. The booking stays confirmed, and its time as it is. Raises NotYours, IllegalStep, Stale.
    """

    def say(current: Booking, now: datetime) -> None:
        before = current.outcome
        if before == outcome:
            return
        set_values(current, outcome=outcome)
        record(
            current.org_id,
            "booking.outcome_set",
            now=now,
            source=source,
            booking_id=current.pk,
            outcome=outcome,
            before=before,
        )
        note(
            current,
            "booking.set_outcome",
            by=by,
            source=source,
            now=now,
            before={"outcome": before},
            after={"outcome": outcome, "reason": reason.strip()},
        )

    return on_locked(booking, Step.SET_OUTCOME, say, by=by, version=version)


def release_no_show(org_id: UUID, booking_id: UUID, *, now: datetime) -> bool:
    """What the timer at the end of check-in does: note that nobody came, and free the rest of the time.

    False when somebody came, gave it back or called it off, or when check-in is open still.
    """
    return anew(lambda: _release(org_id, booking_id, now=now))


@transaction.atomic
def _release(org_id: UUID, booking_id: UUID, *, now: datetime) -> bool:
    booking = with_legs(Booking.objects.filter(org_id=org_id)).get(pk=booking_id)
    check_unmoved(booking, lock_with_resources(booking, now=now).bookings, None)
    if not is_missed(booking.standing, now):
        return False
    before = booking.ends_at
    if now < before:
        # Nobody was there, so nothing is packed down.
        end_early(booking, early_end(booking.standing, now), packs_down=False, outcome=Outcome.NO_SHOW)
    else:
        set_values(booking, outcome=Outcome.NO_SHOW)
    cancel_timers(org_id=org_id, subject_id=booking_id)
    record(org_id, "booking.missed", now=now, source=Source.CLOCK, booking_id=booking_id, ends_at=before)
    note(
        booking,
        "booking.miss",
        by=None,
        source=Source.CLOCK,
        now=now,
        before={"outcome": "", "ends_at": before},
        after={"outcome": booking.outcome, "ends_at": booking.ends_at},
    )
    return True
