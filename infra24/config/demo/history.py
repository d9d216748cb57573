"""Writes a diary down, in bulk: bookings, legs, facts and audit entries.

It is a past that others have dealt with, imported from the spreadsheet before
us: facts are recorded, but nobody waits for them, so no mail and no call to
the CRM follows. Constraints and triggers hold as for every other writer.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Any

import msgspec
from django.db.models import Max
from django.utils import timezone

from infra24.bookings import queries
from infra24.bookings.models import Booking, Leg, Source, Status, Visibility
from infra24.bookings.policies import EARLIEST
from infra24.bookings.services import (
    BookingWish,
    LegWish,
    cancel_booking,
    confirm_booking,
    create_booking,
    decline_booking,
)
from infra24.bookings.services.claims import leg_rows
from infra24.bookings.services.writing import wall
from infra24.config.demo.diary import Asking, Diary, Entry
from infra24.config.demo.living import come_to_life, plan_ahead
from infra24.config.demo.settling import Settled
from infra24.config.demo.story import House
from infra24.core.ids import new_id
from infra24.facts.catalogue import CATALOGUE
from infra24.facts.models import Fact
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.policies import Role
from infra24.outbox.services import set_timer
from infra24.resources.policies import zone_of
from infra24.resources.queries import bookables

BACK, AHEAD = timedelta(weeks=4), timedelta(weeks=4)
TOP_UP = timedelta(weeks=1)
"""A diary that lacks this much of the weeks ahead is written on."""
STATUS_AFTER = {
    "booking.held": Status.HOLD,
    "booking.requested": Status.PENDING,
    "booking.confirmed": Status.CONFIRMED,
    "booking.declined": Status.DECLINED,
    "booking.cancelled": Status.CANCELLED,
    "booking.expired": Status.EXPIRED,
    "booking.missed": Status.CONFIRMED,
}
DECISIONS = (Status.CONFIRMED, Status.DECLINED)
"""Steps that only staff take."""
BY_THE_CLOCK = {"booking.expired": "booking.expire", "booking.missed": "booking.miss"}
"""What nobody does, and its action in the audit, which is not the fact's own name."""


def write_first_diary(house: House, settled: Settled) -> int:
    """Eight weeks around today, and a few bookings made as people make them; how many. Inside `acting_for`."""
    now = timezone.now()
    planned = plan_ahead(house, settled, now=now)
    diary = _diary(house, settled, now=now)
    asked = list(diary.ask(house.fresh))
    lapses = list(diary.lapses())
    written = _write(settled, (*lapses, *diary.fill(diary.today - BACK, diary.today + AHEAD)))
    for asking in asked:
        _book(asking, settled)
    come_to_life(house, settled, planned, now=now)
    return written + len(asked)


def write_on(house: House, settled: Settled) -> int:
    """Fill the weeks ahead as far as they are empty, around what people booked; how many. Inside `acting_for`."""
    now = timezone.now()
    today = now.astimezone(zone_of(house.time_zone)).date()
    last = Booking.objects.filter(source=Source.IMPORT).aggregate(last=Max("wall_starts_at"))["last"]
    since = max(last.date() + timedelta(days=1) if last else date.min, today - BACK)
    if today + AHEAD - since < TOP_UP:
        return 0
    if {thing.slug for thing in house.things} - settled.things.keys() or len(settled.team) < len(house.team):
        return 0  # somebody has made the demo their own
    return _write(settled, _diary(house, settled, now=now).fill(since, today + AHEAD))


def _diary(house: House, settled: Settled, *, now: datetime) -> Diary:
    by_id = bookables(settled.organisation.pk, [thing.pk for thing in settled.things.values()], since=now - BACK)
    # Holds count though they are dead: their legs block until somebody has noticed.
    promised = queries.claims_on(settled.organisation.pk, by_id.values(), now - BACK, now + AHEAD * 3, now=EARLIEST)
    return Diary(house, {slug: by_id[thing.pk] for slug, thing in settled.things.items()}, promised, now=now)


def _write(settled: Settled, entries: Iterable[Entry]) -> int:
    bookings: list[Booking] = []
    legs: list[Leg] = []
    facts: list[Fact] = []
    audit: list[AuditEntry] = []
    members = {member.user.name: member for member in settled.team.values()}
    timers = []
    for entry in entries:
        by = members.get(entry.whose) or settled.team[Role.STAFF]
        booking = _booking(entry, settled, by)
        bookings.append(booking)
        legs += _legs(booking, entry)
        told = list(_facts(booking, entry))
        facts += told
        audit += _audit(booking, entry, by, settled.team[Role.STAFF])
        if booking.expires_at:
            timers.append((booking, told[0]))
    Booking.objects.bulk_create(bookings)
    Leg.objects.bulk_create(legs)
    Fact.objects.bulk_create(facts)
    AuditEntry.objects.bulk_create(audit)
    for booking, fact in timers:
        assert booking.expires_at is not None
        set_timer(
            org_id=booking.org_id,
            fact_id=fact.pk,
            handler="bookings.expire_hold",
            subject_id=booking.pk,
            due_at=booking.expires_at,
        )
    return len(bookings)


