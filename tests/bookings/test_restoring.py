"""Taking back an end: it stands again as it stood, where its time is free, for a moment and no longer."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import HoldExpired, IllegalStep, NotYours, RestoredTooLate, SlotTaken
from infra24.bookings.models import Booking, Source
from infra24.bookings.policies import RESTORED_WITHIN, Standing, Step, refusal
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    cancel_booking,
    confirm_booking,
    decline_booking,
    prolong_hold,
    restore_booking,
)
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests import make
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, NOW = timedelta(hours=1), datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def take(step: Any, booking: Booking, by: Member, **more: Any) -> Booking:
    with acting_for(by.org_id):
        done: Booking = step(booking_for(by, booking.pk), by=by, source=Source.STAFF, **more)
        return done


def waiting_timers(booking: Booking) -> list[str]:
    with acting_for(booking.org_id):
        found = Delivery.objects.filter(subject_id=booking.pk, is_timer=True, status="pending")
        return sorted(found.values_list("handler", flat=True))


def test_a_cancelled_booking_stands_again_with_its_time_its_timers_and_its_history(cast: Cast) -> None:
    rules = {**make.open_week(), "reminder_minutes": 60, "check_in_before_minutes": 15, "check_in_after_minutes": 15}
    hall = make.resource(cast.house, rules=rules)
    half = make.resource(cast.house, part_of=hall)
    made = make.booking(cast.alice, hall)
    timers = waiting_timers(made)
    take(cancel_booking, made, cast.alice, reason="Oops.")
    assert waiting_timers(made) == []

    again = take(restore_booking, made, cast.alice)

    assert (again.status, again.reason, again.starts_at) == ("confirmed", "", made.starts_at)
    assert [leg.resource_id for leg in again.visible_legs] == [hall.pk]
    assert waiting_timers(made) == timers == ["bookings.release_no_show", "bookings.remind"]
    with pytest.raises(SlotTaken):
        make.booking(cast.alice, half)
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["booking.confirmed", "booking.cancelled", "booking.restored"]
        (entry,) = AuditEntry.objects.filter(action="booking.restore")
        assert (entry.member_id, entry.before) == (cast.alice.pk, {"status": "cancelled", "reason": "Oops."})
        assert entry.after == {"status": "confirmed"}
        (fact,) = Fact.objects.filter(type="booking.restored")
        assert fact.data == {"status": "confirmed"}
    # And once more, for what was restored was cancelled again.
    take(cancel_booking, made, cast.alice)
    assert take(restore_booking, made, cast.alice).status == "confirmed"


def test_a_request_waits_again_and_a_hold_ends_when_it_was_to_end(cast: Cast) -> None:
    lab = make.resource(cast.house, rules={**make.open_week(), "approval": "always"})
    asked = make.booking(cast.bob, lab)
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")
    kept = take(prolong_hold, held, cast.alice)
    take(decline_booking, asked, cast.alice, reason="Full.")
    take(cancel_booking, held, cast.alice)

    assert take(restore_booking, asked, cast.alice).status == "pending"
    again = take(restore_booking, held, cast.alice)

    assert (again.status, again.expires_at) == ("hold", kept.expires_at)
    assert waiting_timers(held) == ["bookings.expire_hold"]
    assert take(confirm_booking, held, cast.alice).status == "confirmed"


def test_a_hold_that_has_run_out_meanwhile_is_not_restored(cast: Cast, database: TestDatabase) -> None:
    held = make.booking(cast.alice, make.resource(cast.house), status="hold")
    take(cancel_booking, held, cast.alice)
    with database.as_owner() as owner:
        owner.execute("""UPDATE facts_fact SET data = '{"expires_at": "2026-01-01T00:00:00Z"}'
                          WHERE type = 'booking.held'""")

    with pytest.raises(HoldExpired):
        take(restore_booking, held, cast.alice)


def test_time_that_somebody_else_has_by_now_stays_theirs(cast: Cast) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)
    take(cancel_booking, made, cast.alice)
    theirs = make.booking(cast.bob, room, starts_at=NOON + HOUR / 2)

    with pytest.raises(SlotTaken) as refused:
        take(restore_booking, made, cast.alice)

    assert [reason.code for reason in refused.value.reasons] == ["slot_taken"]
    assert refused.value.alternatives
    with acting_for(cast.house.pk):
        assert booking_for(cast.alice, made.pk).status == "cancelled"
    assert take(cancel_booking, theirs, cast.bob).status == "cancelled"
    assert take(restore_booking, made, cast.alice).status == "confirmed"


def test_what_rules_would_refuse_by_now_was_promised_all_the_same(cast: Cast) -> None:
    room = make.resource(cast.house)
    made = make.booking(cast.alice, room)
    take(cancel_booking, made, cast.alice)
    make.opening_hours(cast.house, rules=make.closed_week(), resource=room)

    assert take(restore_booking, made, cast.alice).status == "confirmed"


def test_members_the_late_and_those_who_saw_another_version_do_not_restore(cast: Cast) -> None:
    made = make.booking(cast.bob, make.resource(cast.house))
    with pytest.raises(IllegalStep):
        take(restore_booking, made, cast.alice)
    ended = take(cancel_booking, made, cast.bob)

    with pytest.raises(NotYours):
        take(restore_booking, made, cast.bob)
    with pytest.raises(Stale):
        take(restore_booking, made, cast.alice, version=ended.version - 1)
    standing = Standing("cancelled", NOW, NOW + HOUR, ended_at=NOW - RESTORED_WITHIN)
    assert refusal(Step.RESTORE, standing, now=NOW, is_staff=True) is None
    late = refusal(Step.RESTORE, standing, now=NOW + timedelta(microseconds=1), is_staff=True)
    assert isinstance(late, RestoredTooLate)


def test_a_late_cancellation_no_longer_counts_once_it_is_taken_back(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "cancel_notice_minutes": 7 * 24 * 60})
    made = make.booking(cast.bob, room, person=make.person(cast.house, member=cast.bob))
    assert take(cancel_booking, made, cast.bob).is_late_cancelled

    assert not take(restore_booking, made, cast.alice).is_late_cancelled
