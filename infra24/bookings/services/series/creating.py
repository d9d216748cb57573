"""Making a series: every date it means in one transaction, or a report of what stands against them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded
from infra24.bookings.locking import Locks
from infra24.bookings.models import Booking, Occurrence, Series, Source
from infra24.bookings.policies import first_status
from infra24.bookings.policies.recurrence import print_rule
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    LegRow,
    check_exclusive,
    check_shapes,
    leg_rows,
    needs_approval,
    resolve,
)
from infra24.bookings.services.creating import BookingWish, new_booking, person_of_wish
from infra24.bookings.services.current import anew
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.series.recording import Told, booked, new_row, skipped, tell, write_rows
from infra24.bookings.services.series.reporting import Report, reasons_in, refuse_series, report_of
from infra24.bookings.services.series.weighing import Verdict, Wanted, lock_wanted, weigh
from infra24.bookings.services.series.wishing import (
    OnConflict,
    SeriesWish,
    Slot,
    Times,
    check_wish,
    legs_of,
    times_of,
    wish_at,
)
from infra24.bookings.services.writing import insert, visible_legs
from infra24.core.constraints import guarded_by
from infra24.core.ids import new_id
from infra24.facts.services import Event
from infra24.orgs.models import Member
from infra24.people.models import Person
from infra24.people.queries import own_person


def rehearse_series(wish: SeriesWish, *, by: Member) -> Report:
    """Every date of a wish, and whether it can be had now. Writes nothing.

    Raises what is wrong with the wish in itself, ResourceNotFound, PersonNotFound, ApprovalNeeded.
    """
    check_wish(wish)
    now = timezone.now()
    # Whom members book for is written down when they first book, and not before.
    person = person_of_wish(wish.booking, by, is_staff=True) if by.is_staff else own_person(by)
    asked = _asked(wish, by, person)
    return report_of(weigh(asked.wanted, asked.slots, now=now, offering=True))


def create_series(wish: SeriesWish, *, on_conflict: OnConflict, by: Member, source: Source) -> Series:
    """Book every date of the wish, in one transaction and in the same few statements however many there are.

    With `refuse` all or none: raises SeriesRefused with its `report`. With
    `skip` those that cannot be had stand in the ledger with their reasons and
    are tried again when something changes; NoDateFree when there is none left.
    Raises besides what `rehearse_series` raises.
    """
    check_wish(wish)
    return anew(lambda: _create(wish, on_conflict=on_conflict, by=by, source=source))


@dataclass(frozen=True)
class _Asked:
    wish: BookingWish
    times: Times
    slots: list[Slot]
    wanted: Wanted


def _asked(wish: SeriesWish, by: Member, person: Person | None) -> _Asked:
    """The wish with its dates and resources known."""
    asked = wish.booking
    claimed = resolve(by, asked.legs, starts_at=asked.starts_at, people=asked.party_size)
    check_exclusive(claimed, asked.legs, is_staff=by.is_staff)
    times = times_of(wish, asked.time_zone or claimed[0].resource.zone)
    slots = times.slots()
    wanted = Wanted(by, person, asked.legs, tuple(claimed), asked.party_size)
    if asked.status == "confirmed":
        _check_approval(wanted, slots)
    return _Asked(asked, times, slots, wanted)


def _check_approval(wanted: Wanted, slots: list[Slot]) -> None:
    """Said for all of it at once, before anything is locked. Raises ApprovalNeeded."""
    for slot in slots:
        approval = needs_approval(wanted.on(slot), wanted.by.rank, slot.starts_at, slot.ends_at)
        if first_status(asked="confirmed", is_staff=wanted.by.is_staff, approval=approval) is None:
            raise ApprovalNeeded


def _create(wish: SeriesWish, *, on_conflict: OnConflict, by: Member, source: Source) -> Series:
    now = timezone.now()
    person = person_of_wish(wish.booking, by, is_staff=by.is_staff)
    asked = _asked(wish, by, person)
    with guarded_by(**LEG_CONSTRAINTS):
        locks = lock_wanted(asked.wanted, asked.slots, now=now)
        check_shapes(asked.wanted.claimed, locks)
        verdicts = weigh(asked.wanted, asked.slots, now=now)
        if not any(verdict.is_free for verdict in verdicts):
            refuse_series(_offered(asked, now), is_whole=True)
        if on_conflict == "refuse" and not all(verdict.is_free for verdict in verdicts):
            refuse_series(_offered(asked, now))
        return _write(asked, verdicts, locks, person=person, by=by, source=source, now=now)


def _offered(asked: _Asked, now: datetime) -> Report:
    return report_of(weigh(asked.wanted, asked.slots, now=now, offering=True))


def _write(
    asked: _Asked,
    verdicts: list[Verdict],
    locks: Locks,
    *,
    person: Person | None,
    by: Member,
    source: Source,
    now: datetime,
) -> Series:
    series = _new_series(asked, person=person, by=by, source=source, now=now)
    made: list[Booking] = []
    legs: list[LegRow] = []
    ledger: list[Occurrence] = []
    for verdict in verdicts:
        row = new_row(series, verdict.slot.wall_on)
        if verdict.is_free:
            wish = wish_at(asked.wish, verdict.slot, asked.times.zone)
            booking, rows = make_booking(new_id(), wish, verdict, person=person, by=by, source=source, now=now)
            made.append(booking)
            legs += rows
            ledger.append(booked(row, booking))
        else:
            ledger.append(skipped(row, verdict.reasons))
    expire_locked(by.org_id, locks.dead, locks.bookings, now=now)
    series.save(force_insert=True)
    insert(by.org_id, made, legs)
    write_rows(by.org_id, ledger)
    counts = {"booked": len(made), "skipped": len(ledger) - len(made)}
    series.skipped_for = reasons_in(verdicts)
    tell(by.org_id, [Event("series.made", series.pk, counts)], Told(made=made), by=by, source=source, now=now)
    return series


def make_booking(
    booking_id: UUID,
    wish: BookingWish,
    verdict: Verdict,
    *,
    person: Person | None,
    by: Member,
    source: Source,
    now: datetime,
) -> tuple[Booking, list[LegRow]]:
    """One date's booking with the rows of its legs, ready to be inserted."""
    chosen = list(verdict.chosen)
    booking = new_booking(booking_id, wish, chosen, person=person, by=by, source=source, now=now)
    rows = leg_rows(booking_id, chosen, wish.starts_at, wish.ends_at)
    booking.visible_legs = visible_legs(booking, rows)
    return booking, rows


def _new_series(asked: _Asked, *, person: Person | None, by: Member, source: Source, now: datetime) -> Series:
    wish, times = asked.wish, asked.times
    return Series(
        id=new_id(),
        org_id=by.org_id,
        title=wish.title,
        visibility=wish.visibility,
        person=person,
        booked_by=by,
        source=source,
        party_size=wish.party_size,
        note=wish.note,
        legs=legs_of(wish.legs),
        rule=print_rule(times.rule),
        wall_starts_at=times.starts,
        wall_ends_at=times.starts + times.length,
        time_zone=times.zone,
        created_at=now,
        changed_at=now,
    )
