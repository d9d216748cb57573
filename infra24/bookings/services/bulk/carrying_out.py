"""Writing what was decided about many bookings, in the same few statements whatever their number."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from infra24.bookings.models import Booking, BookingMessage, Leg, Occurrence, Source, Status
from infra24.bookings.services.bulk.drafting import MOVES, STEPS
from infra24.bookings.services.bulk.wishes import Action, BulkWish, Item
from infra24.bookings.services.changing import begin_anew
from infra24.bookings.services.terms import take_terms, terms_for, timers_of
from infra24.bookings.services.writing import replace_legs, step, update, visible_legs
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.outbox.services import cancel_all_timers, set_timers


def carry_out(wish: BulkWish, items: Sequence[Item], *, by: Member, source: Source, now: datetime) -> None:
    """Do to the items what they were found fit for. They are locked, and so is what they take."""
    if not items:
        return
    if wish.action in MOVES:
        _move(items, by=by, source=source, now=now)
    elif wish.action is Action.MESSAGE:
        _write_to(wish, items, by=by, source=source, now=now)
    else:
        _step(wish, items, by=by, source=source, now=now)


def _move(items: Sequence[Item], *, by: Member, source: Source, now: datetime) -> None:
    org_id = by.org_id
    bookings = [_booking(item) for item in items]
    before = [_told(booking) for booking in bookings]
    for item, booking, was in zip(items, bookings, before, strict=True):
        assert item.after is not None
        booking.starts_at, booking.ends_at = item.after.starts_at, item.after.ends_at
        if item.walls:
            booking.wall_starts_at, booking.wall_ends_at = item.walls
        begin_anew(booking, item.claimed, was, by=by, now=now)
    update(org_id, bookings)
    _replace_legs(org_id, items)
    events, steps = [], []
    for booking, was in zip(bookings, before, strict=True):
        told = _told(booking)
        changed = {name: value for name, value in was.items() if told[name] != value}
        events.append(Event("booking.changed", booking.pk, {"before": changed}))
        steps.append(audit.Step("booking.change", booking.pk, changed, {name: told[name] for name in changed}))
    # Dates of series that were changed by themselves: edits of the series leave them as they are.
    changed_ids = [event.subject_id for event in events]
    Occurrence.objects.filter(org_id=org_id, booking__in=changed_ids).update(is_override=True)
    facts = audit.announce(org_id, events, steps, by=by, source=source, now=now)
    certain = [
        (booking, fact) for booking, fact in zip(bookings, facts, strict=True) if booking.status == Status.CONFIRMED
    ]
    _reset_timers(org_id, certain)


def _step(wish: BulkWish, items: Sequence[Item], *, by: Member, source: Source, now: datetime) -> None:
    org_id, following = by.org_id, STEPS[wish.action]
    bookings = [_booking(item) for item in items]
    if following is Status.CONFIRMED:
        for item, booking in zip(items, bookings, strict=True):
            take_terms(booking, terms_for(item.claimed, booking.starts_at, booking.ends_at, now=now))
        update(org_id, bookings)
        _replace_legs(org_id, [item for item in items if item.rows])
    reason = "" if following is Status.CONFIRMED else wish.reason.strip()
    step(org_id, bookings, following, reason=reason)
    what = f"booking.{following.value}"
    data: dict[str, Any] = {} if following is Status.CONFIRMED else {"reason": reason}
    if following is Status.CANCELLED:
        # Late is what a member does; staff cancel for the house.
        data["late"] = False
    events = [Event(what, booking.pk, data) for booking in bookings]
    steps = [
        audit.Step(what, booking.pk, {"status": _was(item)}, {"status": booking.status, "reason": booking.reason})
        for item, booking in zip(items, bookings, strict=True)
    ]
    facts = audit.announce(org_id, events, steps, by=by, source=source, now=now)
    _reset_timers(org_id, list(zip(bookings, facts, strict=True)))


def _reset_timers(org_id: UUID, told: Sequence[tuple[Booking, UUID]]) -> None:
    """Cancel what the bookings waited for, and set what they wait for now because of a fact. Two statements at most."""
    if told:
        cancel_all_timers(org_id, [booking.pk for booking, _fact_id in told])
        set_timers(org_id, [timer for booking, fact_id in told for timer in timers_of(booking, fact_id)])


def _write_to(wish: BulkWish, items: Sequence[Item], *, by: Member, source: Source, now: datetime) -> None:
    org_id = by.org_id
    messages = [
        BookingMessage(org_id=org_id, booking=_booking(item), text=wish.text.strip(), by=by, at=now) for item in items
    ]
    BookingMessage.objects.bulk_create(messages)
    events = [Event("booking.messaged", one.booking_id, {"message_id": one.pk}) for one in messages]
    steps = [audit.Step("booking.message", one.booking_id, after={"message_id": one.pk}) for one in messages]
    audit.announce(org_id, events, steps, by=by, source=source, now=now)


def _replace_legs(org_id: UUID, items: Sequence[Item]) -> None:
    """Give the bookings the legs of their items, and the versions they have afterwards."""
    if not items:
        return
    bookings = [_booking(item) for item in items]
    replace_legs(org_id, bookings, [row for item in items for row in item.rows])
    with connection.cursor() as cursor:
        cursor.execute(_VERSIONS, {"org": org_id, "ids": [booking.pk for booking in bookings]})
        versions = dict(cursor.fetchall())
    for item, booking in zip(items, bookings, strict=True):
        booking.version = versions[booking.pk]
        booking.visible_legs = _with_resources(booking, item)


# Legs raise the version of their booking by a trigger, after the booking's own statement has answered.
_VERSIONS = "SELECT id, version FROM bookings_booking WHERE org_id = %(org)s AND id = ANY(%(ids)s)"


def _with_resources(booking: Booking, item: Item) -> list[Leg]:
    """The new legs; those that keep their resource keep its row too, so that nobody reads it again."""
    known = {leg.resource_id: leg.resource for leg in booking.visible_legs}
    legs = visible_legs(booking, item.rows)
    for leg in legs:
        if leg.resource_id in known:
            leg.resource = known[leg.resource_id]
    return legs


def _told(booking: Booking) -> dict[str, Any]:
    """What a fact and the audit say of a booking's time and place, as for a single change."""
    return {
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "legs": sorted((str(leg.resource_id), leg.units) for leg in booking.visible_legs),
    }


def _was(item: Item) -> str:
    assert item.before is not None
    return item.before.status


def _booking(item: Item) -> Booking:
    assert item.booking is not None
    return item.booking