def _booking(entry: Entry, settled: Settled, by: Member) -> Booking:
    zone = settled.organisation.time_zone
    return Booking(
        org_id=settled.organisation.pk,
        title=entry.title,
        status=entry.status,
        outcome=entry.outcome,
        visibility=Visibility.TITLE if entry.is_public else Visibility.BUSY,
        person=settled.people.get(entry.whose),
        booked_by=by,
        source=Source.IMPORT,
        party_size=entry.people,
        note=entry.note,
        starts_at=entry.starts_at,
        ends_at=entry.ends_at,
        wall_starts_at=wall(entry.starts_at, zone),
        wall_ends_at=wall(entry.ends_at, zone),
        time_zone=zone,
        expires_at=entry.expires_at,
        reason=entry.reason,
        is_late_cancelled=entry.status == "cancelled" and entry.cancel_until is not None,
        cancel_until=entry.cancel_until,
        check_in_from=entry.check_in[0] if entry.check_in else None,
        check_in_until=entry.check_in[1] if entry.check_in else None,
        planned_ends_at=entry.planned_ends_at,
        created_at=entry.steps[0].at,
        changed_at=entry.steps[-1].at,
    )


def _legs(booking: Booking, entry: Entry) -> Iterator[Leg]:
    for row in leg_rows(booking.pk, entry.claimed, entry.starts_at, entry.ends_at):
        yield Leg(
            **vars(row),
            org_id=booking.org_id,
            booking=booking,
            starts_at=entry.starts_at,
            ends_at=entry.ends_at,
        )


def _facts(booking: Booking, entry: Entry) -> Iterator[Fact]:
    for number, step in enumerate(entry.steps, start=1):
        kind = CATALOGUE[step.fact]
        yield Fact(
            org_id=booking.org_id,
            type=kind.name,
            version=kind.version,
            subject_kind=kind.subject_kind,
            subject_id=booking.pk,
            number=number,
            data=msgspec.to_builtins(dict(step.data)),
            source=Source.IMPORT,
            recorded_at=step.at,
        )


def _audit(booking: Booking, entry: Entry, by: Member, staff: Member) -> Iterator[AuditEntry]:
    """As the services write them: decisions are by staff, the rest by who booked; nobody let a hold run out."""
    before: dict[str, Any] | None = None
    for step in entry.steps:
        status, is_clock = STATUS_AFTER[step.fact], step.fact in BY_THE_CLOCK
        after: dict[str, Any] = {"status": status.value}
        if before is None:
            action, who = "booking.create", by
            after |= {"starts_at": entry.starts_at, "ends_at": entry.planned_ends_at or entry.ends_at}
        elif step.fact == "booking.missed":
            action, who = BY_THE_CLOCK[step.fact], by
            before = {"outcome": "", "ends_at": step.data["ends_at"]}
            after = {"outcome": entry.outcome, "ends_at": entry.ends_at}
        else:
            action, who = BY_THE_CLOCK.get(step.fact, step.fact), staff if status in DECISIONS else by
            after |= {} if is_clock else {"reason": entry.reason}
        yield AuditEntry(
            id=new_id(),
            org_id=booking.org_id,
            at=step.at,
            member_id=None if is_clock else who.pk,
            source=Source.CLOCK if is_clock else Source.IMPORT,
            action=action,
            subject_kind="booking",
            subject_id=booking.pk,
            before=msgspec.to_builtins(before),
            after=msgspec.to_builtins(after),
        )
        before = {"status": status.value}


def _book(asking: Asking, settled: Settled) -> None:
    """Through the services, as from the calendar or the API: mail and CRM will hear of it."""
    fresh, staff = asking.fresh, settled.team[Role.STAFF]
    by = settled.team[fresh.by]
    uses = (use if isinstance(use, tuple) else (use, 1) for use in fresh.uses)
    source = Source.STAFF if by.is_staff else Source.SELF
    wish = BookingWish(
        title=fresh.title,
        starts_at=asking.starts_at,
        ends_at=asking.ends_at,
        legs=tuple(LegWish(settled.things[slug].pk, units) for slug, units in uses),
        status=fresh.asked,
        person_id=settled.people[fresh.whose].pk if fresh.whose else None,
        party_size=fresh.people,
    )
    booking = create_booking(wish, by=by, source=source)
    if fresh.then == "confirm":
        confirm_booking(booking, by=staff, source=Source.STAFF)
    elif fresh.then == "decline":
        decline_booking(booking, reason=fresh.reason, by=staff, source=Source.STAFF)
    elif fresh.then == "cancel":
        cancel_booking(booking, reason=fresh.reason, by=by, source=source)
