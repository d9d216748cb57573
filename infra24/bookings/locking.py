"""The one order in which rows are locked, and the one module that knows it.

The waitlist and one entry of it, then the tree of wholes and parts, then series,
then persons, then bookings, then resources, each by id. Whoever locked in another
order would deadlock with everybody who does not; without these locks rivals meet
in the exclusion constraint's index, and PostgreSQL ends one of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from infra24.core.rows import as_array
from infra24.core.statements import Statement

Locked = dict[UUID, tuple[int, str]]
"""Version and status of each locked booking by id."""


@dataclass(frozen=True)
class Locks:
    """What was locked, as it is now."""

    bookings: Locked
    dead: list[UUID]
    """Holds that have run out, besides the bookings asked for."""
    shapes: dict[UUID, int] = field(default_factory=dict)
    """`shape` of each resource by id."""


# Materialised parts of a UNION ALL are fetched one after the other, in this order.
# Holds that have run out, though nobody has noticed yet, are found from their own
# small index: an organisation has few, and long histories do not matter.
_LOCK = Statement("""
    WITH people AS MATERIALIZED (
        SELECT id FROM people_person
         WHERE org_id = %(org)s AND id = ANY(%(people)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
    ), booked AS MATERIALIZED (
        SELECT id, version, status FROM bookings_booking
         WHERE org_id = %(org)s AND id = ANY(%(bookings)s::uuid[] || ARRAY(
               SELECT b.id
                 FROM bookings_booking b JOIN bookings_leg l ON l.org_id = b.org_id AND l.booking_id = b.id
                WHERE b.org_id = %(org)s AND b.status = 'hold' AND b.expires_at <= %(now)s::timestamptz
                  AND l.resource_id = ANY(%(resources)s::uuid[]) AND l.is_blocking
                  AND l.blocks_from < %(until)s::timestamptz AND l.blocks_until > %(since)s::timestamptz))
         ORDER BY id FOR NO KEY UPDATE
    ), things AS MATERIALIZED (
        SELECT id, shape FROM resources_resource
         WHERE org_id = %(org)s AND id = ANY(%(resources)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
    )
    SELECT id, NULL::int AS number, 'person' AS status FROM people
    UNION ALL
    SELECT id, version, status FROM booked
    UNION ALL
    SELECT id, shape, 'resource' FROM things
""")


def lock_series(org_id: UUID, series: Iterable[UUID]) -> dict[UUID, int]:
    """Lock series, and with them the dates that have no booking, until the transaction ends; their versions by id."""
    return dict(_LOCK_SERIES.rows(org=org_id, series=as_array(series)))


_LOCK_SERIES = Statement("""
    SELECT id, version FROM bookings_series
     WHERE org_id = %(org)s AND id = ANY(%(series)s::uuid[]) ORDER BY id FOR NO KEY UPDATE
""")


def lock_bookings(org_id: UUID, bookings: Iterable[UUID]) -> Locked:
    """Lock bookings until the transaction ends."""
    return _lock(org_id, bookings, (), (), since=None, until=None, now=None).bookings


def lock_claims(
    org_id: UUID,
    resources: Iterable[UUID],
    since: datetime,
    until: datetime,
    *,
    now: datetime,
    bookings: Iterable[UUID] = (),
    people: Iterable[UUID] = (),
) -> Locks:
    """Lock what a claim on resources touches until the transaction ends.

    People whose quotas are counted, bookings with the dead holds in the way, resources.
    """
    return _lock(org_id, bookings, resources, people, since=since, until=until, now=now)


def unsettle(org_id: UUID, resources: Iterable[UUID]) -> None:
    """Make everybody who has read these resources, and not yet locked them, read them again.

    For rules, closures and parts: they are read before the lock, so a booking
    decided on by the old ones must not follow the new ones.
    """
    _UNSETTLE.tell(org=org_id, resources=as_array(set(resources)))


_UNSETTLE = Statement("""
    WITH things AS MATERIALIZED (
        SELECT id FROM resources_resource
         WHERE org_id = %(org)s AND id = ANY(%(resources)s::uuid[]) ORDER BY id FOR NO KEY UPDATE)
    UPDATE resources_resource r SET shape = r.shape + 1 FROM things WHERE r.org_id = %(org)s AND r.id = things.id
""")


def lock_waitlist(org_id: UUID) -> None:
    """Let nobody else join the waitlist or offer time to those on it until the transaction ends. Before the tree."""
    _LOCK_WORDS.rows(words=f"waitlist of {org_id}")


def lock_tree(org_id: UUID) -> None:
    """Keep what is part of what as it is until the transaction ends. Before all other locks but the waitlist's."""
    _LOCK_WORDS.rows(words=f"resource tree of {org_id}")


_LOCK_WORDS = Statement("SELECT pg_advisory_xact_lock(hashtextextended(%(words)s, 0))")


def _lock(
    org_id: UUID,
    bookings: Iterable[UUID],
    resources: Iterable[UUID],
    people: Iterable[UUID],
    *,
    since: datetime | None,
    until: datetime | None,
    now: datetime | None,
) -> Locks:
    asked = set(bookings)
    locked = _LOCK.rows(
        org=org_id,
        people=as_array(people),
        bookings=as_array(asked),
        resources=as_array(set(resources)),
        since=since,
        until=until,
        now=now,
    )
    locks = Locks({}, [])
    for key, number, status in locked:
        if status == "resource":
            locks.shapes[key] = number
        elif status != "person":
            locks.bookings[key] = (number, status)
    locks.dead.extend(key for key in locks.bookings if key not in asked)
    return locks
