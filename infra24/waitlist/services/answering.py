"""Answering an offer: taking the time that is kept, or passing it on to the next."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import HoldExpired, IllegalStep
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import cancel_booking, confirm_booking
from infra24.orgs.models import Member
from infra24.waitlist.errors import NothingOffered, OfferRanOut
from infra24.waitlist.models import Entry, EntryStatus, Offer, Outcome
from infra24.waitlist.services.steps import close_offer, locked, open_offer_of


@transaction.atomic
def accept_offer(entry: Entry, *, by: Member, source: Source, version: int | None = None) -> Booking:
    """Take what is offered: the hold is confirmed, or becomes a request where staff have to agree.

    Raises NothingOffered, OfferRanOut, Stale; TimeRefused with reasons when by
    now something stands against it.
    """
    current = locked(entry, version)
    now = timezone.now()
    offer = _open_offer(current, now=now)
    booking = booking_for(by, offer.booking_id)
    if offer.outcome_at(now) == Outcome.OPEN:
        with _in_time():
            booking = confirm_booking(booking, by=by, source=source)
    close_offer(current, offer, Outcome.TAKEN, by=by, source=source, now=now)
    return booking


@transaction.atomic
def pass_offer(entry: Entry, *, by: Member, source: Source, version: int | None = None) -> Entry:
    """Let the next have it, and keep waiting in the old place. The same time is not offered to them again.

    Raises NothingOffered, OfferRanOut, Stale.
    """
    current = locked(entry, version)
    now = timezone.now()
    offer = _open_offer(current, now=now)
    if offer.outcome_at(now) == Outcome.TAKEN:
        # Confirmed as a booking, and the clock has not come round yet: it is cancelled as a booking, too.
        raise NothingOffered
    let_go(offer, by=by, source=source)
    close_offer(current, offer, Outcome.PASSED, by=by, source=source, now=now)
    return current


def let_go(offer: Offer, *, by: Member, source: Source) -> None:
    """Cancel the hold of an offer. Raises OfferRanOut."""
    with _in_time():
        cancel_booking(booking_for(by, offer.booking_id), by=by, source=source)


def _open_offer(entry: Entry, *, now: datetime) -> Offer:
    """What waits for an answer, or was answered as a booking. Raises NothingOffered, OfferRanOut."""
    offer = open_offer_of(entry) if entry.status == EntryStatus.OFFERED else None
    latest = offer or Offer.objects.select_related("booking").filter(entry=entry).order_by("-offered_at").first()
    outcome = latest.outcome_at(now) if latest else Outcome.PASSED
    if outcome == Outcome.RUN_OUT:
        raise OfferRanOut
    if offer is None or outcome == Outcome.PASSED:
        raise NothingOffered
    return offer


@contextmanager
def _in_time() -> Iterator[None]:
    """The hold was alive when it was read. Who comes a moment too late finds that it is not any more."""
    try:
        yield
    except (HoldExpired, IllegalStep) as refusal:
        raise OfferRanOut from refusal
