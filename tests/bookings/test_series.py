"""Series: a year of dates in one go, and what becomes of those that cannot be had."""

from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.errors import (
    ApprovalNeeded,
    NoDateFree,
    RuleNotUnderstood,
    SeriesNotFound,
    SeriesNotHeld,
    SeriesRefused,
    TimeOutOfRange,
)
from infra24.bookings.ledger import dates_of, reasons_of, series_for, state_of
from infra24.bookings.models import Booking, Occurrence, Series, Source
from infra24.bookings.services.series import SeriesWish, create_series, rehearse_series
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry
from infra24.orgs.tenancy import acting_for
from infra24.resources.errors import ResourceNotFound
from tests import make
from tests.bookings.series_story import DAY, HOUR, WEEK, any_of, made, states, stored, walls, weekly
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
YEARLONG = "FREQ=WEEKLY;COUNT=52"


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def ledger(series: Series) -> list[tuple[datetime, str]]:
    return list(zip(walls(series), states(series), strict=True))


def test_a_year_of_weeks_is_booked_at_the_same_time_on_the_wall(cast: Cast) -> None:
    room = make.resource(cast.house)

    series = made(cast.alice, weekly(room, rule=YEARLONG))

    with acting_for(cast.house.pk):
        rows = dates_of(series)
        events = Counter(Fact.objects.values_list("type", flat=True))
        told = Fact.objects.get(type="series.made")
        audited = Counter(AuditEntry.objects.values_list("action", flat=True))
    walls = [row.booking.wall_starts_at for row in rows if row.booking]
    assert len(walls) == 52
    assert {at.time() for at in walls} == {walls[0].time()}
    # In the year there is summer and winter: the instants are not all a week apart.
    assert len({row.booking.starts_at.time() for row in rows if row.booking}) == 2
    assert [row.wall_on for row in rows] == walls == [walls[0] + WEEK * number for number in range(52)]
    assert {state_of(row) for row in rows} == {"confirmed"}
    assert events == {"series.made": 1, "booking.confirmed": 52}
    assert (told.subject_id, told.data) == (series.pk, {"booked": 52, "skipped": 0})
    assert audited == {"series.made": 1, "booking.create": 52}
    assert (series.rule, series.version, str(series.words)) == (
        YEARLONG,
        1,
        f"Every {NOON:%A}, 52 times",
    )


def test_fifty_two_dates_take_as_many_statements_as_three(cast: Cast) -> None:
    counts = []
    for rule in ("FREQ=WEEKLY;COUNT=3", YEARLONG):
        room = make.resource(cast.house)
        with (
            acting_for(cast.house.pk),
            CaptureQueriesContext(
                connection,
            ) as statements,
        ):
            create_series(weekly(room, rule=rule), on_conflict="refuse", by=cast.alice, source=Source.STAFF)
        counts.append([one["sql"].split()[0] for one in statements])

    assert counts[0] == counts[1]
    assert len(counts[1]) <= 12, counts[1]


