"""When the nights look. No Django, no clock, no database."""

from datetime import UTC, datetime, time, timedelta

NIGHT_BEGINS = time(3)
"""UTC. One hour for all organisations, since all are looked at at once; quiet in the Americas and in Europe."""
NIGHT = timedelta(days=1)
JITTER = timedelta(minutes=55)
"""Installations that share a server do not begin together."""


def night_begun(now: datetime) -> datetime:
    """When the latest night began."""
    today = datetime.combine(now.astimezone(UTC).date(), NIGHT_BEGINS, tzinfo=UTC)
    return today if today <= now else today - NIGHT


def next_look(last: datetime | None, *, now: datetime, delay: timedelta) -> datetime:
    """When to look next, `delay` after a night has begun. A night that was missed is made up for at once.

    `last` is when somebody last looked, None for never.
    """
    begun = night_begun(now)
    if last is None or last < begun:
        return max(now, begun + delay)
    return begun + NIGHT + delay
