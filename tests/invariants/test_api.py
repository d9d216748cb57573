"""Verdicts through the API."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from infra24.orgs.policies import Role
from tests import make
from tests.make import NOON, Cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


@pytest.fixture
def alice(cast: Cast) -> Client:
    return make.client(cast.alice)


SAMPLE = {
    "name": "leg_overlap",
    "table": "bookings_leg",
    "id": "01a21a33-2269-7080-addb-a4dc8149cbc0",
    "booking_id": None,
}


def test_verdicts_come_newest_first_and_one_shows_what_is_broken(cast: Cast, alice: Client) -> None:
    broken = make.verdict(
        cast.house,
        violations={"units_oversold": 1, "leg_overlap": 2, "long_forgotten": 1},
        information={"confirmed_in_closure": 3},
        samples=[SAMPLE],
    )
    well = make.verdict(cast.house, looked_at=NOON + timedelta(days=1))
    make.verdict(cast.elsewhere)

    listed = alice.get("/api/integrity").json()
    shown = alice.get(f"/api/integrity/{broken.pk}").json()

    assert [one["id"] for one in listed["items"]] == [str(well.pk), str(broken.pk)]
    assert listed["items"][0] == {
        "id": str(well.pk),
        "looked_at": (NOON + timedelta(days=1)).isoformat().replace("+00:00", "Z"),
        "adds_up": True,
        "rows": 12345,
        "violations": [],
        "information": [],
    }
    assert shown == {
        **listed["items"][1],
        "adds_up": False,
        "violations": [
            {"name": "leg_overlap", "sentence": "Two bookings have the same thing at the same time.", "count": 2},
            {"name": "long_forgotten", "sentence": "long_forgotten", "count": 1},
            {
                "name": "units_oversold",
                "sentence": "More of a thing are booked at one moment than there are.",
                "count": 1,
            },
        ],
        "information": [
            {"name": "confirmed_in_closure", "sentence": "It is confirmed for a time that is closed.", "count": 3}
        ],
        "samples": [SAMPLE],
    }


def test_verdicts_are_for_managers(cast: Cast) -> None:
    one = make.verdict(cast.house)
    staff = make.member(cast.house, role=Role.STAFF)

    for who, status, code in ((staff, 403, "role_too_low"), (cast.charlie, 404, "verdict_not_found")):
        answer = make.client(who).get(f"/api/integrity/{one.pk}")
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert make.client(cast.charlie).get("/api/integrity").json() == {"items": [], "next": None}


def test_a_list_costs_the_same_whatever_its_length(
    cast: Cast, alice: Client, django_assert_num_queries: Any, django_assert_max_num_queries: Any
) -> None:
    make.verdict(cast.house, violations={"leg_overlap": 2}, samples=[SAMPLE])
    with django_assert_max_num_queries(20) as one:
        alice.get("/api/integrity")
    for day in range(1, 4):
        make.verdict(cast.house, looked_at=NOON + timedelta(days=day), violations={"leg_overlap": 2}, samples=[SAMPLE])

    for path in ("/api/integrity",):
        with django_assert_num_queries(len(one.captured_queries)):
            assert len(alice.get(path).json()["items"]) == 4
