"""Who may take which step from which state: one table, asked of the rule, of the API, and of what bookings say of themselves."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from infra24.bookings.models import Booking
from infra24.bookings.policies import Standing, Step, open_steps, refusal
from infra24.facts.models import Fact
from infra24.facts.services import record
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import Cast
from tests.orgs.probe import bearer

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)

STATES: dict[str, dict[str, Any]] = {
    "hold": {"status": "hold", "begins": 24, "expires": 10},
    "prolonged hold": {"status": "hold", "begins": 24, "expires": 10, "is_prolonged": True},
    "dead hold": {"status": "hold", "begins": 24, "expires": 0},
    "request": {"status": "pending", "begins": 24},
    "ahead": {"status": "confirmed", "begins": 24},
    "check-in open": {"status": "confirmed", "begins": 0.25, "check_in": (-1, 30)},
    "check-in not yet": {"status": "confirmed", "begins": 24, "check_in": (60, 90)},
    "running": {"status": "confirmed", "begins": -0.5},
    "running, late for check-in": {"status": "confirmed", "begins": -0.5, "check_in": (-40, 0)},
    "running, checked in": {"status": "confirmed", "begins": -0.5, "check_in": (-40, 30), "checked_in": True},
    "over": {"status": "confirmed", "begins": -3},
    "declined": {"status": "declined", "begins": 24},
    "cancelled": {"status": "cancelled", "begins": 24},
    "expired": {"status": "expired", "begins": 24},
}
ENDED = {"declined", "cancelled"}
MEMBER = {
    "hold": "confirm cancel change prolong transfer",
    "prolonged hold": "confirm cancel change transfer",
    "dead hold": "",
    "request": "cancel change transfer",
    "ahead": "cancel change transfer",
    "check-in open": "cancel change transfer check_in",
    "check-in not yet": "cancel change transfer",
    "running": "change give_back",
    "running, late for check-in": "change give_back",
    "running, checked in": "change give_back",
    "over": "change",
    "declined": "",
    "cancelled": "",
    "expired": "",
}
STAFF = {
    "hold": "confirm cancel change prolong transfer",
    "prolonged hold": "confirm cancel change transfer",
    "dead hold": "",
    "request": "confirm decline cancel change transfer",
    "ahead": "cancel change transfer",
    "check-in open": "cancel change transfer check_in",
    "check-in not yet": "cancel change transfer check_in",
    "running": "cancel change transfer give_back set_outcome",
    "running, late for check-in": "cancel change transfer check_in give_back set_outcome",
    "running, checked in": "cancel change transfer give_back set_outcome",
    "over": "cancel change set_outcome",
    "declined": "restore",
    "cancelled": "restore",
    "expired": "",
}
TABLE = [(state, role, table[state]) for role, table in (("member", MEMBER), ("staff", STAFF)) for state in STATES]

CALLS: dict[Step, tuple[str, str, dict[str, Any]]] = {
    Step.CONFIRM: ("PATCH", "", {"status": "confirmed"}),
    Step.DECLINE: ("PATCH", "", {"status": "declined", "reason": "Full."}),
    Step.CANCEL: ("PATCH", "", {"status": "cancelled"}),
    Step.CHANGE: ("PATCH", "", {"title": "Glaze"}),
    Step.PROLONG: ("POST", "/prolong", {}),
    Step.TRANSFER: ("POST", "/transfer", {"email": "cara@example.org"}),
    Step.CHECK_IN: ("POST", "/check-in", {}),
    Step.GIVE_BACK: ("POST", "/give-back", {}),
    Step.SET_OUTCOME: ("PATCH", "", {"outcome": "attended"}),
    Step.RESTORE: ("POST", "/restore", {}),
}


def columns(state: str, now: datetime) -> dict[str, Any]:
    """A booking's row in that state: two hours long, counted from now; check-in and hold in minutes."""
    said = dict(STATES[state])
    quarter = now - (now - datetime(2020, 1, 1, tzinfo=UTC)) % (15 * MINUTE)
    starts_at = quarter + said["begins"] * HOUR
    opens, closes = said.get("check_in", (None, None))
    return {
        "status": said["status"],
        "starts_at": starts_at,
        "ends_at": starts_at + 2 * HOUR,
        "expires_at": now + said["expires"] * MINUTE if "expires" in said else None,
        "is_prolonged": said.get("is_prolonged", False),
        "check_in_from": None if opens is None else now + opens * MINUTE,
        "check_in_until": None if closes is None else now + closes * MINUTE,
        "checked_in_at": now - 20 * MINUTE if "checked_in" in said else None,
    }


