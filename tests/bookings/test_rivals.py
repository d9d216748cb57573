"""Several ask for the same time: who would lose it, who has lost it, and deciding on all of them at once."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.errors import NotYours, ReasonMissing, SlotTaken
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.rivals import reasons_against, rivals_of, taken_requests
from infra24.bookings.services import confirm_booking
from infra24.orgs.models import AuditEntry, Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Resource
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer
from tests.recorded import audited, recorded_facts

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ASKED = {"schema": 1, "approval": "always", "pending_blocks": False}


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


@pytest.fixture
def cara(cast: Cast) -> Member:
    return make.member(cast.house, email="cara@example.org", name="Cara")


def room(cast: Cast, **more: Any) -> Resource:
    rules = {**ASKED, **more.pop("rules", {})}
    return make.resource(cast.house, rules=rules, **more)


def rivals(cast: Cast, booking: Booking) -> list[Booking]:
    return rivals_of(cast.alice, booking_for(cast.alice, booking.pk), now=timezone.now())


def taken(cast: Cast, *bookings: Booking) -> set[Any]:
    return taken_requests(cast.alice, [booking_for(cast.alice, booking.pk) for booking in bookings], now=timezone.now())


def test_several_ask_for_the_same_time_and_each_sees_the_others_as_rivals(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    one = make.booking(cast.bob, kiln, hours=2)
    other = make.booking(cara, kiln, starts_at=NOON + HOUR)
    beside = make.booking(cara, kiln, starts_at=NOON + 2 * HOUR)

    assert [booking.status for booking in (one, other, beside)] == ["pending"] * 3
    assert [rivals(cast, booking) for booking in (one, other, beside)] == [[other], [one], []]
    assert taken(cast, one, other, beside) == set()


def test_confirming_one_leaves_the_others_waiting_with_their_time_taken(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    one, other = make.booking(cast.bob, kiln), make.booking(cara, kiln)

    confirm_booking(one, by=cast.alice, source=Source.STAFF)

    assert Booking.objects.get(pk=other.pk).status == "pending"
    assert taken(cast, other) == {other.pk}
    against = reasons_against(cast.alice, booking_for(cast.alice, other.pk), now=timezone.now())
    assert [reason.code for reason in against] == ["slot_taken"]
    # It lost its time already, so nobody's confirming takes it.
    assert rivals(cast, one) == [other]
    with pytest.raises(SlotTaken):
        confirm_booking(other, by=cast.alice, source=Source.STAFF)
    assert Booking.objects.get(pk=other.pk).status == "pending"


def test_buffers_make_rivals_and_what_keeps_its_time_is_none(cast: Cast, cara: Member) -> None:
    kiln = room(cast, rules={"buffer_after_minutes": 30})
    one, near = make.booking(cast.bob, kiln), make.booking(cara, kiln, starts_at=NOON + HOUR)
    assert rivals(cast, one) == [near]

    Booking.objects.filter(pk=near.pk).update(status="declined")
    assert rivals(cast, one) == []


def test_of_several_alike_only_those_too_many_are_rivals(cast: Cast, cara: Member) -> None:
    cameras = room(cast, kind="equipment", units=3)
    one, two = make.booking(cast.bob, cameras, units=2), make.booking(cara, cameras, units=1)
    three = make.booking(cara, cameras, units=2)

    assert rivals(cast, one) == [three]
    assert rivals(cast, two) == []

    confirm_booking(two, by=cast.alice, source=Source.STAFF)
    assert rivals(cast, one) == [three]
    confirm_booking(one, by=cast.alice, source=Source.STAFF)
    assert taken(cast, three) == {three.pk}


def test_a_hall_and_its_halves_are_rivals_and_the_halves_are_not(cast: Cast, cara: Member) -> None:
    hall = room(cast)
    left, right = room(cast, part_of=hall), room(cast, part_of=hall)
    whole = make.booking(cast.bob, hall)
    west, east = make.booking(cara, left), make.booking(cast.bob, right)

    assert rivals(cast, whole) == [west, east]
    assert rivals(cast, west) == [whole]

    confirm_booking(west, by=cast.alice, source=Source.STAFF)
    assert taken(cast, whole, east) == {whole.pk}
    assert rivals(cast, east) == []


def test_rivals_are_declined_with_what_takes_their_time(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    one, other = make.booking(cast.bob, kiln), make.booking(cara, kiln)
    beside = make.booking(cara, kiln, starts_at=NOON + HOUR)

    confirm_booking(one, by=cast.alice, source=Source.STAFF, decline_rivals=True, reason=" First come. ")

    states = dict(Booking.objects.values_list("pk", "status"))
    assert states == {one.pk: "confirmed", other.pk: "declined", beside.pk: "pending"}
    assert Booking.objects.get(pk=other.pk).reason == "First come."
    assert recorded_facts()[3:] == ["booking.confirmed", "booking.declined"]
    step = AuditEntry.objects.get(action="booking.declined")
    assert (step.subject_id, step.member_id) == (other.pk, cast.alice.pk)
    assert (step.before, step.after) == ({"status": "pending"}, {"status": "declined", "reason": "First come."})


@pytest.mark.parametrize(("reason", "by", "error"), [("  ", "alice", ReasonMissing), ("Full.", "bob", NotYours)])
def test_declining_rivals_is_for_staff_and_needs_a_reason(
    cast: Cast, cara: Member, reason: str, by: str, error: type[Exception]
) -> None:
    kiln = room(cast)
    one, _other = make.booking(cast.bob, kiln, status="hold"), make.booking(cara, kiln, starts_at=NOON + HOUR)
    before = list(Booking.objects.order_by("id").values()), recorded_facts(), audited()

    with pytest.raises(error):
        confirm_booking(one, by=getattr(cast, by), source=Source.STAFF, decline_rivals=True, reason=reason)

    assert (list(Booking.objects.order_by("id").values()), recorded_facts(), audited()) == before


def test_a_refused_confirmation_declines_nobody(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    one, other = make.booking(cast.bob, kiln, hours=2), make.booking(cara, kiln)
    make.booking(cast.alice, kiln, starts_at=NOON + HOUR)

    with pytest.raises(SlotTaken):
        confirm_booking(one, by=cast.alice, source=Source.STAFF, decline_rivals=True, reason="First come.")

    assert [Booking.objects.get(pk=each.pk).status for each in (one, other)] == ["pending", "pending"]


def test_as_many_statements_for_many_rivals_as_for_one(cast: Cast, cara: Member) -> None:
    kiln = room(cast)
    one = booking_for(cast.alice, make.booking(cast.bob, kiln).pk)

    def count() -> tuple[int, int]:
        now = timezone.now()
        with CaptureQueriesContext(
            connection,
        ) as asked:
            found = rivals_of(cast.alice, one, now=now)
        with CaptureQueriesContext(connection) as marked:
            taken_requests(cast.alice, [one, *found], now=now)
        return len(asked), len(marked)

    make.booking(cara, kiln)
    of_one = count()
    for _ in range(4):
        make.booking(cara, kiln)

    assert count() == of_one == (5, 2)
    assert len(rivals(cast, one)) == 5


def test_the_api_tells_staff_and_decides() -> None:
    cast = make.cast()
    cara = make.member(cast.house, email="cara@example.org")
    with acting_for(cast.house.pk):
        kiln = room(cast)
    one, other = make.booking(cast.bob, kiln), make.booking(cara, kiln)
    client, url = make.client(), f"/api/bookings/{one.pk}"
    alice, bob = (bearer(make.token(member)) for member in (cast.alice, cast.bob))

    told = client.get(f"{url}/rivals", headers=alice).json()
    assert (told["taken"], [each["id"] for each in told["rivals"]]) == ([], [str(other.pk)])
    assert client.get(f"{url}/rivals", headers=bob).status_code == 403

    body = {"status": "confirmed", "decline_rivals": True, "reason": "First come."}
    answer = client.patch(url, body, "application/json", headers=alice)
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    lost = client.get(f"/api/bookings/{other.pk}", headers=alice).json()
    assert (lost["status"], lost["reason"]) == ("declined", "First come.")
    wrong = client.patch(url, {"title": "Glaze", "decline_rivals": True}, "application/json", headers=alice)
    assert wrong.status_code == 422
