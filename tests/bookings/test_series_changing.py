"""Changing one date of a series, the following ones, or all: all of it or nothing, and the past never."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.errors import (
    ApprovalNeeded,
    DateMissing,
    DateNotFound,
    DateNotOpen,
    NotYours,
    SeriesOver,
    SeriesRefused,
)
from infra24.bookings.models import Booking, Leg, Occurrence, Series, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.bookings.services.series import Reach, SeriesChange, rehearse_change
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.series_story import (
    DAY,
    HOUR,
    WEEK,
    change,
    end,
    events,
    made,
    rows_of,
    starts,
    states,
    stored,
    walls,
    weekly,
)
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def begun(series: Series, dates: int) -> None:
    """The first dates lie in the past by now: everything is two weeks and more earlier."""
    back = timedelta(weeks=dates)
    with acting_for(series.org_id):
        stored = Series.objects.get(pk=series.pk)
        stored.wall_starts_at -= back
        stored.wall_ends_at -= back
        stored.save()
        for row in Occurrence.objects.filter(series=series).select_related("booking").order_by("wall_on"):
            row.wall_on -= back
            row.save()
            if row.booking:
                row.booking.starts_at -= back
                row.booking.ends_at -= back
                row.booking.save()
                Leg.objects.filter(booking=row.booking).delete()


def test_all_move_by_an_hour_and_say_so_once_each(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    before = walls(series)

    changed = change(series, cast.alice, starts_at=NOON + HOUR, title="Glaze")

    assert changed.pk == series.pk
    assert walls(series) == [wall + HOUR for wall in before]
    with acting_for(cast.house.pk):
        bookings = list(Booking.objects.order_by("starts_at"))
        legs = list(Leg.objects.order_by("starts_at"))
        told = Fact.objects.get(type="series.changed").data
    assert [booking.wall_starts_at for booking in bookings] == walls(series)
    assert [leg.starts_at for leg in legs] == [booking.starts_at for booking in bookings]
    assert {booking.title for booking in bookings} == {"Glaze"}
    assert told == {
        "from": before[0].isoformat(),
        "changed": 4,
        "booked": 0,
        "skipped": 0,
        "cancelled": 0,
    }
    assert events(cast) == {"series.made": 1, "booking.confirmed": 4, "series.changed": 1, "booking.changed": 4}
    assert changed.version == 2


def test_dates_move_onto_the_places_others_of_the_series_leave(cast: Cast) -> None:
    """By half an hour of a daily booking of a day's opening, and by a whole week: each to where another was."""
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    ids = [row.booking_id for row in rows_of(series)]
    before = starts(series)

    change(series, cast.alice, starts_at=NOON + WEEK)

    assert [row.booking_id for row in rows_of(series)] == ids
    assert starts(series)[:3] == before[1:]


def test_what_is_only_said_otherwise_is_not_judged_again(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    make.opening_hours(cast.house, rules=make.closed_week(), resource=room)

    change(series, cast.alice, title="Glaze", note="Bring gloves")

    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("title", "note")) == {("Glaze", "Bring gloves")}
        assert Series.objects.get().title == "Glaze"


