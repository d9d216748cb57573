"""Legs: nothing is double-booked, nothing oversold, and what blocks is what should."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from infra24.invariants.table.shape import LIVE, PARTS, Invariant

# No join of legs with legs, which would be quadratic in a busy room. Legs that share go together into islands of time,
# and the islands of one resource must not meet; only where they do are legs compared.
_OVERLAP = """
    WITH claims AS (
        SELECT resource_id, sharing, blocks_from, blocks_until, id,
               max(blocks_until) OVER (PARTITION BY resource_id, sharing ORDER BY blocks_from, blocks_until, id
                                       ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
          FROM bookings_leg WHERE is_blocking
    ), numbered AS (
        SELECT *, count(*) FILTER (WHERE reached IS NULL OR reached < blocks_from)
                  OVER (PARTITION BY resource_id, sharing ORDER BY blocks_from, blocks_until, id) AS island
          FROM claims
    ), islands AS (
        SELECT resource_id, sharing, min(blocks_from) AS since, max(blocks_until) AS until
          FROM numbered GROUP BY resource_id, sharing, island
    ), met AS (
        SELECT *, max(until) OVER (PARTITION BY resource_id ORDER BY since, until, sharing
                                   ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS reached
          FROM islands
    ), clashing AS MATERIALIZED (
        SELECT * FROM met WHERE since < reached
    )
    SELECT DISTINCT either.org_id, either.id, either.booking_id
      FROM clashing
      JOIN bookings_leg one ON one.resource_id = clashing.resource_id AND one.sharing = clashing.sharing
       AND one.is_blocking AND one.blocks_from < clashing.until AND one.blocks_until > clashing.since
      JOIN bookings_leg other ON other.resource_id = one.resource_id AND other.sharing <> one.sharing
       AND other.is_blocking AND other.blocks_from < one.blocks_until AND other.blocks_until > one.blocks_from
     CROSS JOIN LATERAL (VALUES (one.org_id, one.id, one.booking_id), (other.org_id, other.id, other.booking_id))
       AS either (org_id, id, booking_id)
"""

# The peak from now on, as PostgreSQL reckons when a resource shrinks: of the past nobody knows how many there were.
# At one instant ends come before starts. Named is the leg at whose beginning it is too much.
_PEAK = """
    WITH steps AS (
        SELECT l.resource_id, l.id, l.booking_id, l.org_id, greatest(l.blocks_from, %(now)s) AS at, l.units, l.people
          FROM bookings_leg l WHERE l.is_blocking AND NOT l.is_implied AND l.blocks_until > %(now)s
        UNION ALL
        SELECT l.resource_id, l.id, l.booking_id, l.org_id, l.blocks_until, -l.units, -l.people
          FROM bookings_leg l WHERE l.is_blocking AND NOT l.is_implied AND l.blocks_until > %(now)s
    ), running AS (
        SELECT *, sum(units) OVER sweep AS lent, sum(people) OVER sweep AS inside FROM steps
        WINDOW sweep AS (PARTITION BY resource_id ORDER BY at, units, id ROWS UNBOUNDED PRECEDING)
    )
"""
_UNITS = f"""
    {_PEAK}
    SELECT DISTINCT s.org_id, s.id, s.booking_id
      FROM running s JOIN resources_resource r ON r.org_id = s.org_id AND r.id = s.resource_id
     WHERE s.units > 0 AND (r.units > 1 AND s.lent > r.units OR r.units = 1 AND s.units > 1)
"""  # noqa: S608 - our own words only
_PEOPLE = f"""
    {_PEAK}
    SELECT DISTINCT s.org_id, s.id, s.booking_id
      FROM running s JOIN resources_resource r ON r.org_id = s.org_id AND r.id = s.resource_id
     WHERE s.people > 0 AND s.inside > r.capacity
"""  # noqa: S608 - our own words only

_BLOCKING = """
    SELECT l.org_id, l.id, l.booking_id
      FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE l.is_blocking <> (b.status IN ('hold', 'confirmed') OR b.status = 'pending' AND b.pending_blocks)
"""
_SHARING = """
    SELECT l.org_id, l.id, l.booking_id FROM bookings_leg l
     WHERE l.sharing <> l.booking_id
       AND NOT EXISTS (SELECT FROM bookings_leg v
                        WHERE v.booking_id = l.booking_id AND NOT v.is_implied AND v.sharing = l.sharing
                          AND v.resource_id = l.sharing)
"""
_TIMES = """
    SELECT l.org_id, l.id, l.booking_id FROM bookings_leg l
     WHERE l.ends_at <= l.starts_at OR l.blocks_from > l.starts_at OR l.blocks_until < l.ends_at
        OR l.blocks_until > l.blocks_from + interval '33 days'
        OR l.units < 1 OR l.people < 0
"""
_OFF_BOOKING = """
    SELECT l.org_id, l.id, l.booking_id
      FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE (l.starts_at, l.ends_at) <> (b.starts_at, b.ends_at)
"""
_WITHOUT_BOOKING = """
    SELECT l.org_id, l.id, NULL::uuid FROM bookings_leg l
     WHERE NOT EXISTS (SELECT FROM bookings_booking b WHERE b.org_id = l.org_id AND b.id = l.booking_id)
"""

# Only of live bookings that are not over: when the tree changes, what is past stays as it was.
_AHEAD = f"""
    WITH RECURSIVE {PARTS}, ahead AS (
        SELECT l.* FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
         WHERE b.status IN {LIVE} AND l.blocks_until > %(now)s
    )
"""  # noqa: S608 - our own words only
_PART_FREE = f"""
    {_AHEAD}
    SELECT w.org_id, w.id, w.booking_id
      FROM ahead w JOIN leaves ON leaves.whole = w.resource_id
     WHERE NOT w.is_implied
       AND NOT EXISTS (SELECT FROM bookings_leg p
                        WHERE p.booking_id = w.booking_id AND p.is_implied AND p.resource_id = leaves.leaf
                          AND p.blocks_from <= w.blocks_from AND p.blocks_until >= w.blocks_until)
"""  # noqa: S608 - our own words only
_PART_ASTRAY = f"""
    {_AHEAD}
    SELECT p.org_id, p.id, p.booking_id
      FROM ahead p
     WHERE p.is_implied
       AND ((p.units, p.people) <> (1, 0)
         OR NOT EXISTS (SELECT FROM bookings_leg w JOIN leaves ON leaves.whole = w.resource_id
                         WHERE w.booking_id = p.booking_id AND NOT w.is_implied AND leaves.leaf = p.resource_id
                           AND (w.blocks_from, w.blocks_until, w.sharing) = (p.blocks_from, p.blocks_until, p.sharing)))
"""  # noqa: S608 - our own words only
_CIRCLE = f"""
    WITH RECURSIVE {PARTS}
    SELECT below.org_id, below.whole, NULL::uuid FROM below WHERE below.whole = below.part
"""  # noqa: S608 - our own words only

CLAIMS: Final = (
    Invariant("leg_overlap", "bookings_leg", _("Two bookings have the same thing at the same time."), _OVERLAP),
    Invariant("units_oversold", "bookings_leg", _("More of a thing are booked at one moment than there are."), _UNITS),
    Invariant("people_over_capacity", "bookings_leg", _("More people are booked into a room than fit."), _PEOPLE),
    Invariant(
        "blocking_off_status", "bookings_leg", _("It blocks though its booking does not, or the other way."), _BLOCKING
    ),
    Invariant("sharing_astray", "bookings_leg", _("It shares with what is neither its own nor its thing's."), _SHARING),
    Invariant("leg_times_illegal", "bookings_leg", _("It blocks a time that cannot be."), _TIMES),
    Invariant(
        "leg_off_booking", "bookings_leg", _("A thing is booked for another time than the booking."), _OFF_BOOKING
    ),
    Invariant("leg_without_booking", "bookings_leg", _("A thing is booked, but no booking says so."), _WITHOUT_BOOKING),
    Invariant("part_left_free", "bookings_leg", _("A whole is booked, but a part of it is not blocked."), _PART_FREE),
    Invariant(
        "part_astray", "bookings_leg", _("A part is blocked though no booking of its whole asks for it."), _PART_ASTRAY
    ),
    Invariant("parts_in_circle", "resources_resource", _("A thing is a part of itself."), _CIRCLE),
)
