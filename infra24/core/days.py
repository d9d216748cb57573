"""Days and wall times of one zone, and the instants they are."""

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

FIRST_DAY, LAST_DAY = date(2000, 1, 1), date(2099, 12, 31)
"""The days the house knows. Far enough from Python's own ends that a day more or less is no matter."""


@lru_cache
def zone_names() -> frozenset[str]:
    """Every IANA name; read from disk once, since asking takes milliseconds."""
    return frozenset(available_timezones())


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """The half-open span of a local day: 23, 24 or 25 hours. A day out of the house's range counts as its nearest."""
    day = min(max(day, FIRST_DAY), LAST_DAY)
    return instant_of(day, time(), zone), instant_of(day + timedelta(days=1), time(), zone)


def instant_of(day: date, clock: time, zone: str) -> datetime:
    """The instant at which a clock in the zone shows this; of a repeated hour the first.

    A time the clock skips moves forward by the gap.
    """
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone))


def readings_of(wall: datetime, zone: str) -> tuple[datetime, ...]:
    """The instants at which a clock in the zone shows this, in UTC: two of a repeated hour.

    A time the clock skips moves forward by the gap, as in `instant_of`.
    """
    first, second = (wall.replace(tzinfo=ZoneInfo(zone), fold=fold).astimezone(UTC) for fold in (0, 1))
    return (first, second) if first < second else (first,)


def months_after(day: date, months: int) -> date:
    """The same day so many months on; the month's last where it has no such day: 31 January, then 28 February."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def wall_of(at: datetime, zone: str) -> datetime:
    """What a clock in the zone shows, with the zone."""
    return at.astimezone(ZoneInfo(zone))


def read_day(text: str | None, *, otherwise: date) -> date:
    """`2026-11-23` as a date between 2000 and 2099; anything else is `otherwise`."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return day if FIRST_DAY <= day <= LAST_DAY else otherwise