def standing(state: str) -> Standing:
    """What ended has ended a moment ago."""
    return Standing(**columns(state, NOW), ended_at=NOW if state in ENDED else None)


@pytest.mark.parametrize(("state", "role", "steps"), TABLE)
def test_the_rule_says_who_may_take_which_step_from_which_state(state: str, role: str, steps: str) -> None:
    assert [str(step) for step in open_steps(standing(state), now=NOW, is_staff=role == "staff")] == [
        step for step in Step if step in steps.split()
    ]


def test_each_refusal_says_why_in_a_sentence_of_its_own() -> None:
    said = {
        (state, step): str(error)
        for state in STATES
        for step in Step
        if (error := refusal(step, standing(state), now=NOW, is_staff=True))
    }

    assert said["declined", Step.CONFIRM] == "This booking is declined; it cannot be confirmed."
    assert said["over", Step.GIVE_BACK] == "This booking has ended; there is nothing to give back."
    assert said["ahead", Step.GIVE_BACK] == "This booking has not begun. Cancel it instead."
    assert said["ahead", Step.CHECK_IN] == "Nobody checks in for this booking."
    assert said["prolonged hold", Step.PROLONG] == "This hold was prolonged once already. Confirm it, or let it go."
    assert said["ahead", Step.RESTORE] == "This booking is confirmed; there is nothing to take back."
    assert all(sentence.endswith(".") for sentence in said.values())


def stored(cast: Cast, state: str) -> Booking:
    """Bob's booking, put into the state by SQL."""
    room = make.resource(cast.house, rules=make.open_week("00:00", "24:00"))
    made = make.booking(cast.bob, room)
    values = columns(state, datetime.now(UTC))
    with acting_for(cast.house.pk):
        made.legs.update(
            starts_at=values["starts_at"],
            ends_at=values["ends_at"],
            blocks_from=values["starts_at"],
            blocks_until=values["ends_at"],
        )
        Booking.objects.filter(pk=made.pk).update(**values)
        if state in ENDED:
            told = {"reason": "", **({"late": False} if state == "cancelled" else {})}
            record(cast.house.pk, f"booking.{state}", now=datetime.now(UTC), source="test", booking_id=made.pk, **told)
    return made


def bob_and_alice() -> Cast:
    cast = make.cast()
    make.member(cast.house, email="cara@example.org", name="Cara")
    return cast


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "role", "steps"), TABLE)
def test_the_api_takes_these_steps_and_refuses_all_others_without_a_trace(state: str, role: str, steps: str) -> None:
    cast = bob_and_alice()
    caller: Member = cast.alice if role == "staff" else cast.bob
    client, headers = make.client(), bearer(make.token(caller))
    for step, (method, path, body) in CALLS.items():
        made = stored(cast, state)
        with acting_for(cast.house.pk):
            facts = Fact.objects.count()
        url = f"/api/bookings/{made.pk}"
        if step is Step.CONFIRM:
            assert set(client.get(url, headers=headers).json()["may"]) == set(steps.split())

        answer = client.generic(method, url + path, json.dumps(body), "application/json", headers=headers)

        with acting_for(cast.house.pk):
            recorded = Fact.objects.count() - facts
        if step in steps.split():
            assert (step, answer.status_code, recorded) == (step, 200, 1), answer.content
        else:
            assert (step, answer.status_code in {403, 409}, recorded) == (step, True, 0), answer.content
            is_forbidden = role == "member" and (
                step in {Step.DECLINE, Step.SET_OUTCOME, Step.RESTORE} or (step is Step.CONFIRM and state == "request")
            )
            assert answer.status_code == (403 if is_forbidden else 409)
