"""What is worth knowing without being wrong. It is counted and shown, and changes no verdict."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from infra24.invariants.table.shape import PARTS, Invariant

# Whoever closes is shown each booking in the way and decides about it, and may well let it stand: a firing goes on
# though the house is closed to others. A closure of one resource holds for its parts and for what it is part of.
_IN_CLOSURE = f"""
    WITH RECURSIVE {PARTS}, places AS (
        SELECT r.org_id, r.id, r.kind, coalesce(nullif(r.time_zone, ''), o.time_zone) AS zone
          FROM resources_resource r JOIN orgs_organisation o ON o.id = r.org_id
    ), closed AS (
        SELECT c.org_id, places.id AS resource_id,
               (c.wall_from + later) AT TIME ZONE places.zone AS since,
               (c.wall_until + later) AT TIME ZONE places.zone AS until
          FROM resources_closure c
          JOIN places ON places.org_id = c.org_id
           AND (c.resource_id = places.id
             OR c.resource_id IS NULL AND c.kind IN ('', places.kind)
             OR EXISTS (SELECT FROM below WHERE (below.whole, below.part) IN
                                                ((c.resource_id, places.id), (places.id, c.resource_id))))
          -- Of a zone that PostgreSQL does not know nothing can be said.
          JOIN pg_timezone_names known ON known.name = places.zone
         CROSS JOIN LATERAL (
               SELECT make_interval(years => year - extract(year FROM c.wall_from)::int) AS later
                 FROM generate_series(extract(year FROM %(now)s)::int - 1, extract(year FROM %(now)s)::int + 2) AS year
                WHERE c.is_yearly AND year >= extract(year FROM c.wall_from)
               UNION ALL
               SELECT interval '0' WHERE NOT c.is_yearly) AS turns
         WHERE c.lifted_at IS NULL
    )
    SELECT DISTINCT l.org_id, l.booking_id, l.booking_id
      FROM closed
      JOIN bookings_leg l ON l.resource_id = closed.resource_id
       AND l.starts_at < closed.until AND l.ends_at > closed.since
      JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE b.status = 'confirmed' AND b.ends_at > %(now)s AND NOT l.is_implied
"""  # noqa: S608 - our own words only

INFORMATION: Final = (
    Invariant("confirmed_in_closure", "bookings_booking", _("It is confirmed for a time that is closed."), _IN_CLOSURE),
)
