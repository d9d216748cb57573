"""Who may see and book what: qualifications, `bookable_by`, `visible_to`; by service, API, page and feed."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest

from infra24.bookings.availability import availability_of
from infra24.bookings.errors import TimeRefused
from infra24.bookings.feed import calendar_events
from infra24.bookings.filtering import EventFilter
from infra24.bookings.models import Booking, Source
from infra24.bookings.queries import booking_for
from infra24.bookings.services import BookingChange, change_booking
from infra24.core.days import day_span, wall_of
from infra24.core.errors import Reason
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.errors import ResourceNotFound
from infra24.resources.models import Closure, Grant, Resource
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def cast() -> Iterator[Cast]:
    made = make.cast()
    with acting_for(made.house.pk):
        yield made


def noon_day(resource: Resource, cast: Cast) -> date:
    return wall_of(NOON, resource.time_zone or cast.house.time_zone).date()


def refused(by: Member, *resources: Resource, **more: Any) -> list[Reason]:
    before = Booking.objects.count(), Fact.objects.count()
    with pytest.raises(TimeRefused) as refusal:
        make.booking(by, *resources, **more)
    assert (Booking.objects.count(), Fact.objects.count()) == before
    assert refusal.value.alternatives == ()
    return list(refusal.value.reasons)


def send(by: Member, method: str, path: str, body: Any = None) -> Any:
    content = b"" if body is None else make.json(body)
    return make.client().generic(method, f"/api/{path}", content, "application/json", headers=bearer(make.token(by)))


def asked(resource: Resource) -> dict[str, Any]:
    return {"title": "Firing", "starts_at": NOON, "ends_at": NOON + HOUR, "resource_id": resource.pk}


WINDOW = f"start={(NOON - HOUR).strftime('%Y-%m-%dT%H:%M:%SZ')}&end={(NOON + 5 * HOUR).strftime('%Y-%m-%dT%H:%M:%SZ')}"

# --- Qualifications --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lapses_in", "passes"),
    [(None, True), (0, True), (1, True), (-1, False)],
    ids=["good", "that day", "later", "past"],
)
def test_a_qualification_counts_on_the_day_of_the_booking(cast: Cast, lapses_in: int | None, *, passes: bool) -> None:
    kiln, bob = make.resource(cast.house, name="Kiln"), make.person(cast.house, member=cast.bob)
    induction = make.qualification(cast.house, kiln, name="Induction")
    day = noon_day(kiln, cast)
    lapses_on = None if lapses_in is None else day + timedelta(days=lapses_in)
    make.grant(induction, bob, lapses_on=lapses_on)

    if passes:
        assert make.booking(cast.bob, kiln).status == "confirmed"
        return
    (reason,) = refused(cast.bob, kiln)
    assert (reason.code, reason.resource_id) == ("qualification_needed", str(kiln.pk))
    assert reason.detail == f"Your qualification “Induction” lapses on {lapses_on}."
    assert (reason.source, reason.cure) == ({"qualification_id": str(induction.pk)}, "Ask staff to renew it.")


def test_without_the_qualification_a_member_is_refused_and_told_what_would_help(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    induction = make.qualification(cast.house, kiln, name="Induction")
    make.grant(induction, make.person(cast.house, member=cast.alice))
    taken = make.grant(induction, make.person(cast.house, member=cast.bob))
    Grant.objects.filter(pk=taken.pk).update(revoked_at=datetime.now(UTC))

    (reason,) = refused(cast.bob, kiln)

    assert (reason.code, reason.detail) == ("qualification_needed", "Kiln needs the qualification “Induction”.")
    assert (reason.source, reason.cure) == (
        {"qualification_id": str(induction.pk)},
        "Ask staff for an induction.",
    )


def test_each_missing_qualification_of_each_leg_is_a_reason(cast: Cast) -> None:
    kiln, press = make.resource(cast.house), make.resource(cast.house)
    make.qualification(cast.house, kiln, press)
    make.qualification(cast.house, kiln)

    assert [(reason.code, reason.resource_id) for reason in refused(cast.bob, kiln, press)] == [
        ("qualification_needed", str(kiln.pk)),
        ("qualification_needed", str(kiln.pk)),
        ("qualification_needed", str(press.pk)),
    ]


def test_staff_are_not_bound_for_themselves_or_for_others_and_instructors_are(cast: Cast) -> None:
    kiln, dora = make.resource(cast.house), make.person(cast.house)
    make.qualification(cast.house, kiln)
    instructor = make.member(cast.house, role=Role.INSTRUCTOR)

    make.booking(cast.alice, kiln)
    make.booking(cast.alice, kiln, starts_at=NOON + HOUR, person=dora)

    assert [reason.code for reason in refused(instructor, kiln, starts_at=NOON + 2 * HOUR)] == ["qualification_needed"]


def test_what_staff_granted_before_the_account_existed_counts_at_once(cast: Cast) -> None:
    kiln = make.resource(cast.house)
    make.grant(make.qualification(cast.house, kiln), make.person(cast.house, email=cast.bob.user.email))

    assert availability_of(cast.bob, kiln.pk, NOON, NOON + HOUR).free == [(NOON, NOON + HOUR)]
    assert make.booking(cast.bob, kiln).status == "confirmed"
    assert Person.objects.count() == 1


def test_a_booking_cannot_be_moved_to_where_a_qualification_is_missing(cast: Cast) -> None:
    room, kiln = make.resource(cast.house), make.resource(cast.house)
    make.qualification(cast.house, kiln)
    booking = make.booking(cast.bob, room)
    (leg,) = make.wish(kiln).legs

    with pytest.raises(TimeRefused) as refusal:
        change_booking(booking, BookingChange(legs=(leg,)), by=cast.bob, source=Source.SELF)

    assert [reason.code for reason in refusal.value.reasons] == ["qualification_needed"]
    assert [each.resource_id for each in booking_for(cast.bob, booking.pk).visible_legs] == [room.pk]


def test_what_is_booked_stays_when_the_qualification_goes(cast: Cast) -> None:
    """Its text can be mended; only another time or place is asked anew."""
    kiln = make.resource(cast.house)
    make.grant(make.qualification(cast.house, kiln), make.person(cast.house, member=cast.bob))
    booking = make.booking(cast.bob, kiln)
    Grant.objects.update(revoked_at=datetime.now(UTC))

    changed = change_booking(booking, BookingChange(title="Glaze"), by=cast.bob, source=Source.SELF)
    with pytest.raises(TimeRefused):
        change_booking(changed, BookingChange(starts_at=NOON - HOUR), by=cast.bob, source=Source.SELF)

    assert (changed.title, changed.status) == ("Glaze", "confirmed")


def test_availability_ends_with_the_last_day_of_a_qualification(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={"schema": 1, "slot_minutes": 60})
    day = noon_day(kiln, cast)
    make.grant(
        make.qualification(cast.house, kiln, name="Induction"),
        make.person(cast.house, member=cast.bob),
        lapses_on=day,
    )
    since, until = day_span(day, cast.house.time_zone)[0], day_span(day + DAY, cast.house.time_zone)[1]

    found = availability_of(cast.bob, kiln.pk, since, until, length=HOUR)

    assert {wall_of(span[0], cast.house.time_zone).date() for span in (*found.free, *found.slots)} == {day}
    assert len(found.slots) == 12
    coded = [(span, [reason.code for reason in reasons]) for span, reasons in found.refused]
    lapsed = [span for span, codes in coded if "qualification_needed" in codes]
    assert (lapsed[0][0], lapsed[-1][1]) == (day_span(day, cast.house.time_zone)[1], until)
    assert [codes for span, codes in coded if span in lapsed] == [
        ["qualification_needed", "closed"],
        ["qualification_needed"],
        ["qualification_needed", "closed"],
    ]
    everything = availability_of(cast.alice, kiln.pk, since, until, length=HOUR)
    assert (len(everything.slots), len(everything.free)) == (24, 2)


def test_the_api_says_which_qualification_is_missing_and_what_would_help(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    induction = make.qualification(cast.house, kiln, name="Induction")

    problem = send(cast.bob, "POST", "bookings", asked(kiln))

    assert (problem.status_code, problem.json()["code"]) == (409, "qualification_needed")
    assert problem.json()["reasons"] == [
        {
            "code": "qualification_needed",
            "detail": "Kiln needs the qualification “Induction”.",
            "resource_id": str(kiln.pk),
            "source": {"qualification_id": str(induction.pk)},
            "cure": "Ask staff for an induction.",
        }
    ]
    told = send(cast.bob, "GET", f"resources/{kiln.pk}/availability?{WINDOW}").json()
    assert (told["free"], [each["code"] for each in told["refused"][0]["reasons"]]) == ([], ["qualification_needed"])
    make.grant(induction, Person.objects.get(user=cast.bob.user) if Person.objects.exists() else _bob(cast))
    assert send(cast.bob, "POST", "bookings", asked(kiln)).status_code == 201


def _bob(cast: Cast) -> Person:
    return make.person(cast.house, member=cast.bob)


def test_the_page_says_what_is_missing_instead_of_offering_a_form(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    make.qualification(cast.house, kiln, name="Induction")
    path = f"/o/oolite/book/{kiln.pk}"

    html = make.client(cast.bob).get(path).content.decode()

    assert "Kiln needs the qualification “Induction”. Ask staff for an induction." in html
    assert 'name="title"' not in html
    assert 'name="title"' in make.client(cast.alice).get(path).content.decode()
    make.grant(kiln.needs.get().qualification, _bob(cast))
    assert 'name="title"' in make.client(cast.bob).get(path).content.decode()


# --- Who may book, and who may see ----------------------------------------------------------


@pytest.mark.parametrize(
    ("bookable_by", "role", "code"),
    [
        ("member", Role.MEMBER, None),
        ("instructor", Role.MEMBER, "not_allowed"),
        ("instructor", Role.INSTRUCTOR, None),
        ("staff", Role.INSTRUCTOR, "not_allowed"),
        ("staff", Role.STAFF, None),
        ("nobody", Role.STAFF, "not_bookable"),
        ("nobody", Role.ADMIN, "not_bookable"),
        ("nobody", Role.MEMBER, "not_bookable"),
    ],
)
def test_who_may_book(cast: Cast, bookable_by: str, role: Role, code: str | None) -> None:
    room, who = make.resource(cast.house, bookable_by=bookable_by), make.member(cast.house, role=role)

    found = availability_of(who, room.pk, NOON, NOON + HOUR, length=HOUR)

    if code is None:
        assert found.free == [(NOON, NOON + HOUR)]
        assert make.booking(who, room).status == "confirmed"
        return
    assert (found.free, found.slots) == ([], [])
    assert [[reason.code for reason in reasons] for _span, reasons in found.refused] == [[code]]
    (reason,) = refused(who, room)
    assert (reason.code, reason.resource_id, bool(reason.cure)) == (code, str(room.pk), True)


def test_the_page_of_what_nobody_may_book_offers_no_form(cast: Cast) -> None:
    room = make.resource(cast.house, name="Lift", bookable_by="nobody")

    html = make.client(cast.alice).get(f"/o/oolite/book/{room.pk}").content.decode()

    assert "Lift cannot be booked." in html
    assert 'name="title"' not in html


def test_the_page_of_an_archived_resource_is_not_there(cast: Cast) -> None:
    room = make.resource(cast.house)
    Resource.objects.filter(pk=room.pk).update(archived_at=datetime.now(UTC))

    assert make.client(cast.alice).get(f"/o/oolite/book/{room.pk}").status_code == 404


@pytest.mark.parametrize(
    ("visible_to", "role", "sees"),
    [
        ("everyone", Role.MEMBER, True),
        ("member", Role.MEMBER, True),
        ("instructor", Role.MEMBER, False),
        ("instructor", Role.INSTRUCTOR, True),
        ("staff", Role.INSTRUCTOR, False),
        ("staff", Role.STAFF, True),
    ],
)
def test_who_sees_it_finds_it_everywhere_and_who_does_not_nowhere(
    cast: Cast, visible_to: str, role: Role, *, sees: bool
) -> None:
    room, who = make.resource(cast.house, visible_to=visible_to), make.member(cast.house, role=role)
    make.booking(cast.alice, room)
    later = {**asked(room), "starts_at": NOON + HOUR, "ends_at": NOON + 2 * HOUR}

    answers = [
        send(who, "GET", f"resources/{room.pk}").status_code,
        send(who, "GET", f"resources/{room.pk}/availability?{WINDOW}").status_code,
        send(who, "POST", "bookings", later).status_code,
        make.client(who).get(f"/o/oolite/book/{room.pk}").status_code,
    ]

    assert answers == ([200, 200, 201, 200] if sees else [404] * 4)
    assert (str(room.pk) in str(send(who, "GET", "resources").json())) == sees
    assert (str(room.pk) in make.client(who).get("/o/oolite/book").content.decode()) == sees
    assert (str(room.pk) in str(send(who, "GET", f"calendar/events?{WINDOW}").json())) == sees


def test_a_booking_cannot_be_moved_into_what_is_hidden(cast: Cast) -> None:
    room, vault = make.resource(cast.house), make.resource(cast.house, visible_to="staff")
    booking = make.booking(cast.bob, room)
    (leg,) = make.wish(vault).legs

    with pytest.raises(ResourceNotFound):
        change_booking(booking, BookingChange(legs=(leg,)), by=cast.bob, source=Source.SELF)


def test_the_feed_tells_members_of_hidden_resources_only_their_own(cast: Cast) -> None:
    room, vault = make.resource(cast.house), make.resource(cast.house, visible_to="staff")
    bob = make.person(cast.house, member=cast.bob)
    own = make.booking(cast.alice, vault, person=bob)
    make.booking(cast.alice, vault, starts_at=NOON + HOUR)
    both = make.booking(cast.alice, room, vault, starts_at=NOON + 2 * HOUR)

    def told(viewer: Member, *resources: Resource) -> list[tuple[str, list[str]]]:
        ids = [each.pk for each in resources]
        events = msgspec.to_builtins(calendar_events(viewer, NOON - HOUR, NOON + 5 * HOUR, wanted=EventFilter(ids)))
        return [(each["id"], each["resourceIds"]) for each in events if each["extendedProps"]["kind"] == "booking"]

    seen_of_both = (str(both.pk), [str(room.pk)])
    assert told(cast.bob) == [(str(own.pk), [str(vault.pk)]), seen_of_both]
    assert told(cast.bob, room) == [seen_of_both]
    assert told(cast.bob, vault) == [(str(own.pk), [str(vault.pk)])]
    assert len(told(cast.alice, vault)) == 3
    hidden = calendar_events(cast.bob, NOON - HOUR, NOON + 20 * HOUR, wanted=EventFilter([vault.pk]))
    assert [event.id for event in hidden] == [str(own.pk)]


def test_members_hear_that_a_room_is_closed_but_not_why_when_the_reason_lies_in_what_is_hidden(cast: Cast) -> None:
    hall = make.resource(cast.house, name="Hall")
    vault = make.resource(cast.house, part_of=hall, visible_to="staff")
    walls = [wall_of(NOON + step, "America/New_York").replace(tzinfo=None) for step in (timedelta(), HOUR)]
    with acting_for(cast.house.pk):
        Closure.objects.create(
            org_id=cast.house.pk, title="Safe moves", resource=vault, wall_from=walls[0], wall_until=walls[1]
        )

    def told(viewer: Member) -> str:
        with pytest.raises(TimeRefused) as refusal:
            make.booking(viewer, hall)
        with acting_for(cast.house.pk):
            found = availability_of(viewer, hall.pk, NOON, NOON + 2 * HOUR).refused
            events = calendar_events(viewer, NOON - HOUR, NOON + 5 * HOUR, wanted=EventFilter([hall.pk]))
        (reason,) = refusal.value.reasons
        assert reason.code == "closure"
        assert [each.code for _span, reasons in found for each in reasons] == ["closure"]
        assert "closure" in {event.extendedProps.kind for event in events}
        return f"{reason} {found} {events}"

    assert "Safe moves" in told(cast.alice)
    assert "Safe moves" not in told(cast.bob)


def test_members_list_and_open_their_own_booking_of_what_is_hidden_and_no_other(cast: Cast) -> None:
    vault = make.resource(cast.house, visible_to="staff")
    own = make.booking(cast.alice, vault, person=make.person(cast.house, member=cast.bob))
    other = make.booking(cast.alice, vault, starts_at=NOON + HOUR)

    listed = send(cast.bob, "GET", f"bookings?resource={vault.pk}").json()["items"]

    assert [each["id"] for each in listed] == [str(own.pk)]
    assert send(cast.bob, "GET", f"bookings/{own.pk}").status_code == 200
    assert send(cast.bob, "GET", f"bookings/{other.pk}").status_code == 404
