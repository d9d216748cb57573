"""What a calendar's address shows is changed, and it stays the same address."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from infra24.calendars.errors import CalendarFeedNotFound, DetailFixed
from infra24.calendars.models import CalendarFeed, FeedDetail, FeedKind
from infra24.calendars.services.publishing import FeedWish, change_feed, end_feed
from infra24.core.errors import Stale
from infra24.facts.models import Fact
from infra24.orgs.errors import RoleTooLow
from infra24.orgs.models import AuditEntry, Key, Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.calendars.published_story import HERE, furnish, made, path_of, read, told
from tests.calendars.readers import all_of_it
from tests.recorded import recorded_facts


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def wish(name: str = "", detail: FeedDetail = FeedDetail.BUSY, remind_minutes: int | None = None) -> FeedWish:
    return FeedWish(name, detail, remind_minutes)


def test_an_address_is_changed_and_stays_the_same_address(cast: make.Cast) -> None:
    furnish(cast)
    feed = made(cast.alice, FeedKind.ORGANISATION, name="Door")
    path, before = path_of(feed), read(feed)

    with acting_for(cast.house.pk):
        change_feed(feed, wish("Gate", FeedDetail.FULL, 30), by=cast.alice, source="staff", version=1)
        change_feed(feed, wish("Gate", FeedDetail.FULL, 30), by=cast.alice, source="staff")  # as it is: no news

    after = Client().get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200, "it shows something else now"
    assert (told(before)[0][0], told(after)[0][0]) == ("Busy", "Board meeting")
    assert all_of_it(after.content)[0]["alarms"][0][1] == -timedelta(minutes=30)
    with acting_for(cast.house.pk):
        feed.refresh_from_db()
        assert (feed.name, feed.version, Key.objects.get(subject_id=feed.pk).name) == ("Gate", 2, "Gate")
        step: Any = AuditEntry.objects.get(action="calendarfeed.change")
        fact = Fact.objects.get(type="calendarfeed.changed")
    assert (step.before["name"], step.after["name"], step.after["detail"]) == ("Door", "Gate", "full")
    assert fact.data == {"fields": ["name", "detail", "remind_minutes"]}


def test_what_cannot_be_changed_leaves_no_trace(cast: make.Cast) -> None:
    own, house = made(cast.bob, FeedKind.PERSON), made(cast.alice, FeedKind.ORGANISATION)
    gone = made(cast.bob, FeedKind.PERSON)
    with acting_for(cast.house.pk):
        end_feed(gone, by=cast.bob, source="self")

        def refused(error: type[Exception], feed: CalendarFeed, by: Member, **more: Any) -> None:
            before = list(CalendarFeed.objects.order_by("pk").values()), recorded_facts()
            with pytest.raises(error):
                change_feed(feed, wish("Gate", **more), by=by, source="staff", version=1)
            assert (list(CalendarFeed.objects.order_by("pk").values()), recorded_facts()) == before

        refused(DetailFixed, own, cast.bob, detail=FeedDetail.FULL)
        refused(RoleTooLow, house, cast.bob)
        refused(CalendarFeedNotFound, gone, cast.bob)
        change_feed(own, wish("Watch"), by=cast.bob, source="self")
        refused(Stale, own, cast.bob)


def test_an_address_is_changed_through_the_api_and_by_whoever_saw_it_as_it_is(cast: make.Cast) -> None:
    feed, bob = made(cast.bob, FeedKind.PERSON, name="Phone", remind_minutes=10), make.client(cast.bob)
    address = f"/api/calendar-feeds/{feed.pk}"

    def change(tag: str, **body: Any) -> Any:
        return bob.patch(address, make.json(body), "application/json", headers={**HERE, "If-Match": tag})

    tag = bob.get(address, headers=HERE)["ETag"]
    called = change(tag, name="Watch")
    assert (called.status_code, called["ETag"]) == (200, '"2"')
    assert (called.json()["name"], called.json()["remind_minutes"]) == ("Watch", 10)
    assert change(tag, name="Ring").status_code == 412
    quiet = change('"2"', remind_minutes=None).json()
    assert (quiet["name"], quiet["remind_minutes"]) == ("Watch", None)
    assert change('"3"', detail="full").json()["code"] == "detail_fixed"
    assert bob.post(f"{address}/renew", headers={**HERE, "If-Match": tag}).status_code == 412
    for other in (cast.alice, cast.charlie):
        answer = make.client(other).patch(address, make.json({"name": "X"}), "application/json", headers=HERE)
        assert answer.status_code == 404


def test_an_address_is_changed_on_its_page(cast: make.Cast) -> None:
    feed, house = made(cast.bob, FeedKind.PERSON, remind_minutes=45), made(cast.alice, FeedKind.ORGANISATION)
    bob, alice = make.client(cast.bob), make.client(cast.alice)
    page = f"/o/oolite/calendar-feeds/{feed.pk}/edit"

    assert page in bob.get("/o/oolite/my/calendar/addresses").content.decode()
    shown = bob.get(page).content.decode()
    assert "45 minutes before" in shown, "the API takes any, and the page must not lose it"
    assert "What it shows" not in shown
    assert bob.post(page, {"name": "Watch", "remind_minutes": "45", "version": "1"}).status_code == 302
    stale = bob.post(page, {"name": "Ring", "version": "1"})
    assert (stale.status_code, "Somebody changed this" in stale.content.decode()) == (412, True)
    assert bob.post(page, {"name": "x" * 81, "version": "2"}).status_code == 422
    assert alice.get(page).status_code == 404

    door = f"/o/oolite/calendar-feeds/{house.pk}/edit"
    assert "What it shows" in alice.get(door).content.decode()
    back = alice.post(door, {"name": "Door", "detail": "full", "version": "1"}, follow=True)
    assert "Saved. Calendars that read the address go on doing so." in back.content.decode()
    with acting_for(cast.house.pk):
        rows = {row.pk: row for row in CalendarFeed.objects.all()}
    assert (rows[feed.pk].name, rows[feed.pk].remind_minutes) == ("Watch", 45)
    assert (rows[house.pk].name, rows[house.pk].detail) == ("Door", "full")
