"""What displays show to whoever passes: nobody's name, and titles only where bookings show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from infra24.bookings.models import Booking, Status
from infra24.bookings.queries import claims_on
from infra24.core.days import day_span, wall_of
from infra24.orgs.models import Organisation
from infra24.resources import policies as engine
from infra24.resources.models import Audience, Resource, ResourceKind
from infra24.resources.policies import Bookable, Claim
from infra24.resources.queries import bookables
from infra24.signage.days import Stay, stays_at
from infra24.signage.models import Display
from infra24.signage.policies import Crowd, DoorState, Standing, crowd_of, next_change, standing_of

AHEAD = timedelta(days=1)
"""How far a board looks beyond today: on a Friday evening it says when tomorrow begins."""
MOST_NEXT = 4


@dataclass(frozen=True)
class Door:
    """One resource as its door says it."""

    resource: Resource
    standing: Standing
    running: list[Stay]
    next: list[Stay]
    """What follows today."""
    closure: str
    """Why it is closed now, where everybody may hear it."""

    @property
    def is_free(self) -> bool:
        return self.standing.state == DoorState.FREE


@dataclass(frozen=True)
class Board:
    """Everything a display shows at one instant."""

    now: datetime
    doors: list[Door]
    changes_at: datetime | None
    """When something on it will be different though nobody does anything."""

    @property
    def crowd(self) -> Crowd:
        return crowd_of(len(self.doors))


def board_of(display: Display, organisation: Organisation, *, now: datetime) -> Board:
    """What the display shows now. Ten queries at most, however many doors.

    One of a place or of the house leaves out what not everybody may see, and people who can be booked.
    """
    resources = _resources(display)
    engines = bookables(organisation.pk, [each.pk for each in resources], since=now)
    today = wall_of(now, organisation.time_zone).date()
    midnight = day_span(today, organisation.time_zone)[1]
    end = midnight + AHEAD
    claims = claims_on(organisation.pk, engines.values(), now - engine.LONGEST_BUFFER, end, now=now)
    stays = stays_at(organisation.pk, resources, now, midnight)
    doors = [
        _door(each, engines[each.pk], claims[each.pk], stays[each.pk], now=now, end=end)
        for each in resources
        if each.pk in engines
    ]
    edges = [at for door in doors for stay in door.running + door.next for at in (stay.starts_at, stay.ends_at)]
    changes_at = next_change(now, [*edges, *(door.standing.until for door in doors), midnight])
    return Board(now, doors, changes_at)


def _resources(display: Display) -> Sequence[Resource]:
    live = Resource.objects.filter(org_id=display.org_id, archived_at=None).order_by("sort_key", "id")
    if display.resource_id is not None:
        return list(live.filter(pk=display.resource_id))
    shown = live.filter(visible_to=Audience.EVERYONE).exclude(kind=ResourceKind.PERSON)
    return list(shown.filter(location=display.place) if display.place else shown)


def _door(
    resource: Resource, known: Bookable, claims: list[Claim], stays: list[Stay], *, now: datetime, end: datetime
) -> Door:
    shown = [stay for stay in stays if keeps_time(stay.booking)]
    running = [stay for stay in shown if stay.starts_at <= now < stay.ends_at]
    standing = standing_of(
        now=now,
        opened=engine.open_spans(known, now, end),
        free=engine.free(known, claims, now, end),
        running=[(stay.starts_at, stay.ends_at) for stay in running],
        end=end,
    )
    closures = [
        closure.title
        for begins, ends, closure in engine.closed_spans(known, now, end)
        if begins <= now < ends and closure.visible_to == Audience.EVERYONE
    ]
    return Door(
        resource=resource,
        standing=standing,
        running=running,
        next=[stay for stay in shown if stay.starts_at > now][:MOST_NEXT],
        closure=closures[0] if closures and standing.state == DoorState.CLOSED else "",
    )


def keeps_time(booking: Booking) -> bool:
    """A request that keeps nothing is nobody's business yet."""
    return booking.status == Status.CONFIRMED or booking.pending_blocks