def test_a_conflict_refuses_the_whole_edit_and_leaves_no_trace(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    make.booking(cast.alice, room, starts_at=NOON + WEEK + HOUR)
    before = stored(cast)

    with pytest.raises(SeriesRefused) as refusal:
        change(series, cast.alice, starts_at=NOON + HOUR)

    assert [line.fate for line in refusal.value.report.lines] == ["free", "refused", "free", "free"]
    assert stored(cast) == before


def test_with_skip_the_date_that_cannot_follow_is_given_up_and_kept_in_the_ledger(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    make.booking(cast.alice, room, starts_at=NOON + WEEK + HOUR)

    change(series, cast.alice, starts_at=NOON + HOUR, on_conflict="skip")

    assert states(series) == ["confirmed", "skipped", "confirmed", "confirmed"]
    with acting_for(cast.house.pk):
        gone = Booking.objects.get(status="cancelled")
    assert gone.starts_at == NOON + WEEK
    assert gone.reason
    assert [row.booking_id for row in rows_of(series) if row.state == "skipped"] == [gone.pk]
    with acting_for(cast.house.pk):
        place = booking_for(cast.alice, gone.pk).occurrence
    assert place is not None
    assert place.series_id == series.pk
    page = make.client(cast.alice).get(f"/o/oolite/admin/series/{series.pk}").content.decode()
    assert f'<a href="/o/oolite/admin/bookings/{gone.pk}">What was booked then is cancelled.</a>' in page


def test_the_following_ones_split_off(cast: Cast) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    third = walls(series)[2]

    later = change(
        series,
        cast.alice,
        scope="following",
        wall_on=third,
        legs=make.wish(other).legs,
        starts_at=NOON + 2 * WEEK + HOUR,
    )

    assert later.pk != series.pk
    assert later.split_from_id == series.pk
    assert (states(series), states(later)) == (["confirmed"] * 2, ["confirmed"] * 2)
    assert walls(later) == [third + HOUR, third + HOUR + WEEK]
    with acting_for(cast.house.pk):
        old = Series.objects.get(pk=series.pk)
        split = Fact.objects.get(type="series.split")
        booked_in = list(Leg.objects.order_by("starts_at").values_list("resource_id", flat=True))
    assert old.rule == f"FREQ=WEEKLY;UNTIL={third - DAY:%Y%m%d}"
    assert old.ended_at is None
    assert later.rule == "FREQ=WEEKLY;COUNT=2"
    assert (split.subject_id, split.data) == (series.pk, {"into_id": str(later.pk), "from": third.isoformat()})
    assert booked_in == [room.pk, room.pk, other.pk, other.pk]


def test_one_date_changes_by_itself_and_is_kept_when_the_others_change(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    second = walls(series)[1]
    change(series, cast.alice, scope="this", wall_on=second, starts_at=NOON + WEEK + 2 * HOUR, title="Longer")
    assert [row.is_override for row in rows_of(series)] == [False, True, False, False]
    assert walls(series)[1] == second

    with acting_for(cast.house.pk):
        report = rehearse_change(
            series, SeriesChange(BookingChange(starts_at=NOON + HOUR)), Reach("all"), by=cast.alice
        )
    change(series, cast.alice, starts_at=NOON + HOUR)

    assert [line.fate for line in report.lines] == ["free", "kept", "free", "free"]
    at = starts(series)
    assert at[1] == NOON + WEEK + 2 * HOUR
    assert at[0] == NOON + HOUR
    # It is still the series' second date, which now is an hour later.
    assert walls(series)[1] == second + HOUR

    change(series, cast.alice, starts_at=NOON + 3 * HOUR, overrides=True)
    assert starts(series)[1] == NOON + WEEK + 3 * HOUR
    assert not any(row.is_override for row in rows_of(series))


def test_editing_the_booking_alone_makes_it_an_override(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    with acting_for(cast.house.pk):
        booking = booking_for(cast.alice, rows_of(series)[1].booking_id)  # type: ignore[arg-type]
        assert booking.occurrence is not None
        assert (booking.occurrence.series.title, booking.occurrence.wall_on) == ("Firing", walls(series)[1])
        change_booking(booking, BookingChange(title="Firing"), by=cast.alice, source=Source.STAFF)
        assert not any(row.is_override for row in rows_of(series))
        change_booking(booking, BookingChange(title="Other"), by=cast.alice, source=Source.STAFF)

    assert [row.is_override for row in rows_of(series)] == [False, True, False, False]


def test_a_skipped_date_can_be_had_at_another_time(cast: Cast) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    series = made(cast.alice, weekly(room), on_conflict="skip")

    change(series, cast.alice, scope="this", wall_on=walls(series)[1], starts_at=NOON + WEEK + HOUR)

    assert states(series) == ["confirmed"] * 4
    assert starts(series)[1] == NOON + WEEK + HOUR


def test_another_rule_keeps_what_it_can_and_names_what_goes(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room))
    ids = [row.booking_id for row in rows_of(series)]

    with acting_for(cast.house.pk):
        asked = SeriesChange(rule="FREQ=WEEKLY;INTERVAL=2;COUNT=3")
        report = rehearse_change(series, asked, Reach("all"), by=cast.alice)
    change(series, cast.alice, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=3")

    assert sorted(line.fate for line in report.lines) == ["free", "free", "free", "goes", "goes"]
    rows = rows_of(series)
    assert [state for state in states(series) if state != "left_out"] == ["confirmed"] * 3
    assert {row.booking_id for row in rows if row.state == "booked"} >= {ids[0], ids[2]}
    with acting_for(cast.house.pk):
        assert Booking.objects.filter(status="cancelled").count() == 2


def test_dates_left_out_stay_out_when_the_series_moves(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    end(series, cast.alice, scope="this", wall_on=walls(series)[1])

    change(series, cast.alice, starts_at=NOON + HOUR)

    assert states(series) == ["confirmed", "left_out", "confirmed", "confirmed"]


def test_what_has_begun_never_changes(cast: Cast) -> None:
    room = make.resource(cast.house)
    series = made(cast.alice, weekly(room, rule="FREQ=WEEKLY;COUNT=5"))
    begun(series, 2)
    past = starts(series)[:2]

    later = change(series, cast.alice, starts_at=NOON + HOUR)

    assert later.pk != series.pk
    assert starts(series) == past
    assert starts(later)[0] == NOON + HOUR
    with acting_for(cast.house.pk):
        assert Series.objects.get(pk=series.pk).ended_at is not None
    for scope in ("all", "following"):
        with pytest.raises(SeriesOver):
            change(series, cast.alice, scope=scope, wall_on=walls(series)[0], title="Late")
    with pytest.raises(DateNotOpen):
        change(series, cast.alice, scope="this", wall_on=walls(series)[0], title="Late")


@pytest.mark.parametrize(
    ("reach", "error"),
    [
        ({"scope": "this"}, DateMissing),
        ({"scope": "following"}, DateMissing),
        ({"scope": "this", "wall_on": datetime.fromisoformat("2030-01-01T10:00")}, DateNotFound),
        ({"version": 7}, Stale),
    ],
)
def test_an_edit_names_its_date_and_its_version(cast: Cast, reach: dict[str, Any], error: type[Exception]) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    before = stored(cast)

    with pytest.raises(error):
        change(series, cast.alice, title="New", **reach)

    assert stored(cast) == before


def test_members_change_their_own_but_not_whom_it_is_for_nor_what_was_approved(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "horizon_days": 300})
    series = made(cast.bob, weekly(room))

    change(series, cast.bob, starts_at=NOON + HOUR)
    assert starts(series)[0] == NOON + HOUR

    with pytest.raises(NotYours):
        change(series, cast.bob, person_id=make.person(cast.house).pk)
    rules = {**make.open_week(), "approval": "always", "horizon_days": 300}
    make.opening_hours(cast.house, rules=rules, resource=room)
    with pytest.raises(ApprovalNeeded):
        change(series, cast.bob, starts_at=NOON + 2 * HOUR)
    change(series, cast.bob, title="Mine")


def test_the_person_changes_everywhere_when_staff_say_so(cast: Cast) -> None:
    series, person = made(cast.alice, weekly(make.resource(cast.house))), make.person(cast.house)

    change(series, cast.alice, person_id=person.pk)
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("person_id", flat=True)) == {person.pk}
        assert Series.objects.get().person_id == person.pk
    change(series, cast.alice, for_nobody=True)
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("person_id", flat=True)) == {None}


def test_many_dates_take_as_many_statements_as_few(cast: Cast) -> None:
    counts = []
    for rule in ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=52"):
        series = made(cast.alice, weekly(make.resource(cast.house), rule=rule))
        with CaptureQueriesContext(connection) as statements:
            change(series, cast.alice, starts_at=NOON + HOUR)
        counts.append(len(statements))

    assert counts[0] == counts[1]
