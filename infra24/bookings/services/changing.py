"""Moving a booking, resizing it, changing what it says."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded, NotYours, TimeRefused
from infra24.bookings.locking import Locks, lock_bookings
from infra24.bookings.models import Booking, Leg, Occurrence, Source, Status
from infra24.bookings.policies import Step, check_times
from infra24.bookings.services.asking import asker_of, with_uses
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    Claimed,
    LegRow,
    LegWish,
    check_exclusive,
    check_shapes,
    have_quotas,
    leg_rows,
    lock_rows,
    needs_approval,
    pick,
    resolve,
    rule_reasons,
    wishes_of,
)
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.refusing import refuse
from infra24.bookings.services.stepping import check_step
from infra24.bookings.services.terms import reset_timers, take_terms, terms_for
from infra24.bookings.services.writing import rewrite_legs, update, visible_legs, wall
from infra24.core.constraints import guarded_by
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person


@dataclass(frozen=True)
class BookingChange:
    """What to change; None leaves a value as it is."""

    title: str | None = None
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    legs: tuple[LegWish, ...] | None = None
    person_id: UUID | None = None
    for_nobody: bool = False
    """Takes the person off the booking."""
    party_size: int | None = None
    note: str | None = None
    visibility: str | None = None


def change_booking(
    booking: Booking, change: BookingChange, *, by: Member, source: Source, version: int | None = None
) -> Booking:
    """Apply a change to a live booking; time, place and size are checked as for a new one.

    `booking` comes from `queries.booking_for`. `version` is the one the caller
    has seen, None for whatever it is now. Returns the booking as it is after.

    Raises TimeRefused with reasons and alternatives, Stale, IllegalStep for a
    booking that has ended, HoldExpired, NotYours, PersonNotFound; ApprovalNeeded
    when a member would move what staff approved for another time.
    """
    return on_current(booking, by, lambda current: _change(current, change, by=by, source=source, version=version))


def _change(booking: Booking, change: BookingChange, *, by: Member, source: Source, version: int | None) -> Booking:
    now = timezone.now()
    is_staff = by.rank.includes(Role.STAFF)
    if (change.person_id is not None or change.for_nobody) and not is_staff:
        raise NotYours
    before = snapshot(booking)
    starts_at, ends_at = change.starts_at or booking.starts_at, change.ends_at or booking.ends_at
    check_times(starts_at, ends_at)
    people = change.party_size or booking.party_size
    asked = wishes_of(booking)
    wishes = change.legs or asked
    claimed: list[Claimed] = []
    rows: list[LegRow] = []
    # What keeps its time, place and size is not checked again: a title can be mended
    # though the room is archived by now.
    if (starts_at, ends_at, people, wishes) != (booking.starts_at, booking.ends_at, booking.party_size, asked):
        claimed = resolve(by, wishes, starts_at=starts_at, people=people)
        check_exclusive(claimed, set(wishes) - set(asked), is_staff=is_staff)
        _check_approval(booking, claimed, by, starts_at, ends_at)
        rows = leg_rows(booking.pk, claimed, starts_at, ends_at)
    asker = asker_of(by, booking.person, [claim.resource for claim in claimed])
    counted = booking.person if have_quotas(claimed, starts_at, asker) else None
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            if rows:
                whose = [counted.pk] if counted else []
                locks = lock_rows(booking.org_id, rows, now=now, bookings=[booking.pk], people=whose)
                check_shapes(claimed, locks)
            else:
                locks = Locks(lock_bookings(booking.org_id, [booking.pk]), [])
            check_unmoved(booking, locks.bookings, version)
            check_step(booking, Step.CHANGE, by=by, now=now)
            if counted:
                asker = with_uses(asker, counted, claimed, starts_at, ends_at, now=now, besides=booking.pk)
            if rule_reasons(claimed, starts_at, ends_at, now=now, asker=asker):
                raise TimeRefused
            if claimed:
                chosen = pick(booking.org_id, claimed, starts_at, ends_at, now=now, asker=asker, besides=booking.pk)
                if chosen != claimed:
                    _check_approval(booking, chosen, by, starts_at, ends_at)
                    rows = leg_rows(booking.pk, chosen, starts_at, ends_at)
            expire_locked(booking.org_id, locks.dead, locks.bookings, now=now)
            _edit(booking, change, starts_at=starts_at, ends_at=ends_at)
            has_timers = bool(rows) and begin_anew(booking, chosen, before, by=by, now=now)
            if rows:
                rewrite_legs(booking, rows)
                booking.visible_legs = visible_legs(booking, rows)
            fact_id = _announce(booking, before, by=by, source=source, now=now)
            if has_timers and fact_id:
                reset_timers(booking, fact_id)
            update(booking.org_id, [booking])  # last, for it asks for the version, and takes along what was told
    except TimeRefused as refusal:
        refuse(
            booking.org_id,
            claimed,
            starts_at,
            ends_at,
            now=now,
            asker=asker,
            person=booking.person,
            besides=booking.pk,
            otherwise=refusal,
        )
    return booking


def _check_approval(
    booking: Booking, claimed: list[Claimed], by: Member, starts_at: datetime, ends_at: datetime
) -> None:
    if booking.status == Status.CONFIRMED and needs_approval(claimed, by.rank, starts_at, ends_at):
        raise ApprovalNeeded("Staff approved this for another time. Cancel it and ask again, or ask staff to move it.")


def _edit(booking: Booking, change: BookingChange, *, starts_at: datetime, ends_at: datetime) -> None:
    if change.for_nobody:
        booking.person = None
    if change.person_id is not None:
        booking.person = Person.objects.filter(pk=change.person_id, org_id=booking.org_id, erased_at=None).first()
        if booking.person is None:
            raise PersonNotFound(fields={"person_id": str(change.person_id)})
    for name in ("title", "party_size", "note", "visibility"):
        value = getattr(change, name)
        if value is not None:
            setattr(booking, name, value)
    booking.starts_at, booking.ends_at = starts_at, ends_at
    booking.wall_starts_at = wall(starts_at, booking.time_zone)
    booking.wall_ends_at = wall(ends_at, booking.time_zone)


def begin_anew(booking: Booking, claimed: list[Claimed], before: dict[str, Any], *, by: Member, now: datetime) -> bool:
    """What hangs on time and place is said anew: notice, check-in, reminder, and who came.

    A member who moves what they could no longer cancel in time gains nothing by it: it stays late.
    True when there were timers, or there are now.
    """
    waited = bool(booking.check_in_until or booking.remind_at)
    late_since = booking.cancel_until if not by.is_staff and booking.is_late_at(now) else None
    take_terms(booking, terms_for(claimed, booking.starts_at, booking.ends_at, now=now))
    booking.cancel_until = late_since or booking.cancel_until
    if booking.starts_at != before["starts_at"]:
        booking.checked_in_at, booking.outcome = None, ""
    if booking.ends_at != before["ends_at"]:
        booking.planned_ends_at = None
    waits = bool(booking.check_in_until or booking.remind_at)
    return booking.status == Status.CONFIRMED and (waited or waits)


def _announce(booking: Booking, before: dict[str, Any], *, by: Member, source: Source, now: datetime) -> UUID | None:
    """The fact's id; None when nothing changed."""
    after = snapshot(booking)
    changed = {name: value for name, value in before.items() if after[name] != value}
    if not changed:
        return None
    if booking.occurrence:
        Occurrence.objects.filter(org_id=booking.org_id, booking=booking).update(is_override=True)
    event = Event("booking.changed", booking.pk, {"before": told(changed)})
    step = audit.Step("booking.change", booking.pk, changed, {name: after[name] for name in changed})
    (fact_id,) = audit.announce(booking.org_id, [event], [step], by=by, source=source, now=now)
    return fact_id


def snapshot(booking: Booking) -> dict[str, Any]:
    """What the audit keeps of a booking, to compare it with what becomes of it."""
    legs: list[Leg] = booking.visible_legs
    return {
        "title": booking.title,
        "starts_at": booking.starts_at,
        "ends_at": booking.ends_at,
        "legs": sorted((str(leg.resource_id), leg.units) for leg in legs),
        "person_id": booking.person_id,
        "party_size": booking.party_size,
        "note": booking.note,
        "visibility": booking.visibility,
    }


def told(changed: dict[str, Any]) -> dict[str, Any]:
    """What a fact may carry: times and places; of texts and people only that they changed."""
    return {name: value if name in {"starts_at", "ends_at", "legs"} else None for name, value in changed.items()}
