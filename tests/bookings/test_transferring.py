"""Handing a booking over: who may, to whom, and what is checked of whoever receives it."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra24.bookings.errors import (
    AlreadyBegun,
    AlreadyTheirs,
    ApprovalNeeded,
    BookingNotFound,
    IllegalStep,
    NotForThem,
    ReceiverUnclear,
)
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import Receiver, transfer_booking
from infra24.config.subscriptions import REACTIONS
from infra24.facts.models import Fact
from infra24.notifications.models import SentMail
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.outbox.delivering import deliver_due
from infra24.people.errors import PersonNotFound
from infra24.people.models import Person
from tests import make
from tests.make import Cast
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
CARA = Receiver(email="cara@example.org")


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@pytest.fixture
def cara(cast: Cast) -> Member:
    return make.member(cast.house, email="cara@example.org", name="Cara")


def room(cast: Cast, **rules: Any) -> Any:
    return make.resource(cast.house, rules={"schema": 1, **rules})


def refused(error: type[Exception], booking: Booking, receiver: Receiver, by: Member) -> Exception:
    """A refusal leaves no trace."""
    before = Booking.objects.filter(pk=booking.pk).values().get(), recorded_facts(), audited()
    with pytest.raises(error) as refusal:
        transfer_booking(booking, receiver, by=by, source=Source.SELF)
    assert (Booking.objects.filter(pk=booking.pk).values().get(), recorded_facts(), audited()) == before
    return refusal.value


def test_a_member_hands_over_and_has_no_more_say(cast: Cast, cara: Member) -> None:
    made = make.booking(cast.bob, room(cast))
    bob = made.person_id

    transfer_booking(made, CARA, by=cast.bob, source=Source.SELF)

    theirs = booking_for(cara, made.pk)
    assert theirs.person is not None
    assert (theirs.person.user_id, theirs.booked_by_id, theirs.status) == (cara.user_id, cara.pk, "confirmed")
    with pytest.raises(BookingNotFound):
        booking_for(cast.bob, made.pk)
    fact = Fact.objects.get(type="booking.transferred")
    assert fact.data == {"person_id": str(theirs.person_id), "before": str(bob)}
    step = AuditEntry.objects.get(action="booking.transfer")
    assert (step.before, step.after) == ({"person_id": str(bob)}, {"person_id": str(theirs.person_id)})
    assert step.member_id == cast.bob.pk


def test_staff_hand_over_to_anybody_and_are_not_bound(cast: Cast) -> None:
    made = make.booking(cast.bob, room(cast, quotas=[{"per": "day", "count": 1}], approval="always"))
    dora = make.person(cast.house, name="Dora")

    given = transfer_booking(made, Receiver(person_id=dora.pk), by=cast.alice, source=Source.STAFF)

    assert (given.person_id, given.booked_by_id, given.status) == (dora.pk, cast.alice.pk, "pending")


def test_a_member_by_id_who_has_an_account(cast: Cast, cara: Member) -> None:
    made, person = make.booking(cast.bob, room(cast)), make.person(cast.house, member=cara)

    assert transfer_booking(made, Receiver(person_id=person.pk), by=cast.bob, source=Source.SELF).person == person


def test_members_hand_over_to_members_only_and_cannot_tell_who_else_there_is(cast: Cast, cara: Member) -> None:
    made = make.booking(cast.bob, room(cast))
    dora, stranger = make.person(cast.house, name="Dora"), make.person(cast.elsewhere, member=cast.charlie)
    gone = make.member(cast.house, email="gone@example.org")
    Member.objects.filter(pk=gone.pk).update(is_active=False)

    for receiver in (
        Receiver(person_id=dora.pk),
        Receiver(person_id=stranger.pk),
        Receiver(email="charlie@example.org"),
        Receiver(email="gone@example.org"),
        Receiver(email="nobody@example.org"),
    ):
        refused(PersonNotFound, made, receiver, cast.bob)
    refused(PersonNotFound, made, Receiver(person_id=stranger.pk), cast.alice)
    refused(ReceiverUnclear, made, Receiver(), cast.bob)
    refused(ReceiverUnclear, made, Receiver(dora.pk, "cara@example.org"), cast.bob)


def test_to_whom_it_is_already(cast: Cast) -> None:
    made = make.booking(cast.bob, room(cast))

    refused(AlreadyTheirs, made, Receiver(email="bob@example.org"), cast.bob)


def test_a_receiver_without_the_qualification_is_refused_until_they_have_it(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    induction = make.qualification(cast.house, kiln)
    bob, theirs = make.person(cast.house, member=cast.bob), make.person(cast.house, member=cara)
    make.grant(induction, bob)
    made = make.booking(cast.bob, kiln)

    error = refused(NotForThem, made, CARA, cast.bob)
    assert [reason.code for reason in getattr(error, "reasons", ())] == ["qualification_needed"]

    make.grant(induction, theirs)
    assert transfer_booking(made, CARA, by=cast.bob, source=Source.SELF).person == theirs


def test_the_receivers_quota_counts_and_not_the_givers(cast: Cast, cara: Member) -> None:
    kiln = room(cast, quotas=[{"per": "day", "count": 1}])
    made = make.booking(cast.bob, kiln)
    other = make.booking(cara, kiln, starts_at=make.NOON.replace(hour=20))

    error = refused(NotForThem, made, CARA, cast.bob)
    assert [reason.code for reason in getattr(error, "reasons", ())] == ["quota_used"]

    Booking.objects.filter(pk=other.pk).update(status="cancelled")
    assert transfer_booking(made, CARA, by=cast.bob, source=Source.SELF).booked_by_id == cara.pk


def test_what_is_for_instructors_stays_with_them(cast: Cast, cara: Member) -> None:
    ina = make.member(cast.house, role=Role.INSTRUCTOR, email="ina@example.org")
    made = make.booking(ina, make.resource(cast.house, bookable_by="instructor"))

    error = refused(NotForThem, made, CARA, ina)

    assert [reason.code for reason in getattr(error, "reasons", ())] == ["not_allowed"]


def test_what_staff_decide_on_staff_hand_over(cast: Cast, cara: Member) -> None:
    ina = make.member(cast.house, role=Role.INSTRUCTOR, email="ina@example.org")
    made = make.booking(ina, room(cast, approval={"roles": ["member"]}))

    refused(ApprovalNeeded, made, CARA, ina)

    assert transfer_booking(made, CARA, by=cast.alice, source=Source.STAFF).status == "confirmed"


def test_what_has_begun_staff_hand_over_and_what_is_over_nobody(cast: Cast, cara: Member) -> None:
    kiln = room(cast, **make.open_week("00:00", "24:00"))
    bob = make.person(cast.house, member=cast.bob)
    on, over = (make.begun(cast.alice, kiln, minutes=minutes, person=bob) for minutes in (30, 300))

    refused(AlreadyBegun, on, CARA, cast.bob)
    refused(IllegalStep, over, CARA, cast.alice)

    assert transfer_booking(on, CARA, by=cast.alice, source=Source.STAFF).booked_by_id == cara.pk


def test_whoever_receives_it_is_mailed_and_whoever_had_it(settings: Any, tmp_path: Any) -> None:
    settings.EMAIL_BACKEND, settings.VAR_DIR = "infra24.notifications.kept_mail.KeptMailBackend", tmp_path
    cast = make.cast()
    make.member(cast.house, email="cara@example.org", name="Cara")
    made = make.booking(cast.bob, make.resource(cast.house))
    deliver_due(REACTIONS)
    with acting_for(cast.house.pk):
        transfer_booking(made, CARA, by=cast.bob, source=Source.SELF)

    deliver_due(REACTIONS)

    with acting_for(cast.house.pk):
        told = SentMail.objects.filter(subject_id=made.pk).order_by("begun_at")
        names = [Person.objects.get(pk=mail.recipient).name for mail in told]
        assert (names[0], sorted(names[1:])) == ("Bob", ["Bob", "Cara"])
