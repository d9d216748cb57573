"""When resources can be had, and why the rest of the time they cannot."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import EndsBeforeStart
from infra24.bookings.queries import asker_for, claims_on
from infra24.core.days import day_span
from infra24.core.errors import Reason
from infra24.core.wording import said
from infra24.orgs.models import Member
from infra24.resources import policies as engine
from infra24.resources.errors import ResourceNotFound, WindowTooLong
from infra24.resources.policies import ONE, Bookable, Claim, Size, Span
from infra24.resources.queries import audiences_of, bookables

LONGEST_WINDOW = timedelta(days=62)


@dataclass(frozen=True)
class Availability:
    """An answer for a window: free stretches, offered slots, and refused stretches with their reasons."""

    time_zone: str
    free: list[Span]
    slots: list[Span]
    refused: list[tuple[Span, list[Reason]]]


def availability_of(
    viewer: Member,
    resource_id: UUID,
    since: datetime,
    until: datetime,
    *,
    length: timedelta | None = None,
    size: Size = ONE,
) -> Availability:
    """`availabilities_of` for one resource. Raises ResourceNotFound as well."""
    found = availabilities_of(viewer, [resource_id], since, until, length=length, size=size)
    if resource_id not in found:
        raise ResourceNotFound
    return found[resource_id]


def availabilities_of(
    viewer: Member,
    resource_ids: Iterable[UUID],
    since: datetime,
    until: datetime,
    *,
    length: timedelta | None = None,
    size: Size = ONE,
    besides: UUID | None = None,
) -> dict[UUID, Availability]:
    """What can be booked of resources in a window of at most 62 days, by id; those out of sight are left out.

    With `length`, slots of that length on each resource's grid. Members are
    offered nothing inside the notice, beyond the horizon, or that a quota or a
    missing qualification would refuse; staff are not bound by these.
    `besides` is a booking of which the viewer thinks as gone, because they move it.
    Seven queries at most, however many resources. Raises EndsBeforeStart, WindowTooLong.
    """
    if until <= since:
        raise EndsBeforeStart(fields={"end": "must be after start"})
    if until - since > LONGEST_WINDOW:
        raise WindowTooLong(fields={"end": "at most 62 days after start"})
    now = timezone.now()
    wanted = list(dict.fromkeys(resource_ids))
    known, seen_by = bookables(viewer.org_id, wanted, since=since), audiences_of(viewer)
    resources = [known[each] for each in wanted if each in known and known[each].visible_to in seen_by]
    if not resources:
        return {}
    margin = engine.LONGEST_BUFFER
    claims = claims_on(viewer.org_id, resources, since - margin, until + margin, now=now, besides=besides)
    asker = asker_for(viewer, resources, since, until, now=now, besides=besides)
    ask = _Ask(since, until, length, size, asker, None if asker.is_staff else now)
    return {one.id: _availability(one, claims[one.id], ask) for one in resources}


@dataclass(frozen=True)
class _Ask:
    """What is asked of each resource, and by whom."""

    since: datetime
    until: datetime
    length: timedelta | None
    size: Size
    asker: engine.Asker
    bound: datetime | None
    """Now, for whom notice and horizon bind."""


def _availability(resource: Bookable, claims: Sequence[Claim], ask: _Ask) -> Availability:
    since, until, size, asker = ask.since, ask.until, ask.size, ask.asker
    free: list[Span] = []
    slots: list[Span] = []
    lapses = [at for at in _lapses(resource, asker) if since < at < until]
    pieces = list(pairwise(sorted({since, *lapses, until})))
    if granted := [piece for piece in pieces if not list(engine.access_reasons(resource, asker, piece[0]))]:
        free = engine.free(resource, claims, since, until, size=size, now=ask.bound)
        # What begins while a qualification holds may end after it has lapsed, as when it is booked.
        free = free if granted == pieces else engine.without(free, engine.without([(since, until)], granted))
        if ask.length:
            offered = engine.slots(resource, claims, since, until, ask.length, size=size, now=ask.bound)
            slots = [slot for slot in offered if _is_offered(resource, asker, slot, granted)]
    found = Availability(resource.zone, free, slots, [])
    cuts = _cuts(resource, [*free, *granted], since, until, now=ask.bound)
    rest = engine.without([(since, until)], free)
    for piece in pairwise(cuts):
        if _within(piece, rest):
            found.refused.append((piece, _reasons(resource, claims, piece, size, asker=asker, now=ask.bound)))
    return found


def _lapses(resource: Bookable, asker: engine.Asker) -> Iterator[datetime]:
    """The instants at which the asker stops having what the resource asks for: the end of its last day."""
    for need in resource.needs:
        if not asker.is_staff and (last := asker.holds.get(need.qualification_id)):
            yield day_span(last, resource.zone)[1]


def _is_offered(resource: Bookable, asker: engine.Asker, slot: Span, granted: list[Span]) -> bool:
    if asker.is_staff:
        return True
    may_begin = any(since <= slot[0] < until for since, until in granted)
    return may_begin and not engine.used_up(resource, asker, *slot)


def _cuts(
    resource: Bookable, free: list[Span], since: datetime, until: datetime, *, now: datetime | None
) -> list[datetime]:
    """Every instant at which a reason may begin or end."""
    opened = engine.merged((o.since, o.until) for o in engine.openings(resource, since, until))
    shut = [(begins, ends) for begins, ends, _closure in engine.closed_spans(resource, since, until)]
    edges = {at for span in (*opened, *shut, *free) for at in span}
    if now is not None:
        rules = resource.rules_at(since)
        edges |= {now, now + rules.notice, engine.horizon_end(resource, rules, now)}
    return sorted({at for at in edges if since < at < until} | {since, until})


def _reasons(
    resource: Bookable,
    claims: Sequence[Claim],
    piece: Span,
    size: Size,
    *,
    asker: engine.Asker,
    now: datetime | None,
) -> list[Reason]:
    """Reasons against a stretch, whatever the length of a booking in it."""
    rules = resource.rules_at(piece[0])
    against = list(engine.access_reasons(resource, asker, piece[0]))
    against += engine.hours_reasons(resource, piece, grid=False, role=asker.role)
    if now is not None:
        if piece[0] < now + rules.notice:
            against.append(Reason("too_soon", said("Too soon."), str(resource.id), rules.source_of("notice")))
        if piece[0] >= engine.horizon_end(resource, rules, now):
            against.append(Reason("too_far", said("Too far ahead."), str(resource.id), rules.source_of("horizon_days")))
    return against + engine.taken_reasons(resource, claims, *piece, size=size)


def _within(piece: Span, spans: list[Span]) -> bool:
    return any(since <= piece[0] and piece[1] <= until for since, until in spans)
