"""Series, through the generated client."""

from datetime import timedelta
from typing import Any

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def wish(house: House, package: Package, **more: Any) -> Any:
    ids = house.world.ids
    usual = {"resource_id": ids["resource_id"], "starts_at": ids["later"], "ends_at": ids["later_end"]}
    return package.models.SeriesIn(title="Class", rule="FREQ=DAILY;COUNT=3", **{**usual, **more})


def test_a_series_is_rehearsed_made_changed_and_ended(house: House, package: Package) -> None:
    alice, shapes = house.alice, package.models

    report = alice.rehearse_series(body=wish(house, package))
    assert (report.free, report.refused) == (3, 0)

    made = alice.create_series(body=wish(house, package))
    assert alice.headers["ETag"] == '"1"'
    assert alice.show_series(made.id) == made
    (listed,) = [one for one in alice.list_series(live=True, q=made.title).items if one.id == made.id]
    assert (listed.booked, listed.skipped, listed.next_at) == (len(made.dates), 0, made.starts_at)
    assert alice.show_booking(made.dates[0].booking_id).series_id == made.id

    moved = shapes.SeriesPatch(
        scope="following", from_=made.dates[1].recurrence_id, starts_at=made.dates[1].starts_at + HOUR
    )
    assert [date.result for date in alice.rehearse_change(made.id, body=moved).dates] == ["free", "free"]
    later = alice.change_series(made.id, body=moved, if_match='"1"')
    assert (later.split_from, len(later.dates)) == (made.id, 2)

    without = alice.cancel_series(
        later.id, body=shapes.SeriesCancel(scope="this", from_=later.dates[0].recurrence_id, reason="Holiday.")
    )
    assert [date.state for date in without.dates] == ["left_out", "confirmed"]
    again = alice.retry_series(later.id, body=shapes.SeriesRetry(from_=later.dates[0].recurrence_id))
    assert [date.state for date in again.dates] == ["confirmed", "confirmed"]


def test_a_refusal_lists_every_date(house: House, package: Package) -> None:
    noon = house.world.ids["noon"]

    with pytest.raises(Refused) as refusal:
        house.alice.create_series(body=wish(house, package, starts_at=noon, ends_at=noon + HOUR))

    assert refusal.value.told == (409, "series_refused")
    assert [date.result for date in refusal.value.problem.dates] == ["refused", "free", "free"]


def test_a_booking_repeats_and_strangers_find_no_series(house: House, package: Package) -> None:
    shapes, ids = package.models, house.world.ids
    repeat = shapes.RepeatIn(rule="FREQ=DAILY;COUNT=2")
    usual = {"resource_id": ids["resource_id"], "starts_at": ids["later"], "ends_at": ids["later_end"]}

    first = house.alice.create_booking(body=shapes.BookingIn(title="Class", series=repeat, **usual))

    assert first.recurrence_id == house.alice.show_series(first.series_id).dates[0].recurrence_id
    with pytest.raises(Refused) as refusal:
        house.charlie.show_series(first.series_id)
    assert refusal.value.told == (404, "series_not_found")
