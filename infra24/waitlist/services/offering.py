"""Offering free time to those who wait, one at a time, in their order."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.locking import lock_waitlist
from infra24.bookings.models import Booking, Leg, Source
from infra24.bookings.services import BookingWish, LegWish, create_booking
from infra24.bookings.services.current import MovedOn, anew
from infra24.core.errors import Infra24Error
from infra24.core.ids import new_id
from infra24.orgs.models import Organisation
from infra24.outbox.services import set_timer
from infra24.resources.policies import Bookable
from infra24.waitlist import policies, queries
from infra24.waitlist.acting import Acting, acting_for_entries
from infra24.waitlist.matching import Found, Wanting, house_at, offerable
from infra24.waitlist.models import Entry, EntryStatus, Offer, Outcome
from infra24.waitlist.services.steps import close_offer, locked, move

Try = tuple[UUID, UUID, datetime]
"""An entry, a resource and a start."""


TRIES = 3
"""Times an entry may come too late in one look. Then those behind it have their turn, and the next look begins anew."""


class CameTooLate(Exception):
    """Somebody took the time between looking and keeping it."""

    def __init__(self, tried: Try) -> None:
        self.tried = tried
        super().__init__(str(tried))


def offer_next(org_id: UUID, *, tried: frozenset[Try] = frozenset()) -> Offer | None:
    """Offer something to the first who can be served; None when nobody can.

    Call it until it answers None, each time in a transaction of its own: a hold
    locks resources, and those of two holds would be locked in the wrong order.
    `tried` is what came too late before. Raises CameTooLate.
    """
    return anew(lambda: _offer_next(org_id, tried))


@transaction.atomic
def _offer_next(org_id: UUID, tried: frozenset[Try]) -> Offer | None:
    # One look at a time: two at once would both find the same time free, or serve the second before the first.
    lock_waitlist(org_id)
    now = timezone.now()
    settle_offers(org_id, now=now)
    waiting = Entry.objects.filter(queries.being([EntryStatus.WAITING], now), org_id=org_id, person__erased_at=None)
    entries = list(waiting.select_related("person"))
    acting = acting_for_entries(org_id, entries) if entries else {}
    if not acting:
        return None
    wanted = {
        entry.pk: Wanting(entry.wish, entry.resource_id, entry.person, acting[entry.pk].role)
        for entry in entries
        if entry.pk in acting
    }
    zone = Organisation.objects.values_list("time_zone", flat=True).get(pk=org_id)
    house = house_at(org_id, wanted.values(), zone=zone, now=now)
    passed = queries.passed_by(wanted)

    def serve(entry: Entry) -> Found | None:
        if entry.pk not in wanted:
            return None
        too_late = frozenset((resource_id, start) for entry_id, resource_id, start in tried if entry_id == entry.pk)
        if len(too_late) == TRIES:
            return None
        return offerable(house, wanted[entry.pk], passed=passed.get(entry.pk, ()), refused=too_late)

    chosen = policies.first_served(entries, serve)
    if chosen is None:
        return None
    entry, found = chosen
    return _offer(entry, found, acting[entry.pk], now=now)


def settle_offers(org_id: UUID, *, now: datetime) -> int:
    """Write down what came of offers whose hold has been confirmed, cancelled or has run out; return how many."""
    over = [
        offer
        for offer in Offer.objects.filter(org_id=org_id, outcome=Outcome.OPEN).select_related("booking")
        if offer.outcome_at(now) != Outcome.OPEN
    ]
    if not over:
        return 0
    rows = Entry.objects.select_for_update(no_key=True).filter(org_id=org_id, pk__in=[one.entry_id for one in over])
    entries = {entry.pk: entry for entry in rows.order_by("pk")}
    # Whoever answered while we waited for the lock has closed theirs.
    still = Offer.objects.filter(pk__in=[one.pk for one in over], outcome=Outcome.OPEN).select_related("booking")
    for offer in still.order_by("pk"):
        outcome = offer.outcome_at(now)
        close_offer(entries[offer.entry_id], offer, outcome, by=None, source=Source.CLOCK, now=now)
    return len(still)


@transaction.atomic
def free_again(org_id: UUID, booking_id: UUID, *, before: Mapping[str, Any], at: datetime) -> int:
    """Somebody has had this time and given it back: who passed it on earlier may be offered it again.

    `before` is what a change says of the booking as it was. A time that was only
    offered was not had. Running twice does nothing more: later passes stay.
    """
    booking = Booking.objects.filter(org_id=org_id, pk=booking_id).first()
    not_taken = Offer.objects.filter(org_id=org_id, booking_id=booking_id).exclude(outcome=Outcome.TAKEN)
    if booking is None or not_taken.exists():
        return 0
    since = before.get("starts_at") or booking.starts_at
    until = before.get("ends_at") or booking.ends_at
    resources = [UUID(resource_id) for resource_id, _units in before.get("legs") or ()]
    resources = resources or list(Leg.objects.filter(booking=booking).values_list("resource_id", flat=True))
    return Offer.objects.filter(
        org_id=org_id,
        resource__in=resources,
        starts_at__lt=until,
        ends_at__gt=since,
        outcome__in=[Outcome.PASSED, Outcome.RUN_OUT],
        freed_again_at=None,
        ended_at__lte=at,
    ).update(freed_again_at=at)


def _offer(entry: Entry, found: Found, acting: Acting, *, now: datetime) -> Offer:
    """Keep the time for who waits, and say so. Raises CameTooLate, MovedOn."""
    current = locked(entry)
    if current.version != entry.version:
        raise MovedOn
    expires_at = policies.offer_ends_at(
        now=now,
        starts_at=found.starts_at,
        notice=_notice(found.resource, acting, found.starts_at),
        offered_for=queries.offered_for(entry.org_id),
    )
    tried = (entry.pk, found.resource.id, found.starts_at)
    if expires_at is None:
        raise CameTooLate(tried)
    wish = BookingWish(
        title=current.title,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        legs=(LegWish(found.resource.id, current.units),),
        status="hold",
        person_id=current.person_id,
        party_size=current.party_size,
        hold_until=expires_at,
    )
    try:
        booking = create_booking(wish, by=acting.by, source=Source.CLOCK)
    except Infra24Error as refusal:
        raise CameTooLate(tried) from refusal
    offer = Offer(
        id=new_id(),
        org_id=entry.org_id,
        entry=current,
        booking=booking,
        resource_id=found.resource.id,
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        offered_at=now,
        expires_at=expires_at,
    )
    offer.save(force_insert=True)
    data = {"booking_id": booking.pk, "expires_at": expires_at}
    fact_id = move(current, EntryStatus.OFFERED, "waitlist.offered", by=None, source=Source.CLOCK, now=now, **data)
    # The hold has its own timer. This one notices what was answered elsewhere, as a booking.
    set_timer(org_id=entry.org_id, fact_id=fact_id, handler="waitlist.expire", subject_id=entry.pk, due_at=expires_at)
    return offer


def _notice(resource: Bookable, acting: Acting, starts_at: datetime) -> timedelta:
    return policies.NO_NOTICE if acting.role.is_staff else resource.rules_at(starts_at).notice
