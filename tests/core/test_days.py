"""Days of a zone, also where the calendar ends."""

from datetime import date, timedelta

import pytest

from infra24.core.days import FIRST_DAY, LAST_DAY, day_span, read_day


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 23), (date(2026, 11, 1), 25), (date(2026, 6, 1), 24), (LAST_DAY, 24)]
)
def test_a_day_is_as_long_as_its_clock_makes_it(day: date, hours: int) -> None:
    since, until = (at.timestamp() for at in day_span(day, "America/New_York"))

    assert until - since == hours * 3600


@pytest.mark.parametrize(("far", "nearest"), [(date.max, LAST_DAY), (date.min, FIRST_DAY)])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_a_day_out_of_range_counts_as_the_nearest(far: date, nearest: date, zone: str) -> None:
    assert day_span(far, zone) == day_span(nearest, zone)


@pytest.mark.parametrize("text", [None, "", "tomorrow", "9999-12-31", "0001-01-01", "1999-12-31", "2100-01-01"])
def test_what_is_no_day_of_the_house_is_read_as_the_other(text: str | None) -> None:
    assert read_day(text, otherwise=LAST_DAY - timedelta(days=1)) == LAST_DAY - timedelta(days=1)


def test_the_ends_of_the_range_are_days() -> None:
    assert [read_day(day.isoformat(), otherwise=date.min) for day in (FIRST_DAY, LAST_DAY)] == [FIRST_DAY, LAST_DAY]