def test_one_date_that_is_taken_refuses_all_and_leaves_no_trace(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    before = stored(cast)

    with pytest.raises(SeriesRefused) as refusal:
        made(cast.alice, weekly(room))

    report = refusal.value.report
    assert [line.fate for line in report.lines] == ["free", "refused", "free", "free"]
    (refused,) = report.refused
    assert [reason.code for reason in refused.reasons] == ["slot_taken"]
    assert len(refused.alternatives) == 3
    assert [(reason.code, reason.resource_id) for reason in refusal.value.reasons] == [("slot_taken", str(room.pk))]
    assert stored(cast) == before


def test_no_other_date_is_offered_that_a_quota_of_by_then_refuses(cast: Cast) -> None:
    """While the series lasts there is no quota; the day after it there is, and it is used up."""
    day_after = NOON + DAY
    room, other = make.resource(cast.house, rules=make.open_week("12:00", "14:00")), make.resource(cast.house)
    rules = {**make.open_week(), "quotas": [{"per": "day", "count": 1}]}
    make.opening_hours(cast.house, rules=rules, valid_from=day_after.date())
    make.booking(cast.bob, other, starts_at=day_after)
    make.booking(cast.alice, room)

    with pytest.raises(SeriesRefused) as refusal:
        made(cast.bob, weekly(room, rule="FREQ=DAILY;COUNT=1"))

    offered = {datetime.fromisoformat(one.starts_at).date() for one in refusal.value.report.refused[0].alternatives}
    assert offered
    assert day_after.date() not in offered


def test_taken_dates_are_skipped_with_their_reasons_when_asked(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + WEEK)

    series = made(cast.alice, weekly(room), on_conflict="skip")

    assert [state for _wall, state in ledger(series)] == ["confirmed", "skipped", "confirmed", "confirmed"]
    with acting_for(cast.house.pk):
        row = Occurrence.objects.get(state="skipped")
        assert Fact.objects.get(type="series.made").data == {"booked": 3, "skipped": 1}
    (reason,) = reasons_of(row, cast.alice)
    assert (reason.code, reason.detail) == ("slot_taken", f"{room.name} is already booked then.")


def test_where_no_date_is_free_nothing_is_made(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.closed_week())
    before = stored(cast)

    with pytest.raises(NoDateFree):
        made(cast.alice, weekly(room), on_conflict="skip")

    assert stored(cast) == before


def test_the_rehearsal_says_the_same_and_writes_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    before = stored(cast)

    with acting_for(cast.house.pk):
        of_staff = rehearse_series(weekly(room), by=cast.alice)
        of_member = rehearse_series(weekly(room, rule="FREQ=WEEKLY;COUNT=2"), by=cast.bob)

    assert [line.fate for line in of_staff.lines] == ["free", "refused", "free", "free"]
    assert [line.fate for line in of_member.lines] == ["free", "refused"]
    assert stored(cast) == before


def test_dates_of_one_series_are_in_each_others_way(cast: Cast) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))

    with acting_for(cast.house.pk):
        report = rehearse_series(weekly(room, hours=30, rule="FREQ=DAILY;COUNT=4"), by=cast.alice)

    assert [line.fate for line in report.lines] == ["free", "refused", "free", "refused"]


def test_a_hall_and_its_half_are_in_each_others_way_from_date_to_date(cast: Cast) -> None:
    """Each date takes any of the two; on the second day the half is still taken through the hall."""
    hall = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    half = make.resource(cast.house, part_of=hall, rules=make.open_week("00:00", "24:00"))
    wish = any_of(hall, half, hours=30)
    with acting_for(cast.house.pk):
        report = rehearse_series(SeriesWish(wish, "FREQ=DAILY;COUNT=3"), by=cast.alice)

    assert [line.fate for line in report.lines] == ["free", "refused", "free"]


def test_any_of_several_is_chosen_anew_for_every_date(cast: Cast) -> None:
    first, second = make.resource(cast.house), make.resource(cast.house)
    make.booking(cast.alice, first, starts_at=NOON + WEEK)

    series = made(cast.alice, SeriesWish(any_of(first, second), "FREQ=WEEKLY;COUNT=3"))

    with acting_for(cast.house.pk):
        had = [row.booking.visible_legs[0].resource_id for row in dates_of(series) if row.booking]
    assert had == [first.pk, second.pk, first.pk]


def test_a_dead_hold_is_in_nobodys_way_and_is_written_off(cast: Cast) -> None:
    room = make.resource(cast.house)
    held = make.booking(cast.alice, room, starts_at=NOON + WEEK, status="hold")
    make.run_out(cast.house, held.pk)

    series = made(cast.alice, weekly(room))

    assert [state for _wall, state in ledger(series)] == ["confirmed"] * 4
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=held.pk).status == "expired"


def test_each_date_counts_for_the_quota_of_its_period(cast: Cast) -> None:
    rules = {**make.open_week(), "quotas": [{"per": "week", "count": 2}], "horizon_days": 300}
    room = make.resource(cast.house, rules=rules)
    # A Monday, so that a week of dates is a week of the quota.
    start = NOON + timedelta(days=(7 - NOON.weekday()) % 7)

    with acting_for(cast.house.pk):
        report = rehearse_series(weekly(room, starts_at=start, rule="FREQ=DAILY;COUNT=9"), by=cast.bob)
    series = made(cast.bob, weekly(room, starts_at=start, rule="FREQ=DAILY;COUNT=9"), on_conflict="skip")

    states = [state for _wall, state in ledger(series)]
    assert states == ["confirmed"] * 2 + ["skipped"] * 5 + ["confirmed"] * 2
    # Bob is nobody yet when it is only rehearsed, so nothing of his can count.
    assert [line.fate for line in report.lines] == ["free"] * 9
    with acting_for(cast.house.pk):
        again = rehearse_series(weekly(room, starts_at=start + HOUR, rule="FREQ=DAILY;COUNT=9"), by=cast.bob)
    assert {reason.code for line in again.refused for reason in line.reasons} == {"quota_used"}
    assert len(again.refused) == 9


