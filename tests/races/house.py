"""Races between those who book and those who change the house: closures, parts, units, rules."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra24.orgs.tenancy import acting_for
from infra24.resources.models import Closure, Resource
from tests import make
from tests.make import NOON
from tests.races.racing import HOUR, Outcome, Race, Stage, again, mixed

ON = NOON.astimezone(ZoneInfo("America/New_York")).date()


def a_closure_against_bookings(stage: Stage) -> Race:
    """It lists those who were faster, or refuses those who were slower: nobody is inside it unseen."""
    hall = make.resource(stage.house)
    half = make.resource(stage.house, part_of=hall)

    def judge(outcome: Outcome) -> None:
        with acting_for(stage.house.pk):
            closures = Closure.objects.count()
        refusals = outcome.told(409)
        if closures:
            assert outcome.live == []
            assert outcome.statuses == {201: closures, 409: len(outcome.answers) - closures} or closures == 2
            assert {tuple(refusal.reasons) for refusal in refusals} == {("closure",)}
        else:
            listed = [refusal for refusal in refusals if "hits" in refusal.body]
            assert len(listed) == 2
            assert outcome.live
            assert all({hit["booking_id"] for hit in each.body["hits"]} <= set(outcome.bookings) for each in listed)

    shut: dict[str, Any] = {"title": "Painting", "from": ON, "until": ON}
    closing = [
        stage.sends(stage.alice, "POST", "/api/closures", {**shut, "resource_id": thing.pk}) for thing in (hall, half)
    ]
    early, late = (stage.books(stage.bob, thing, at=at) for thing, at in ((hall, NOON), (half, NOON + 2 * HOUR)))
    return Race(mixed(again(early, 5), closing, again(late, 5)), {201, 409}, judge)


def a_new_part_against_bookings(stage: Stage) -> Race:
    """While the studio becomes part of the hall, either is booked; never both for one time afterwards."""
    hall, studio = (make.resource(stage.house, name=name) for name in ("Hall", "Studio"))

    def judge(outcome: Outcome) -> None:
        with acting_for(stage.house.pk):
            is_part = Resource.objects.get(pk=studio.pk).part_of_id == hall.pk
        taken = sorted(name for each in outcome.live for name in each["things"])
        assert taken in ([["Hall"], ["Studio"]] if is_part else [["Hall", "Studio"]])
        assert len(outcome.told(200)) == is_part

    joins = stage.sends(stage.mona, "PATCH", f"/api/resources/{studio.pk}", {"part_of": hall.pk})
    whole, part = (stage.books(stage.alice, thing) for thing in (hall, studio))
    return Race(mixed(again(whole, 5), [joins], again(part, 5)), {200, 201, 409}, judge)


def the_last_one_against_bookings(stage: Stage) -> Race:
    """All cameras but one are sold while they are being lent out: what is promised is kept, and no more is promised."""
    cameras = make.resource(stage.house, name="Camera", kind="equipment", units=6)

    def judge(outcome: Outcome) -> None:
        with acting_for(stage.house.pk):
            units = Resource.objects.get(pk=cameras.pk).units
        assert len(outcome.told(200)) == (units == 1)
        assert len(outcome.live) == units
        reasons = {reason for refusal in outcome.told(409) for reason in refusal.reasons}
        assert reasons <= ({"slot_taken"} if units == 1 else {"units_taken", "promised"}), reasons

    sold = stage.sends(stage.mona, "PATCH", f"/api/resources/{cameras.pk}", {"units": 1})
    lent = stage.books(stage.alice, cameras)
    return Race(mixed([sold], again(lent, 10)), {200, 201, 409}, judge)


def other_hours_against_bookings(stage: Stage) -> Race:
    """Nobody books by hours that ended a moment ago: once they are saved, everybody is refused by the new ones."""
    room = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses[201] in {1, 2}
        refused = {tuple(sorted(refusal.reasons)) for refusal in outcome.told(409)}
        # By a rival, by the new hours, or by both: whoever had it before they were saved keeps it.
        assert refused <= {("slot_taken",), ("closed",), ("closed", "slot_taken")}, refused
        assert (("slot_taken",) not in refused) or outcome.live

    rules = {"resource_id": room.pk, "rules": make.closed_week(), "valid_from": ON - timedelta(days=1)}
    saves = stage.sends(stage.mona, "POST", "/api/rules", rules)
    return Race(mixed(again(stage.books(stage.bob, room), 10), [saves]), {201, 409}, judge)


HOUSE = [
    a_closure_against_bookings,
    a_new_part_against_bookings,
    the_last_one_against_bookings,
    other_hours_against_bookings,
]
