"""Changing one date of a series, the following ones, or all of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded, NotYours
from infra24.bookings.locking import Locks, lock_bookings
from infra24.bookings.models import Booking, Series, Source, Status
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    check_exclusive,
    check_shapes,
    needs_approval,
    resolve,
)
from infra24.bookings.services.current import anew
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.series.ending import check_read, lock_current
from infra24.bookings.services.series.planning import Item, Plan, Reach, SeriesChange, draw, wishes_of_plan
from infra24.bookings.services.series.reporting import Line, Report, line_of, refuse_series
from infra24.bookings.services.series.rewriting import Rewriting
from infra24.bookings.services.series.weighing import Verdict, Wanted, lock_wanted, weigh
from infra24.bookings.services.series.wishing import OnConflict, Slot, wishes_in
from infra24.core.constraints import guarded_by
from infra24.orgs.models import Member
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person


def rehearse_change(series: Series, change: SeriesChange, reach: Reach, *, by: Member) -> Report:
    """What an edit would make of each date it is about. Writes nothing; raises what `change_series` raises besides."""
    now = timezone.now()
    edit = _read(series, change, reach, by=by, now=now)
    return _report(edit, _judge(edit, now=now, offering=True))


def change_series(
    series: Series,
    change: SeriesChange,
    reach: Reach,
    *,
    on_conflict: OnConflict,
    by: Member,
    source: Source,
    version: int | None = None,
) -> Series:
    """Change one date, the following ones or all, in one transaction. Returns the series the changed dates are in.

    What has begun never changes. Where earlier dates stay as they were, they
    stay behind: the changed ones go on as a series of their own, split from it.
    Dates changed by themselves are kept unless they are included. With `skip`
    a date that cannot be had as asked is given up: it stands in the ledger with
    its reasons, and is tried again.

    Raises SeriesRefused with its `report`, Stale, SeriesOver, DateMissing,
    DateNotFound, DateNotOpen, NotYours, PersonNotFound, ResourceNotFound, what
    is wrong with the rule or the times in themselves; ApprovalNeeded when a
    member would move what staff approved for another time.
    """
    return anew(lambda: _change(series, change, reach, on_conflict=on_conflict, by=by, source=source, version=version))


@dataclass(frozen=True)
class _Edit:
    """A plan with its people and resources known."""

    plan: Plan
    by: Member
    person: Person | None
    """Of the dates that are booked anew."""
    wanted: Wanted | None
    """None where nothing has to be judged."""
    weighed: list[Item]
    """By start."""

    @property
    def slots(self) -> list[Slot]:
        return [item.slot for item in self.weighed if item.slot]

    @property
    def bookings(self) -> list[Booking]:
        return [item.booking for item in self.plan.items if item.booking]


def _read(series: Series, change: SeriesChange, reach: Reach, *, by: Member, now: datetime) -> _Edit:
    details = change.details
    if (details.person_id is not None or details.for_nobody) and not by.is_staff:
        raise NotYours
    plan = draw(series, change, reach, now=now)
    person = _person(plan)
    weighed = sorted(plan.of("weigh"), key=lambda item: item.slot.starts_at if item.slot else now)
    if not weighed:
        return _Edit(plan, by, person, None, [])
    single = weighed[0].booking if reach.scope == "this" else None
    people = details.party_size or (single.party_size if single else series.party_size)
    wishes = wishes_of_plan(plan)
    first = weighed[0].slot
    assert first is not None
    claimed = resolve(by, wishes, starts_at=first.starts_at, people=people)
    check_exclusive(claimed, set(wishes) - set(wishes_in(series)), is_staff=by.is_staff)
    return _Edit(plan, by, person, Wanted(by, person, wishes, tuple(claimed), people), weighed)


def _person(plan: Plan) -> Person | None:
    """Whom the changed dates are for. Raises PersonNotFound."""
    details, series = plan.change.details, plan.series
    if details.for_nobody:
        return None
    if details.person_id is None:
        single = plan.items[0].booking if plan.reach.scope == "this" else None
        return single.person if single else series.person
    person = Person.objects.filter(pk=details.person_id, org_id=series.org_id, erased_at=None).first()
    if person is None:
        raise PersonNotFound(fields={"person_id": str(details.person_id)})
    return person


def _judge(edit: _Edit, *, now: datetime, offering: bool = False) -> dict[datetime, Verdict]:
    """A verdict for each date that has to be judged, by its place on the wall. Raises ApprovalNeeded."""
    if edit.wanted is None:
        return {}
    moving = {item.booking.pk for item in edit.plan.of("weigh", "goes") if item.booking}
    verdicts = weigh(edit.wanted, edit.slots, now=now, besides=moving, offering=offering)
    for item, verdict in zip(edit.weighed, verdicts, strict=True):
        confirmed = item.booking is not None and item.booking.status == Status.CONFIRMED
        slot, rank = verdict.slot, edit.by.rank
        if confirmed and needs_approval(edit.wanted.on(slot), rank, slot.starts_at, slot.ends_at):
            raise ApprovalNeeded(
                "Staff approved this for another time. Cancel it and ask again, or ask staff to move it."
            )
    return {verdict.slot.wall_on: verdict for verdict in verdicts}


def _report(edit: _Edit, verdicts: Mapping[datetime, Verdict]) -> Report:
    lines = []
    for item in edit.plan.items:
        booking_id = item.booking.pk if item.booking else None
        if item.fate == "weigh" and item.slot:
            lines.append(line_of(verdicts[item.slot.wall_on], booking_id))
        elif item.fate != "forgotten":
            lines.append(_untouched(item))
    return Report(tuple(sorted(lines, key=lambda line: line.starts_at)))


def _untouched(item: Item) -> Line:
    """A date that is not judged: as it is, or going."""
    if item.booking is not None:
        span = (item.booking.starts_at, item.booking.ends_at)
    else:
        span = (item.slot.starts_at, item.slot.ends_at) if item.slot else item.row.series.span_on(item.row.wall_on)
    fate: Any = "free" if item.fate == "details" else item.fate
    return Line(item.row.wall_on, *span, fate, item.booking.pk if item.booking else None)


def _change(
    series: Series,
    change: SeriesChange,
    reach: Reach,
    *,
    on_conflict: OnConflict,
    by: Member,
    source: Source,
    version: int | None,
) -> Series:
    now = timezone.now()
    with guarded_by(**LEG_CONSTRAINTS):
        current = lock_current(series, by, version)
        edit = _read(current, change, reach, by=by, now=now)
        ids = [booking.pk for booking in edit.bookings]
        if edit.wanted:
            locks = lock_wanted(edit.wanted, edit.slots, now=now, bookings=ids)
            check_shapes(edit.wanted.claimed, locks)
        else:
            locks = Locks(lock_bookings(current.org_id, ids), [])
        check_read(edit.bookings, locks.bookings)
        verdicts = _judge(edit, now=now)
        if on_conflict == "refuse" and not all(verdict.is_free for verdict in verdicts.values()):
            refuse_series(_report(edit, _judge(edit, now=now, offering=True)))
        expire_locked(by.org_id, locks.dead, locks.bookings, now=now)
        return Rewriting(edit.plan, verdicts, edit.person, by=by, source=source, now=now).write()
