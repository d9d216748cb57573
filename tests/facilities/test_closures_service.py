"""Closing something for a while: what is booked then is decided on, one by one, or nothing is closed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.errors import BookingNotFound, TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.services import cancel_booking
from infra24.core.errors import Infra24Error, Stale
from infra24.core.ids import new_id
from infra24.facilities.errors import (
    CancelReasonMissing,
    ClosureBegun,
    ClosureEndsBeforeStart,
    ClosureHitsBookings,
    ClosureOutOfRange,
    ClosureOver,
    ClosureTooLong,
    ClosureUntitled,
    MoveRefused,
    YearlyTooLong,
)
from infra24.facilities.hits import hits_of, reach_of, with_offers
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.closures import ClosureChange, change_closure, lift_closure
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.resources import policies
from infra24.resources.models import Closure
from tests import make
from tests.facilities.closing import ART_WEEK, DAY, cancel, close, keep, move
from tests.make import NOON, Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def state(cast: Cast) -> tuple[list[tuple[str, str, datetime]], int, list[str]]:
    """Bookings as they are, how many closures, and what was recorded."""
    with acting_for(cast.house.pk):
        bookings = [(one.title, one.status, one.starts_at) for one in Booking.objects.order_by("id")]
        return bookings, Closure.objects.count(), recorded_facts()


def struck(refusal: ClosureHitsBookings) -> list[str]:
    return [hit.booking.title for hit in refusal.hits]


def test_what_is_closed_cannot_be_booked_and_says_why(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")

    closure = close(cast.alice, kiln)

    with pytest.raises(TimeRefused) as refused:
        make.booking(cast.alice, kiln)
    assert [(reason.code, reason.detail) for reason in refused.value.reasons] == [
        ("closure", "Kiln is closed then: Art Week.")
    ]
    make.booking(cast.alice, kiln, starts_at=NOON + 2 * DAY)
    make.booking(cast.alice, make.resource(cast.house))
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["closure.made", "booking.confirmed", "booking.confirmed"]
        entry = AuditEntry.objects.get(action="closure.make")
        assert (entry.subject_id, entry.member_id) == (closure.pk, cast.alice.pk)


def test_a_hall_closes_its_halves_and_a_half_the_hall(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    east, west = (make.resource(cast.house, name=name, part_of=hall) for name in ("East", "West"))
    make.booking(cast.alice, east, title="East")
    make.booking(cast.alice, west, title="West")
    make.booking(cast.alice, hall, title="Hall", starts_at=NOON + 3 * HOUR)

    with pytest.raises(ClosureHitsBookings) as by_hall:
        close(cast.alice, hall)
    with pytest.raises(ClosureHitsBookings) as by_east:
        close(cast.alice, east)

    assert struck(by_hall.value) == ["East", "West", "Hall"]
    assert struck(by_east.value) == ["East", "Hall"]


def test_a_kind_and_the_house_are_closed_as_a_whole(cast: Cast) -> None:
    room, kiln = make.resource(cast.house), make.resource(cast.house, kind="equipment")
    make.booking(cast.alice, room, title="Room")
    make.booking(cast.alice, kiln, title="Kiln", starts_at=NOON + HOUR)

    with pytest.raises(ClosureHitsBookings) as by_kind:
        close(cast.alice, kind="equipment")
    with pytest.raises(ClosureHitsBookings) as by_house:
        close(cast.alice)

    assert struck(by_kind.value) == ["Kiln"]
    assert struck(by_house.value) == ["Room", "Kiln"]


def test_times_are_those_of_each_resources_clock(cast: Cast) -> None:
    here, there = make.resource(cast.house), make.resource(cast.house, time_zone="Pacific/Auckland")
    make.opening_hours(cast.house, resource=there, rules=make.open_week("00:00", "24:00"))
    make.booking(cast.alice, here, title="Here")
    local = NOON.astimezone(ZoneInfo("Pacific/Auckland")).replace(tzinfo=None)
    make.booking(cast.alice, there, title="There")

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, since=local - HOUR, until=local + 2 * HOUR)

    assert struck(refused.value) == ["There"]


def test_each_booking_is_kept_cancelled_or_moved(cast: Cast) -> None:
    room = make.resource(cast.house)
    bob = make.person(cast.house, member=cast.bob)
    kept, given_up, moved = (
        make.booking(cast.alice, room, title=title, starts_at=NOON + hours * HOUR, person=bob)
        for title, hours in (("Kept", 0), ("Given up", 1), ("Moved", 2))
    )
    later = NOON + 3 * DAY

    closure = close(
        cast.alice, room, decisions={kept.pk: keep(kept), given_up.pk: cancel(given_up), moved.pk: move(moved, later)}
    )

    bookings, closures, facts = state(cast)
    assert bookings == [
        ("Kept", "confirmed", NOON),
        ("Given up", "cancelled", NOON + HOUR),
        ("Moved", "confirmed", later),
    ]
    assert closures == 1
    assert facts[3:] == ["booking.cancelled", "booking.changed", "closure.made"]
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=given_up.pk).reason == "The floor is sanded."
        assert Booking.objects.get(pk=moved.pk).ends_at == later + HOUR
        told = AuditEntry.objects.get(subject_id=closure.pk).after or {}
        assert (told["kept"], told["cancelled"], told["moved"]) == tuple(
            [str(one.pk)] for one in (kept, given_up, moved)
        )


def test_a_booking_moves_to_the_place_of_one_that_is_cancelled(cast: Cast) -> None:
    room = make.resource(cast.house)
    moved = make.booking(cast.alice, room, title="Moved")
    given_up = make.booking(cast.alice, room, title="Given up", starts_at=NOON + 5 * HOUR)
    noon = ART_WEEK.replace(hour=NOON.astimezone(ZoneInfo("America/New_York")).hour)

    # Half of the second lies in the closure; the first moves to when that would have ended.
    close(
        cast.alice,
        room,
        until=noon + 5.5 * HOUR,
        decisions={moved.pk: move(moved, NOON + 5.5 * HOUR), given_up.pk: cancel(given_up)},
    )

    assert state(cast)[0] == [
        ("Moved", "confirmed", NOON + 5.5 * HOUR),
        ("Given up", "cancelled", NOON + 5 * HOUR),
    ]


def test_without_a_decision_on_each_nothing_happens(cast: Cast) -> None:
    room = make.resource(cast.house)
    first, _ = (make.booking(cast.alice, room, starts_at=NOON + hours * HOUR) for hours in (0, 1))
    before = state(cast)

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, room, decisions={first.pk: cancel(first)})

    assert len(refused.value.hits) == 2
    assert state(cast) == before


def test_offers_are_the_next_times_after_the_closure(cast: Cast) -> None:
    room, camera = make.resource(cast.house, name="Room"), make.resource(cast.house, name="Camera", kind="equipment")
    make.booking(cast.alice, room, camera, title="Shoot")
    opening = datetime.combine((ART_WEEK + 2 * DAY).date(), datetime.min.time(), ZoneInfo("America/New_York"))
    opening = opening.replace(hour=9)
    make.booking(cast.alice, camera, starts_at=opening)

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, room)

    (hit,) = refused.value.hits
    assert [start for start, _ in hit.offers] == [opening + hours * HOUR for hours in (1, 2, 3)]
    assert {end - start for start, end in hit.offers} == {HOUR}
    assert [reason.code for reason in hit.reasons] == ["closure"]


def test_a_booking_is_offered_the_time_it_stands_in_the_way_of_itself(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, hours=2)
    noon = ART_WEEK.replace(hour=NOON.astimezone(ZoneInfo("America/New_York")).hour)

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, room, since=noon - HOUR, until=noon + HOUR)

    assert refused.value.hits[0].offers[0] == (NOON + HOUR, NOON + 3 * HOUR)


def test_a_move_into_the_closure_or_to_a_taken_time_leaves_no_trace(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    make.booking(cast.alice, room, starts_at=NOON + 3 * DAY)
    before = state(cast)

    for target, code in ((NOON + DAY, "closure"), (NOON + 3 * DAY, "slot_taken")):
        with pytest.raises(MoveRefused) as refused:
            close(cast.alice, room, decisions={booking.pk: move(booking, target)})
        assert [reason.code for reason in refused.value.reasons] == [code]
        assert refused.value.fields == {"decisions.0.starts_at": "“Firing” cannot be then."}

    assert state(cast) == before


def test_a_decision_about_what_changed_meanwhile_is_stale(cast: Cast) -> None:
    room = make.resource(cast.house)
    seen = make.booking(cast.alice, room)
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=seen.pk).update(title="Glaze")
    before = state(cast)

    with pytest.raises(Stale):
        close(cast.alice, room, decisions={seen.pk: cancel(seen)})
    assert state(cast) == before


def test_a_decision_about_what_is_not_hit_changes_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    beside = make.booking(cast.alice, room, starts_at=NOON + 3 * DAY)

    close(cast.alice, room, decisions={beside.pk: cancel(beside)})

    assert state(cast)[0] == [("Firing", "confirmed", NOON + 3 * DAY)]
    with pytest.raises(BookingNotFound):
        close(cast.alice, room, decisions={new_id(): cancel(beside)})


def test_cancelling_needs_a_reason(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)

    with pytest.raises(CancelReasonMissing) as refused:
        close(cast.alice, room, decisions={booking.pk: cancel(booking, " ")})

    assert list(refused.value.fields) == ["decisions.0.reason"]


def test_what_has_ended_or_is_over_is_not_hit(cast: Cast) -> None:
    room = make.resource(cast.house)
    past = datetime.now(UTC).replace(hour=17, minute=0, second=0, microsecond=0) - 7 * DAY
    make.booking(cast.alice, room, starts_at=past)
    given_up = make.booking(cast.alice, room)
    with acting_for(cast.house.pk):
        cancel_booking(given_up, by=cast.alice, source=Source.STAFF)

    close(cast.alice, room, since=ART_WEEK - 30 * DAY, until=ART_WEEK + 2 * DAY)

    assert state(cast)[1] == 1


def test_what_is_going_on_is_hit_and_offered_nothing(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    now = datetime.now(UTC).replace(minute=0, second=0, microsecond=0)
    make.booking(cast.alice, room, starts_at=now - HOUR, hours=5)

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, room, since=ART_WEEK - 30 * DAY, until=ART_WEEK)

    assert [hit.offers for hit in refused.value.hits] == [()]


def test_a_yearly_closure_hits_every_year_ahead(cast: Cast) -> None:
    room = make.resource(cast.house)
    # The first or the second of its days next year, leap or not.
    booked = datetime.combine((ART_WEEK + 366 * DAY).date(), datetime.min.time(), UTC)
    booking = make.booking(cast.alice, room, starts_at=booked.replace(hour=17))
    make.booking(cast.alice, room, starts_at=booked.replace(hour=17) + 3 * DAY, title="Beside")

    with pytest.raises(ClosureHitsBookings) as refused:
        close(cast.alice, room, yearly=True)
    assert struck(refused.value) == ["Firing"]

    close(cast.alice, room, yearly=True, decisions={booking.pk: keep(booking)})
    with pytest.raises(TimeRefused):
        make.booking(cast.alice, room, starts_at=booked.replace(hour=20))


REFUSED: list[tuple[dict[str, Any], type[Infra24Error]]] = [
    ({"title": "  "}, ClosureUntitled),
    ({"until": ART_WEEK}, ClosureEndsBeforeStart),
    ({"until": ART_WEEK + 5 * 366 * DAY}, ClosureTooLong),
    ({"until": ART_WEEK + 365 * DAY, "yearly": True}, YearlyTooLong),
    ({"since": ART_WEEK.replace(year=1999, day=1)}, ClosureOutOfRange),
    ({"since": ART_WEEK.replace(year=2100, day=1)}, ClosureOutOfRange),
]


@pytest.mark.parametrize(("given", "error"), REFUSED)
def test_what_is_wrong_in_itself(cast: Cast, given: dict[str, Any], error: type[Infra24Error]) -> None:
    with pytest.raises(error) as refused:
        close(cast.alice, **given)

    assert refused.value.fields
    assert state(cast) == ([], 0, [])


def test_a_closure_to_come_gets_other_times_and_asks_about_what_is_new(cast: Cast) -> None:
    room = make.resource(cast.house)
    kept = make.booking(cast.alice, room, title="Kept")
    closure = close(cast.alice, room, decisions={kept.pk: keep(kept)})
    later = make.booking(cast.alice, room, title="Later", starts_at=NOON + 3 * DAY)
    longer = ClosureChange(wall_until=ART_WEEK + 4 * DAY)

    with acting_for(cast.house.pk):
        with pytest.raises(ClosureHitsBookings) as refused:
            change_closure(closure, longer, decisions={}, by=cast.alice, source=Source.STAFF)
        assert struck(refused.value) == ["Later"]

        decisions = {later.pk: cancel(later)}
        changed = change_closure(closure, longer, decisions=decisions, by=cast.alice, source=Source.STAFF, version=1)

        assert (changed.wall_until, changed.version) == (ART_WEEK + 4 * DAY, 2)
        assert recorded_facts()[-2:] == ["booking.cancelled", "closure.changed"]
        with pytest.raises(Stale):
            change_closure(closure, longer, decisions={}, by=cast.alice, source=Source.STAFF, version=1)
        same = change_closure(closure, longer, decisions={}, by=cast.alice, source=Source.STAFF)
        assert same.version == 2
        assert audited().count("closure.change") == 1


def test_what_has_begun_keeps_its_times_and_can_be_lifted(cast: Cast) -> None:
    room = make.resource(cast.house)
    closure = close(cast.alice, room, since=ART_WEEK - 30 * DAY, until=ART_WEEK + 2 * DAY)
    with acting_for(cast.house.pk):
        with pytest.raises(ClosureBegun):
            change_closure(closure, ClosureChange(title="Fair"), decisions={}, by=cast.alice, source=Source.STAFF)

        lifted = lift_closure(closure, by=cast.alice, source=Source.STAFF, version=1)

        assert lifted.lifted_at is not None
        assert lifted.version == 2
        assert recorded_facts() == ["closure.made", "closure.lifted"]
        with pytest.raises(ClosureOver):
            lift_closure(lifted, by=cast.alice, source=Source.STAFF)
        with pytest.raises(ClosureOver):
            change_closure(lifted, ClosureChange(title="Fair"), decisions={}, by=cast.alice, source=Source.STAFF)
    make.booking(cast.alice, room)


def test_listing_hits_costs_the_same_for_one_and_for_three(cast: Cast) -> None:
    room = make.resource(cast.house)
    closure = policies.Closure(new_id(), "Art Week", ART_WEEK, ART_WEEK + 2 * DAY)

    def queries() -> int:
        now = datetime.now(UTC)
        with acting_for(cast.house.pk), CaptureQueriesContext(connection) as sent:
            reach = reach_of(cast.house.pk, RuleScope(), now=now)
            hits = hits_of(cast.alice, closure, reach, now=now)
            assert all(hit.offers for hit in with_offers(cast.alice, hits, closure, reach, now=now))
        return len(sent)

    make.booking(cast.alice, room)
    one = queries()
    make.booking(cast.alice, room, starts_at=NOON + HOUR)
    make.booking(cast.alice, make.resource(cast.house))

    assert queries() == one
