"""Handing a booking over to somebody else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from infra24.bookings.errors import AlreadyTheirs, ApprovalNeeded, NotForThem, ReceiverUnclear
from infra24.bookings.locking import lock_bookings, lock_claims
from infra24.bookings.models import Booking, Source, Status
from infra24.bookings.policies import Step
from infra24.bookings.services.asking import asker_of, with_uses
from infra24.bookings.services.claims import Claimed, have_quotas, needs_approval, resolve, wishes_of
from infra24.bookings.services.current import check_unmoved, on_current
from infra24.bookings.services.stepping import check_step, note
from infra24.bookings.services.writing import set_values
from infra24.core.errors import Reason
from infra24.core.wording import Sentence, said
from infra24.facts.services import record
from infra24.orgs.models import Member
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from infra24.people.services import person_of
from infra24.resources.policies import Asker, access_reasons, used_up
from infra24.resources.queries import audiences_of


@dataclass(frozen=True)
class Receiver:
    """Who is to have a booking: a person by id, or the member with an e-mail address."""

    person_id: UUID | None = None
    email: str = ""


def transfer_booking(
    booking: Booking, receiver: Receiver, *, by: Member, source: Source, version: int | None = None
) -> Booking:
    """Make a booking somebody else's. Staff to anybody; others theirs, to a member, until it begins.

    Who gave it away has no more say in it. For a member's transfer the receiver must be one who could
    book it: role, qualifications and quotas are theirs; staff are not bound, as with a booking they write down.

    Raises NotForThem with reasons, ApprovalNeeded when staff would decide on such a booking of theirs,
    AlreadyTheirs, PersonNotFound, ReceiverUnclear, AlreadyBegun, HoldExpired, IllegalStep, Stale.
    """
    return on_current(booking, by, lambda current: _transfer(current, receiver, by=by, source=source, version=version))


@transaction.atomic
def _transfer(booking: Booking, receiver: Receiver, *, by: Member, source: Source, version: int | None) -> Booking:
    now = timezone.now()
    # Asked before anybody is looked up, and again below of the locked booking.
    check_step(booking, Step.TRANSFER, by=by, now=now)
    person, member = find_receiver(receiver, by=by)
    claimed: list[Claimed] = []
    asker = Asker()
    if not by.is_staff:
        assert member is not None
        claimed = resolve(by, wishes_of(booking), starts_at=booking.starts_at, people=booking.party_size)
        asker = asker_of(member, person, [claim.resource for claim in claimed])
    if have_quotas(claimed, booking.starts_at, asker):
        locks = lock_claims(
            booking.org_id,
            [],
            booking.starts_at,
            booking.ends_at,
            now=now,
            bookings=[booking.pk],
            people=[person.pk],
        )
        locked = locks.bookings
        asker = with_uses(asker, person, claimed, booking.starts_at, booking.ends_at, now=now, besides=booking.pk)
    else:
        locked = lock_bookings(booking.org_id, [booking.pk])
    check_unmoved(booking, locked, version)
    check_step(booking, Step.TRANSFER, by=by, now=now)
    if person.pk == booking.person_id:
        raise AlreadyTheirs
    if member is not None and claimed:
        _check_could_book(booking, claimed, member, asker)
    _hand_over(booking, person, booked_by=member or by, by=by, source=source, now=now)
    return booking


def find_receiver(receiver: Receiver, *, by: Member) -> tuple[Person, Member | None]:
    """The person, and the member they are.

    Raises ReceiverUnclear; PersonNotFound, also for somebody whom a member may not name.
    """
    if (receiver.person_id is None) == (not receiver.email.strip()):
        raise ReceiverUnclear(fields={"person_id": "say who", "email": "say who"})
    members = Member.objects.filter(org_id=by.org_id, is_active=True).select_related("user")
    if receiver.person_id is None:
        member = members.filter(user__email__iexact=receiver.email.strip()).first()
        if member is None:
            raise PersonNotFound(fields={"email": "no member has this address"})
        return person_of(member), member
    person = Person.objects.filter(org_id=by.org_id, pk=receiver.person_id, erased_at=None).first()
    member = members.filter(user_id=person.user_id).first() if person and person.user_id else None
    if person is None or (member is None and not by.is_staff):
        raise PersonNotFound(fields={"person_id": str(receiver.person_id)})
    return person, member


def _check_could_book(booking: Booking, claimed: Sequence[Claimed], member: Member, asker: Asker) -> None:
    reasons = list(_reasons(booking, claimed, member, asker))
    if reasons:
        detail = " ".join([NotForThem.__doc__ or "", *(reason.detail for reason in reasons)])
        raise NotForThem(detail, reasons=reasons)
    asks = needs_approval(claimed, member.rank, booking.starts_at, booking.ends_at)
    if booking.status == Status.CONFIRMED and asks:
        raise ApprovalNeeded(said("Staff decide on such a booking of theirs. Ask staff to hand it over."))


def _reasons(booking: Booking, claimed: Sequence[Claimed], member: Member, asker: Asker) -> Iterator[Reason]:
    """Why the receiver could not have booked it, without telling what else they have."""
    seen = audiences_of(member)
    for claim in claimed:
        resource = claim.resource
        codes = {reason.code for reason in access_reasons(resource, asker, booking.starts_at)}
        if resource.visible_to not in seen:
            codes.add("not_allowed")
        if not asker.is_staff and used_up(resource, asker, booking.starts_at, booking.ends_at):
            codes.add("quota_used")
        for code in sorted(codes):
            yield Reason(code, _sentence(code, resource.name), str(resource.id), {}, said("Ask staff to hand it over."))


def _sentence(code: str, name: str) -> Sentence:
    match code:
        case "qualification_needed":
            return said("%(name)s needs a qualification they do not have then.", name=name)
        case "quota_used":
            return said("They have booked as much of %(name)s as one person may.", name=name)
        case "not_bookable":
            return said("%(name)s cannot be booked.", name=name)
    return said("%(name)s is not for them to book.", name=name)


def _hand_over(
    booking: Booking, person: Person, *, booked_by: Member, by: Member, source: Source, now: datetime
) -> None:
    before = booking.person_id
    set_values(booking, person_id=person.pk, booked_by_id=booked_by.pk)
    booking.person, booking.booked_by = person, booked_by
    record(
        booking.org_id,
        "booking.transferred",
        now=now,
        source=source,
        booking_id=booking.pk,
        person_id=person.pk,
        before=before,
    )
    note(
        booking,
        "booking.transfer",
        by=by,
        source=source,
        now=now,
        before={"person_id": before},
        after={"person_id": person.pk},
    )
