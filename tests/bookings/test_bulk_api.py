"""The doors: one happy path, each refusal as problem+json, strangers."""

from datetime import timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking, Refusal
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def send(by: Member, body: Any, *, preview: bool = False, scopes: tuple[str, ...] = ("bookings:write",)) -> Any:
    path = "/api/bookings/bulk/preview" if preview else "/api/bookings/bulk"
    headers = bearer(make.token(by, scopes=scopes))
    return make.client().generic("POST", path, make.json(body), "application/json", headers=headers)


def ids(*bookings: Booking) -> list[dict[str, Any]]:
    return [{"id": booking.pk, "version": booking.version} for booking in bookings]


def test_staff_move_two_who_swap_nothing_else(cast: Cast) -> None:
    room = make.resource(cast.house)
    bookings = [make.booking(cast.alice, room, starts_at=NOON + number * HOUR) for number in range(2)]

    answer = send(cast.alice, {"ids": ids(*bookings), "action": "move", "offset": "PT1H"})

    assert answer.status_code == 200
    body = answer.json()
    assert body["counts"] == {
        "ok": 2,
        "conflict": 0,
        "illegal_step": 0,
        "not_found": 0,
        "stale": 0,
        "nobody_to_write_to": 0,
    }
    first = body["items"][0]
    assert (first["id"], first["outcome"], first["title"], first["code"]) == (str(bookings[0].pk), "ok", "Firing", None)
    assert (first["before"]["starts_at"], first["after"]["starts_at"]) == (
        NOON.strftime("%Y-%m-%dT%H:%M:%SZ"),
        (NOON + HOUR).strftime("%Y-%m-%dT%H:%M:%SZ"),
    )
    assert first["after"]["resource_ids"] == [str(room.pk)]
    with acting_for(cast.house.pk):
        assert [item["version"] for item in body["items"]] == [
            Booking.objects.get(pk=booking.pk).version for booking in bookings
        ]
        assert set(Fact.objects.filter(type="booking.changed").values_list("source", flat=True)) == {"api"}


def test_a_preview_answers_the_same_and_writes_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    stuck, free = make.booking(cast.alice, room), make.booking(cast.alice, make.resource(cast.house))
    make.booking(cast.bob, room, starts_at=NOON + HOUR)
    body = {"ids": ids(stuck, free), "action": "move", "offset": "PT1H", "on_conflict": "skip"}

    preview = send(cast.alice, body, preview=True)
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("version", flat=True)) == {1}
    done = send(cast.alice, body)

    assert [item["outcome"] for item in preview.json()["items"]] == ["conflict", "ok"]
    versions = [item.pop("version") for answer in (preview, done) for item in answer.json()["items"]]
    assert len(versions) == 4
    told = [[{**item, "version": None} for item in answer.json()["items"]] for answer in (preview, done)]
    assert told[0] == told[1]


def test_all_or_nothing_is_refused_with_what_becomes_of_each_and_counted(cast: Cast) -> None:
    room = make.resource(cast.house)
    stuck, free = make.booking(cast.alice, room), make.booking(cast.alice, make.resource(cast.house))
    make.booking(cast.bob, room, starts_at=NOON + HOUR)

    answer = send(cast.alice, {"ids": ids(stuck, free), "action": "move", "offset": "PT1H"})

    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (409, "bulk_refused")
    assert [(item["outcome"], item["code"]) for item in problem["items"]] == [("conflict", "slot_taken"), ("ok", None)]
    assert problem["items"][0]["reasons"][0]["resource_id"] == str(room.pk)
    assert len(problem["items"][0]["alternatives"]) == 3
    with acting_for(cast.house.pk):
        assert set(Booking.objects.values_list("version", flat=True)) == {1}
        assert list(Refusal.objects.values_list("code", "times")) == [("slot_taken", 1)]


def test_what_is_left_out_is_counted_as_refused(cast: Cast) -> None:
    room = make.resource(cast.house)
    stuck, free = make.booking(cast.alice, room), make.booking(cast.alice, make.resource(cast.house))
    make.booking(cast.bob, room, starts_at=NOON + HOUR)
    sent = {"ids": ids(stuck, free), "action": "move", "offset": "PT1H", "on_conflict": "skip"}

    assert send(cast.alice, sent).status_code == 200

    with acting_for(cast.house.pk):
        assert list(Refusal.objects.values_list("code", "source", "times")) == [("slot_taken", "api", 1)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"ids": []}, "ids"),
        ({"action": "explode"}, "action"),
        ({"action": "move", "offset": "P1M"}, "offset"),
        ({"action": "move", "offset": "P"}, "offset"),
        ({"action": "move"}, "offset"),
        ({"action": "decline"}, "reason"),
        ({"action": "message"}, "text"),
        ({"action": "change_resource"}, "to_resource_id"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_what_is_wrong_in_the_request_alone_is_named(cast: Cast, change: dict[str, Any], field: str) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    answer = send(cast.alice, {"ids": ids(booking), "action": "cancel", **change})

    assert (answer.status_code, list(answer.json()["fields"])) == (422, [field])


def test_one_booking_named_twice_is_refused(cast: Cast) -> None:
    booking = make.booking(cast.alice, make.resource(cast.house))

    answer = send(cast.alice, {"ids": ids(booking, booking), "action": "cancel"})

    assert answer.status_code == 422


def test_members_tokens_without_the_scope_and_strangers_do_nothing(cast: Cast) -> None:
    booking = make.booking(cast.bob, make.resource(cast.house))
    body = {"ids": ids(booking), "action": "cancel"}

    assert send(cast.bob, body).json()["code"] == "role_too_low"
    assert send(cast.alice, body, scopes=("bookings:read",)).json()["code"] == "scope_missing"
    assert send(cast.charlie, body).json()["code"] == "booking_not_found"
    with acting_for(cast.house.pk):
        assert Booking.objects.get().status == "confirmed"
