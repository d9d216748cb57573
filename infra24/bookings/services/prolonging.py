"""More time for a hold, once."""

from datetime import datetime

from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import Step
from infra24.bookings.services.creating import HOLD_FOR
from infra24.bookings.services.stepping import note, on_locked
from infra24.bookings.services.terms import reset_timers
from infra24.bookings.services.writing import set_values
from infra24.facts.services import record
from infra24.orgs.models import Member


def prolong_hold(booking: Booking, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Keep a hold as long again, from now. Whose it is, and staff.

    Raises AlreadyProlonged the second time, HoldExpired, IllegalStep, Stale.
    """

    def prolong(current: Booking, now: datetime) -> None:
        before = current.expires_at
        assert before is not None
        expires_at = max(before, now + HOLD_FOR)
        set_values(current, expires_at=expires_at, is_prolonged=True)
        fact_id = record(
            current.org_id,
            "booking.prolonged",
            now=now,
            source=source,
            booking_id=current.pk,
            expires_at=expires_at,
        )
        reset_timers(current, fact_id)
        note(
            current,
            "booking.prolong",
            by=by,
            source=source,
            now=now,
            before={"expires_at": before},
            after={"expires_at": expires_at},
        )

    return on_locked(booking, Step.PROLONG, prolong, by=by, version=version)
