"""One booking goes into a calendar: as a file, or by a link to one on the web."""

import pytest

from infra24.bookings.models import Booking
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.published_story import HERE, furnish
from tests.calendars.readers import all_of_it


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def test_one_booking_goes_into_a_calendar(cast: make.Cast) -> None:
    furnish(cast)
    bob, alice, charlie = (make.client(who) for who in (cast.bob, cast.alice, cast.charlie))
    with acting_for(cast.house.pk):
        own, others = Booking.objects.get(title="Bob's own"), Booking.objects.get(title="Board meeting")
    file = bob.get(f"/o/oolite/bookings/{own.pk}.ics")

    (event,) = all_of_it(file.content)
    assert (event["summary"], event["uid"]) == (["Bob's own"], [f"booking-{own.pk}@localhost"])
    assert "attachment" in file["Content-Disposition"]
    assert event["description"] == event["url"]
    link = event["url"][0].partition("localhost")[2].lstrip(":0123456789")
    assert bob.get(link)["Location"] == f"/o/oolite/my#booking-{own.pk}"
    assert alice.get(link)["Location"] == f"/o/oolite/admin/bookings/{own.pk}"
    assert [who.get(f"/o/oolite/bookings/{others.pk}.ics").status_code for who in (bob, alice, charlie)] == [
        404,
        200,
        404,
    ]
    through_api = bob.get(f"/api/bookings/{own.pk}.ics?remind_minutes=10", headers=HERE)
    assert b"TRIGGER:-PT10M" in through_api.content
    assert bob.get(f"/api/bookings/{own.pk}.ics?remind_minutes=-1", headers=HERE).status_code == 422


def test_the_pages_lead_to_calendars_on_the_web_with_time_title_and_place_alone(cast: make.Cast) -> None:
    furnish(cast)
    with acting_for(cast.house.pk):
        own = Booking.objects.get(title="Bob's own")
        Booking.objects.filter(pk=own.pk).update(note="My own phone number")

    mine = make.client(cast.bob).get("/o/oolite/my").content.decode()
    theirs = make.client(cast.alice).get(f"/o/oolite/admin/bookings/{own.pk}").content.decode()

    for html in (mine, theirs):
        assert f"/o/oolite/bookings/{own.pk}.ics" in html
        web = [part for part in html.split('"') if part.startswith(("https://calendar.google", "https://outlook"))]
        assert any("text=Bob%27s+own&amp;dates=" in link and "location=Kiln%2C+Cellar" in link for link in web)
        assert any("subject=Bob%27s+own&amp;startdt=" in link for link in web)
        assert [link for link in web if "phone" in link or "example.org" in link] == []
