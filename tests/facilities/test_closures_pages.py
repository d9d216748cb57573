"""Pages on which staff close something, and what others see of it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from tests import make
from tests.facilities.closing import ART_WEEK, DAY, close, keep
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
LIST, NEW = "/o/oolite/admin/closures", "/o/oolite/admin/closures/new"


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def staff(cast: Cast) -> Client:
    return make.client(cast.alice)


def sent(place: Resource | str = "", **more: Any) -> dict[str, Any]:
    place = str(place.pk) if isinstance(place, Resource) else place
    days = {"first_day": ART_WEEK.date(), "last_day": (ART_WEEK + DAY).date()}
    return {"title": "Art Week", "place": place, **days, **more}


def words(answer: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def stored(cast: Cast) -> list[Closure]:
    with acting_for(cast.house.pk):
        return list(Closure.objects.order_by("id"))


def test_an_empty_list_says_what_a_closure_is(staff: Client) -> None:
    assert "Nothing was ever closed here" in words(staff.get(LIST))


def test_closing_what_nobody_has_booked(cast: Cast, staff: Client) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    form = staff.get(f"{NEW}?resource={kiln.pk}")
    assert f'value="{kiln.pk}" selected' in form.content.decode()

    asked = staff.post(NEW, sent(kiln))

    assert asked.status_code == 200
    assert "Nothing is booked in this time." in words(asked)
    assert "stood in nobody’s way" in words(asked)
    assert stored(cast) == []

    done = staff.post(NEW, sent(kiln, step="close"), follow=True)

    assert "Closed: Art Week." in words(done)
    (closure,) = stored(cast)
    assert (closure.wall_from, closure.wall_until, closure.resource_id) == (ART_WEEK, ART_WEEK + 2 * DAY, kiln.pk)


def test_every_booking_is_decided_before_anything_is_closed(cast: Cast, staff: Client) -> None:
    room = make.resource(cast.house)
    kept, _, moved = (
        make.booking(cast.alice, room, title=title, starts_at=NOON + hours * HOUR)
        for title, hours in (("Kept", 0), ("Given up", 1), ("Moved", 2))
    )

    asked = staff.post(NEW, sent(room))
    assert "3 bookings lie in this time" in words(asked)
    rows = asked.context["decisions"].rows
    assert [row.booking.title for row in rows] == ["Kept", "Given up", "Moved"]
    _, offers = rows[2].decision.field.choices[-1]
    seen = asked.context["decisions"].seen

    decided = {f"decision_{kept.pk}": "keep", f"decision_{moved.pk}": offers[0][0]}
    undecided = staff.post(NEW, sent(room, step="close", seen=seen, **decided))
    assert undecided.status_code == 422
    assert "Choose what becomes of it." in words(undecided)
    assert stored(cast) == []

    without_reason = staff.post(NEW, sent(room, step="close", seen=seen, rest="cancel", **decided))
    assert without_reason.status_code == 422
    assert "Say why bookings are cancelled" in words(without_reason)

    done = staff.post(NEW, sent(room, step="close", seen=seen, rest="cancel", reason="Sanding.", **decided))
    assert done.status_code == 302
    with acting_for(cast.house.pk):
        after = {one.title: (one.status, one.reason, one.starts_at) for one in Booking.objects.all()}
    assert after["Kept"] == ("confirmed", "", NOON)
    assert after["Given up"] == ("cancelled", "Sanding.", NOON + HOUR)
    assert after["Moved"][2].isoformat() == offers[0][0].removeprefix("move ")


def test_what_came_meanwhile_is_not_decided_with_the_rest(cast: Cast, staff: Client) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, title="Seen")
    seen = staff.post(NEW, sent(room)).context["decisions"].seen
    make.booking(cast.alice, room, title="New", starts_at=NOON + HOUR)

    refused = staff.post(NEW, sent(room, step="close", seen=seen, rest="cancel", reason="Sanding."))

    assert refused.status_code == 422
    assert [row.booking.title for row in refused.context["decisions"].rows if row.decision.errors] == ["New"]
    assert stored(cast) == []


def test_what_changed_meanwhile_is_shown_again(cast: Cast, staff: Client) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room)
    seen = staff.post(NEW, sent(room)).context["decisions"].seen
    with acting_for(cast.house.pk):
        Booking.objects.filter(pk=booking.pk).update(title="Glaze")

    refused = staff.post(NEW, sent(room, step="close", seen=seen, rest="keep"))

    assert refused.status_code == 412
    assert "Glaze" in words(refused)
    assert stored(cast) == []
    again = staff.post(NEW, sent(room, step="close", seen=refused.context["decisions"].seen, rest="keep"))
    assert again.status_code == 302


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"last_day": (ART_WEEK - DAY).date()}, "It would end before it begins."),
        (
            {"first_clock": "18:00", "last_day": ART_WEEK.date(), "last_clock": "17:00"},
            "It would end before it begins.",
        ),
        ({"title": ""}, "This field is required."),
        ({"place": "kind:spaceship"}, "Select a valid choice."),
        ({"last_day": (ART_WEEK + 2000 * DAY).date()}, "A closure lasts at most five years."),
        ({"yearly": "on", "last_day": (ART_WEEK + 400 * DAY).date()}, "must be shorter than a year."),
    ],
)
def test_a_form_that_makes_no_sense_is_shown_again(staff: Client, more: dict[str, Any], sentence: str) -> None:
    answer = staff.post(NEW, sent(**more))

    assert answer.status_code == 422
    assert sentence in words(answer)


def test_going_back_keeps_what_was_written(staff: Client) -> None:
    answer = staff.post(NEW, sent(step="edit", yearly="on"))

    assert answer.status_code == 200
    assert 'value="Art Week"' in answer.content.decode()
    assert f'value="{ART_WEEK.date()}"' in answer.content.decode()


def test_what_is_to_come_can_be_changed_and_asks_about_what_is_new(cast: Cast, staff: Client) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room, starts_at=NOON + 2 * DAY)
    closure = close(cast.alice, room)
    page = f"{LIST}/{closure.pk}"
    assert "to come" in words(staff.get(page))
    longer = {**sent(), "last_day": (ART_WEEK + 2 * DAY).date(), "version": closure.version}

    asked = staff.post(page, longer)
    assert "1 booking lies in this time" in words(asked)
    seen = asked.context["decisions"].seen

    assert staff.post(page, {**longer, "step": "close", "seen": seen}).status_code == 422
    done = staff.post(page, {**longer, "step": "close", "seen": seen, f"decision_{booking.pk}": "keep"})
    assert done.status_code == 302
    (changed,) = stored(cast)
    assert (changed.wall_until, changed.version) == (ART_WEEK + 3 * DAY, 2)
    stale = staff.post(page, {**longer, "title": "Fair"})
    assert stale.status_code == 412


def test_lifting_asks_first(cast: Cast, staff: Client) -> None:
    closure = close(cast.alice, since=ART_WEEK - 30 * DAY, until=ART_WEEK + DAY)
    page = f"{LIST}/{closure.pk}"
    assert "It has begun" in words(staff.get(page))

    assert "Lift this closure?" in words(staff.get(f"{page}/lift"))
    assert stored(cast)[0].lifted_at is None
    assert "Lifted: Art Week." in words(staff.post(f"{page}/lift", follow=True))
    assert stored(cast)[0].lifted_at
    assert "nothing left to lift" in words(staff.get(f"{page}/lift"))
    assert staff.post(f"{page}/lift").status_code == 409


def test_the_list_has_what_comes_what_comes_back_and_what_is_over(cast: Cast, staff: Client) -> None:
    close(cast.alice, title="Soon")
    close(cast.alice, title="Holidays", yearly=True, since=ART_WEEK.replace(month=12, day=24))
    close(cast.alice, title="Long ago", since=ART_WEEK - 30 * DAY)

    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            staff.get(LIST)
        return len(caught)

    shown = staff.get(LIST)
    assert [one.title for one in shown.context["coming"]] == ["Soon"]
    assert [one.title for one in shown.context["yearly"]] == ["Holidays"]
    assert [one.title for one in shown.context["over"].items] == ["Long ago"]
    assert "every year, December 24 – December 25" in words(shown)
    before = queries()
    close(cast.alice, title="Later", resource=make.resource(cast.house))
    assert queries() == before


def test_a_resource_says_what_closes_it(cast: Cast, staff: Client) -> None:
    hall = make.resource(cast.house, name="Hall")
    half = make.resource(cast.house, name="Half", part_of=hall)
    page = f"/o/oolite/admin/resources/{half.pk}"
    assert "Nothing closes it now or later." in words(staff.get(page))

    close(cast.alice, hall, title="Floor")
    close(cast.alice, make.resource(cast.house), title="Elsewhere")

    shown = staff.get(page)
    assert "Floor" in words(shown)
    assert "Elsewhere" not in words(shown)
    assert f"closures/new?resource={half.pk}" in shown.content.decode()


def test_members_read_why_a_day_is_closed(cast: Cast) -> None:
    kiln = make.resource(cast.house)
    booking = make.booking(cast.alice, kiln, starts_at=NOON)
    close(cast.alice, kiln, decisions={booking.pk: keep(booking)})

    shown = make.client(cast.bob).get(f"/o/oolite/book/{kiln.pk}?from={ART_WEEK.date()}")

    assert words(shown).count("Closed: Art Week") == 2
    assert "not free" not in words(shown)


def test_the_day_as_a_list_names_closures(cast: Cast, staff: Client) -> None:
    kiln = make.resource(cast.house, name="Kiln")
    booking = make.booking(cast.alice, kiln)
    close(cast.alice, kiln, decisions={booking.pk: keep(booking)})
    close(cast.alice, make.resource(cast.house, name="Loom"), title="Repair")

    shown = words(staff.get(f"/o/oolite/admin/calendar?view=list&date={ART_WEEK.date()}"))

    assert "Kiln all day Closed: Art Week" in shown
    assert "Loom all day Closed: Repair" in shown
    assert "Firing" in shown


def test_pages_are_closed_to_members_and_strangers(cast: Cast) -> None:
    closure = close(cast.alice)

    for page in (LIST, NEW, f"{LIST}/{closure.pk}", f"{LIST}/{closure.pk}/lift"):
        assert make.client(cast.bob).get(page).status_code == 403
        assert make.client(cast.charlie).get(page).status_code == 404
