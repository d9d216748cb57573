"""Races for a place: who has it, and how much of it."""

from datetime import date

from tests import make
from tests.make import NOON
from tests.races.racing import HOUR, Outcome, Race, Stage, again, mixed


def fifty_want_one_slot(stage: Stage) -> Race:
    room = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {201: 1, 409: 49}
        assert {(refusal.code, *refusal.reasons) for refusal in outcome.told(409)} == {("slot_taken", "slot_taken")}

    return Race(again(stage.books(stage.alice, room), 50), {201, 409}, judge)


def the_last_of_six_units(stage: Stage) -> Race:
    """Two are left; some want one and some both."""
    cameras = make.resource(stage.house, kind="equipment", units=6)
    make.booking(stage.alice, cameras, units=4)

    def judge(outcome: Outcome) -> None:
        assert sum(each["units"] for each in outcome.live) == 6
        assert {tuple(refusal.reasons) for refusal in outcome.told(409)} == {("units_taken",)}

    one, both = (stage.books(stage.alice, cameras, units=units) for units in (1, 2))
    return Race(mixed(again(one, 8), again(both, 8)), {201, 409}, judge)


def exclusive_against_shared(stage: Stage) -> Race:
    """Room for ten who share, or for one party alone."""
    room = make.resource(stage.house, capacity=10, rules={"schema": 1, "use": "shared"})

    def judge(outcome: Outcome) -> None:
        people = sum(each["party_size"] for each in outcome.live)
        assert people in {1, 9}  # alone, or as many threes as there is room for
        wanted = {"slot_taken"} if people == 1 else {"slot_taken", "over_capacity"}
        assert {reason for refusal in outcome.told(409) for reason in refusal.reasons} == wanted

    shared = stage.books(stage.bob, room, party_size=3)
    alone = stage.books(stage.alice, room, exclusive=True)
    return Race(mixed(again(shared, 10), again(alone, 6)), {201, 409}, judge)


def hall_against_halves(stage: Stage) -> Race:
    """The whole, its parts in either order, and parts of a part. Each leaf is asked for alone, too."""
    hall = make.resource(stage.house, name="Hall")
    north, south = (make.resource(stage.house, name=name, part_of=hall) for name in ("North", "South"))
    bay, nook = (make.resource(stage.house, name=name, part_of=north) for name in ("Bay", "Nook"))

    def judge(outcome: Outcome) -> None:
        taken = sorted(name for each in outcome.live for name in each["things"])
        covered = {"Hall": 3, "North": 2, "South": 1, "Bay": 1, "Nook": 1}
        assert sum(covered[name] for name in taken) == 3, taken  # all of it, and none of it twice

    wishes = [[hall], [north, south], [south, north], [bay], [nook], [south], [south, nook], [nook, bay, south]]
    return Race(
        mixed(*(again(stage.books(stage.alice, *things), 4) for things in wishes)),
        {201, 409},
        judge,
    )


def things_named_in_any_order(stage: Stage) -> Race:
    """Overlapping pairs of three things; whoever locked them as they were named would deadlock."""
    a, b, c = (make.resource(stage.house, name=name) for name in "abc")

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {201: 1, 409: 23}

    pairs = [(a, b), (b, a), (b, c), (c, b), (c, a), (a, c)]
    return Race(mixed(*(again(stage.books(stage.alice, *pair), 4) for pair in pairs)), {201, 409}, judge)


def the_last_hour_of_a_quota(stage: Stage) -> Race:
    """Either room would do; the person, who has never booked before, is what both wait for."""
    rules = {**make.open_week(), "quotas": [{"per": "day", "hours": 1}]}
    make.opening_hours(stage.house, rules=rules, valid_from=date(2020, 1, 2))
    rooms = [make.resource(stage.house) for _ in range(2)]

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {201: 1, 409: 15}
        assert all("quota_used" in refusal.reasons for refusal in outcome.told(409))

    return Race(mixed(*(again(stage.books(stage.bob, room), 8) for room in rooms)), {201, 409}, judge)


def any_of_three(stage: Stage) -> Race:
    """Whoever comes while one is left gets it, whichever they named first; with a table that there is once."""
    wheels = [make.resource(stage.house, name=name, kind="equipment") for name in ("a", "b", "c")]
    table = make.resource(stage.house, name="table")

    def judge(outcome: Outcome) -> None:
        taken = sorted(name for each in outcome.live for name in each["things"])
        assert taken in (["a", "b", "c"], ["a", "b", "c", "table"]), taken
        assert outcome.statuses == {201: 3, 409: 21}

    orders = [[wheel.pk for wheel in (*wheels[turn:], *wheels[:turn])] for turn in range(3)]
    alone = [stage.asks(stage.alice, [{"any_of": order}]) for order in orders]
    at_the_table = [stage.asks(stage.alice, [{"any_of": order}, {"resource_id": table.pk}]) for order in orders]
    return Race(mixed(*(again(one, 4) for one in (*alone, *at_the_table))), {201, 409}, judge)


def one_request_sent_again_and_again(stage: Stage) -> Race:
    """A client that got no answer and repeats itself, by its key, makes one booking."""
    room = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {201: 10}
        assert len({answer.body["id"] for answer in outcome.answers}) == 1

    once = stage.books(stage.alice, room, at=NOON + HOUR, headers={"Idempotency-Key": "the same"})
    return Race(again(once, 10), {201}, judge)


PLACES = [
    fifty_want_one_slot,
    the_last_of_six_units,
    exclusive_against_shared,
    hall_against_halves,
    things_named_in_any_order,
    the_last_hour_of_a_quota,
    any_of_three,
    one_request_sent_again_and_again,
]
