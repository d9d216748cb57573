"""The calendar feed: hand-written SQL, because the ORM took twenty times as long for a week of a busy house."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _
from msgspec import Struct

from infra24.bookings.errors import EndsBeforeStart
from infra24.bookings.filtering import EVERYTHING, EventFilter, narrowed
from infra24.bookings.policies import LONGEST
from infra24.core.rows import as_array
from infra24.core.sorting import sort_key
from infra24.core.statements import Statement
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
_READ = """
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
               AND (a.resource_id = ANY(%(resources)s::uuid[])
                    OR a.resource_id = ANY(%(hidden)s::uuid[])
                       AND (b.booked_by_id = %(member)s OR p.user_id = %(user)s))))
       {narrower}
     ORDER BY b.starts_at, b.id, l.id
"""


# What is not told of others' bookings is not to be guessed by asking for it either.
_KNOWN = "(%(is_staff)s OR b.booked_by_id = %(member)s OR coalesce(p.user_id = %(user)s, false))"
_NARROWER = f"""
       AND (%(statuses)s::text[] = '{{}}' OR b.status = ANY(%(statuses)s::text[]))
       AND (%(sources)s::text[] = '{{}}' OR b.source = ANY(%(sources)s::text[]) AND {_KNOWN})
       AND (%(person)s::uuid IS NULL OR b.person_id = %(person)s AND {_KNOWN})
       AND (%(text)s::text = ''
            OR strpos(lower(b.title), %(text)s) > 0 AND (b.visibility = 'title' OR {_KNOWN})
            OR strpos(p.sort_key, nullif(%(name)s::text, '')) > 0 AND {_KNOWN})
"""
_EVENTS = Statement(_READ.format(narrower=""))
_NARROWED_EVENTS = Statement(_READ.format(narrower=_NARROWER))


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
    viewer: Member, since: datetime, until: datetime, *, wanted: EventFilter = EVERYTHING, booking_url: str = ""
) -> list[Event]:
    """FullCalendar's event array for a window of at most 62 days. Four queries, whatever the size; six for features.

    Live bookings; closed hours and closures as background, one item for all
    resources closed alike. `wanted` narrows it; `booking_url` precedes ids in links.
    Those who are not staff see "Busy" instead of others' titles, unless the
    booking's visibility says otherwise, and never whose it is.
    Raises EndsBeforeStart, WindowTooLong, UnknownFeature.
    """
    if until <= since:
        raise EndsBeforeStart(fields={"end": "must be after start"})
    if until - since > LONGEST_WINDOW:
        raise WindowTooLong(fields={"end": "at most 62 days after start"})
    seen_by = audiences_of(viewer)
    visible = {one.id: one for one in all_bookables(viewer.org_id, since=since) if one.visible_to in seen_by}
    shown = narrowed(viewer, visible.values(), wanted) if wanted.narrows_resources else list(visible.values())
    seen = None if viewer.is_staff else {str(each) for each in visible}
    planned = _bookings(viewer, since, until, wanted, shown=[one.id for one in shown], seen=seen, url=booking_url)
    return planned + _closed(shown, since, until, role=viewer.rank)


def _bookings(
    viewer: Member,
    since: datetime,
    until: datetime,
    wanted: EventFilter,
    *,
    shown: list[UUID],
    seen: set[str] | None,
    url: str,
) -> list[Event]:
    """`seen` are the resources of which the viewer hears about others' bookings; None: all."""
    is_staff = viewer.rank.includes(Role.STAFF)
    busy = _("Busy")
    asked = [] if wanted.narrows_by_more_than_ids else list(wanted.resource_ids)
    rows = (_NARROWED_EVENTS if wanted.narrows_bookings else _EVENTS).rows(
        org=viewer.org_id,
        member=viewer.pk,
        user=viewer.user_id,
        is_staff=is_staff,
        earliest=since - LONGEST,
        since=since,
        until=until,
        now=timezone.now(),
        all=not wanted.narrows_resources,
        # Staff may ask for what was put away by now; others for what they may see.
        resources=as_array(asked if asked and seen is None else shown),
        # Of what the viewer may not see, not even that a booking they do see needs it too.
        hidden=as_array([] if seen is None else [each for each in asked if str(each) not in seen]),
        statuses=list(wanted.statuses),
        sources=list(wanted.sources),
        person=wanted.person_id,
        text=wanted.text.strip().lower(),
        name=sort_key(wanted.text),
    )
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
            link = url + key if url else None
            props = Props("booking", status, True, version, person, person_id, party_size, legs, link)
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
