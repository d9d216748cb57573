"""The buttons of bookings: staff's and members' own. They do what the API does, without script."""

from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
ALWAYS = make.open_week("00:00", "24:00")


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def stored(cast: Cast, booking: Booking) -> Booking:
    with acting_for(cast.house.pk):
        return Booking.objects.get(pk=booking.pk)


def running(cast: Cast, **rules: Any) -> Booking:
    """Bob's, on since half an hour."""
    room = make.resource(cast.house, rules={**ALWAYS, **rules})
    return make.begun(cast.alice, room, person=make.person(cast.house, member=cast.bob))


def admin(booking: Booking, step: str = "") -> str:
    return f"/o/oolite/admin/bookings/{booking.pk}{step}"


def own(booking: Booking, step: str) -> str:
    return f"/o/oolite/my/{booking.pk}/{step}"


def test_staff_hold_longer_once_and_are_then_told_why_not(cast: Cast) -> None:
    hold, page = make.booking(cast.bob, make.resource(cast.house), status="hold"), make.client(cast.alice)
    assert "Hold longer" in page.get(admin(hold)).content.decode()

    assert page.post(admin(hold, "/prolong"), {"version": hold.version}).status_code == 302
    assert "Hold longer" not in page.get(admin(hold)).content.decode()
    again = page.post(admin(hold, "/prolong"))

    assert again.status_code == 409
    assert "This hold was prolonged once already." in again.content.decode()


def test_a_page_made_from_an_older_version_does_nothing(cast: Cast) -> None:
    made, page = running(cast), make.client(cast.alice)

    answer = page.post(admin(made, "/give-back"), {"version": made.version + 1})

    assert answer.status_code == 412
    assert stored(cast, made).planned_ends_at is None


def test_ending_is_asked_about_before_it_is_done(cast: Cast) -> None:
    made, page = running(cast), make.client(cast.bob)
    html = page.get("/o/oolite/my").content.decode()
    assert 'popover role="dialog"' in html
    assert "Others can have the rest of the time at once." in html

    answer = page.post(own(made, "give-back"), {"version": made.version}, follow=True)

    assert "Thank you. The rest of the time is free for others." in answer.content.decode()
    given = stored(cast, made)
    assert (given.planned_ends_at, given.ends_at < made.ends_at) == (made.ends_at, True)
    assert "It was to end" in make.client(cast.alice).get(admin(made)).content.decode()


def test_a_member_checks_in_beside_their_booking(cast: Cast) -> None:
    made, page = running(cast, check_in_after_minutes=90), make.client(cast.bob)
    assert own(made, "check-in") in page.get("/o/oolite/my").content.decode()

    page.post(own(made, "check-in"), {"version": made.version})

    assert stored(cast, made).checked_in_at is not None
    html = page.get("/o/oolite/my").content.decode()
    assert "Checked in" in html
    assert own(made, "check-in") not in html


def test_a_member_confirms_a_hold_of_their_own_or_asks(cast: Cast) -> None:
    plain = make.booking(cast.bob, make.resource(cast.house), status="hold")
    room = make.resource(cast.house, rules={"schema": 1, "approval": "always"})
    asked = make.booking(cast.bob, room, status="hold")
    page = make.client(cast.bob)

    assert "Booked: Firing." in page.post(own(plain, "confirm"), follow=True).content.decode()
    assert "Requested: Firing. Staff will answer." in page.post(own(asked, "confirm"), follow=True).content.decode()
    assert (stored(cast, plain).status, stored(cast, asked).status) == ("confirmed", "pending")


def test_a_refused_step_is_said_on_my_page(cast: Cast) -> None:
    made = make.booking(cast.bob, make.resource(cast.house))

    answer = make.client(cast.bob).post(own(made, "check-in"))

    assert answer.status_code == 409
    assert "Nobody checks in for this booking." in answer.content.decode()


def test_staff_say_who_came_and_take_it_back(cast: Cast) -> None:
    made, page = running(cast), make.client(cast.alice)

    for value in ("no_show", "attended", ""):
        assert page.post(admin(made, "/outcome"), {"outcome": value}).status_code == 302
        assert stored(cast, made).outcome == value
    html = page.get(admin(made)).content.decode()
    assert "nobody has said" in html
    assert "Attendance noted" in html


def test_cancelling_late_is_said_before_it_is_done(cast: Cast) -> None:
    room = make.resource(cast.house, rules={"schema": 1, "cancel_notice_minutes": 5 * 1440})
    made, page = make.booking(cast.bob, room), make.client(cast.bob)

    html = page.get(own(made, "cancel")).content.decode()
    assert "Less than 5 days are left: this counts as late." in html
    by_staff = make.client(cast.alice).get(admin(made, "/cancel")).content.decode()
    assert "counts as late" not in by_staff

    page.post(own(made, "cancel"), {"reason": "Ill."})
    assert stored(cast, made).is_late_cancelled
    assert "Cancelled late" in make.client(cast.alice).get(admin(made)).content.decode()
    told = make.client().get(f"/api/bookings/{made.pk}", headers=bearer(make.token(cast.bob))).json()
    assert (told["cancelled_late"], told["may"]) == (True, [])


