"""Days and wall times of one zone, and the instants they are."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """The half-open span of a local day: 23, 24 or 25 hours."""
    return instant_of(day, time(), zone), instant_of(day + timedelta(days=1), time(), zone)


def instant_of(day: date, clock: time, zone: str) -> datetime:
    """The instant at which a clock in the zone shows this; of a repeated hour the first.

    A time the clock skips moves forward by the gap.
    """
    return datetime.combine(day, clock, tzinfo=ZoneInfo(zone))


def wall_of(at: datetime, zone: str) -> datetime:
    """What a clock in the zone shows, with the zone."""
    return at.astimezone(ZoneInfo(zone))


def read_day(text: str | None, *, otherwise: date) -> date:
    """`2026-11-23` as a date between 2000 and 2099; anything else is `otherwise`."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return otherwise
    return day if 2000 <= day.year < 2100 else otherwise
