"""Bookings: states that can be, times that can be, and the clock on the wall."""

from datetime import datetime
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from infra24.bookings.zones import agrees
from infra24.invariants.table.shape import LIVE, Invariant

_STATE = f"""
    SELECT b.org_id, b.id, b.id FROM bookings_booking b
     WHERE b.status NOT IN {LIVE} AND b.status NOT IN ('declined', 'cancelled', 'expired')
        OR (b.status = 'hold') <> (b.expires_at IS NOT NULL)
        OR b.party_size < 1 OR b.version < 1
"""  # noqa: S608 - our own words only
_OUTCOME = """
    SELECT b.org_id, b.id, b.id FROM bookings_booking b
     WHERE b.outcome NOT IN ('', 'attended', 'no_show') OR b.outcome <> '' AND b.status <> 'confirmed'
"""
_TIMES = """
    SELECT b.org_id, b.id, b.id FROM bookings_booking b
     WHERE b.ends_at <= b.starts_at OR b.ends_at > b.starts_at + interval '31 days'
        OR b.starts_at < '2000-01-01 00:00+00' OR b.ends_at >= '2100-01-01 00:00+00'
"""
_WITHOUT_LEG = """
    SELECT b.org_id, b.id, b.id FROM bookings_booking b
     WHERE NOT EXISTS (SELECT FROM bookings_leg l
                        WHERE l.org_id = b.org_id AND l.booking_id = b.id AND NOT l.is_implied)
"""
# Of what is past nobody can change the clock any more, and zone data is corrected for past years too.
_AHEAD = f"""
    SELECT b.org_id, b.id, b.id, b.time_zone, b.wall_starts_at, b.starts_at, b.wall_ends_at, b.ends_at
      FROM bookings_booking b
     WHERE b.status IN {LIVE} AND b.ends_at > %(now)s AND (b.status <> 'hold' OR b.expires_at > %(now)s)
"""  # noqa: S608 - our own words only


def _is_off_wall(row: tuple[Any, ...], now: datetime) -> bool:
    """As `manage.py check_zones`: PostgreSQL has zone data of its own, and the product reads with Python's."""
    _org_id, _id, _booking_id, zone, wall_starts_at, starts_at, wall_ends_at, ends_at = row
    edges = ((wall_starts_at, starts_at), (wall_ends_at, ends_at))
    return any(at > now and not agrees(at, wall, zone) for wall, at in edges)


BOOKINGS: Final = (
    Invariant("booking_state_illegal", "bookings_booking", _("Its state cannot be."), _STATE),
    Invariant("outcome_without_visit", "bookings_booking", _("It has an outcome, but is not confirmed."), _OUTCOME),
    Invariant("booking_times_illegal", "bookings_booking", _("Its time cannot be."), _TIMES),
    Invariant("booking_without_leg", "bookings_booking", _("A booking books nothing."), _WITHOUT_LEG),
    Invariant(
        "instant_off_wall",
        "bookings_booking",
        _("The clock will not show the time for which it was made."),
        _AHEAD,
        judge=_is_off_wall,
    ),
)
