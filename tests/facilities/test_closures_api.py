"""Closures through the API: listed hits, decisions, and who reads what."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from infra24.bookings.models import Booking
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from tests import make
from tests.facilities.closing import ART_WEEK, DAY, close
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
Send = Callable[..., Any]


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def send() -> Send:
    """`send(member, "POST", "/api/…", body, **headers)` with a token of the member."""
    tokens: dict[Any, str] = {}

    def call(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if by.pk not in tokens:
            tokens[by.pk] = make.token(by)
        given = {"Authorization": f"Bearer {tokens[by.pk]}", **headers}
        return Client().generic(method, path, make.json(body) if body else b"", "application/json", headers=given)

    return call


def asked(resource: Resource | None = None, **more: Any) -> dict[str, Any]:
    days = {"from": ART_WEEK.date(), "until": (ART_WEEK + DAY).date()}
    scope = {"resource_id": resource.pk} if resource else {}
    return {"title": "Art Week", **days, **scope, **more}


def stored(cast: Cast) -> tuple[int, int]:
    with acting_for(cast.house.pk):
        return Closure.objects.count(), Fact.objects.count()


def test_closing_reading_changing_and_lifting(cast: Cast, send: Send) -> None:
    kiln = make.resource(cast.house)

    made = send(cast.alice, "POST", "/api/closures", asked(kiln))

    assert made.status_code == 201
    body = made.json()
    midnight = (ART_WEEK + 2 * DAY).isoformat()
    assert (body["from"], body["until"], body["version"]) == (ART_WEEK.isoformat(), midnight, 1)
    assert (body["resource_id"], body["kind"], body["yearly"], body["lifted_at"]) == (str(kiln.pk), None, False, None)
    path = f"/api/closures/{body['id']}"
    assert send(cast.bob, "GET", path).json() == body
    assert made["ETag"] == '"1"'

    at = f"{ART_WEEK.date()}T18:00"
    assert send(cast.alice, "PATCH", path, {"from": at}, **{"If-Match": '"0"'}).status_code == 412
    changed = send(cast.alice, "PATCH", path, {"from": at, "title": "Fair"}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"]) == (200, '"2"')
    assert (changed.json()["title"], changed.json()["from"]) == ("Fair", f"{at}:00")

    lifted = send(cast.alice, "POST", f"{path}/lift")
    assert lifted.status_code == 200
    assert lifted.json()["lifted_at"]
    assert send(cast.alice, "POST", f"{path}/lift").json()["code"] == "closure_over"


def test_hits_are_listed_and_nothing_is_kept_until_each_is_decided(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    bob = make.person(cast.house, member=cast.bob)
    booking = make.booking(cast.alice, room, person=bob)
    before = stored(cast)

    refused = send(cast.alice, "POST", "/api/closures", asked(room))

    assert refused.status_code == 409
    problem = refused.json()
    assert problem["code"] == "closure_hits_bookings"
    (hit,) = problem["hits"]
    assert (hit["booking_id"], hit["version"], hit["title"]) == (str(booking.pk), 1, "Firing")
    assert (hit["person_id"], hit["person"], hit["resources"]) == (str(bob.pk), "Bob", [str(room.pk)])
    assert [reason["code"] for reason in hit["reasons"]] == ["closure"]
    assert len(hit["offers"]) == 3
    assert stored(cast) == before

    decision = {"booking_id": booking.pk, "version": 1, "action": "move", "starts_at": hit["offers"][0]["start"]}
    made = send(cast.alice, "POST", "/api/closures", asked(room, decisions=[decision]))
    assert made.status_code == 201
    with acting_for(cast.house.pk):
        assert Booking.objects.get(pk=booking.pk).starts_at.isoformat() == hit["offers"][0]["start"].replace(
            "Z", "+00:00"
        )


def test_rehearsal_answers_the_same_and_writes_nothing(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room)
    make.booking(cast.alice, room, title="Last year", starts_at=NOON - 365 * DAY)
    before = stored(cast)

    answer = send(cast.alice, "POST", "/api/closures/rehearsal", asked(room, until=(ART_WEEK + 2 * DAY).date()))

    assert answer.status_code == 200
    assert [hit["title"] for hit in answer.json()["hits"]] == ["Firing"]
    season = answer.json()["last_season"]
    assert (season["refused"], season["examined"], season["is_whole"]) == (1, 1, True)
    assert [one["title"] for one in season["bookings"]] == ["Last year"]
    assert stored(cast) == before


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"from": "2026-02-30"}, "from"),
    ({"from": "2026-12-24T12:00:00-05:00"}, "from"),
    ({"title": " "}, "title"),
    ({"until": "2020-01-01"}, "until"),
    ({"until": "9999-12-31"}, "until"),
    ({"decisions": [{"booking_id": "{room}", "version": 1, "action": "move"}]}, "decisions.0"),
]


@pytest.mark.parametrize(("more", "path"), FAULTS)
def test_what_is_wrong_is_named_by_its_path(cast: Cast, send: Send, more: dict[str, Any], path: str) -> None:
    room = make.resource(cast.house)
    if "decisions" in more:
        more = {"decisions": [{**more["decisions"][0], "booking_id": room.pk}]}

    answer = send(cast.alice, "POST", "/api/closures", asked(room, **more))

    assert answer.status_code == 422
    assert list(answer.json()["fields"]) == [path]


def test_members_read_what_closes_what_they_see_and_make_none(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    hidden = make.resource(cast.house, kind="equipment")
    with acting_for(cast.house.pk):
        Resource.objects.filter(pk=hidden.pk).update(visible_to="staff")
    close(cast.alice, room, title="Room")
    close(cast.alice, title="House")
    close(cast.alice, kind="space", title="Spaces")
    secret = close(cast.alice, hidden, title="Hidden")
    close(cast.alice, kind="equipment", title="Equipment")

    def titles(by: Member, query: str = "") -> list[str]:
        return sorted(one["title"] for one in send(by, "GET", f"/api/closures{query}").json()["items"])

    assert titles(cast.alice) == ["Equipment", "Hidden", "House", "Room", "Spaces"]
    assert titles(cast.bob) == ["House", "Room", "Spaces"]
    assert titles(cast.charlie) == []
    assert titles(cast.alice, f"?resource={hidden.pk}") == ["Equipment", "Hidden", "House"]
    assert titles(cast.alice, "?kind=space") == ["Spaces"]
    assert send(cast.bob, "GET", f"/api/closures/{secret.pk}").status_code == 404
    assert send(cast.bob, "GET", f"/api/closures?resource={hidden.pk}").status_code == 404
    assert send(cast.bob, "POST", "/api/closures", asked(room)).status_code == 403
    assert send(cast.charlie, "POST", "/api/closures", asked(room)).status_code == 404


def test_a_window_finds_what_lies_in_it_and_yearly_ones_in_any_year(cast: Cast, send: Send) -> None:
    close(cast.alice, title="Once")
    close(cast.alice, title="Yearly", yearly=True)

    def titles(days: int, lifted: str = "") -> list[str]:
        start = NOON + days * DAY
        query = f"?start={start:%Y-%m-%dT%H:%M:%SZ}&end={start + DAY:%Y-%m-%dT%H:%M:%SZ}{lifted}"
        return sorted(one["title"] for one in send(cast.alice, "GET", f"/api/closures{query}").json()["items"])

    assert titles(0) == ["Once", "Yearly"]
    assert titles(366) == ["Yearly"]
    assert titles(100) == []
    assert titles(0, "&lifted=true") == []


def test_pages_of_closures_follow_one_another_at_a_constant_price(cast: Cast, send: Send) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as sent:
            send(cast.alice, "GET", "/api/closures")
        return len(sent)

    make.resource(cast.house)
    close(cast.alice, title="First")
    queries()
    one = queries()
    close(cast.alice, title="Second")
    close(cast.alice, title="Third")
    assert queries() == one

    first = send(cast.alice, "GET", "/api/closures?limit=2").json()
    second = send(cast.alice, "GET", f"/api/closures?limit=2&cursor={first['next']}").json()
    assert [one["title"] for one in first["items"] + second["items"]] == ["First", "Second", "Third"]
    assert second["next"] is None