def test_in_time_nothing_is_said_of_late(cast: Cast) -> None:
    made = make.booking(cast.bob, make.resource(cast.house, rules={"schema": 1, "cancel_notice_minutes": 60}))

    assert "counts as late" not in make.client(cast.bob).get(own(made, "cancel")).content.decode()


def test_a_member_hands_over_after_being_asked_by_name(cast: Cast) -> None:
    cara = make.member(cast.house, email="cara@example.org", name="Cara")
    made, page = make.booking(cast.bob, make.resource(cast.house)), make.client(cast.bob)

    asked = page.post(own(made, "transfer"), {"who": "CARA@example.org", "version": made.version})
    assert "Hand it over to Cara?" in asked.content.decode()
    assert stored(cast, made).booked_by_id == cast.bob.pk

    sent = {"who": "cara@example.org", "version": made.version, "sure": "1"}
    done = page.post(own(made, "transfer"), sent, follow=True).content.decode()
    assert "Firing is Cara’s now." in done
    assert own(made, "cancel") not in done
    assert stored(cast, made).booked_by_id == cara.pk
    assert own(made, "cancel") in make.client(cara).get("/o/oolite/my").content.decode()


@pytest.mark.parametrize(
    ("who", "status", "sentence"),
    [
        ("nobody@example.org", 422, "No member here has this address."),
        ("charlie@example.org", 422, "No member here has this address."),
        ("Cara", 422, "Enter a valid email address."),
        ("", 422, "This field is required."),
        ("bob@example.org", 409, "It is theirs already."),
    ],
)
def test_to_whom_it_cannot_go_is_said_beside_the_field(cast: Cast, who: str, status: int, sentence: str) -> None:
    made = make.booking(cast.bob, make.resource(cast.house))

    answer = make.client(cast.bob).post(own(made, "transfer"), {"who": who, "sure": "1"})

    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert stored(cast, made).booked_by_id == cast.bob.pk


def test_staff_hand_over_to_anybody_under_people(cast: Cast) -> None:
    made, page = make.booking(cast.bob, make.resource(cast.house)), make.client(cast.alice)
    dora = make.person(cast.house, name="Dora")

    assert "Hand it over to Dora?" in page.post(admin(made, "/transfer"), {"who": "dora"}).content.decode()
    assert page.post(admin(made, "/transfer"), {"who": "dora", "sure": "1"}).headers["Location"] == admin(made)

    assert stored(cast, made).person_id == dora.pk
    assert "Handed over" in page.get(admin(made)).content.decode()


def test_what_is_over_cannot_be_handed_over_and_the_page_says_so(cast: Cast) -> None:
    room = make.resource(cast.house, rules=ALWAYS)
    made = make.begun(cast.alice, room, minutes=300, person=make.person(cast.house, member=cast.bob))

    html = make.client(cast.bob).get(own(made, "transfer")).content.decode()

    assert "This booking has ended; it cannot be handed over." in html
    assert 'name="who"' not in html


def test_who_would_lose_their_time_is_shown_before_confirming_and_marked_afterwards(cast: Cast) -> None:
    cara = make.member(cast.house, email="cara@example.org", name="Cara")
    rules = {"schema": 1, "approval": "always", "pending_blocks": False}
    room = make.resource(cast.house, rules=rules)
    one, other = make.booking(cast.bob, room, title="Raku"), make.booking(cara, room, title="Bisque")
    third = make.booking(cara, room, title="Glaze")
    page = make.client(cast.alice)

    html = page.get(admin(one)).content.decode()
    assert "2 other requests would lose their time if you confirm this one" in html
    assert "Bisque" in html
    refused = page.post(admin(one, "/confirm"), {"decline_rivals": "1", "reason": ""})
    assert refused.status_code == 422
    assert "Say why: whoever asked will read it." in refused.content.decode()

    page.post(admin(one, "/confirm"), {"version": one.version})
    assert stored(cast, other).status == "pending"
    html = page.get(admin(other)).content.decode()
    assert "This time is taken by now" in html
    assert "would lose" not in html
    assert page.get("/o/oolite/admin/bookings").content.decode().count("Time is taken") == 2
    assert page.get("/o/oolite/").content.decode().count("Time is taken") == 2

    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=one.pk).update(status="cancelled")
    page.post(admin(other, "/confirm"), {"decline_rivals": "1", "reason": "First come."})
    assert (stored(cast, other).status, stored(cast, third).status) == ("confirmed", "declined")


def test_the_api_says_what_you_may_do_and_what_was_promised(cast: Cast) -> None:
    rules = {"schema": 1, "cancel_notice_minutes": 60, "check_in_before_minutes": 15, "check_in_after_minutes": 10}
    made = make.booking(cast.bob, make.resource(cast.house, rules=rules))

    told = make.client().get(f"/api/bookings/{made.pk}", headers=bearer(make.token(cast.bob))).json()

    assert told["may"] == ["cancel", "change", "transfer"]
    instants = ("cancel_until", "check_in_from", "check_in_until")
    expected = [NOON - HOUR, NOON - HOUR / 4, NOON + HOUR / 6]
    assert [told[name].replace("+00:00", "Z") for name in instants] == [f"{at:%Y-%m-%dT%H:%M:%SZ}" for at in expected]
    assert (told["outcome"], told["checked_in_at"], told["planned_ends_at"]) == (None, None, None)
