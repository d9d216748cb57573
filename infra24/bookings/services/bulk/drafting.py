"""What each of many bookings would become, before anybody asks whether others are in the way."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from infra24.bookings.errors import (
    BookingNotFound,
    NobodyToWriteTo,
    ResourceNotBooked,
    ResourceTwice,
)
from infra24.bookings.models import Booking, Status
from infra24.bookings.policies import Step, check_times
from infra24.bookings.queries import visible_bookings, with_legs
from infra24.bookings.services.bulk.wishes import Action, BulkWish, Item, Outcome, State
from infra24.bookings.services.claims import Claimed, LegWish, check_parts, claim_of, is_as_agreed, leg_rows, wishes_of
from infra24.bookings.services.stepping import check_step
from infra24.bookings.services.writing import wall
from infra24.core.days import readings_of
from infra24.core.errors import Infra24Error, Stale
from infra24.orgs.models import Member
from infra24.resources.errors import ResourceNotFound
from infra24.resources.policies import Bookable
from infra24.resources.queries import audiences_of, bookables

STEPS: Mapping[Action, Status] = {
    Action.CONFIRM: Status.CONFIRMED,
    Action.DECLINE: Status.DECLINED,
    Action.CANCEL: Status.CANCELLED,
}
MOVES = (Action.MOVE, Action.CHANGE_RESOURCE)


def draft(wish: BulkWish, *, by: Member, now: datetime) -> list[Item]:
    """The items of a wish in the order asked, each with what it would become or why not. Three queries at most.

    Raises BookingNotFound when there is none of them, and ResourceNotFound when there is no resource to change to.
    """
    found = _found(wish, by)
    if not found:
        raise BookingNotFound
    items = [Item(pick.booking_id, found.get(pick.booking_id)) for pick in wish.picks]
    for item, pick in zip(items, wish.picks, strict=True):
        if item.booking is None:
            item.fails(Outcome.NOT_FOUND, BookingNotFound())
            continue
        item.before = state_of(item.booking)
        if pick.version not in (None, item.booking.version):
            item.fails(Outcome.STALE, Stale())
    resources = _resources(items, wish, by) if wish.action in (*MOVES, Action.CONFIRM) else {}
    for item in items:
        if item.error is None and item.booking is not None:
            _draft(item, item.booking, wish, resources, by=by, now=now)
    return items


def state_of(booking: Booking) -> State:
    """How a stored booking stands."""
    places = tuple(leg.resource_id for leg in booking.visible_legs)
    return State(str(booking.status), booking.starts_at, booking.ends_at, places)


def _found(wish: BulkWish, by: Member) -> dict[UUID, Booking]:
    wanted = [pick.booking_id for pick in wish.picks]
    return {booking.pk: booking for booking in with_legs(visible_bookings(by).filter(pk__in=wanted))}


def _resources(items: Sequence[Item], wish: BulkWish, by: Member) -> dict[UUID, Bookable]:
    """Whatever the bookings use or would, as far as it can be booked by whoever asks."""
    bookings = [item.booking for item in items if item.booking is not None]
    wanted = {leg.resource_id for booking in bookings for leg in booking.visible_legs}
    if wish.to_resource_id:
        wanted.add(wish.to_resource_id)
    # A closure that was over before the first of them is of no matter.
    since = min((booking.starts_at for booking in bookings), default=None)
    seen_by = audiences_of(by)
    found = {} if since is None else bookables(by.org_id, wanted, since=since + min(wish.offset, timedelta()))
    seen = {key: one for key, one in found.items() if one.visible_to in seen_by}
    if wish.to_resource_id and bookings and wish.to_resource_id not in seen:
        raise ResourceNotFound(fields={"to_resource_id": str(wish.to_resource_id)})
    return seen


def _draft(
    item: Item, booking: Booking, wish: BulkWish, resources: Mapping[UUID, Bookable], *, by: Member, now: datetime
) -> None:
    """Say what one would become."""
    try:
        if wish.action is Action.MESSAGE:
            _check_reader(booking)
            item.after = item.before
        elif wish.action in MOVES:
            check_step(booking, Step.CHANGE, by=by, now=now)
            _draft_move(item, booking, wish, resources)
        else:
            check_step(booking, Step(wish.action.value), by=by, now=now)
            _draft_step(item, booking, STEPS[wish.action], resources)
    except NobodyToWriteTo as error:
        item.fails(Outcome.NOBODY_TO_WRITE_TO, error)
    except Infra24Error as error:
        item.fails(Outcome.ILLEGAL_STEP, error)


def _draft_step(item: Item, booking: Booking, following: Status, resources: Mapping[UUID, Bookable]) -> None:
    assert item.before is not None
    item.after = replace(item.before, status=following.value)
    if following is not Status.CONFIRMED:
        return
    item.claimed = _claims_of(booking, wishes_of(booking), booking.starts_at, resources)
    rows = leg_rows(booking.pk, item.claimed, booking.starts_at, booking.ends_at)
    begins_to_block = booking.status == Status.PENDING and not booking.pending_blocks
    if begins_to_block or not is_as_agreed(booking, rows):
        # It takes the time the rules say by now, and is judged by that.
        item.rows, item.takes_time = rows, True


def _draft_move(item: Item, booking: Booking, wish: BulkWish, resources: Mapping[UUID, Bookable]) -> None:
    assert item.before is not None
    starts_at, ends_at, wishes = booking.starts_at, booking.ends_at, wishes_of(booking)
    if wish.action is Action.MOVE:
        (starts_at, ends_at), item.walls = shifted(booking, wish.offset)
        check_times(starts_at, ends_at)
    else:
        wishes = _replaced(wishes, wish)
    item.claimed = _claims_of(booking, wishes, starts_at, resources)
    item.after = State(item.before.status, starts_at, ends_at, tuple(each.resource_id for each in wishes))
    item.rows = leg_rows(booking.pk, item.claimed, starts_at, ends_at)
    item.takes_time = booking.status != Status.PENDING or booking.pending_blocks


Times = tuple[datetime, datetime]


def shifted(booking: Booking, offset: timedelta) -> tuple[Times, Times]:
    """Start and end as instants, and as a clock in the booking's zone shows them: the offset is added to the latter.

    A wall time the clock skips is kept as such, so that it is still there to be moved back to. Where the clocks
    change in between and the end would no longer be after the start, the length is kept instead of the end.
    """
    zone = booking.time_zone
    walls = booking.wall_starts_at + offset, booking.wall_ends_at + offset
    starts_at = _instant(walls[0], zone, like=booking.starts_at)
    ends_at = _instant(walls[1], zone, like=booking.ends_at)
    if ends_at <= starts_at:
        ends_at = starts_at + (booking.ends_at - booking.starts_at)
        walls = walls[0], wall(ends_at, zone)
    return (starts_at, ends_at), walls


def _instant(shown: datetime, zone: str, *, like: datetime) -> datetime:
    """When the clock shows this; of an hour shown twice the second where `like` was a second one."""
    readings = readings_of(shown, zone)
    return readings[-1] if like.astimezone(ZoneInfo(zone)).fold else readings[0]


def _replaced(wishes: Sequence[LegWish], wish: BulkWish) -> tuple[LegWish, ...]:
    """The same with the one resource instead of the other. Raises ResourceNotBooked."""
    assert wish.from_resource_id is not None
    assert wish.to_resource_id is not None
    if all(each.resource_id != wish.from_resource_id for each in wishes):
        raise ResourceNotBooked
    return tuple(
        replace(each, resource_id=wish.to_resource_id) if each.resource_id == wish.from_resource_id else each
        for each in wishes
    )


def _claims_of(
    booking: Booking, wishes: Sequence[LegWish], starts_at: datetime, resources: Mapping[UUID, Bookable]
) -> list[Claimed]:
    """The wishes with their resources known. Raises ResourceNotFound, ResourceTwice, PartTwice."""
    if len({each.resource_id for each in wishes}) < len(wishes):
        raise ResourceTwice
    claimed: list[Claimed] = []
    for leg, each in enumerate(wishes):
        if each.resource_id not in resources:
            raise ResourceNotFound(fields={"resource_id": str(each.resource_id)})
        resource = resources[each.resource_id]
        claimed.append(claim_of(resource, each, leg, starts_at=starts_at, people=booking.party_size))
    check_parts(claimed)
    return claimed


def _check_reader(booking: Booking) -> None:
    person = booking.person
    if person is None or person.erased_at is not None or not person.email:
        raise NobodyToWriteTo
