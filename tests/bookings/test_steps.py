"""Prolonging a hold, giving back the rest, cancelling late, saying who came."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.errors import AlreadyProlonged, HoldExpired, IllegalStep, NotYours
from infra24.bookings.models import Booking, Leg, Outcome, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    BookingChange,
    cancel_booking,
    change_booking,
    confirm_booking,
    give_back,
    prolong_hold,
    set_outcome,
)
from infra24.config.subscriptions import REACTIONS
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.outbox.models import Delivery
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.outbox.story import Clock
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ALWAYS = make.open_week("00:00", "24:00")


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def last_step() -> AuditEntry:
    return AuditEntry.objects.latest("at", "id")


def last_fact() -> Fact:
    return Fact.objects.latest("recorded_at", "id")


def bobs(cast: Cast, room: Resource, **more: Any) -> Booking:
    """A booking of Bob's that is on, as staff wrote it down."""
    return make.begun(cast.alice, room, person=make.person(cast.house, member=cast.bob), **more)


# --- Holds -------------------------------------------------------------------------


def test_a_hold_is_kept_as_long_again_from_now_with_a_timer_of_its_own(cast: Cast) -> None:
    hold = make.booking(cast.bob, make.resource(cast.house), status="hold")
    Booking.objects.filter(pk=hold.pk).update(expires_at=datetime.now(UTC) + MINUTE)
    hold = booking_for(cast.bob, hold.pk)
    before = hold.expires_at

    hold = prolong_hold(hold, by=cast.bob, source=Source.SELF)

    assert hold.expires_at is not None
    assert timedelta(minutes=9) < hold.expires_at - datetime.now(UTC) <= timedelta(minutes=10)
    timers = Delivery.objects.filter(subject_id=hold.pk, is_timer=True).order_by("created_at", "id")
    assert sorted(timers.values_list("status", flat=True)) == ["cancelled", "pending"]
    assert timers.get(status="pending").due_at == hold.expires_at
    assert recorded_facts() == ["booking.held", "booking.prolonged"]
    step = last_step()
    assert (step.action, step.member_id, step.source) == ("booking.prolong", cast.bob.pk, "self")
    assert step.before is not None
    assert before is not None
    assert datetime.fromisoformat(step.before["expires_at"]) == before


def test_a_hold_is_prolonged_once(cast: Cast) -> None:
    hold = prolong_hold(
        make.booking(cast.bob, make.resource(cast.house), status="hold"), by=cast.bob, source=Source.SELF
    )

    with pytest.raises(AlreadyProlonged):
        prolong_hold(hold, by=cast.alice, source=Source.STAFF)

    assert recorded_facts() == ["booking.held", "booking.prolonged"]


def test_a_dead_hold_stays_dead(cast: Cast) -> None:
    hold = make.booking(cast.bob, make.resource(cast.house), status="hold")
    make.run_out(cast.house, hold.pk)

    with pytest.raises(HoldExpired):
        prolong_hold(booking_for(cast.bob, hold.pk), by=cast.bob, source=Source.SELF)

    assert recorded_facts() == ["booking.held"]


def test_the_timer_of_before_leaves_a_prolonged_hold_alone() -> None:
    cast, clock = make.cast(), Clock()
    hold = make.booking(cast.bob, make.resource(cast.house), status="hold")
    first_end = hold.expires_at
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=hold.pk).update(expires_at=datetime.now(UTC) + MINUTE)
        hold = prolong_hold(booking_for(cast.bob, hold.pk), by=cast.bob, source=Source.SELF)
        # As if a worker had held the first timer while somebody prolonged.
        Delivery.objects.filter(subject_id=hold.pk, status="cancelled").update(status="pending", settled_at=None)
    assert first_end is not None
    assert hold.expires_at is not None

    clock.now = hold.expires_at - timedelta(seconds=1)
    deliver_due(REACTIONS, clock=clock)
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=hold.pk).status == "hold"

    clock.now = hold.expires_at
    deliver_due(REACTIONS, clock=clock)
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=hold.pk).status == "expired"


# --- Giving back -------------------------------------------------------------------


