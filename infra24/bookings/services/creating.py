"""Making a booking: a hold, a request or a certain one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded, LegMissing, TimeRefused
from infra24.bookings.models import Booking, Leg, Source, Status, Visibility
from infra24.bookings.policies import check_times, first_status
from infra24.bookings.services.asking import asker_of, with_uses
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    Claimed,
    LegRow,
    LegWish,
    as_rows,
    check_exclusive,
    check_shapes,
    have_quotas,
    leg_rows,
    lock_rows,
    needs_approval,
    refuse,
    resolve,
    rule_reasons,
)
from infra24.bookings.services.current import anew
from infra24.bookings.services.expiring import expire_locked
from infra24.core.constraints import guarded_by
from infra24.core.ids import new_id
from infra24.facts.services import record
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.services import set_timer
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.people.services import person_of

HOLD_FOR = timedelta(minutes=10)
"""Long enough to find a card, short enough that the kiln is not idle."""


@dataclass(frozen=True)
class BookingWish:
    """What somebody would like to book. Times are aware instants; the slot is half-open."""

    title: str
    starts_at: datetime
    ends_at: datetime
    legs: tuple[LegWish, ...] = field(default=())
    status: str | None = None
    """`hold`, `confirmed`, or None for what rules and role lead to."""
    person_id: UUID | None = None
    party_size: int = 1
    note: str = ""
    visibility: str = Visibility.BUSY
    time_zone: str | None = None
    """Zone in which the times were chosen; the first resource's when None."""
    hold_until: datetime | None = None
    """How long a hold keeps the time; ten minutes when None. Nothing the API asks for: offers of the waitlist do."""


def create_booking(wish: BookingWish, *, by: Member, source: Source) -> Booking:
    """Claim every leg of the wish, or none. Returns the booking with its `visible_legs`.

    Raises TimeRefused with all reasons and up to three alternatives;
    ApprovalNeeded when `confirmed` was asked of something that needs approval;
    ExclusiveUseNotYours when a member wants what is shared alone;
    ResourceNotFound, PersonNotFound, and what is wrong with the wish in itself.
    """
    check_times(wish.starts_at, wish.ends_at)
    if not wish.legs:
        raise LegMissing
    return anew(lambda: _create(wish, by=by, source=source))


def _create(wish: BookingWish, *, by: Member, source: Source) -> Booking:
    now = timezone.now()
    is_staff = by.rank.includes(Role.STAFF)
    claimed = resolve(by, wish.legs, starts_at=wish.starts_at, people=wish.party_size)
    person = _person(wish, by, is_staff=is_staff)
    check_exclusive(claimed, wish.legs, is_staff=is_staff)
    approval = needs_approval(claimed, by.rank, wish.starts_at, wish.ends_at)
    status = first_status(asked=wish.status, is_staff=is_staff, approval=approval)
    if status is None:
        raise ApprovalNeeded
    asker = asker_of(by, person, [claim.resource for claim in claimed])
    counted = person if have_quotas(claimed, wish.starts_at, asker) else None
    if rule_reasons(claimed, wish.starts_at, wish.ends_at, now=now, asker=asker):
        if counted:
            asker = with_uses(asker, counted, claimed, wish.starts_at, wish.ends_at, now=now)
        refuse(by.org_id, claimed, wish.starts_at, wish.ends_at, now=now, asker=asker)
    booking = _new_booking(wish, claimed, status=status, person=person, by=by, source=source, now=now)
    rows = leg_rows(booking.pk, claimed, wish.starts_at, wish.ends_at)
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            locks = lock_rows(by.org_id, rows, now=now, people=[counted.pk] if counted else [])
            check_shapes(claimed, locks)
            if counted:
                asker = with_uses(asker, counted, claimed, wish.starts_at, wish.ends_at, now=now)
                if rule_reasons(claimed, wish.starts_at, wish.ends_at, now=now, asker=asker):
                    raise TimeRefused
            expire_locked(by.org_id, locks.dead, locks.bookings, now=now)
            _insert(booking, rows)
            _announce(booking, by=by, source=source, now=now)
    except TimeRefused as refusal:
        refuse(by.org_id, claimed, wish.starts_at, wish.ends_at, now=now, asker=asker, otherwise=refusal)
    booking.visible_legs = visible_legs(booking, rows)
    return booking


def visible_legs(booking: Booking, rows: list[LegRow]) -> list[Leg]:
    """Leg instances of freshly written rows, implied ones left out."""
    return [
        Leg(
            id=row.id,
            org_id=booking.org_id,
            booking=booking,
            resource_id=row.resource_id,
            units=row.units,
            people=row.people,
            starts_at=booking.starts_at,
            ends_at=booking.ends_at,
            blocks_from=row.blocks_from,
            blocks_until=row.blocks_until,
            sharing=row.sharing,
        )
        for row in rows
        if not row.is_implied
    ]


