"""What a change of rules, closures or parts would do, before anybody saves it. Reads only.

Two questions: which bookings to come would stand against it, and which of the
last season's it would have refused. Both ask the same engine that decides.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from infra24.bookings.models import REACH, Booking, Source
from infra24.bookings.queries import visible_bookings, with_legs
from infra24.core.errors import Reason
from infra24.facilities.parts import clashes_of, whole_ids
from infra24.facilities.queries.rules import as_if_ever_since, with_rules
from infra24.facilities.scopes import RuleScope
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources.models import Resource
from infra24.resources.policies import STAFF, Asker, Bookable, Claim, Closure, Rules, Size, Use, explain
from infra24.resources.queries import all_bookables, related_ids

SEASON = timedelta(days=365)
MOST = 5_000
"""Bookings looked at on either side of today."""


@dataclass(frozen=True)
class Struck:
    """A booking, and the reasons that a change would bring against it."""

    booking: Booking
    """With its `visible_legs` and person."""
    reasons: list[Reason]


@dataclass(frozen=True)
class Rehearsal:
    """What a change would break ahead and what of the last season it would have refused, each by start."""

    breaks: list[Struck]
    would_have_refused: list[Struck]
    examined_ahead: int
    examined_past: int
    is_whole: bool
    """False when there were more bookings than were looked at."""


def rehearse_rules(viewer: Member, rules: Rules, *, scope: RuleScope, valid_from: date, now: datetime) -> Rehearsal:
    """What it would mean to save these rules for a scope from a local day on."""
    spoken_for = [one for one in all_bookables(viewer.org_id, since=now - SEASON) if scope.covers(one)]
    changed = {
        one.id: _Change(
            now_is=one,
            would_be=replace(one, rows=with_rules(one.rows, rules, scope=scope, valid_from=valid_from)),
            would_have_been=replace(one, rows=as_if_ever_since(one.rows, rules, scope=scope)),
        )
        for one in spoken_for
    }
    return _rehearse(viewer, changed, now=now)


def rehearse_closure(viewer: Member, closure: Closure, *, scope: RuleScope, now: datetime) -> Rehearsal:
    """What it would mean to close a scope. For the last season the closure is taken as if a year earlier."""
    reached = related_ids(viewer.org_id, scope.resource.pk) if scope.resource else None
    earlier = replace(
        closure, wall_from=_year_before(closure.wall_from), wall_until=_year_before(closure.wall_until), is_yearly=False
    )
    changed = {
        one.id: _Change(
            now_is=one,
            would_be=replace(one, closures=(*one.closures, closure)),
            would_have_been=replace(one, closures=(*one.closures, earlier)),
        )
        for one in all_bookables(viewer.org_id, since=now - SEASON)
        if (one.id in reached if reached is not None else scope.covers(one))
    }
    return _rehearse(viewer, changed, now=now)


def rehearse_parts(viewer: Member, resource: Resource, whole: Resource | None, *, now: datetime) -> Rehearsal:
    """What it would mean to make a resource part of a whole: bookings of the two that could not both stand."""
    wholes = whole_ids(viewer.org_id, whole.pk) if whole else set()
    ahead = clashes_of(viewer.org_id, resource.pk, wholes, since=now)
    past = clashes_of(viewer.org_id, resource.pk, wholes, since=now - SEASON, until=now)
    of_booking: list[dict[UUID, list[Reason]]] = []
    for clashes in (ahead, past):
        found: dict[UUID, list[Reason]] = defaultdict(list)
        for clash in clashes:
            found[UUID(clash.source["booking_id"])].append(clash)
        of_booking.append(found)
    return Rehearsal(
        breaks=_struck(viewer, of_booking[0]),
        would_have_refused=_struck(viewer, of_booking[1]),
        examined_ahead=len(ahead),
        examined_past=len(past),
        is_whole=True,
    )


@dataclass(frozen=True)
class _Change:
    """A resource as it is, as it would be from now on, and as if it had always been."""

    now_is: Bookable
    would_be: Bookable
    would_have_been: Bookable


class _Leg(NamedTuple):
    booking_id: UUID
    resource_id: UUID
    starts_at: datetime
    ends_at: datetime
    blocks_from: datetime
    blocks_until: datetime
    units: int
    people: int
    sharing: UUID
    is_implied: bool
    person_id: UUID | None
    source: str
    created_at: datetime
    kind: str

    @property
    def size(self) -> Size:
        return Size(self.units, self.people, is_exclusive=self.sharing == self.booking_id)


def _rehearse(viewer: Member, changed: Mapping[UUID, _Change], *, now: datetime) -> Rehearsal:
    ahead, more_ahead = _legs(viewer.org_id, changed, since=now, until=None, now=now)
    past, more_past = _legs(viewer.org_id, changed, since=now - SEASON, until=now, now=now)
    breaks: dict[UUID, list[Reason]] = defaultdict(list)
    lines = _Lines(ahead)
    for leg in ahead:
        if leg.resource_id in changed and not leg.is_implied:
            change = changed[leg.resource_id]
            new = _new_reasons(leg, change.now_is, change.would_be, lines, now=leg.starts_at, asker=STAFF)
            breaks[leg.booking_id] += new
    refused: dict[UUID, list[Reason]] = defaultdict(list)
    uses = _uses(past)
    lines = _Lines(past)
    for leg in past:
        if leg.resource_id in changed and not leg.is_implied:
            change = changed[leg.resource_id]
            asker = _asker_of(leg, uses)
            refused[leg.booking_id] += _new_reasons(
                leg, change.now_is, change.would_have_been, lines, now=leg.created_at, asker=asker
            )
    return Rehearsal(
        breaks=_struck(viewer, breaks),
        would_have_refused=_struck(viewer, refused),
        examined_ahead=len({leg.booking_id for leg in ahead}),
        examined_past=len({leg.booking_id for leg in past}),
        is_whole=not (more_ahead or more_past),
    )


def _new_reasons(
    leg: _Leg, before: Bookable, after: Bookable, lines: "_Lines", *, now: datetime, asker: Asker
) -> list[Reason]:
    """What stands against a leg afterwards and did not before."""
    claims = lines.claims_beside(leg, before)
    known = {
        reason.code
        for reason in explain(before, claims, leg.starts_at, leg.ends_at, now=now, size=leg.size, asker=asker)
    }
    found = explain(after, claims, leg.starts_at, leg.ends_at, now=now, size=leg.size, asker=asker)
    # A second closure at the same time is news; a second refusal by hours is not.
    return [reason for reason in found if reason.code not in known or reason.code == "closure"]


class _Lines:
    """Legs by resource in order of time, to find what lies beside one."""

    def __init__(self, legs: Iterable[_Leg]) -> None:
        self._legs: dict[UUID, list[_Leg]] = defaultdict(list)
        for leg in sorted(legs, key=lambda leg: leg.blocks_from):
            self._legs[leg.resource_id].append(leg)

    def claims_beside(self, leg: _Leg, resource: Bookable) -> list[Claim]:
        """What other bookings claim of the resource and its leaves around the leg."""
        margin = timedelta(days=1)
        claims = []
        for target in (resource.id, *resource.leaves):
            line = self._legs[target]
            first = bisect_left(line, leg.blocks_from - REACH, key=lambda each: each.blocks_from)
            last = bisect_right(line, leg.blocks_until + margin, key=lambda each: each.blocks_from)
            claims += [
                Claim(other.blocks_from, other.blocks_until, other.units, other.people, other.sharing == resource.id)
                for other in line[first:last]
                if other.booking_id != leg.booking_id
                and other.blocks_until > leg.blocks_from - margin
                and not (other.is_implied and other.sharing == resource.id)
            ]
        return claims


def _asker_of(leg: _Leg, uses: Mapping[UUID, list[tuple[datetime, UUID, Use]]]) -> Asker:
    """Whoever booked, as far as it is known: what members made themselves bound them, the rest was staff's."""
    if leg.source != Source.SELF:
        return STAFF
    earlier = [
        use
        for created_at, booking_id, use in (uses.get(leg.person_id, ()) if leg.person_id else ())
        if created_at <= leg.created_at and booking_id != leg.booking_id
    ]
    return Asker(Role.MEMBER, uses=tuple(earlier))