def test_giving_back_ends_a_running_booking_now_and_keeps_its_pack_down(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**ALWAYS, "buffer_after_minutes": 15})
    running = bobs(cast, room)
    planned = running.ends_at

    given = give_back(running, by=cast.bob, source=Source.SELF)

    stored, leg = Booking.objects.get(pk=given.pk), Leg.objects.get(booking_id=given.pk)
    assert timedelta() <= datetime.now(UTC) - stored.ends_at < MINUTE
    assert (leg.ends_at, leg.blocks_until) == (stored.ends_at, stored.ends_at + 15 * MINUTE)
    assert (stored.planned_ends_at, stored.status, stored.outcome) == (planned, "confirmed", "")
    assert (stored.wall_ends_at - stored.wall_starts_at) == stored.ends_at - stored.starts_at
    assert [(one.ends_at, one.blocks_until) for one in given.visible_legs] == [(leg.ends_at, leg.blocks_until)]
    assert given.version == stored.version
    fact = last_fact()
    assert (fact.type, datetime.fromisoformat(fact.data["ends_at"])) == ("booking.given_back", planned)
    assert (last_step().action, last_step().member_id) == ("booking.give_back", cast.bob.pk)


def test_what_was_given_back_can_be_booked_at_once(cast: Cast) -> None:
    room = make.resource(cast.house, rules=ALWAYS)
    running = bobs(cast, room)
    rest = (running.ends_at - HOUR, 1)

    give_back(running, by=cast.alice, source=Source.STAFF)

    assert make.booking(cast.alice, room, starts_at=rest[0], hours=rest[1]).status == "confirmed"


def test_a_divided_hall_is_given_back_with_its_parts(cast: Cast) -> None:
    hall = make.resource(cast.house, rules=ALWAYS)
    halves = [make.resource(cast.house, part_of=hall, rules=ALWAYS) for _ in range(2)]
    running = bobs(cast, hall)

    given = give_back(running, by=cast.bob, source=Source.SELF)

    assert set(Leg.objects.filter(booking_id=given.pk).values_list("blocks_until", flat=True)) == {given.ends_at}
    assert Leg.objects.filter(booking_id=given.pk, resource__in=halves, is_implied=True).count() == 2


@pytest.mark.parametrize("when", ["before", "after"])
def test_only_what_is_on_can_be_given_back(cast: Cast, when: str) -> None:
    room = make.resource(cast.house, rules=ALWAYS)
    made = make.booking(cast.bob, room) if when == "before" else bobs(cast, room, minutes=300)
    facts = recorded_facts()

    with pytest.raises(IllegalStep):
        give_back(made, by=cast.bob, source=Source.SELF)

    assert recorded_facts() == facts
    assert Booking.objects.get(pk=made.pk).version == 1


def test_who_gives_back_an_older_version_is_told(cast: Cast) -> None:
    running = bobs(cast, make.resource(cast.house, rules=ALWAYS))

    with pytest.raises(Stale):
        give_back(running, by=cast.bob, source=Source.SELF, version=running.version + 1)


# --- Cancelling late ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("notice_minutes", "by", "is_late"),
    [(0, "bob", False), (1440, "bob", False), (5 * 1440, "bob", True), (5 * 1440, "alice", False)],
)
def test_a_members_cancellation_with_too_little_notice_counts_as_late(
    cast: Cast, notice_minutes: int, by: str, *, is_late: bool
) -> None:
    member = {"bob": cast.bob, "alice": cast.alice}[by]
    made = make.booking(
        cast.bob, make.resource(cast.house, rules={"schema": 1, "cancel_notice_minutes": notice_minutes})
    )

    cancelled = cancel_booking(made, by=member, source=Source.SELF, reason="Ill.")

    assert (cancelled.status, cancelled.is_late_cancelled) == ("cancelled", is_late)
    assert Booking.objects.get(pk=made.pk).is_late_cancelled == is_late
    assert last_fact().data == {"reason": "Ill.", "late": is_late}


def test_the_longest_notice_of_all_that_is_booked_counts(cast: Cast) -> None:
    rooms = [
        make.resource(cast.house, rules={"schema": 1, "cancel_notice_minutes": minutes}) for minutes in (60, 120, 0)
    ]

    made = make.booking(cast.bob, *rooms)

    assert made.cancel_until == NOON - 2 * HOUR
    assert not made.is_late_at(NOON - 2 * HOUR)
    assert made.is_late_at(NOON - 2 * HOUR + timedelta(seconds=1))


