"""Making a booking: a hold, a request or a certain one."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone

from infra24.bookings.errors import ApprovalNeeded, LegMissing, TimeRefused
from infra24.bookings.models import Booking, Source, Status, Visibility
from infra24.bookings.policies import check_times, first_status
from infra24.bookings.services.asking import asker_of, with_uses
from infra24.bookings.services.claims import (
    LEG_CONSTRAINTS,
    Claimed,
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
)
from infra24.bookings.services.current import anew
from infra24.bookings.services.expiring import expire_locked
from infra24.bookings.services.refusing import refuse
from infra24.bookings.services.terms import terms_for, timers_of
from infra24.bookings.services.writing import insert, visible_legs, wall
from infra24.core.constraints import guarded_by
from infra24.core.ids import new_id
from infra24.core.rows import loaded
from infra24.facts.services import Event
from infra24.orgs import audit
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.outbox.services import set_timers
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.people.services import person_of
from infra24.resources.policies import Asker

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
    booking_id = new_id()
    asker: Asker | None = None
    try:
        with guarded_by(**LEG_CONSTRAINTS):
            claimed = resolve(by, wish.legs, starts_at=wish.starts_at, people=wish.party_size)
            person = person_of_wish(wish, by, is_staff=is_staff)
            check_exclusive(claimed, wish.legs, is_staff=is_staff)
            _status(wish, claimed, by)  # of whatever is chosen; said before anything is locked
            asker = asker_of(by, person, [claim.resource for claim in claimed])
            counted = person if have_quotas(claimed, wish.starts_at, asker) else None
            if rule_reasons(claimed, wish.starts_at, wish.ends_at, now=now, asker=asker):
                raise TimeRefused
            rows = leg_rows(booking_id, claimed, wish.starts_at, wish.ends_at)
            locks = lock_rows(by.org_id, rows, now=now, people=[counted.pk] if counted else [])
            check_shapes(claimed, locks)
            if counted:
                asker = with_uses(asker, counted, claimed, wish.starts_at, wish.ends_at, now=now)
                if rule_reasons(claimed, wish.starts_at, wish.ends_at, now=now, asker=asker):
                    raise TimeRefused
            chosen = pick(by.org_id, claimed, wish.starts_at, wish.ends_at, now=now, asker=asker)
            booking = new_booking(booking_id, wish, chosen, person=person, by=by, source=source, now=now)
            if chosen != claimed:
                rows = leg_rows(booking_id, chosen, wish.starts_at, wish.ends_at)
            expire_locked(by.org_id, locks.dead, locks.bookings, now=now)
            insert(by.org_id, [booking], rows)
            _announce(booking, by=by, source=source, now=now)
    except TimeRefused as refusal:
        if asker is None:  # a deadlock, before it was known what is asked for
            raise
        refuse(
            by.org_id,
            claimed,
            wish.starts_at,
            wish.ends_at,
            now=now,
            asker=asker,
            person=person,
            otherwise=refusal,
        )
    booking.visible_legs, booking.places_read = visible_legs(booking, rows), []
    return booking


def person_of_wish(wish: BookingWish, by: Member, *, is_staff: bool) -> Person | None:
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


def _status(wish: BookingWish, claimed: list[Claimed], by: Member) -> str:
    """The state it begins in. Raises ApprovalNeeded."""
    approval = needs_approval(claimed, by.rank, wish.starts_at, wish.ends_at)
    status = first_status(asked=wish.status, is_staff=by.rank.includes(Role.STAFF), approval=approval)
    if status is None:
        raise ApprovalNeeded
    return status


def new_booking(
    booking_id: UUID,
    wish: BookingWish,
    claimed: list[Claimed],
    *,
    person: Person | None,
    by: Member,
    source: Source,
    now: datetime,
) -> Booking:
    """The row to insert for a wish whose resources are chosen. Raises ApprovalNeeded."""
    zone = wish.time_zone or claimed[0].resource.zone
    status = _status(wish, claimed, by)
    values = {
        "id": booking_id,
        "org_id": by.org_id,
        "title": wish.title,
        "status": status,
        "visibility": wish.visibility,
        "person_id": person.pk if person else None,
        "booked_by_id": by.pk,
        "source": source,
        "party_size": wish.party_size,
        "note": wish.note,
        "starts_at": wish.starts_at,
        "ends_at": wish.ends_at,
        "wall_starts_at": wall(wish.starts_at, zone),
        "wall_ends_at": wall(wish.ends_at, zone),
        "time_zone": zone,
        "expires_at": (wish.hold_until or now + HOLD_FOR) if status == Status.HOLD else None,
        "pending_blocks": all(claim.resource.rules_at(wish.starts_at).pending_blocks for claim in claimed),
        "created_at": now,
        "changed_at": now,
    }
    terms = vars(terms_for(claimed, wish.starts_at, wish.ends_at, now=now))
    return loaded(Booking, values | _UNTOUCHED | terms, person=person, booked_by=by)


_UNTOUCHED = {
    "outcome": "",
    "is_prolonged": False,
    "reason": "",
    "is_late_cancelled": False,
    "checked_in_at": None,
    "planned_ends_at": None,
    "version": 1,
}
"""Of a booking to which nothing has happened yet."""


def _announce(booking: Booking, *, by: Member, source: Source, now: datetime) -> None:
    if booking.status == Status.HOLD:
        event = Event("booking.held", booking.pk, {"expires_at": booking.expires_at})
    else:
        what = "booking.confirmed" if booking.status == Status.CONFIRMED else "booking.requested"
        event = Event(what, booking.pk)
    after = {"status": booking.status, "starts_at": booking.starts_at, "ends_at": booking.ends_at}
    step = audit.Step("booking.create", booking.pk, after=after)
    (fact_id,) = audit.announce(booking.org_id, [event], [step], by=by, source=source, now=now)
    set_timers(booking.org_id, timers_of(booking, fact_id))
