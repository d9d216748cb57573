"""Ending a series, its later dates or one; and booking later what could not be had at first."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test.utils import CaptureQueriesContext

from infra24.bookings.errors import DateNotFound, DateNotOpen, NoDateFree, SeriesNotFound, SeriesOver
from infra24.bookings.ledger import reasons_of
from infra24.bookings.models import Booking, Occurrence, Series, Source
from infra24.bookings.services import cancel_booking
from infra24.bookings.services.series import fill_series, retry_dates
from infra24.config.subscriptions import REACTIONS
from infra24.core.errors import Stale
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.closures import ClosureWish, lift_closure, make_closure
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.resources.models import Resource
from tests import make
from tests.bookings.series_story import HOUR, WEEK, change, end, events, made, rows_of, states, stored, walls, weekly
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def cancel(booking: Booking, by: Member) -> None:
    with acting_for(by.org_id):
        cancel_booking(booking, by=by, source=Source.STAFF)


def retry(series: Series, by: Member, wall_on: datetime | None = None, version: int | None = None) -> Series:
    with acting_for(by.org_id):
        return retry_dates(series, wall_on, by=by, source=Source.STAFF, version=version)


def one_skipped(cast: Cast, by: Member | None = None, **more: Any) -> tuple[Series, Booking]:
    """Four weeks, of which the second is taken by another booking."""
    room = make.resource(cast.house, rules={**make.open_week(), "horizon_days": 300, **more})
    rival = make.booking(cast.alice, room, starts_at=NOON + WEEK)
    return made(by or cast.alice, weekly(room), on_conflict="skip"), rival


def test_one_date_is_left_out_with_its_reason(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))

    end(series, cast.alice, scope="this", wall_on=walls(series)[1], reason="Holiday")

    assert states(series) == ["confirmed", "left_out", "confirmed", "confirmed"]
    with acting_for(cast.house.pk):
        gone = Booking.objects.get(status="cancelled")
        stored_series = Series.objects.get()
        told = Fact.objects.get(subject_id=gone.pk, type="booking.cancelled").data
    assert (gone.reason, told) == ("Holiday", {"reason": "Holiday", "late": False})
    assert (stored_series.ended_at, stored_series.version) == (None, 2)
    assert events(cast)["series.changed"] == 1


def test_the_following_dates_end_and_the_rule_with_them(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    third = walls(series)[2]

    ended = end(series, cast.alice, scope="following", wall_on=third)

    assert states(series) == ["confirmed", "confirmed", "left_out", "left_out"]
    assert ended.rule == f"FREQ=WEEKLY;UNTIL={third - timedelta(days=1):%Y%m%d}"
    assert ended.ended_at is None
    with acting_for(cast.house.pk):
        assert Fact.objects.get(type="series.ended").data == {"from": third.isoformat(), "cancelled": 2}


def test_all_of_it_ends_changed_dates_too_and_then_it_is_over(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    change(series, cast.alice, scope="this", wall_on=walls(series)[1], starts_at=NOON + WEEK + HOUR)

    ended = end(series, cast.alice)

    assert ended.ended_at is not None
    assert set(states(series)) == {"left_out"}
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("status", flat=True)) == {"cancelled"}
    with pytest.raises(SeriesOver):
        end(series, cast.alice)
    with pytest.raises(SeriesOver):
        change(series, cast.alice, title="x")
    with pytest.raises(SeriesOver):
        retry(series, cast.alice)


def test_ending_takes_as_many_statements_for_many_dates(cast: Cast) -> None:
    counts = []
    for rule in ("FREQ=WEEKLY;COUNT=3", "FREQ=WEEKLY;COUNT=52"):
        series = made(cast.alice, weekly(make.resource(cast.house), rule=rule))
        with CaptureQueriesContext(connection) as statements:
            end(series, cast.alice)
        counts.append(len(statements))

    assert counts[0] == counts[1]


def test_members_end_their_own_series_and_no_others(cast: Cast) -> None:
    room = make.resource(cast.house, rules={**make.open_week(), "horizon_days": 300})
    mine, hers = made(cast.bob, weekly(room)), made(cast.alice, weekly(room, starts_at=NOON + HOUR))
    end(mine, cast.bob)
    before = stored(cast)

    with pytest.raises(SeriesNotFound):
        end(hers, cast.bob)
    with pytest.raises(Stale):
        end(hers, cast.alice, version=9)

    assert stored(cast) == before


def test_a_skipped_date_is_booked_once_the_rival_has_gone(cast: Cast) -> None:
    series, rival = one_skipped(cast)

    cancel(rival, cast.alice)
    deliver_due(REACTIONS)

    assert states(series) == ["confirmed"] * 4
    row = rows_of(series)[1]
    assert row.booking is not None
    assert (row.booking.starts_at, row.booking.source, row.reasons) == (NOON + WEEK, "clock", [])
    with acting_for(cast.house.pk):
        assert Fact.objects.get(type="series.filled").data == {"booked": 1, "skipped": 0}
        assert AuditEntry.objects.get(action="series.filled").member_id is None


def test_a_skipped_date_stays_so_while_nothing_changed_and_is_filled_once(cast: Cast) -> None:
    series, rival = one_skipped(cast)
    with acting_for(cast.house.pk):
        assert fill_series(cast.house.pk, series.pk) == 0
    before = stored(cast)
    with acting_for(cast.house.pk):
        assert fill_series(cast.house.pk, series.pk) == 0
    assert stored(cast) == before

    cancel(rival, cast.alice)
    with acting_for(cast.house.pk):
        assert [fill_series(cast.house.pk, series.pk) for _ in range(2)] == [1, 0]


def test_a_closure_that_is_lifted_gives_its_dates_back(cast: Cast) -> None:
    room = make.resource(cast.house)
    day = datetime.combine((NOON + WEEK).date(), datetime.min.time())
    with acting_for(cast.house.pk):
        wish = ClosureWish("Floor", day, day + timedelta(days=1), scope=RuleScope(resource=room))
        closure = make_closure(wish, decisions={}, by=cast.alice, source=Source.STAFF)
    series = made(cast.alice, weekly(room), on_conflict="skip")
    skipped = rows_of(series)[1]
    assert [reason.code for reason in reasons_of(skipped, cast.alice)] == ["closure"]
    # What it is about may lie in something members do not see; whoever booked it saw it.
    assert [reason.detail for reason in reasons_of(skipped, cast.bob)] == [f"{room.name} is closed then."]

    with acting_for(cast.house.pk):
        lift_closure(closure, by=cast.alice, source=Source.STAFF)
    deliver_due(REACTIONS)

    assert states(series) == ["confirmed"] * 4


def test_half_a_hall_that_is_given_back_fills_the_hall(cast: Cast) -> None:
    hall = make.resource(cast.house)
    half = make.resource(cast.house, part_of=hall)
    rival = make.booking(cast.alice, half, starts_at=NOON + WEEK)
    series = made(cast.alice, weekly(hall), on_conflict="skip")
    assert states(series)[1] == "skipped"

    cancel(rival, cast.alice)
    deliver_due(REACTIONS)

    assert states(series)[1] == "confirmed"


def test_what_somebody_gave_up_is_not_booked_again_by_itself(cast: Cast) -> None:
    series = made(cast.alice, weekly(make.resource(cast.house)))
    second, third = rows_of(series)[1:3]
    assert second.booking is not None
    cancel(second.booking, cast.alice)
    end(series, cast.alice, scope="this", wall_on=third.wall_on)
    deliver_due(REACTIONS)
    assert states(series) == ["confirmed", "cancelled", "left_out", "confirmed"]

    # Somebody may change their mind.
    retry(series, cast.alice, second.wall_on)
    retry(series, cast.alice, third.wall_on)

    assert states(series) == ["confirmed"] * 4


def test_the_clock_books_as_whoever_made_the_series_and_within_their_rules(cast: Cast) -> None:
    series, rival = one_skipped(cast, cast.bob, quotas=[{"per": "week", "count": 1}])
    cancel(rival, cast.alice)
    # What Bob has booked besides that week uses his quota up.
    with acting_for(cast.house.pk):
        room_id = series.legs[0]["resource_id"]
        room = Resource.objects.get(pk=room_id)
    make.booking(cast.bob, room, starts_at=NOON + WEEK + HOUR)
    deliver_due(REACTIONS)

    assert states(series)[1] == "skipped"
    assert {reason.code for reason in reasons_of(rows_of(series)[1], cast.alice)} == {"quota_used"}
    with acting_for(cast.house.pk):
        Member.objects.filter(pk=cast.bob.pk).update(is_active=False)
        assert fill_series(cast.house.pk, series.pk) == 0


def test_trying_again_by_hand_says_why_it_cannot_be(cast: Cast) -> None:
    series, _rival = one_skipped(cast)
    before = stored(cast)

    with pytest.raises(NoDateFree) as refusal:
        retry(series, cast.alice)
    assert [reason.code for reason in refusal.value.reasons] == ["slot_taken"]
    with pytest.raises(DateNotOpen):
        retry(series, cast.alice, walls(series)[0])
    with pytest.raises(DateNotFound):
        retry(series, cast.alice, walls(series)[0] + HOUR)
    with pytest.raises(Stale):
        retry(series, cast.alice, version=9)

    assert stored(cast) == before


def test_raw_sql_cannot_break_the_ledger(cast: Cast) -> None:
    _series, rival = one_skipped(cast)
    other = made(cast.alice, weekly(make.resource(cast.house)))
    attacks = {
        "occurrence_booked_has_booking": "UPDATE bookings_occurrence SET booking_id = NULL WHERE state = 'booked'",
        "occurrence_once_a_date": "UPDATE bookings_occurrence SET wall_on = now()::timestamp WHERE state = 'booked'",
        "occurrence_once_a_booking": f"UPDATE bookings_occurrence SET booking_id = '{rival.pk}', state = 'left_out'",
        "series_ends_after_start": "UPDATE bookings_series SET wall_ends_at = wall_starts_at",
        "series_not_too_long": "UPDATE bookings_series SET wall_ends_at = wall_starts_at + interval '32 days'",
        "series_party_positive": "UPDATE bookings_series SET party_size = 0",
    }
    for name, sql in attacks.items():
        with pytest.raises(IntegrityError, match=name), acting_for(cast.house.pk), connection.cursor() as cursor:
            cursor.execute(sql)
    foreign = make.resource(cast.elsewhere)
    theirs = make.booking(cast.charlie, foreign)
    with (
        pytest.raises(IntegrityError, match="in_org"),
        acting_for(cast.house.pk),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE bookings_occurrence SET booking_id = %s WHERE id = %s", [theirs.pk, rows_of(other)[0].pk]
        )
    with acting_for(cast.elsewhere.pk):
        assert (Series.objects.count(), Occurrence.objects.count()) == (0, 0)
