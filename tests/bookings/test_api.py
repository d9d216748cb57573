"""The doors: one happy path, one stranger, each refusal as problem+json."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client

from infra24.bookings.models import Booking, Refusal
from infra24.facts.models import Fact
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
Send = Callable[..., Any]


@pytest.fixture
def cast() -> Cast:
    return make.cast()


@pytest.fixture
def send() -> Send:
    """`send(member, "POST", "/api/…", body, **headers)` with a token of the member."""
    tokens: dict[UUID, str] = {}

    def call(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
        if by.pk not in tokens:
            tokens[by.pk] = make.token(by)
        given = {"Authorization": f"Bearer {tokens[by.pk]}", **headers}
        return Client().generic(
            method, path, body if isinstance(body, bytes) else encode(body), "application/json", headers=given
        )

    return call


def encode(body: Any) -> bytes:
    import msgspec

    return b"" if body is None else msgspec.json.encode(body)


def asked(resource: Any, **more: Any) -> dict[str, Any]:
    return {"title": "Firing", "starts_at": NOON, "ends_at": NOON + HOUR, "resource_id": resource.pk, **more}


def stored(cast: Cast) -> tuple[int, int]:
    with acting_for(cast.house.pk):
        return Booking.objects.count(), Fact.objects.count()


def test_booking_through_the_api(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)

    made = send(cast.alice, "POST", "/api/bookings", asked(room))

    body = made.json()
    assert (made.status_code, made["ETag"], body["status"], body["version"]) == (201, '"1"', "confirmed", 1)
    assert [leg["resource_id"] for leg in body["legs"]] == [str(room.pk)]
    assert body["time_zone"] == "America/New_York"
    shown = send(cast.alice, "GET", f"/api/bookings/{body['id']}")
    assert shown.json() == body
    listed = send(cast.alice, "GET", "/api/bookings").json()
    assert [item["id"] for item in listed["items"]] == [body["id"]]


def test_a_taken_slot_answers_409_with_reasons_and_alternatives_and_is_counted(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    send(cast.alice, "POST", "/api/bookings", asked(room))
    before = stored(cast)

    refused = send(cast.alice, "POST", "/api/bookings", asked(room))

    problem = refused.json()
    assert (refused.status_code, refused["Content-Type"].split(";")[0]) == (409, "application/problem+json")
    assert (problem["code"], problem["reasons"][0]["code"]) == ("slot_taken", "slot_taken")
    assert len(problem["alternatives"]) == 3
    assert stored(cast) == before
    with acting_for(cast.house.pk):
        counted = Refusal.objects.get()
    assert (counted.resource_id, counted.code, counted.source, counted.times) == (room.pk, "slot_taken", "api", 1)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"time_zone": "Mars/Olympus"}, 422, "invalid_request"),
        ({"ends_at": NOON}, 422, "ends_before_start"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, 422, "time_out_of_range"),
        ({"starts_at": "9999-01-01T00:00:00Z", "ends_at": "9999-01-01T01:00:00Z"}, 422, "time_out_of_range"),
        ({"starts_at": "2027-01-01T10:00:00"}, 422, "invalid_request"),
        ({"title": "x" * 201}, 422, "invalid_request"),
        ({"title": "Fir\0ing"}, 422, "nul_character"),
        ({"title": " "}, 422, "invalid_request"),
        ({"resource_id": str(uuid4())}, 404, "resource_not_found"),
        ({"resource_id": None}, 422, "leg_missing"),
        ({"person_id": str(uuid4())}, 404, "person_not_found"),
        ({"party_size": 0}, 422, "invalid_request"),
        ({"ends_at": NOON + timedelta(days=32)}, 422, "booking_too_long"),
        ({"colour": "red"}, 422, "invalid_request"),
    ],
)
def test_bad_input_is_refused_with_a_code_and_stores_nothing(
    cast: Cast, send: Send, change: dict[str, Any], status: int, code: str
) -> None:
    room = make.resource(cast.house)

    refused = send(cast.alice, "POST", "/api/bookings", {**asked(room), **change})

    assert (refused.status_code, refused.json()["code"]) == (status, code)
    assert refused.json()["detail"]
    assert stored(cast) == (0, 0)


def test_a_title_of_three_megabytes_is_too_large(cast: Cast, send: Send) -> None:
    refused = send(cast.alice, "POST", "/api/bookings", asked(make.resource(cast.house), title="x" * 3_000_000))

    assert (refused.status_code, refused.json()["code"]) == (413, "too_large")


def test_another_organisations_resource_and_booking_are_not_found(cast: Cast, send: Send) -> None:
    room, foreign = make.resource(cast.house), make.resource(cast.elsewhere)
    made = send(cast.alice, "POST", "/api/bookings", asked(room)).json()

    assert send(cast.alice, "POST", "/api/bookings", asked(foreign)).status_code == 404
    for method in ("GET", "PATCH"):
        assert send(cast.charlie, method, f"/api/bookings/{made['id']}", {"title": "Mine"}).status_code == 404
    assert send(cast.bob, "GET", f"/api/bookings/{made['id']}").status_code == 404


def test_an_edit_of_an_old_version_is_stale(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/bookings", asked(make.resource(cast.house)))
    path = f"/api/bookings/{made.json()['id']}"

    changed = send(cast.alice, "PATCH", path, {"title": "Glaze firing"}, **{"If-Match": f"W/{made['ETag']}"})
    stale = send(cast.alice, "PATCH", path, {"title": "Bisque"}, **{"If-Match": made["ETag"]})

    assert (changed.status_code, changed.json()["title"]) == (200, "Glaze firing")
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")


def test_moving_and_cancelling_through_the_api(cast: Cast, send: Send) -> None:
    room, other = make.resource(cast.house), make.resource(cast.house)
    path = "/api/bookings/" + send(cast.alice, "POST", "/api/bookings", asked(room)).json()["id"]

    moved = send(cast.alice, "PATCH", path, {"legs": [{"resource_id": other.pk}], "ends_at": NOON + 2 * HOUR})
    ended = send(cast.alice, "PATCH", path, {"status": "cancelled", "reason": "Ill"})
    again = send(cast.alice, "PATCH", path, {"status": "confirmed"})

    assert [leg["resource_id"] for leg in moved.json()["legs"]] == [str(other.pk)]
    assert (ended.json()["status"], ended.json()["reason"]) == ("cancelled", "Ill")
    assert (again.status_code, again.json()["code"]) == (409, "illegal_step")


def test_null_takes_the_person_off_and_absence_leaves_them(cast: Cast, send: Send) -> None:
    person = make.person(cast.house)
    made = send(cast.alice, "POST", "/api/bookings", asked(make.resource(cast.house), person_id=person.pk))
    path = f"/api/bookings/{made.json()['id']}"

    left = send(cast.alice, "PATCH", path, {"title": "Glaze"})
    off = send(cast.alice, "PATCH", path, {"person_id": None})

    assert (left.json()["person_id"], off.json()["person_id"]) == (str(person.pk), None)


def test_an_edit_and_a_step_are_taken_both_or_neither(cast: Cast, send: Send) -> None:
    made = send(cast.alice, "POST", "/api/bookings", asked(make.resource(cast.house))).json()

    refused = send(cast.alice, "PATCH", f"/api/bookings/{made['id']}", {"title": "New", "status": "declined"})

    assert refused.status_code in {409, 422}
    assert send(cast.alice, "GET", f"/api/bookings/{made['id']}").json() == made


def test_the_same_idempotency_key_books_once(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    key = {"Idempotency-Key": "a-key-of-ours"}

    first = send(cast.alice, "POST", "/api/bookings", asked(room), **key)
    second = send(cast.alice, "POST", "/api/bookings", asked(room), **key)
    other = send(cast.alice, "POST", "/api/bookings", asked(room, title="Other"), **key)

    assert (second.status_code, second.content) == (201, first.content)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert stored(cast)[0] == 1


def test_availability_says_what_is_free_and_why_the_rest_is_not(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    send(cast.alice, "POST", "/api/bookings", asked(room))
    day = NOON.date()

    answer = send(
        cast.alice,
        "GET",
        f"/api/resources/{room.pk}/availability?start={day}T05:00:00Z&end={day + timedelta(days=1)}T05:00:00Z&length=PT4H",
    ).json()

    assert answer["time_zone"] == "America/New_York"
    assert [reason["code"] for span in answer["refused"] for reason in span["reasons"]] == [
        "closed",
        "slot_taken",
        "closed",
    ]
    booked = answer["refused"][1]
    assert (booked["start"], booked["end"]) == tuple(
        at.isoformat().replace("+00:00", "Z") for at in (NOON, NOON + HOUR)
    )
    assert answer["free"][0]["end"] == booked["start"]
    assert all(slot["start"] >= booked["end"] for slot in answer["slots"])


def test_a_hold_that_ran_out_is_told_as_expired_though_nobody_noticed(cast: Cast, send: Send) -> None:
    held = send(cast.alice, "POST", "/api/bookings", asked(make.resource(cast.house), status="hold")).json()

    def listed(state: str) -> list[tuple[str, str, str | None]]:
        items = send(cast.alice, "GET", f"/api/bookings?status={state}").json()["items"]
        return [(one["id"], one["status"], one["expires_at"]) for one in items]

    assert listed("hold") == [(held["id"], "hold", held["expires_at"])]
    assert listed("expired") == []

    make.run_out(cast.house, held["id"])

    assert listed("hold") == []
    assert listed("expired") == listed("hold&status=expired") == [(held["id"], "expired", None)]
    shown = send(cast.alice, "GET", f"/api/bookings/{held['id']}").json()
    assert (shown["status"], shown["expires_at"]) == ("expired", None)


def test_a_list_from_an_instant_on_has_what_is_still_going_on_then(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    long = send(cast.alice, "POST", "/api/bookings", asked(room, ends_at=NOON + timedelta(days=31))).json()

    def listed(start: datetime) -> list[str]:
        items = send(cast.alice, "GET", f"/api/bookings?start={start:%Y-%m-%dT%H:%M:%SZ}").json()["items"]
        return [one["id"] for one in items]

    assert listed(NOON + timedelta(days=31) - timedelta(seconds=1)) == [long["id"]]
    assert listed(NOON + timedelta(days=31)) == []


def test_the_feed_answers_for_two_months_at_most(cast: Cast, send: Send) -> None:
    def asked_for(days: int) -> Any:
        start, end = NOON.date(), NOON.date() + timedelta(days=days)
        return send(cast.alice, "GET", f"/api/calendar/events?start={start}T00:00:00Z&end={end}T00:00:00Z")

    assert asked_for(62).status_code == 200
    refused = asked_for(63)
    assert (refused.status_code, refused.json()["code"]) == (422, "window_too_long")


def test_the_feed_is_fullcalendars_array(cast: Cast, send: Send) -> None:
    room = make.resource(cast.house)
    made = send(cast.alice, "POST", "/api/bookings", asked(room)).json()
    window = f"start={NOON.date()}T00:00:00Z&end={NOON.date() + timedelta(days=1)}T00:00:00Z"

    events = send(cast.alice, "GET", f"/api/calendar/events?{window}&resource={room.pk}").json()

    (event,) = [event for event in events if event["extendedProps"]["kind"] == "booking"]
    assert (event["id"], event["resourceIds"], event["start"]) == (made["id"], [str(room.pk)], made["starts_at"])
    assert event["extendedProps"]["legs"] == [{"resource_id": str(room.pk), "units": 1, "exclusive": True}]
    assert send(cast.charlie, "GET", f"/api/calendar/events?{window}").json() == []