@pytest.mark.parametrize("status", ["hold", "pending"])
def test_what_was_never_certain_is_not_cancelled_late(cast: Cast, status: str) -> None:
    rules = {"schema": 1, "cancel_notice_minutes": 5 * 1440, "approval": "always" if status == "pending" else "never"}
    made = make.booking(cast.bob, make.resource(cast.house, rules=rules), status="hold" if status == "hold" else None)

    cancelled = cancel_booking(made, by=cast.bob, source=Source.SELF)

    assert (made.status, cancelled.is_late_cancelled) == ("cancelled", False)


def test_moving_what_can_no_longer_be_cancelled_in_time_does_not_help(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "cancel_notice_minutes": 5 * 1440})
    made = make.booking(cast.bob, room)
    far = NOON + timedelta(days=30)

    moved = change_booking(made, BookingChange(starts_at=far, ends_at=far + HOUR), by=cast.bob, source=Source.SELF)

    assert moved.is_late_at(datetime.now(UTC))
    by_staff = BookingChange(starts_at=far + HOUR, ends_at=far + 2 * HOUR)
    assert (
        change_booking(moved, by_staff, by=cast.alice, source=Source.STAFF).cancel_until == far + HOUR - 5 * 24 * HOUR
    )


# --- Outcome -----------------------------------------------------------------------


def test_staff_say_who_came_and_take_it_back(cast: Cast) -> None:
    made = bobs(cast, make.resource(cast.house, rules=ALWAYS), minutes=300)

    for outcome in (Outcome.NO_SHOW, Outcome.ATTENDED, ""):
        made = set_outcome(made, outcome, by=cast.alice, source=Source.STAFF)
        assert Booking.objects.get(pk=made.pk).outcome == outcome

    assert recorded_facts() == ["booking.confirmed", *["booking.outcome_set"] * 3]
    assert last_fact().data == {"outcome": "", "before": "attended"}
    assert (last_step().action, last_step().before) == ("booking.set_outcome", {"outcome": "attended"})


def test_saying_the_same_again_is_not_told(cast: Cast) -> None:
    made = bobs(cast, make.resource(cast.house, rules=ALWAYS), minutes=300)

    assert set_outcome(made, "", by=cast.alice, source=Source.STAFF).version == 1
    assert recorded_facts() == ["booking.confirmed"]


def test_nobody_says_who_came_to_what_has_not_begun_and_members_never_do(cast: Cast) -> None:
    begun = bobs(cast, make.resource(cast.house, rules=ALWAYS))
    ahead = make.booking(cast.bob, make.resource(cast.house))

    with pytest.raises(IllegalStep):
        set_outcome(ahead, "attended", by=cast.alice, source=Source.STAFF)
    with pytest.raises(NotYours):
        set_outcome(begun, "attended", by=cast.bob, source=Source.SELF)

    assert set(Booking.objects.values_list("outcome", flat=True)) == {""}


def test_what_is_cancelled_after_all_had_nobody_coming(cast: Cast) -> None:
    made = bobs(cast, make.resource(cast.house, rules=ALWAYS))
    set_outcome(made, "attended", by=cast.alice, source=Source.STAFF)

    cancelled = cancel_booking(booking_for(cast.alice, made.pk), by=cast.alice, source=Source.STAFF)

    assert (cancelled.status, cancelled.outcome) == ("cancelled", "")


def test_confirming_takes_what_the_rules_say_by_then(cast: Cast) -> None:
    room = make.resource(cast.house)
    hold = make.booking(cast.bob, room, status="hold")
    make.opening_hours(cast.house, rules={"schema": 1, "cancel_notice_minutes": 60}, resource=room)

    confirmed = confirm_booking(hold, by=cast.bob, source=Source.SELF)

    assert (hold.cancel_until, confirmed.cancel_until) == (NOON - HOUR, NOON - HOUR)
    assert Booking.objects.get(pk=hold.pk).cancel_until == NOON - HOUR