def test_members_are_bound_by_notice_horizon_and_qualifications(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "horizon_days": 14})
    series = made(cast.bob, weekly(room), on_conflict="skip")
    assert [state for _wall, state in ledger(series)] == ["confirmed", "confirmed", "skipped", "skipped"]
    with acting_for(cast.house.pk):
        assert {reason["code"] for row in Occurrence.objects.filter(state="skipped") for reason in row.reasons} == {
            "too_far"
        }


def test_where_staff_approve_a_members_series_is_asked_for(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "approval": "always", "horizon_days": 300})

    series = made(cast.bob, weekly(room))

    assert [state for _wall, state in ledger(series)] == ["pending"] * 4
    with acting_for(cast.house.pk):
        assert Counter(Fact.objects.values_list("type", flat=True)) == {"series.made": 1, "booking.requested": 4}
    with pytest.raises(ApprovalNeeded):
        made(cast.bob, weekly(room, starts_at=NOON + HOUR, status="confirmed"))


@pytest.mark.parametrize(
    ("wish", "error"),
    [
        ({"rule": "FREQ=YEARLY;COUNT=2"}, RuleNotUnderstood),
        ({"status": "hold"}, SeriesNotHeld),
        ({"starts_at": NOON.replace(year=2099, month=12, day=20), "rule": "FREQ=WEEKLY;COUNT=5"}, TimeOutOfRange),
    ],
)
def test_what_is_wrong_in_itself_is_said(cast: Cast, wish: dict[str, Any], error: type[Exception]) -> None:
    room = make.resource(cast.house)
    before = stored(cast)

    with pytest.raises(error):
        made(cast.alice, weekly(room, **wish))

    assert stored(cast) == before


def test_strangers_find_neither_the_room_nor_the_series(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))

    with pytest.raises(ResourceNotFound):
        made(cast.charlie, weekly(room))
    for viewer in (cast.charlie, cast.bob):
        with acting_for(viewer.org_id), pytest.raises(SeriesNotFound):
            series_for(viewer, series.pk)


def test_ten_stays_ten_when_clocks_change_and_a_skipped_hour_begins_at_its_end(cast: Cast) -> None:
    """In New York clocks jump from two to three on 14 March 2027, and show one to two twice on 7 November."""
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))

    def instants(start: str, rule: str, hours: float = 1) -> list[tuple[str, str]]:
        wish = weekly(room, starts_at=datetime.fromisoformat(start), hours=hours, rule=rule)
        with acting_for(cast.house.pk):
            report = rehearse_series(wish, by=cast.alice)
        return [(f"{line.starts_at:%d %H:%M}", f"{line.ends_at:%H:%M}") for line in report.lines]

    # 10:00, in UTC
    assert instants("2027-03-13T15:00:00+00:00", "FREQ=DAILY;COUNT=3") == [
        ("13 15:00", "16:00"),
        ("14 14:00", "15:00"),
        ("15 14:00", "15:00"),
    ]
    # 02:30 until 03:30: in the gap it begins when the gap ends
    assert instants("2027-03-13T07:30:00+00:00", "FREQ=DAILY;COUNT=2") == [("13 07:30", "08:30"), ("14 07:00", "07:30")]
    # 02:15 until 02:45 lies in the gap altogether, and keeps its length
    assert instants("2027-03-13T07:15:00+00:00", "FREQ=DAILY;COUNT=2", 0.5)[1] == ("14 07:00", "07:30")
    # 01:30 of a repeated hour is the first
    assert instants("2027-11-06T05:30:00+00:00", "FREQ=DAILY;COUNT=2", 0.25)[1][0] == "07 05:30"


def test_rules_that_change_in_the_middle_hold_from_their_day_on(cast: Cast) -> None:
    room = make.resource(cast.house)
    turns = (NOON + 2 * WEEK).date() - timedelta(days=1)
    make.opening_hours(cast.house, rules=make.closed_week(), resource=room, valid_from=date(*turns.timetuple()[:3]))

    series = made(cast.alice, weekly(room), on_conflict="skip")

    assert [state for _wall, state in ledger(series)] == ["confirmed", "confirmed", "skipped", "skipped"]