def _person(wish: BookingWish, by: Member, *, is_staff: bool) -> Person | None:
    """Whom it is for: staff may book for anybody or nobody, others for themselves."""
    if not is_staff:
        mine = person_of(by)
        if wish.person_id not in {None, mine.pk}:
            raise PersonNotFound
        return mine
    if wish.person_id is None:
        return None
    try:
        return Person.objects.get(org_id=by.org_id, pk=wish.person_id, erased_at=None)
    except Person.DoesNotExist:
        raise PersonNotFound(fields={"person_id": str(wish.person_id)}) from None


def _new_booking(
    wish: BookingWish,
    claimed: list[Claimed],
    *,
    status: str,
    person: Person | None,
    by: Member,
    source: Source,
    now: datetime,
) -> Booking:
    zone = wish.time_zone or claimed[0].resource.zone
    return Booking(
        id=new_id(),
        org_id=by.org_id,
        title=wish.title,
        status=status,
        visibility=wish.visibility,
        person=person,
        booked_by=by,
        source=source,
        party_size=wish.party_size,
        note=wish.note,
        starts_at=wish.starts_at,
        ends_at=wish.ends_at,
        wall_starts_at=wall(wish.starts_at, zone),
        wall_ends_at=wall(wish.ends_at, zone),
        time_zone=zone,
        expires_at=(wish.hold_until or now + HOLD_FOR) if status == Status.HOLD else None,
        pending_blocks=all(claim.resource.rules_at(wish.starts_at).pending_blocks for claim in claimed),
        version=1,
        created_at=now,
        changed_at=now,
    )


def wall(instant: datetime, zone: str) -> datetime:
    """What a clock in the zone shows at the instant; naive."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


# One statement for the booking and all its legs; the hot path of the house.
_INSERT = """
    WITH booking AS (
        INSERT INTO bookings_booking
            (id, org_id, title, status, outcome, visibility, person_id, booked_by_id, source, party_size, note,
             starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, expires_at, pending_blocks, reason,
             version, created_at, changed_at)
        VALUES (%(id)s, %(org_id)s, %(title)s, %(status)s, '', %(visibility)s, %(person)s, %(by)s, %(source)s,
                %(party_size)s, %(note)s, %(starts_at)s, %(ends_at)s, %(wall_starts_at)s, %(wall_ends_at)s,
                %(time_zone)s, %(expires_at)s, %(pending_blocks)s, '', 1, now(), now())
        RETURNING id, org_id, starts_at, ends_at
    )
    INSERT INTO bookings_leg
        (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
         blocks_from, blocks_until, sharing, is_blocking)
    SELECT leg.id, b.org_id, b.id, leg.resource_id, leg.units, leg.people, leg.is_implied, b.starts_at, b.ends_at,
           leg.blocks_from, leg.blocks_until, leg.sharing, true
      FROM booking b, jsonb_populate_recordset(NULL::bookings_leg, %(legs)s::jsonb) leg
"""


def _insert(booking: Booking, rows: list[LegRow]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _INSERT,
            {
                "id": booking.pk,
                "org_id": booking.org_id,
                "title": booking.title,
                "status": booking.status,
                "visibility": booking.visibility,
                "person": booking.person_id,
                "by": booking.booked_by_id,
                "source": booking.source,
                "party_size": booking.party_size,
                "note": booking.note,
                "starts_at": booking.starts_at,
                "ends_at": booking.ends_at,
                "wall_starts_at": booking.wall_starts_at,
                "wall_ends_at": booking.wall_ends_at,
                "time_zone": booking.time_zone,
                "expires_at": booking.expires_at,
                "pending_blocks": booking.pending_blocks,
                "legs": as_rows(rows),
            },
        )


def _announce(booking: Booking, *, by: Member, source: Source, now: datetime) -> None:
    if booking.status == Status.HOLD:
        assert booking.expires_at is not None
        fact_id = record(
            booking.org_id,
            "booking.held",
            now=now,
            source=source,
            booking_id=booking.pk,
            expires_at=booking.expires_at,
        )
        set_timer(
            org_id=booking.org_id,
            fact_id=fact_id,
            handler="bookings.expire_hold",
            subject_id=booking.pk,
            due_at=booking.expires_at,
        )
    else:
        what = "booking.confirmed" if booking.status == Status.CONFIRMED else "booking.requested"
        record(booking.org_id, what, now=now, source=source, booking_id=booking.pk)
    after = {"status": booking.status, "starts_at": booking.starts_at, "ends_at": booking.ends_at}
    audit.write(booking.org_id, "booking.create", subject_id=booking.pk, by=by, source=source, now=now, after=after)