def _uses(legs: Iterable[_Leg]) -> dict[UUID, list[tuple[datetime, UUID, Use]]]:
    """The bookings of each person, as quotas count them."""
    of_booking: dict[UUID, list[_Leg]] = defaultdict(list)
    for leg in legs:
        if leg.person_id and not leg.is_implied:
            of_booking[leg.booking_id].append(leg)
    found: dict[UUID, list[tuple[datetime, UUID, Use]]] = defaultdict(list)
    for booking_id, parts in of_booking.items():
        first = parts[0]
        kinds, resources = frozenset(leg.kind for leg in parts), frozenset(leg.resource_id for leg in parts)
        assert first.person_id is not None
        use = Use(first.starts_at, first.ends_at, kinds, resources)
        found[first.person_id].append((first.created_at, booking_id, use))
    return found


_LEGS = """
    SELECT l.booking_id, l.resource_id, l.starts_at, l.ends_at, l.blocks_from, l.blocks_until, l.units, l.people,
           l.sharing, l.is_implied, b.person_id, b.source, b.created_at, r.kind
      FROM bookings_leg l
      JOIN bookings_booking b ON b.org_id = l.org_id AND b.id = l.booking_id
      JOIN resources_resource r ON r.org_id = l.org_id AND r.id = l.resource_id
     WHERE l.org_id = %(org)s AND l.resource_id = ANY(%(resources)s)
       AND (b.status IN ('pending', 'confirmed') OR b.status = 'hold' AND b.expires_at > %(now)s)
       AND l.starts_at >= %(since)s AND (%(until)s::timestamptz IS NULL OR l.starts_at < %(until)s)
     ORDER BY CASE WHEN %(until)s::timestamptz IS NULL THEN l.starts_at END, l.starts_at DESC
     LIMIT %(most)s
"""


def _legs(
    org_id: UUID, changed: Mapping[UUID, _Change], *, since: datetime, until: datetime | None, now: datetime
) -> tuple[list[_Leg], bool]:
    """The legs nearest to now, and whether there are more than were fetched."""
    targets = {target for change in changed.values() for target in (change.now_is.id, *change.now_is.leaves)}
    parameters: dict[str, Any] = {
        "org": org_id,
        "resources": list(targets),
        "since": since,
        "until": until,
        "now": now,
        "most": MOST + 1,
    }
    with connection.cursor() as cursor:
        cursor.execute(_LEGS, parameters)
        rows = [_Leg(*row) for row in cursor.fetchall()]
    return rows[:MOST], len(rows) > MOST


def _struck(viewer: Member, reasons: Mapping[UUID, list[Reason]]) -> list[Struck]:
    wanted = [booking_id for booking_id, against in reasons.items() if against]
    bookings = with_legs(visible_bookings(viewer).filter(pk__in=wanted)).order_by("starts_at", "id")
    return [Struck(booking, reasons[booking.pk]) for booking in bookings]


def _year_before(wall: datetime) -> datetime:
    try:
        return wall.replace(year=wall.year - 1)
    except ValueError:
        return wall.replace(year=wall.year - 1, month=2, day=28)
