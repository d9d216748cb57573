"""Rivals through HTTP against the running server: never a double booking, a 500 or a deadlock."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from infra24.bookings.models import Booking, Leg
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from tests import make
from tests.database import TestDatabase
from tests.make import NOON, Cast
from tests.running import postgres_log

pytestmark = pytest.mark.django_db(transaction=True)
HOUR = timedelta(hours=1)
CLIENTS = 50


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def rush(site: str, token: str, bodies: list[dict[str, Any]]) -> list[httpx.Response]:
    """Send all the bookings at once, each from a client of its own."""

    def send(body: dict[str, Any]) -> httpx.Response:
        return httpx.post(f"{site}/api/bookings", json=body, headers={"Authorization": f"Bearer {token}"}, timeout=60)

    with ThreadPoolExecutor(len(bodies)) as clients:
        return list(clients.map(send, bodies))


def asked(resource: Any, **more: Any) -> dict[str, Any]:
    span = {"starts_at": NOON.isoformat(), "ends_at": (NOON + HOUR).isoformat()}
    return {"title": "Firing", "resource_id": str(resource.pk), **span, **more}


def test_of_fifty_who_want_one_slot_one_gets_it(site: str, cast: Cast, database: TestDatabase) -> None:
    room = make.resource(cast.house)
    token = make.token(cast.alice)
    log_before = postgres_log(database)

    answers = rush(site, token, [asked(room)] * CLIENTS)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: CLIENTS - 1}
    refusals = [answer.json() for answer in answers if answer.status_code == 409]
    assert {(problem["code"], problem["reasons"][0]["code"]) for problem in refusals} == {("slot_taken", "slot_taken")}
    with acting_for(cast.house.pk):
        assert (Booking.objects.count(), Leg.objects.count()) == (1, 1)
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


def test_the_last_units_go_to_as_many_as_there_are(site: str, cast: Cast, database: TestDatabase) -> None:
    cameras = make.resource(cast.house, kind="equipment", units=6)
    token = make.token(cast.alice)
    log_before = postgres_log(database)

    answers = rush(site, token, [asked(cameras)] * CLIENTS)

    assert Counter(answer.status_code for answer in answers) == {201: 6, 409: CLIENTS - 6}
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


def test_hall_against_halves_and_overlapping_pairs(site: str, cast: Cast, database: TestDatabase) -> None:
    hall = make.resource(cast.house)
    north, south = (make.resource(cast.house, part_of=hall) for _ in range(2))
    legs = [[hall], [north, south], [south, north], [north], [south]]
    token = make.token(cast.alice)
    log_before = postgres_log(database)
    bodies = [
        {**asked(hall), "resource_id": None, "legs": [{"resource_id": str(thing.pk)} for thing in things]}
        for things in legs * 8
    ]

    answers = rush(site, token, bodies)

    assert set(Counter(answer.status_code for answer in answers)) == {201, 409}
    with acting_for(cast.house.pk):
        booked = list(Leg.objects.filter(is_implied=False).values_list("resource_id", flat=True))
    assert sorted(booked) in ([hall.pk], sorted([north.pk, south.pk]))
    assert "deadlock" not in postgres_log(database)[len(log_before) :]


def test_the_last_hour_of_a_quota_goes_to_one_of_two_resources(site: str, cast: Cast, database: TestDatabase) -> None:
    """Each alone would do; the person they are for is what both wait for."""
    rules = {**make.open_week(), "quotas": [{"per": "day", "hours": 1}]}
    make.opening_hours(cast.house, rules=rules, valid_from=date(2020, 1, 2))
    rooms = [make.resource(cast.house) for _ in range(2)]
    token = make.token(cast.bob)
    log_before = postgres_log(database)
    bodies = [asked(room) for room in rooms * 12]

    answers = rush(site, token, bodies)

    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: len(bodies) - 1}
    refusals = [
        {reason["code"] for reason in answer.json()["reasons"]} for answer in answers if answer.status_code == 409
    ]
    assert all("quota_used" in codes for codes in refusals)
    won = next(answer.json()["legs"][0]["resource_id"] for answer in answers if answer.status_code == 201)
    others = [answer.json()["code"] for answer, body in zip(answers, bodies, strict=True) if body["resource_id"] != won]
    assert set(others) == {"quota_used"}
    with acting_for(cast.house.pk):
        assert (Booking.objects.count(), Person.objects.count()) == (1, 1)
    assert "deadlock" not in postgres_log(database)[len(log_before) :]
