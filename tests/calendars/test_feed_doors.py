"""Connecting calendars through the API and on the pages: members their own, staff anybody's."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.calendars.services.feeds import reseal_feeds
from infra24.orgs.tenancy import acting_for
from infra24.people.models import BusyFeed
from tests import make

HERE = {"Infra24-Organisation": "oolite"}
PAGE = "/o/oolite/my/calendar"
ADDRESS = "https://calendar.example.org/secret.ics"


@pytest.fixture
def cast(db: None) -> make.Cast:
    return make.cast()


def feeds(cast: make.Cast) -> list[BusyFeed]:
    with acting_for(cast.house.pk):
        return list(BusyFeed.objects.select_related("person").order_by("id"))


def test_members_connect_their_own_and_nobody_elses(cast: make.Cast) -> None:
    ana = make.person(cast.house, name="Ana")
    bob, alice, charlie = (make.client(who) for who in (cast.bob, cast.alice, cast.charlie))

    def connect(client: Any, **more: Any) -> Any:
        return client.post(
            "/api/busy-feeds", make.json({"name": "Home", "address": ADDRESS, **more}), "application/json", headers=HERE
        )

    mine = connect(bob)
    assert (mine.status_code, mine.json()["host"], ADDRESS in mine.content.decode()) == (
        201,
        "calendar.example.org",
        False,
    )
    assert connect(bob).json()["code"] == "feed_twice"
    assert connect(bob, person_id=ana.pk).status_code == 404
    hers = connect(alice, person_id=ana.pk)
    assert (hers.status_code, connect(alice, address="http://10.0.0.1/").json()["code"]) == (
        201,
        "feed_address_refused",
    )
    assert [one["id"] for one in bob.get("/api/busy-feeds", headers=HERE).json()["items"]] == [mine.json()["id"]]
    assert len(alice.get("/api/busy-feeds", headers=HERE).json()["items"]) == 2
    assert len(alice.get(f"/api/busy-feeds?person={ana.pk}", headers=HERE).json()["items"]) == 1
    address = f"/api/busy-feeds/{hers.json()['id']}"
    assert [client.get(address, headers=HERE).status_code for client in (alice, bob, charlie)] == [200, 404, 404]
    assert bob.delete(address, headers=HERE).status_code == 404
    assert alice.post(f"{address}/resume", headers=HERE).json()["code"] == "feed_not_paused"
    assert alice.delete(address, headers=HERE).status_code == 204
    assert len(feeds(cast)) == 1


def test_the_page_connects_shows_and_takes_away_after_asking(cast: make.Cast) -> None:
    bob = make.client(cast.bob)
    assert "No calendar is connected" in bob.get(PAGE).content.decode()
    assert bob.post(PAGE, {"name": "Home", "address": "http://localhost/"}).status_code == 422

    connected = bob.post(PAGE, {"name": "Home", "address": ADDRESS}, follow=True)
    html = connected.content.decode()
    assert ("Not read yet" in html, "secret.ics" in html) == (True, False)
    assert bob.post(PAGE, {"name": "Home", "address": ADDRESS}).status_code == 409
    (feed,) = feeds(cast)
    assert "Take it away" in bob.get(f"{PAGE}/{feed.pk}/remove").content.decode()
    assert len(feeds(cast)) == 1
    assert bob.post(f"{PAGE}/{feed.pk}/remove").status_code == 302
    assert feeds(cast) == []


def test_a_paused_calendar_says_why_and_is_read_again(cast: make.Cast) -> None:
    bob, alice = make.client(cast.bob), make.client(cast.alice)
    bob.post(PAGE, {"name": "Home", "address": ADDRESS})
    (feed,) = feeds(cast)
    with acting_for(cast.house.pk):
        BusyFeed.objects.update(
            state="paused", failures=5, last_error="The calendar's server has trouble (status 500)."
        )

    staff_page = f"/o/oolite/admin/people/{feed.person_id}/calendars"
    for client, address in ((bob, PAGE), (alice, staff_page)):
        html = client.get(address).content.decode()
        assert ("status 500" in html, "Read it again" in html) == (True, True)
    back = alice.post(f"{PAGE}/{feed.pk}/resume")
    assert (back.status_code, back["Location"], feeds(cast)[0].state) == (302, staff_page, "active")
    again = alice.post(f"{PAGE}/{feed.pk}/resume", follow=True)
    assert "This calendar is read already." in again.content.decode()
    assert bob.get(staff_page).status_code == 403
    assert f"{feed.person_id}/calendars" in alice.get("/o/oolite/admin/people").content.decode()


def test_lists_take_the_same_queries_however_long(cast: make.Cast) -> None:
    alice, counted = make.client(cast.alice), []
    for number in (1, 3):
        for _ in range(number):
            person = make.person(cast.house)
            with acting_for(cast.house.pk):
                BusyFeed.objects.create(org_id=cast.house.pk, person=person, name="Home", host="example.org")
        with CaptureQueriesContext(connection) as queries:
            alice.get("/api/busy-feeds", headers=HERE)
        counted.append(len(queries))
    assert counted[0] == counted[1]


def test_addresses_are_sealed_anew_with_a_new_key(cast: make.Cast, settings: Any) -> None:
    make.client(cast.bob).post(PAGE, {"name": "Home", "address": ADDRESS})
    (before,) = feeds(cast)

    assert reseal_feeds(cast.house.pk) == 1
    (after,) = feeds(cast)
    assert before.sealed_address != after.sealed_address
