"""Races about bookings that exist: moved, decided on, withdrawn, run out."""

import time
from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from infra24.bookings.models import Booking
from infra24.bookings.services import expire_hold
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.make import NOON
from tests.races.racing import HOUR, Outcome, Race, Stage, again, mixed

A_MOMENT = timedelta(milliseconds=60)


def two_approvals_of_what_clashes(stage: Stage) -> Race:
    """Requests that do not keep their time may clash; only one of them is granted, whoever grants it."""
    kiln = make.resource(stage.house, rules={"schema": 1, "approval": "always", "pending_blocks": False})
    asked = [make.booking(stage.bob, kiln, starts_at=NOON + step * HOUR / 2) for step in range(2)]

    def judge(outcome: Outcome) -> None:
        assert sorted(each["status"] for each in outcome.bookings.values()) == ["confirmed", "pending"]
        assert outcome.statuses == {200: 1, 409: 11}
        assert {refusal.code for refusal in outcome.told(409)} <= {"slot_taken", "illegal_step", "rivalry"}

    granted = [stage.changes(by, each.pk, status="confirmed") for each in asked for by in (stage.alice, stage.mona)]
    return Race(mixed(*(again(one, 3) for one in granted)), {200, 409}, judge)


def a_move_against_new_bookings(stage: Stage) -> Race:
    """Where it goes may be taken; where it was is free only once it has gone."""
    room = make.resource(stage.house)
    moved = make.booking(stage.alice, room)
    there = NOON + 2 * HOUR

    def judge(outcome: Outcome) -> None:
        by_start = sorted(each["starts_at"] for each in outcome.live)
        assert by_start in ([NOON, there], [there])
        has_moved = outcome.bookings[str(moved.pk)]["starts_at"] == there
        assert len(outcome.told(200)) == has_moved
        # Two of the new ones only if one of them came into the place it left.
        assert len(outcome.told(201)) == len(by_start) - 1 if has_moved else outcome.statuses[201] == 1

    here, into = (stage.books(stage.bob, room, at=at) for at in (NOON, there))
    moves = [stage.moves(stage.alice, moved.pk, there)]
    return Race(mixed(again(here, 6), moves, again(into, 6)), {200, 201, 409}, judge)


def two_that_change_places(stage: Stage) -> Race:
    """Each stands in the other's way, so both stay, whatever they hold together."""
    press, table = (make.resource(stage.house) for _ in range(2))
    early = make.booking(stage.alice, press, table)
    late = make.booking(stage.alice, table, press, starts_at=NOON + HOUR)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {409: 12}
        assert {reason for refusal in outcome.answers for reason in refusal.reasons} == {"slot_taken"}
        assert [each["version"] for each in outcome.live] == [1, 1]

    changes = [stage.moves(stage.alice, early.pk, NOON + HOUR), stage.moves(stage.alice, late.pk, NOON)]
    return Race(mixed(*(again(one, 6) for one in changes)), {409}, judge)


def two_who_change_one_booking(stage: Stage) -> Race:
    """By the version they have seen: the second is told that it is stale, and undoes nothing."""
    room = make.resource(stage.house)
    made = make.booking(stage.alice, room)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {200: 1, 412: 9}
        (found,) = outcome.live
        assert found["version"] == outcome.told(200)[0].body["version"]

    seen = {"If-Match": f'"{made.version}"'}
    titles = [stage.changes(stage.alice, made.pk, seen, title=f"Title {number}") for number in range(5)]
    moves = [
        stage.changes(stage.alice, made.pk, seen, starts_at=NOON + step * HOUR, ends_at=NOON + (step + 1) * HOUR)
        for step in range(1, 6)
    ]
    return Race(mixed(titles, moves), {200, 412}, judge)


def confirming_a_hold_as_it_runs_out(stage: Stage) -> Race:
    """It is confirmed in time, or somebody else has the time; the worker and the rivals find the same."""
    room = make.resource(stage.house)
    held = make.booking(stage.bob, room, status="hold")

    def soon() -> None:
        with acting_for(stage.house.pk):
            Booking.objects.filter(pk=held.pk).update(expires_at=timezone.now() + A_MOMENT)

    def judge(outcome: Outcome) -> None:
        confirmed = outcome.bookings[str(held.pk)]["status"] == "confirmed"
        assert len(outcome.told(200)) == confirmed
        assert len(outcome.told(201)) <= (0 if confirmed else 1)
        codes = {refusal.code for refusal in outcome.told(409)}
        assert codes <= {"hold_expired", "illegal_step", "slot_taken", "rivalry"}, codes

    confirms = again(stage.changes(stage.bob, held.pk, status="confirmed"), 6)
    rivals = again(stage.books(stage.alice, room), 6)
    worker = [stage.does(lambda: run_out(stage.house.pk, held.pk))] * 2
    return Race(mixed(confirms, rivals, worker), {200, 201, 409}, judge, before=soon)


def run_out(org_id: UUID, booking_id: UUID) -> None:
    """As the worker: when its time has come, not before."""
    time.sleep(A_MOMENT.total_seconds())
    expire_hold(org_id, booking_id, now=timezone.now())


def cancelling_against_confirming(stage: Stage) -> Race:
    """Whatever came first, it ends cancelled, once; nobody is told that it is confirmed afterwards."""
    room = make.resource(stage.house)
    held = make.booking(stage.bob, room, status="hold")

    def judge(outcome: Outcome) -> None:
        assert outcome.bookings[str(held.pk)]["status"] == "cancelled"
        told = [answer.body["status"] for answer in outcome.told(200)]
        assert sorted(told) in (["cancelled"], ["cancelled", "confirmed"])
        versions = [answer.body["version"] for answer in outcome.told(200)]
        assert len(set(versions)) == len(versions)
        assert {refusal.code for refusal in outcome.told(409)} == {"illegal_step"}
        assert outcome.statuses[412] == 0

    confirms = again(stage.changes(stage.bob, held.pk, status="confirmed"), 6)
    cancels = again(stage.changes(stage.alice, held.pk, status="cancelled", reason="No clay."), 6)
    return Race(mixed(confirms, cancels), {200, 409}, judge)


def cancelling_against_booking(stage: Stage) -> Race:
    """What is given up goes to one of those who wait for it, or to nobody who came too early."""
    room = make.resource(stage.house)
    made = make.booking(stage.alice, room)

    def judge(outcome: Outcome) -> None:
        assert outcome.bookings[str(made.pk)]["status"] == "cancelled"
        assert outcome.statuses[200] == 1
        assert outcome.statuses[201] <= 1
        assert len(outcome.live) == outcome.statuses[201]

    cancels = [stage.changes(stage.alice, made.pk, status="cancelled")]
    return Race(
        mixed(again(stage.books(stage.bob, room), 6), cancels, again(stage.books(stage.alice, room), 6)),
        {200, 201, 409},
        judge,
    )


STEPS = [
    two_approvals_of_what_clashes,
    a_move_against_new_bookings,
    two_that_change_places,
    two_who_change_one_booking,
    confirming_a_hold_as_it_runs_out,
    cancelling_against_confirming,
    cancelling_against_booking,
]
