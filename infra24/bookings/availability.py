"""When one resource can be had, and why the rest of the time it cannot."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import EndsBeforeStart
from infra24.bookings.queries import claims_on
from infra24.core.errors import Reason
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.resources import policies as engine
from infra24.resources.errors import ResourceNotFound, WindowTooLong
from infra24.resources.policies import Span
from infra24.resources.queries import bookables

LONGEST_WINDOW = timedelta(days=62)


@dataclass(frozen=True)
class Availability:
    """An answer for a window: free stretches, offered slots, and refused stretches with their reasons."""

    time_zone: str
    free: list[Span]
    slots: list[Span]
    refused: list[tuple[Span, list[Reason]]]


def availability_of(
    viewer: Member, resource_id: UUID, since: datetime, until: datetime, *, length: timedelta | None = None
) -> Availability:
    """What can be booked of one resource in a window of at most 62 days. Three queries at most.

    With `length`, slots of that length on the resource's grid. Members are
    offered nothing inside the notice or beyond the horizon; staff are not bound
    by these. Raises ResourceNotFound, EndsBeforeStart, WindowTooLong.
    """
    if until <= since:
        raise EndsBeforeStart(fields={"end": "must be after start"})
    if until - since > LONGEST_WINDOW:
        raise WindowTooLong(fields={"end": "at most 62 days after start"})
    now = timezone.now()
    resource = bookables(viewer.org_id, [resource_id]).get(resource_id)
    if resource is None:
        raise ResourceNotFound
    margin = engine.LONGEST_BUFFER
    claims = claims_on(viewer.org_id, [resource], since - margin, until + margin, now=now)[resource.id]
    bounds = [(since, until)]
    if not viewer.rank.includes(Role.STAFF):
        bounds = engine.bookable_window(resource, since, until, now)
    free = [span for begins, ends in bounds for span in engine.free(resource, claims, begins, ends)]
    opened = engine.merged((max(o.since, since), min(o.until, until)) for o in engine.openings(resource, since, until))

    def reasons(piece: Span) -> list[Reason]:
        against = engine.taken_reasons(resource, claims, *piece, units=1, people=1)
        if not _within(piece, opened):
            against.insert(0, Reason("closed", f"{resource.name} is closed."))
        elif not _within(piece, bounds):
            too_soon = not bounds or piece[0] < bounds[0][0]
            against.insert(0, Reason("too_soon", "Too soon.") if too_soon else Reason("too_far", "Too far ahead."))
        return against

    # What is not free, cut wherever a reason may begin or end.
    rest = engine.without([(since, until)], free)
    cuts = sorted({at for span in (*opened, *bounds, *rest) for at in span if since <= at <= until} | {since, until})
    return Availability(
        time_zone=resource.zone,
        free=free,
        slots=list(engine.slots(resource, free, length)) if length and _is_allowed(resource, since, length) else [],
        refused=[(piece, reasons(piece)) for piece in pairwise(cuts) if _within(piece, rest)],
    )


def _is_allowed(resource: engine.Bookable, at: datetime, length: timedelta) -> bool:
    rules = resource.rules_at(at)
    return rules.shortest <= length <= rules.longest


def _within(piece: Span, spans: list[Span]) -> bool:
    return any(since <= piece[0] and piece[1] <= until for since, until in spans)
