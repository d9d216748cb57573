"""How much one person may have: by count and hours, per day, week and month, of the house, a kind or one resource."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.availability import availability_of
from infra24.bookings.errors import TimeRefused
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import (
    BookingChange,
    cancel_booking,
    change_booking,
    confirm_booking,
    release_no_show,
)
from infra24.core.errors import Reason
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ONE_A_DAY = {"per": "day", "count": 1}


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def limited(*quotas: dict[str, Any]) -> dict[str, Any]:
    return {"schema": 1, "quotas": list(quotas)}


def limit_house(cast: Cast, *quotas: dict[str, Any]) -> None:
    rules = {**make.open_week(), **limited(*quotas)}
    make.opening_hours(cast.house, rules=rules, valid_from=date(2020, 1, 2))


def refused(by: Member, *resources: Resource, **more: Any) -> list[Reason]:
    """The reasons; and a refusal leaves no trace."""
    before = Booking.objects.count(), Fact.objects.count()
    with pytest.raises(TimeRefused) as refusal:
        make.booking(by, *resources, **more)
    assert (Booking.objects.count(), Fact.objects.count()) == before
    return list(refusal.value.reasons)


def codes(reasons: list[Reason]) -> list[str]:
    return [reason.code for reason in reasons]


@pytest.mark.parametrize(
    ("quota", "booked", "asked", "passes"),
    [
        ({"per": "day", "count": 2}, [(NOON, 1)], (NOON + HOUR, 1), True),
        ({"per": "day", "count": 1}, [(NOON, 1)], (NOON + HOUR, 1), False),
        ({"per": "day", "count": 1}, [(NOON, 1)], (NOON + DAY, 1), True),
        ({"per": "day", "hours": 3}, [(NOON, 2)], (NOON + 2 * HOUR, 1), True),
        ({"per": "day", "hours": 3}, [(NOON, 2)], (NOON + 2 * HOUR, 1.25), False),
        ({"per": "day", "hours": 3}, [], (NOON, 3.25), False),
        ({"per": "week", "count": 1}, [(NOON, 1)], (NOON + HOUR, 1), False),
        ({"per": "week", "count": 1}, [(NOON, 1)], (NOON + 7 * DAY, 1), True),
        ({"per": "week", "hours": 2}, [(NOON, 1), (NOON + HOUR, 1)], (NOON + 2 * HOUR, 0.25), False),
        ({"per": "month", "count": 2}, [(NOON, 1), (NOON + HOUR, 1)], (NOON + 2 * HOUR, 1), False),
        ({"per": "month", "hours": 2}, [(NOON, 2)], (NOON + 31 * DAY, 2), True),
    ],
)
def test_a_quota_is_used_up(
    cast: Cast,
    quota: dict[str, Any],
    booked: list[tuple[datetime, float]],
    asked: tuple[datetime, float],
    *,
    passes: bool,
) -> None:
    room = make.resource(cast.house, rules=limited(quota))
    for starts_at, hours in booked:
        make.booking(cast.bob, room, starts_at=starts_at, hours=hours)

    if passes:
        make.booking(cast.bob, room, starts_at=asked[0], hours=asked[1])
        return
    (reason,) = refused(cast.bob, room, starts_at=asked[0], hours=asked[1])
    assert (reason.code, reason.resource_id, reason.cure) == (
        "quota_used",
        str(room.pk),
        "Choose another time, or ask staff.",
    )


def test_a_refusal_says_which_quota_in_which_period_and_who_said_it(cast: Cast) -> None:
    limit_house(cast, ONE_A_DAY, {"per": "month", "hours": 1.5})
    room = make.resource(cast.house)
    make.booking(cast.bob, room)

    by_day, by_month = refused(cast.bob, room, starts_at=NOON + HOUR)

    assert by_day.detail == "The limit here is 1 a day for each person; you have 1."
    assert by_month.detail == "The limit here is 1 hour 30 minutes a month for each person; you have used 1 hour."
    assert (by_day.source["field"], by_day.source["scope"]) == ("quotas", "organisation")
    assert by_day.source["from"] == by_day.source["until"]
    assert (by_month.source["from"][8:], by_month.source["rule_id"]) == ("01", by_day.source["rule_id"])


def test_a_quota_counts_what_its_scope_says(cast: Cast) -> None:
    kiln, press = (make.resource(cast.house, kind="equipment") for _ in range(2))
    room = make.resource(cast.house)

    make.opening_hours(cast.house, kind="equipment", rules=limited(ONE_A_DAY))
    make.booking(cast.bob, kiln)
    assert codes(refused(cast.bob, press, starts_at=NOON + HOUR)) == ["quota_used"]
    make.booking(cast.bob, room, starts_at=NOON + HOUR)

    limit_house(cast, {"per": "day", "count": 2})
    assert codes(refused(cast.bob, room, starts_at=NOON + 2 * HOUR)) == ["quota_used"]

    own = make.resource(cast.house, rules=limited({"per": "day", "count": 2}))
    make.booking(cast.bob, own, starts_at=NOON + 2 * HOUR)
    make.booking(cast.bob, own, starts_at=NOON + 3 * HOUR)
    assert codes(refused(cast.bob, own, starts_at=NOON + 4 * HOUR)) == ["quota_used"]


def test_a_booking_of_several_things_counts_once(cast: Cast) -> None:
    limit_house(cast, ONE_A_DAY)
    room, kiln = make.resource(cast.house), make.resource(cast.house)

    make.booking(cast.bob, room, kiln)

    assert codes(refused(cast.bob, room, starts_at=NOON + HOUR)) == ["quota_used"]


def test_moving_does_not_count_the_booking_itself_and_is_held_to_the_quota_of_where_it_goes(cast: Cast) -> None:
    room = make.resource(cast.house, rules=limited({"per": "day", "hours": 2}))
    own = make.booking(cast.bob, room, hours=2)

    own = change_booking(
        own, BookingChange(starts_at=NOON + HOUR, ends_at=NOON + 3 * HOUR), by=cast.bob, source=Source.SELF
    )
    with pytest.raises(TimeRefused) as longer:
        change_booking(own, BookingChange(ends_at=NOON + 4 * HOUR), by=cast.bob, source=Source.SELF)
    make.booking(cast.bob, room, starts_at=NOON + DAY)
    there = BookingChange(starts_at=NOON + DAY + HOUR, ends_at=NOON + DAY + 3 * HOUR)
    with pytest.raises(TimeRefused) as moved:
        change_booking(own, there, by=cast.bob, source=Source.SELF)

    assert [codes(list(each.value.reasons)) for each in (longer, moved)] == [["quota_used"], ["quota_used"]]
    assert (booking_for(cast.bob, own.pk).starts_at, own.version) == (
        NOON + HOUR,
        booking_for(cast.bob, own.pk).version,
    )


def test_requests_and_live_holds_count_dead_holds_and_ended_bookings_do_not(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**limited(ONE_A_DAY), "approval": "always"})

    held = make.booking(cast.bob, room, status="hold")
    assert codes(refused(cast.bob, room, starts_at=NOON + HOUR)) == ["quota_used"]
    make.run_out(cast.house, held.pk)
    asked = make.booking(cast.bob, room, starts_at=NOON + HOUR)
    assert asked.status == "pending"
    assert codes(refused(cast.bob, room, starts_at=NOON + 2 * HOUR)) == ["quota_used"]
    cancel_booking(asked, by=cast.bob, source=Source.SELF)

    make.booking(cast.bob, room, starts_at=NOON + 2 * HOUR)


def test_the_last_hold_can_be_confirmed(cast: Cast) -> None:
    """It has been counted when it was taken."""
    room = make.resource(cast.house, rules=limited(ONE_A_DAY))
    held = make.booking(cast.bob, room, status="hold")

    assert confirm_booking(held, by=cast.bob, source=Source.SELF).status == "confirmed"


def test_staff_are_not_bound_and_what_they_book_for_somebody_counts(cast: Cast) -> None:
    room, bob = make.resource(cast.house, rules=limited(ONE_A_DAY)), make.person(cast.house, member=cast.bob)
    make.person(cast.house, member=cast.alice)
    instructor = make.member(cast.house, role=Role.INSTRUCTOR)

    for step in range(2):
        make.booking(cast.alice, room, starts_at=NOON + step * HOUR, person=bob)
    assert codes(refused(cast.bob, room, starts_at=NOON + 2 * HOUR)) == ["quota_used"]
    make.booking(instructor, room, starts_at=NOON + 2 * HOUR)
    assert codes(refused(instructor, room, starts_at=NOON + 3 * HOUR)) == ["quota_used"]


def test_other_reasons_do_not_hide_a_quota(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**limited(ONE_A_DAY), "longest_minutes": 60})
    make.booking(cast.bob, room)

    assert codes(refused(cast.bob, room, hours=2)) == ["too_long", "slot_taken", "quota_used"]


def test_other_times_that_are_offered_are_within_the_quota(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**limited(ONE_A_DAY), "slot_minutes": 60})
    for day in range(2):
        make.booking(cast.bob, room, starts_at=NOON + day * DAY)

    with pytest.raises(TimeRefused) as refusal:
        make.booking(cast.bob, room, starts_at=NOON + HOUR)

    first, *_ = [datetime.fromisoformat(each.starts_at) for each in refusal.value.alternatives]
    assert first >= NOON + 2 * DAY - 12 * HOUR
    make.booking(cast.bob, room, starts_at=first)


def test_no_slot_is_offered_that_a_quota_refuses(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**limited(ONE_A_DAY), "slot_minutes": 60})
    make.booking(cast.bob, room)

    def offered(viewer: Member) -> set[datetime]:
        found = availability_of(viewer, room.pk, NOON, NOON + DAY + HOUR, length=HOUR)
        return {since for since, _until in found.slots}

    assert not {slot for slot in offered(cast.bob) if slot < NOON + 8 * HOUR}
    assert NOON + DAY in offered(cast.bob)
    assert NOON + HOUR in offered(cast.alice)


def test_the_api_says_what_is_used_up(cast: Cast) -> None:
    room = make.resource(cast.house, rules=limited(ONE_A_DAY))
    make.booking(cast.bob, room)
    body = {"title": "Firing", "starts_at": NOON + HOUR, "ends_at": NOON + 2 * HOUR, "resource_id": room.pk}

    problem = make.client().generic(
        "POST", "/api/bookings", make.json(body), "application/json", headers=bearer(make.token(cast.bob))
    )

    assert (problem.status_code, problem.json()["code"]) == (409, "quota_used")
    assert problem.json()["reasons"][0]["source"]["scope"] == "resource"
    assert problem.json()["alternatives"]


def test_a_quota_that_begins_within_the_window_is_reckoned_with(cast: Cast) -> None:
    limited_from = (NOON + 2 * DAY).date()
    room = make.resource(cast.house)
    make.opening_hours(cast.house, rules={**make.open_week(), **limited(ONE_A_DAY)}, valid_from=limited_from)
    make.booking(cast.bob, room, starts_at=NOON + 3 * DAY)

    found = availability_of(cast.bob, room.pk, NOON, NOON + 4 * DAY, length=HOUR)

    # Hours at which New York and UTC show the same day.
    near_noon = {starts_at.date() for starts_at, _until in found.slots if 15 <= starts_at.hour <= 22}
    assert (NOON + 2 * DAY).date() in near_noon
    assert (NOON + 3 * DAY).date() not in near_noon


def test_a_booking_cancelled_late_goes_on_counting_and_one_cancelled_in_time_does_not(cast: Cast) -> None:
    late = make.resource(cast.house, rules={**limited(ONE_A_DAY), "cancel_notice_minutes": 5 * 1440})
    timely = make.resource(cast.house, rules=limited(ONE_A_DAY))

    for room in (late, timely):
        cancel_booking(make.booking(cast.bob, room), by=cast.bob, source=Source.SELF)

    assert codes(refused(cast.bob, late, starts_at=NOON + HOUR)) == ["quota_used"]
    assert make.booking(cast.bob, timely, starts_at=NOON + HOUR).status == "confirmed"


@pytest.mark.parametrize(
    ("weight", "quota", "passes"),
    [
        (1, {"per": "month", "count": 3}, True),
        (2, {"per": "month", "count": 3}, True),
        (3, {"per": "month", "count": 3}, False),
        (2, {"per": "month", "hours": 5}, True),
        (3, {"per": "month", "hours": 5}, False),
    ],
)
def test_a_missed_booking_counts_as_often_as_the_rules_say_with_the_time_it_was_to_last(
    cast: Cast, weight: int, quota: dict[str, Any], *, passes: bool
) -> None:
    room = make.resource(cast.house, rules={**limited(quota), "no_show_weight": weight, "check_in_after_minutes": 15})
    made = make.booking(cast.bob, room, hours=2)
    assert release_no_show(cast.house.pk, made.pk, now=NOON + HOUR / 4)
    # The same month as the missed one, whatever day it is today.
    asked = NOON + 2 * HOUR

    if passes:
        make.booking(cast.bob, room, starts_at=asked)
    else:
        assert codes(refused(cast.bob, room, starts_at=asked)) == ["quota_used"]
