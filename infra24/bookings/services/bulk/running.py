"""One thing done to many bookings: all of them or none, or as many as can be."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import BulkAlreadyDone, BulkRefused, NotYours
from infra24.bookings.locking import Locks, lock_bookings, lock_claims
from infra24.bookings.models import BulkRun, Source, Status
from infra24.bookings.services.bulk.carrying_out import carry_out
from infra24.bookings.services.bulk.drafting import draft
from infra24.bookings.services.bulk.judging import judge
from infra24.bookings.services.bulk.wishes import Action, BulkResult, BulkWish, Item
from infra24.bookings.services.claims import LEG_CONSTRAINTS
from infra24.bookings.services.current import MovedOn, anew
from infra24.bookings.services.expiring import expire_locked
from infra24.core.constraints import guarded_by
from infra24.core.ids import new_id
from infra24.core.problems import Rivalry
from infra24.orgs.models import Member
from infra24.orgs.policies import Role

KEPT_FOR = timedelta(days=1)
"""How long a run is remembered, and so can be undone from its page."""


def preview_many(wish: BulkWish, *, by: Member) -> BulkResult:
    """What `change_many` would do to each if nothing changed in between. Staff only. Writes and locks nothing.

    Raises BookingNotFound when there is none of them, NotYours, ResourceNotFound,
    and what is wrong with the wish in itself.
    """
    _check(wish, by)
    now = timezone.now()
    items = draft(wish, by=by, now=now)
    judge(items, by=by, now=now)
    return BulkResult(wish, items)


def change_many(wish: BulkWish, *, by: Member, source: Source, run_id: UUID | None = None) -> BulkResult:
    """Do one thing to many bookings in one transaction, in the same number of statements however many. Staff only.

    `run_id` names the run, so that a page sent twice does it once.

    Raises BulkRefused, with what becomes of each in `result`, when it is all
    or nothing and one of them cannot; BookingNotFound when there is none of
    them; BulkAlreadyDone, NotYours, ResourceNotFound, what is wrong with the
    wish in itself, and Rivalry when the bookings change faster than they can
    be caught.
    """
    _check(wish, by)
    return anew(lambda: _change(wish, by=by, source=source, run_id=run_id or new_id()))


def _check(wish: BulkWish, by: Member) -> None:
    if not by.rank.includes(Role.STAFF):
        raise NotYours
    wish.check()


def _change(wish: BulkWish, *, by: Member, source: Source, run_id: UUID) -> BulkResult:
    # Whoever does not wait in our order would still be stopped by a constraint; then nothing is changed.
    rivals = dict.fromkeys(LEG_CONSTRAINTS, Rivalry)
    with guarded_by(bookings_bulkrun_pkey=BulkAlreadyDone), guarded_by(**rivals):
        now = timezone.now()
        items = draft(wish, by=by, now=now)
        locks = _lock(items, by, now=now)
        _check_unmoved(items, locks)
        judge(items, by=by, now=now)
        result = BulkResult(wish, items)
        if result.is_refused:
            refusal = BulkRefused(reasons=result.reasons)
            refusal.result = result
            raise refusal
        # Holds that ran out unnoticed still block in the database: those in the way, and those among the asked.
        expire_locked(by.org_id, [*locks.dead, *_dead(items, now)], locks.bookings, now=now)
        carry_out(wish, result.passed, by=by, source=source, now=now)
        _remember(result, run_id, by=by, now=now)
    return BulkResult(wish, items, run_id)


def _lock(items: Sequence[Item], by: Member, *, now: datetime) -> Locks:
    """Lock all bookings by id, then all resources they would take by id."""
    bookings = [item.booking_id for item in items if item.booking]
    rows = [row for item in items for row in item.rows]
    # Of what is only confirmed, rules and closures are asked about again: they hold still through the lock as well.
    asked = {each.resource.id for item in items for each in item.claimed}
    if not asked:
        return Locks(lock_bookings(by.org_id, bookings), [])
    resources = asked | {row.resource_id for row in rows}
    since = min((row.blocks_from for row in rows), default=now)
    until = max((row.blocks_until for row in rows), default=now)
    return lock_claims(by.org_id, resources, since, until, now=now, bookings=bookings)


def _check_unmoved(items: Sequence[Item], locks: Locks) -> None:
    """Now that they are locked: are they all what was read? Raises MovedOn."""
    for item in items:
        if item.booking and locks.bookings[item.booking_id][0] != item.booking.version:
            raise MovedOn
        for each in item.claimed:
            if locks.shapes.get(each.resource.id) != each.resource.shape:
                raise MovedOn


def _dead(items: Sequence[Item], now: datetime) -> list[UUID]:
    return [
        item.booking_id
        for item in items
        if item.booking and item.booking.status == Status.HOLD and item.booking.status_at(now) == Status.EXPIRED
    ]


def _remember(result: BulkResult, run_id: UUID, *, by: Member, now: datetime) -> None:
    """Keep what was done for a day, and let go what is older."""
    BulkRun.objects.filter(org_id=by.org_id, at__lt=now - KEPT_FOR).delete()
    BulkRun.objects.create(
        id=run_id,
        org_id=by.org_id,
        by=by,
        at=now,
        action=result.wish.action,
        done=[[str(item.booking_id), item.booking.version] for item in result.passed if item.booking],
        left_out=[[str(item.booking_id), item.why_not] for item in result.items if item.error is not None],
        undo=_undo(result.wish),
    )


def _undo(wish: BulkWish) -> dict[str, Any]:
    """The arguments that take a move back; an end is an end, and what was written is read."""
    match wish.action:
        case Action.MOVE:
            return {"offset_minutes": -(wish.offset // timedelta(minutes=1))}
        case Action.CHANGE_RESOURCE:
            return {"from_resource_id": str(wish.to_resource_id), "to_resource_id": str(wish.from_resource_id)}
    return {}
