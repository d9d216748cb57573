"""Making one resource part of another: the hall and its halves.

A booking of a whole blocks its leaves by implied legs. When the tree changes,
the implied legs of every booking to come are written anew in the same
transaction, or nothing changes and the clashes are named.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from infra24.bookings.locking import lock_claims, lock_tree, unsettle
from infra24.bookings.policies import LATEST
from infra24.bookings.services.current import TRIES, MovedOn
from infra24.bookings.services.expiring import expire_locked
from infra24.core.constraints import guarded_by
from infra24.core.problems import Rivalry
from infra24.facilities.errors import CircularParts, PartsClash, PartsOfOneKind, WholeHasUnits
from infra24.facilities.parts import clashes_of, subtree_ids, whole_ids
from infra24.orgs.models import Member
from infra24.resources.models import Resource


def put_into(resource: Resource, whole: Resource | None, *, by: Member, now: datetime) -> None:
    """Make a resource part of a whole, or of nothing. The caller records that it changed.

    Raises PartsOfOneKind, WholeHasUnits, CircularParts; PartsClash with the
    pairs of bookings that could not both stand.
    """
    if whole is not None and whole.kind != resource.kind:
        raise PartsOfOneKind
    if whole is not None and whole.units > 1:
        raise WholeHasUnits
    lock_tree(by.org_id)
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                _move(resource, whole, by=by, now=now)
        except MovedOn:
            continue
        resource.part_of = whole
        return
    raise Rivalry


def _move(resource: Resource, whole: Resource | None, *, by: Member, now: datetime) -> None:
    org_id = by.org_id
    gaining = whole_ids(org_id, whole.pk) if whole else set()
    if resource.pk in gaining:
        raise CircularParts
    changing = gaining | (whole_ids(org_id, resource.part_of_id) if resource.part_of_id else set())
    parts = subtree_ids(org_id, resource.pk)
    touched = changing | parts
    asked = _booked_ahead(org_id, changing, now)
    locks = lock_claims(org_id, touched, now, LATEST, now=now, bookings=asked)
    if _booked_ahead(org_id, changing, now) - asked:
        raise MovedOn  # somebody booked one of the wholes before it was locked
    expire_locked(org_id, locks.dead, locks.bookings, now=now)
    if clashes := clashes_of(org_id, resource.pk, gaining, since=now):
        raise PartsClash(reasons=clashes)
    # What closes the wholes closes the parts from now on; the shapes of the wholes change by themselves.
    unsettle(org_id, parts)
    with guarded_by(leg_no_overlap=PartsClash, resource_tree_no_circle=CircularParts):
        Resource.objects.filter(org_id=org_id, pk=resource.pk).update(part_of=whole)
        with connection.cursor() as cursor:
            parameters: dict[str, Any] = {"org": org_id, "wholes": list(changing), "now": now}
            cursor.execute(_FORGET, parameters)
            cursor.execute(_IMPLY, parameters)


def _booked_ahead(org_id: UUID, resources: set[UUID], now: datetime) -> set[UUID]:
    with connection.cursor() as cursor:
        cursor.execute(_BOOKED_AHEAD, {"org": org_id, "wholes": list(resources), "now": now})
        return {row[0] for row in cursor.fetchall()}


_LIVE = """
    SELECT l.* FROM bookings_leg l JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
     WHERE l.org_id = %(org)s AND l.resource_id = ANY(%(wholes)s) AND NOT l.is_implied AND l.blocks_until > %(now)s
       AND b.status IN ('hold', 'pending', 'confirmed')
"""
_BOOKED_AHEAD = f"SELECT booking_id FROM ({_LIVE}) live"  # noqa: S608 - our own words only
_WANTED = f"""
    WITH RECURSIVE live AS ({_LIVE}), parts AS (
        SELECT p.part_of_id AS whole, p.id FROM resources_resource p
         WHERE p.org_id = %(org)s AND p.part_of_id = ANY(%(wholes)s)
        UNION
        SELECT parts.whole, p.id FROM resources_resource p JOIN parts ON p.org_id = %(org)s AND p.part_of_id = parts.id
    ), wanted AS (
        SELECT live.*, parts.id AS leaf FROM live JOIN parts ON parts.whole = live.resource_id
         WHERE NOT EXISTS (SELECT FROM resources_resource p WHERE p.org_id = %(org)s AND p.part_of_id = parts.id))
"""  # noqa: S608 - our own words only
_FORGET = f"""
    {_WANTED}
    DELETE FROM bookings_leg l
     WHERE l.org_id = %(org)s AND l.is_implied AND l.booking_id IN (SELECT booking_id FROM live)
       AND NOT EXISTS (SELECT FROM wanted w WHERE w.booking_id = l.booking_id AND w.leaf = l.resource_id)
       AND NOT EXISTS (
           SELECT FROM bookings_leg other
            WHERE other.org_id = l.org_id AND other.booking_id = l.booking_id AND NOT other.is_implied
              AND other.resource_id <> ALL(%(wholes)s)
              AND other.resource_id IN (SELECT resource_wholes(l.org_id, l.resource_id)))
"""  # noqa: S608 - our own words only
_IMPLY = f"""
    {_WANTED}
    INSERT INTO bookings_leg (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
                              blocks_from, blocks_until, sharing, is_blocking)
    SELECT gen_random_uuid(), w.org_id, w.booking_id, w.leaf, 1, 0, true, w.starts_at, w.ends_at,
           w.blocks_from, w.blocks_until, w.sharing, true
      FROM wanted w
     WHERE NOT EXISTS (SELECT FROM bookings_leg l
                        WHERE l.org_id = w.org_id AND l.booking_id = w.booking_id AND l.resource_id = w.leaf
                          AND l.is_implied)
"""  # noqa: S608 - our own words only
