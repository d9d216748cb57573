"""The doors of series: happy paths, a stranger, each refusal as problem+json, and nothing written twice."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from django.test import Client

from infra24.bookings.models import Booking, Occurrence, Refusal, Series
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.series_story import HOUR, WEEK, stored
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
Send = Callable[..., Any]
WEEKLY = "FREQ=WEEKLY;COUNT=4"


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
        content = b"" if body is None else msgspec.json.encode(body)
        return Client().generic(method, path, content, "application/json", headers=given)

    return call


def asked(resource: Any, **more: Any) -> dict[str, Any]:
    span = {"starts_at": NOON, "ends_at": NOON + HOUR}
    return {"title": "Firing", "resource_id": resource.pk, "rule": WEEKLY, **span, **more}


def test_a_series_is_made_read_and_listed(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)

    made = send(cast.alice, "POST", "/api/series", asked(room))

    body = made.json()
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    assert (body["rule"], body["repeats"], body["excluded"]) == (WEEKLY, f"Every {NOON:%A}, 4 times", [])
    assert [date["state"] for date in body["dates"]] == ["confirmed"] * 4
    assert body["legs"] == [{"resource_id": str(room.pk), "any_of": [], "units": 1, "exclusive": False}]
    assert send(cast.alice, "GET", f"/api/series/{body['id']}").json() == body
    listed = send(cast.alice, "GET", "/api/series?live=true").json()["items"]
    assert [item["id"] for item in listed] == [body["id"]]
    assert send(cast.alice, "GET", "/api/series?live=false").json()["items"] == []
    first = send(cast.alice, "GET", f"/api/bookings/{body['dates'][0]['booking_id']}").json()
    assert (first["series_id"], first["recurrence_id"]) == (body["id"], body["dates"][0]["recurrence_id"])
    of_list = send(cast.alice, "GET", "/api/bookings").json()["items"]
    assert {item["series_id"] for item in of_list} == {body["id"]}


def test_a_booking_that_repeats_answers_with_the_first_that_could_be_had(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room)
    wish = {**asked(room), "series": {"rule": WEEKLY, "on_conflict": "skip"}}
    wish.pop("rule")

    made = send(cast.alice, "POST", "/api/bookings", wish)

    body = made.json()
    assert made.status_code == 201, body
    assert body["starts_at"] == (NOON + WEEK).isoformat().replace("+00:00", "Z")
    shown = send(cast.alice, "GET", f"/api/series/{body['series_id']}").json()
    assert [date["state"] for date in shown["dates"]] == ["skipped", "confirmed", "confirmed", "confirmed"]
    assert shown["excluded"] == [shown["dates"][0]["recurrence_id"]]
    assert shown["dates"][0]["reasons"][0]["code"] == "slot_taken"


def test_a_conflict_answers_409_with_every_date_and_is_counted(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    make.booking(cast.alice, room, starts_at=NOON + WEEK)
    before = stored(cast)

    rehearsed = send(cast.alice, "POST", "/api/series/rehearsal", asked(room))
    refused = send(cast.alice, "POST", "/api/series", asked(room))

    problem = refused.json()
    assert (refused.status_code, problem["code"]) == (409, "series_refused")
    assert [date["result"] for date in problem["dates"]] == ["free", "refused", "free", "free"]
    assert len(problem["dates"][1]["offers"]) == 3
    assert (rehearsed.status_code, rehearsed.json()["dates"]) == (200, problem["dates"])
    assert (rehearsed.json()["free"], rehearsed.json()["refused"]) == (3, 1)
    assert stored(cast) == before
    with acting_for(cast.house.pk):
        assert Refusal.objects.get().code == "slot_taken"


def test_dates_left_for_later_are_counted_as_refused(cast: Cast, send: Send) -> None:
    """What could not be had was asked for, also where the rest of the series was booked."""
    room = make.resource(cast.house)
    first, _second = (make.booking(cast.alice, room, starts_at=NOON + week * WEEK) for week in (0, 1))
    make.booking(cast.alice, room, starts_at=NOON + 2 * WEEK + 2 * HOUR)

    def counted() -> list[tuple[str, str, int]]:
        with acting_for(cast.house.pk):
            return list(Refusal.objects.values_list("code", "source", "times"))

    made = send(cast.alice, "POST", "/api/series", asked(room, on_conflict="skip")).json()
    assert counted() == [("slot_taken", "api", 2)]
    path = f"/api/series/{made['id']}"
    renamed = send(cast.alice, "PATCH", path, {"scope": "all", "title": "Clay", "on_conflict": "skip"})
    assert (renamed.status_code, counted()) == (200, [("slot_taken", "api", 2)]), "another title asks for no time"

    edit = {"scope": "following", "from": made["dates"][2]["recurrence_id"], "starts_at": NOON + 2 * WEEK + 2 * HOUR}
    moved = send(cast.alice, "PATCH", path, {**edit, "on_conflict": "skip"})
    assert [date["state"] for date in moved.json()["dates"]] == ["skipped", "confirmed"]
    assert counted() == [("slot_taken", "api", 3)]

    send(cast.alice, "PATCH", f"/api/bookings/{first.pk}", {"status": "cancelled", "reason": "Off"})
    again = send(cast.alice, "POST", f"{path}/retry", {})
    assert [date["state"] for date in again.json()["dates"]] == ["confirmed", "skipped"]
    assert counted() == [("slot_taken", "api", 4)]


def test_a_rule_outside_the_subset_is_refused_by_name(cast: Cast, send: Send) -> None:
    refused = send(cast.alice, "POST", "/api/series", asked(make.resource(cast.house), rule="FREQ=YEARLY;COUNT=2"))

    assert (refused.status_code, refused.json()["code"]) == (422, "rule_not_understood")
    assert "FREQ" in refused.json()["fields"]["rule"]


def test_the_following_dates_move_and_the_answer_is_their_series(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/series", asked(make.resource(cast.house))).json()
    path = f"/api/series/{made['id']}"
    third = made["dates"][2]["recurrence_id"]
    edit = {"scope": "following", "from": third, "starts_at": NOON + 2 * WEEK + HOUR}

    rehearsed = send(cast.alice, "POST", f"{path}/rehearsal", edit)
    moved = send(cast.alice, "PATCH", path, edit, **{"If-Match": '"1"'})
    stale = send(cast.alice, "PATCH", path, edit, **{"If-Match": '"1"'})

    assert [date["result"] for date in rehearsed.json()["dates"]] == ["free", "free"]
    assert (moved.status_code, moved.json()["split_from"]) == (200, made["id"])
    assert len(moved.json()["dates"]) == 2
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert len(send(cast.alice, "GET", path).json()["dates"]) == 2


def test_one_date_is_left_out_and_had_again_and_all_of_it_ends(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/series", asked(make.resource(cast.house))).json()
    path = f"/api/series/{made['id']}"
    second = made["dates"][1]["recurrence_id"]

    left_out = send(cast.alice, "POST", f"{path}/cancel", {"scope": "this", "from": second, "reason": "Holiday"})
    again = send(cast.alice, "POST", f"{path}/retry", {"from": second})
    ended = send(cast.alice, "POST", f"{path}/cancel", {"scope": "all"})
    over = send(cast.alice, "POST", f"{path}/cancel", {"scope": "all"})

    assert left_out.json()["excluded"] == [second]
    assert [date["state"] for date in again.json()["dates"]] == ["confirmed"] * 4
    assert ended.json()["ended_at"] is not None
    assert (over.status_code, over.json()["code"]) == (409, "series_over")


def test_an_edit_needs_its_date_and_a_readable_one(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/series", asked(make.resource(cast.house))).json()
    path = f"/api/series/{made['id']}"

    for edit, code in (
        ({"scope": "this", "title": "x"}, "date_missing"),
        ({"scope": "this", "from": "2027-13-01T10:00", "title": "x"}, "invalid_request"),
        ({"scope": "some", "title": "x"}, "invalid_request"),
        ({"title": "x"}, "invalid_request"),
    ):
        refused = send(cast.alice, "PATCH", path, edit)
        assert (refused.status_code, refused.json()["code"]) == (422, code)
    missing = send(cast.alice, "PATCH", path, {"scope": "this", "from": "2027-01-01T10:00", "title": "x"})
    assert (missing.status_code, missing.json()["code"]) == (404, "date_not_found")


def test_strangers_and_other_members_find_no_series(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/series", asked(make.resource(cast.house))).json()
    before = stored(cast)

    for stranger in (cast.charlie, cast.bob):
        for method, rest, body in (
            ("GET", "", None),
            ("PATCH", "", {"scope": "all", "title": "Mine"}),
            ("POST", "/rehearsal", {"scope": "all", "title": "Mine"}),
            ("POST", "/cancel", {"scope": "all"}),
            ("POST", "/retry", {}),
        ):
            answer = send(stranger, method, f"/api/series/{made['id']}{rest}", body)
            assert (answer.status_code, answer.json()["code"]) == (404, "series_not_found")
        assert send(stranger, "GET", "/api/series").json()["items"] == []
    assert stored(cast) == before


def test_the_same_idempotency_key_makes_one_series(cast: Cast, send: Send) -> None:
    wish = asked(make.resource(cast.house))

    first = send(cast.alice, "POST", "/api/series", wish, **{"Idempotency-Key": "ours"})
    second = send(cast.alice, "POST", "/api/series", wish, **{"Idempotency-Key": "ours"})

    assert (second.status_code, second.content) == (201, first.content)
    with acting_for(cast.house.pk):
        assert (Series.objects.count(), Occurrence.objects.count(), Booking.objects.count()) == (1, 4, 4)


def test_any_of_several_is_kept_as_a_choice(cast: Cast, send: Send) -> None:
    first, second = make.resource(cast.house), make.resource(cast.house)
    make.booking(cast.alice, first, starts_at=NOON + WEEK, hours=1)
    wish = {**asked(first), "legs": [{"any_of": [first.pk, second.pk]}]}
    wish.pop("resource_id")

    made = send(cast.alice, "POST", "/api/series", wish).json()

    assert made["legs"][0]["any_of"] == [str(first.pk), str(second.pk)]
    booked = [send(cast.alice, "GET", f"/api/bookings/{date['booking_id']}").json() for date in made["dates"]]
    had = [one["legs"][0]["resource_id"] for one in booked]
    assert had == [str(each.pk) for each in (first, second, first, first)]
