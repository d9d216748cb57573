"""The waitlist through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from infra24.bookings.models import Booking
from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.waitlist.models import Entry
from infra24.waitlist.queries import own_entries, visible_entries, with_offers, with_place
from tests import make
from tests.make import NOON
from tests.waitlist.story import HOUR, House

pytestmark = pytest.mark.django_db


@pytest.fixture
def house() -> House:
    return House()


def call(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
    sent = make.json(body) if body is not None else b""
    headers = {"Authorization": f"Bearer {make.token(by)}", **headers}
    return make.client().generic(method, f"/api/waitlist{path}", sent, "application/json", headers=headers)


def asked(house: House, **more: Any) -> dict[str, Any]:
    span = {"start": NOON.isoformat(), "end": (NOON + HOUR).isoformat(), "length": "PT1H"}
    return {"title": "Firing", "resource_id": str(house.kiln.pk), **span, **more}


def test_a_member_joins_is_offered_the_time_and_takes_it(house: House) -> None:
    answer = call(house.bob, "POST", "", asked(house, party_size=2, days=["weekdays", "weekends"]))
    assert answer.status_code == 201, answer.json()
    entry = answer.json()
    assert answer["ETag"] == '"1"'
    assert {name: entry[name] for name in ("status", "ahead", "from", "until", "kind", "length", "offers")} == {
        "status": "waiting",
        "ahead": 0,
        "from": None,
        "until": None,
        "kind": None,
        "length": "PT3600S",
        "offers": [],
    }
    assert entry["days"] == ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

    house.cancel()
    house.run()
    shown = call(house.bob, "GET", f"/{entry['id']}").json()
    (offer,) = shown["offers"]
    assert (shown["status"], offer["outcome"], offer["resource_id"]) == ("offered", None, str(house.kiln.pk))

    taken = call(house.bob, "POST", f"/{entry['id']}/accept").json()
    assert (taken["status"], taken["offers"][0]["outcome"]) == ("taken", "taken")
    again = call(house.bob, "POST", f"/{entry['id']}/accept")
    assert (again.status_code, again.json()["code"]) == (409, "nothing_offered")


def test_what_is_free_is_answered_with_the_times_to_book(house: House) -> None:
    answer = call(house.bob, "POST", "", asked(house, end=(NOON + 2 * HOUR).isoformat()))

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "free_already")
    (time,) = problem["alternatives"]
    assert (time["resource_id"], time["starts_at"]) == (str(house.kiln.pk), (NOON + HOUR).isoformat())


@pytest.mark.parametrize(
    "more",
    [
        {"kind": "space"},
        {"resource_id": None},
        {"length": None},
        {"length": "PT0S"},
        {"until": "25:00"},
        {"surprise": 1},
        {"features": ["a>"]},
    ],
)
def test_what_is_wrong_in_the_request_is_422(house: House, more: dict[str, Any]) -> None:
    assert call(house.bob, "POST", "", asked(house, **more)).status_code == 422
    with acting_for(house.org.pk):
        assert not Entry.objects.exists()


def test_passing_on_and_withdrawing(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()

    passed = call(house.bob, "POST", f"/{entry.pk}/pass").json()
    assert (passed["status"], passed["offers"][0]["outcome"]) == ("waiting", "passed")

    left = call(house.alice, "POST", f"/{entry.pk}/withdraw", {"reason": "Moved away."}).json()
    assert (left["status"], left["reason"]) == ("withdrawn", "Moved away.")
    again = call(house.alice, "POST", f"/{entry.pk}/withdraw", {})
    assert (again.status_code, again.json()["code"]) == (409, "entry_over")


def test_withdrawing_while_something_is_offered_gives_it_to_the_next(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    house.cancel()
    house.run()

    left = call(house.bob, "POST", f"/{first.pk}/withdraw", {}).json()
    house.run()

    assert (left["status"], left["offers"][0]["outcome"]) == ("withdrawn", "withdrawn")
    assert house.statuses(first, second) == ["withdrawn", "offered"]


def test_a_change_keeps_the_place_and_honours_if_match(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))

    stale = call(house.bob, "PATCH", f"/{first.pk}", {"title": "X"}, **{"If-Match": '"7"'})
    assert stale.status_code == 412
    changed = call(house.bob, "PATCH", f"/{first.pk}", {"from": "11:00", "until": "23:00"}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    entry = changed.json()
    assert (entry["from"], entry["until"], entry["ahead"]) == ("11:00", "23:00", 0)
    assert call(house.alice, "GET", f"/{second.pk}").json()["ahead"] == 1

    back = call(house.bob, "PATCH", f"/{first.pk}", {"from": None}).json()
    assert (back["from"], back["until"]) == (None, "23:00")


def test_others_find_neither_the_entry_nor_its_doors(house: House) -> None:
    entry = house.wait(house.bob)
    cleo = house.member("Cleo")

    assert call(cleo, "GET", "").json()["items"] == []
    for method, path, body in (
        ("GET", "", None),
        ("PATCH", "", {"title": "X"}),
        ("POST", "/accept", None),
        ("POST", "/pass", None),
        ("POST", "/withdraw", {}),
    ):
        answer = call(cleo, method, f"/{entry.pk}{path}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "entry_not_found")


def test_the_list_is_in_order_and_can_be_narrowed(house: House) -> None:
    first, second = house.wait(house.bob), house.wait(house.member("Cleo"))
    space = make.resource(house.org)
    make.booking(house.alice, space)
    third = house.wait(house.bob, space)
    ended = house.withdraw(house.wait(house.alice), house.alice)

    def listed(query: str, by: Member = house.alice) -> list[str]:
        return [one["id"] for one in call(by, "GET", f"?{query}").json()["items"]]

    everything = [str(one.pk) for one in (first, second, third, ended)]
    assert listed("") == everything
    assert listed("status=waiting&status=offered") == everything[:3]
    assert listed(f"resource={space.pk}") == [str(third.pk)]
    assert listed(f"person={first.person_id}") == [str(first.pk), str(third.pk)]
    assert listed("", house.bob) == [str(first.pk), str(third.pk)]
    page = call(house.alice, "GET", "?limit=1").json()
    assert listed(f"limit=1&cursor={page['next']}") == [str(second.pk)]


def test_a_window_that_is_over_is_told_as_over(house: House) -> None:
    entry = house.wait(house.bob)
    with acting_for(house.org.pk):
        past = NOON - timedelta(days=30)
        Entry.objects.filter(pk=entry.pk).update(since=past, until=past + HOUR)

    assert call(house.bob, "GET", f"/{entry.pk}").json()["status"] == "expired"
    assert [one["id"] for one in call(house.bob, "GET", "?status=expired").json()["items"]] == [str(entry.pk)]
    assert call(house.bob, "GET", "?status=waiting").json()["items"] == []


def test_the_list_tells_what_became_of_a_hold_before_anybody_noticed(house: House) -> None:
    entry = house.wait(house.bob)
    house.cancel()
    house.run()
    (offer,) = house.offers()

    def listed() -> dict[str, list[str]]:
        states = ("waiting", "offered", "taken")
        return {
            state: [one["status"] for one in call(house.bob, "GET", f"?status={state}").json()["items"]]
            for state in states
        }

    assert listed() == {"waiting": [], "offered": ["offered"], "taken": []}
    make.run_out(house.org, offer.booking_id)
    assert listed() == {"waiting": ["waiting"], "offered": [], "taken": []}
    assert house.statuses(entry) == ["offered"], "nobody has written it down"
    with acting_for(house.org.pk):
        Booking.objects.filter(pk=offer.booking_id).update(status="confirmed", expires_at=None)
    assert listed() == {"waiting": [], "offered": [], "taken": ["taken"]}


def test_lists_take_as_many_queries_for_one_as_for_several(house: House) -> None:
    def queries() -> list[int]:
        now, counted = timezone.now(), []
        all_of_them = with_place(with_offers(visible_entries(house.alice)), now=now)
        for entries in (all_of_them, own_entries(house.bob, now=now)):
            with acting_for(house.org.pk), CaptureQueriesContext(connection) as context:
                for entry in entries:
                    assert [offer.resource.name for offer in entry.all_offers] in ([], ["Kiln"])
            counted.append(len(context))
        return counted

    house.wait(house.bob)
    house.cancel()
    house.run()
    one = queries()
    make.booking(house.alice, house.kiln, starts_at=NOON + HOUR, hours=3)
    for step in range(3):
        house.wait(house.bob, since=NOON + HOUR, until=NOON + 2 * HOUR + step * timedelta(minutes=10))

    assert queries() == one


def test_managers_say_how_long_an_offer_lasts(house: House) -> None:
    dana = house.member("Dana", role=Role.MANAGER)
    assert call(house.bob, "GET", "/terms").json() == {"offer_minutes": 120, "version": 1}
    assert call(house.alice, "PATCH", "/terms", {"offer_minutes": 60}).status_code == 403
    assert call(dana, "PATCH", "/terms", {"offer_minutes": 29}).status_code == 422

    said = call(dana, "PATCH", "/terms", {"offer_minutes": 60}, **{"If-Match": '"1"'})
    assert (said.status_code, said.json()) == (200, {"offer_minutes": 60, "version": 2})
    assert call(dana, "PATCH", "/terms", {"offer_minutes": 90}, **{"If-Match": '"1"'}).status_code == 412

    house.wait(house.bob)
    house.cancel()
    house.run()
    (offer,) = house.offers()
    assert offer.expires_at - offer.offered_at == HOUR
