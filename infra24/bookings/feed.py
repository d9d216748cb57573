"""The calendar feed: hand-written SQL, because the ORM took twenty times as long for a week of a busy house."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct

from infra24.bookings.errors import EndsBeforeStart
from infra24.bookings.policies import LONGEST
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources import policies as engine
from infra24.resources.errors import WindowTooLong
from infra24.resources.policies import Bookable
from infra24.resources.queries import all_bookables, audiences_of

LONGEST_WINDOW = timedelta(days=62)

# Plain comparisons only: row-level security keeps range operators from the
# index. Instants leave PostgreSQL as text, which is what the page wants. One
# row a leg: gathering legs in arrays took PostgreSQL twice as long.
_EVENTS = """
    SELECT b.id::text, b.title, b.status, b.version, b.visibility,
           to_char(b.starts_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           to_char(b.ends_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'),
           b.person_id::text, p.name, b.party_size,
           b.booked_by_id = %(member)s OR coalesce(p.user_id = %(user)s, false),
           l.resource_id::text, l.units, l.sharing = b.id
      FROM bookings_booking b
      JOIN bookings_leg l ON l.org_id = b.org_id AND l.booking_id = b.id AND NOT l.is_implied
      LEFT JOIN people_person p ON p.org_id = b.org_id AND p.id = b.person_id
     WHERE b.org_id = %(org)s AND b.starts_at > %(earliest)s AND b.starts_at < %(until)s AND b.ends_at > %(since)s
       AND (b.status IN ('pending', 'confirmed') OR b.status = 'hold' AND b.expires_at > %(now)s)
       AND (%(all)s OR EXISTS (
            SELECT FROM bookings_leg a
             WHERE a.org_id = b.org_id AND a.booking_id = b.id
               AND (a.resource_id = ANY(%(resources)s)
                    OR a.resource_id = ANY(%(hidden)s) AND (b.booked_by_id = %(member)s OR p.user_id = %(user)s))))
     ORDER BY b.starts_at, b.id, l.id
"""


class Leg(Struct, gc=False):
    """What an event says of one of its resources."""

    resource_id: str
    units: int
    exclusive: bool


class Props(Struct, gc=False, omit_defaults=True):
    """FullCalendar's `extendedProps`. What the viewer may not see is left out."""

    kind: str
    status: str | None = None
    mayEdit: bool | None = None  # noqa: N815 - FullCalendar's own spelling
    version: int | None = None
    person: str | None = None
    person_id: str | None = None
    party_size: int | None = None
    legs: list[Leg] | None = None
    url: str | None = None


class Event(Struct, gc=False, omit_defaults=True):
    """One item of FullCalendar's event array; `schemas.EventOut` describes it. Instants are RFC 3339."""

    id: str
    resourceIds: list[str]  # noqa: N815
    title: str
    start: str
    end: str
    extendedProps: Props  # noqa: N815
    display: str | None = None


def calendar_events(
    viewer: Member, since: datetime, until: datetime, *, resource_ids: Iterable[UUID] = (), booking_url: str = ""
) -> list[Event]:
    """FullCalendar's event array for a window of at most 62 days. Four queries, whatever the size.

    Live bookings; closed hours and closures as background, one item for all
    resources closed alike. `resource_ids` narrows it; `booking_url` precedes ids in links.
    Those who are not staff see "Busy" instead of others' titles, unless the
    booking's visibility says otherwise, and never whose it is.
    Raises EndsBeforeStart, WindowTooLong.
    """
    if until <= since:
        raise EndsBeforeStart(fields={"end": "must be after start"})
    if until - since > LONGEST_WINDOW:
        raise WindowTooLong(fields={"end": "at most 62 days after start"})
    seen_by = audiences_of(viewer)
    visible = {one.id: one for one in all_bookables(viewer.org_id, since=since) if one.visible_to in seen_by}
    wanted = list(resource_ids)
    shown = [visible[each] for each in wanted if each in visible] if wanted else list(visible.values())
    seen = None if viewer.is_staff else {str(each) for each in visible}
    return _bookings(viewer, since, until, wanted, seen=seen, booking_url=booking_url) + _closed(
        shown, since, until, role=viewer.rank
    )


def _bookings(
    viewer: Member,
    since: datetime,
    until: datetime,
    wanted: list[UUID],
    *,
    seen: set[str] | None,
    booking_url: str,
) -> list[Event]:
    """`seen` are the resources of which the viewer hears about others' bookings; None: all."""
    is_staff = viewer.rank.includes(Role.STAFF)
    busy = _("Busy")
    with connection.cursor() as cursor:
        cursor.execute(
            _EVENTS,
            {
                "org": viewer.org_id,
                "member": viewer.pk,
                "user": viewer.user_id,
                "earliest": since - LONGEST,
                "since": since,
                "until": until,
                "now": timezone.now(),
                "all": not wanted,
                "resources": wanted if seen is None else [each for each in wanted if str(each) in seen],
                # Of what the viewer may not see, not even that a booking they do see needs it too.
                "hidden": [] if seen is None else [each for each in wanted if str(each) not in seen],
            },
        )
        rows = cursor.fetchall()
    events: list[Event] = []
    latest, resources, legs = "", [], []
    for row in rows:
        key, title, status, version, visibility, start, end, person_id, person, party_size, mine, *leg = row
        if seen is not None and not mine and leg[0] not in seen:
            continue
        if key == latest:
            resources.append(leg[0])
            legs.append(Leg(*leg))
            continue
        latest, resources, legs = key, [leg[0]], [Leg(*leg)]
        if is_staff or mine:
            url = booking_url + key if booking_url else None
            props = Props("booking", status, True, version, person, person_id, party_size, legs, url)
        else:
            props = Props("booking", status, False)
            title = title if visibility == "title" else busy
        events.append(Event(key, resources, title, start, end, props))
    return events


def _closed(resources: Iterable[Bookable], since: datetime, until: datetime, *, role: Role) -> list[Event]:
    """Closed hours and closures, these by name where a `role` may hear it.

    Houses say their hours once for many rooms, so little is computed, and rooms closed alike share.
    """
    computed: dict[tuple[Any, ...], tuple[_Shut, ...]] = {}
    alike: dict[_Shut, list[str]] = defaultdict(list)
    hours = _("Closed")
    for resource in resources:
        said = (resource.zone, resource.rows, resource.closures)
        if said not in computed:
            opened = engine.merged((o.since, o.until) for o in engine.openings(resource, since, until))
            shut = [_Shut(begins, ends, "closed", hours) for begins, ends in engine.without([(since, until)], opened)]
            shut += [
                _Shut(
                    max(begins, since),
                    min(ends, until),
                    "closure",
                    closure.title if closure.is_known_to(role) else hours,
                )
                for begins, ends, closure in engine.closed_spans(resource, since, until)
            ]
            computed[said] = tuple(shut)
        for each in computed[said]:
            alike[each].append(str(resource.id))
    return [
        Event(
            id=f"{shut.kind}-{ids[0]}-{shut.since.timestamp():.0f}",
            resourceIds=ids,
            title=shut.title,
            start=shut.since.isoformat(),
            end=shut.until.isoformat(),
            extendedProps=Props(shut.kind),
            display="background",
        )
        for shut, ids in alike.items()
    ]


class _Shut(NamedTuple):
    since: datetime
    until: datetime
    kind: str
    title: str
