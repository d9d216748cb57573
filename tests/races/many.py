"""Races of many at once: bulk against bulk, series against single bookings and against each other."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from infra24.bookings.models import Booking
from tests import make
from tests.make import NOON
from tests.races.answers import Answer
from tests.races.racing import HOUR, Outcome, Race, Stage, again, mixed

DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


def bulks_that_cross(stage: Stage) -> Race:
    """Overlapping sets moved in opposite orders and directions. Each move counts once and whole, none is lost."""
    here, there = (make.resource(stage.house) for _ in range(2))
    bookings = [make.booking(stage.alice, room, starts_at=NOON + n * HOUR) for n in range(5) for room in (here, there)]

    def judge(outcome: Outcome) -> None:
        assert outcome.told(200)
        assert {refusal.code for refusal in outcome.told(409)} <= {"rivalry"}
        moved = Counter[str]()
        for answer in outcome.told(200):
            for item in answer.body["items"]:
                assert item["outcome"] == "ok", item
                moved[item["id"]] += _days(_at(item["before"]["starts_at"]), _at(item["after"]["starts_at"]))
        for booking in bookings:
            found = outcome.bookings[str(booking.pk)]["starts_at"]
            assert _days(booking.starts_at, found) == moved[str(booking.pk)]

    forwards = stage.changes_many(stage.alice, bookings[:7], "move", offset="P1D")
    backwards = stage.changes_many(stage.mona, bookings[:2:-1], "move", offset="-P1D")
    some = stage.changes_many(stage.alice, bookings[4:6], "move", offset="P5D", on_conflict="skip")
    return Race(mixed(*(again(bulk, 3) for bulk in (forwards, backwards, some))), {200, 409}, judge)


def bulks_that_have_seen_the_same(stage: Stage) -> Race:
    """Each two have bookings in common, all or nothing: exactly one is done, the others are stale and do nothing."""
    room = make.resource(stage.house)
    bookings = [make.booking(stage.alice, room, starts_at=NOON + n * HOUR) for n in range(6)]
    other = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {200: 1, 409: 11}
        for refusal in outcome.told(409):
            assert refusal.code == "bulk_refused"
            assert "stale" in {item["outcome"] for item in refusal.body["items"]}
        (done,) = outcome.told(200)
        after = {item["id"]: item["after"] for item in done.body["items"]}
        for booking in bookings:
            found = outcome.bookings[str(booking.pk)]
            if told := after.get(str(booking.pk)):
                assert (found["status"], found["starts_at"]) == (told["status"], _at(told["starts_at"]))
            else:
                assert (found["status"], found["starts_at"], found["version"]) == ("confirmed", booking.starts_at, 1)

    places = {"from_resource_id": room.pk, "to_resource_id": other.pk}
    bulks = [
        stage.changes_many(stage.alice, bookings[:4], "move", offset="P1D", seen=True),
        stage.changes_many(stage.mona, bookings[:1:-1], "move", offset="-P1D", seen=True),
        stage.changes_many(stage.mona, bookings[1:4], "cancel", reason="Storm.", seen=True),
        stage.changes_many(stage.alice, bookings[3:], "change_resource", **places, seen=True),
    ]
    return Race(mixed(*(again(bulk, 3) for bulk in bulks)), {200, 409}, judge)


def one_bulk_cancels_what_another_moves(stage: Stage) -> Race:
    """And somebody books the time that either lets go. Cancelled once, moved whole or not at all, booked once."""
    room = make.resource(stage.house)
    bookings = [make.booking(stage.alice, room, starts_at=NOON + n * HOUR) for n in range(5)]

    def judge(outcome: Outcome) -> None:
        cancels, moves, books = (
            [answer for answer in outcome.answers if _kind(answer) == kind] for kind in ("cancel", "move", "book")
        )
        assert len(cancels) == 1
        assert {found["status"] for found in _found(outcome, bookings[1:4])} == {"cancelled"}
        assert _found(outcome, bookings[4:])[0]["version"] == 1
        first = _found(outcome, bookings[:1])[0]
        assert first["status"] == "confirmed"
        assert _days(bookings[0].starts_at, first["starts_at"]) == len(moves)
        assert len(books) <= 1
        assert outcome.statuses[200] == 1 + len(moves)

    cancel = stage.changes_many(stage.alice, bookings[3:0:-1], "cancel", reason="Storm.")
    move = stage.changes_many(stage.mona, bookings[:3], "move", offset="P1D")
    book = stage.books(stage.bob, room, at=NOON + 2 * HOUR)
    return Race(mixed(again(cancel, 4), again(move, 3), again(book, 5)), {200, 201, 409}, judge)


def rooms_exchanged_in_bulk(stage: Stage) -> Race:
    """All of each room wants into the other, and each stands in the other's way: nobody moves, nobody is lost."""
    rooms = [make.resource(stage.house) for _ in range(2)]
    bookings = [[make.booking(stage.alice, room, starts_at=NOON + n * HOUR) for n in range(4)] for room in rooms]

    def judge(outcome: Outcome) -> None:
        for answer in outcome.told(200):
            assert {item["outcome"] for item in answer.body["items"]} == {"conflict"}
        for refusal in outcome.told(409):
            assert {reason["code"] for item in refusal.body["items"] for reason in item["reasons"]} == {"slot_taken"}
        assert outcome.statuses == {200: 6, 409: 6}
        assert {each["version"] for each in outcome.live} == {1}

    bulks = []
    for place, how in ((0, "refuse"), (1, "refuse"), (0, "skip"), (1, "skip")):
        places = {"from_resource_id": rooms[place].pk, "to_resource_id": rooms[1 - place].pk}
        chosen = bookings[place][:: -1 if place else 1]
        bulks.append(stage.changes_many(stage.alice, chosen, "change_resource", on_conflict=how, **places))
    return Race(mixed(*(again(bulk, 3) for bulk in bulks)), {200, 409}, judge)


def a_series_against_singles(stage: Stage) -> Race:
    """All of its dates or none: whoever has one of them keeps the whole series away, and the other way round."""
    room = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        made = [answer for answer in outcome.told(201) if "dates" in answer.body]
        if made:
            assert len(outcome.told(201)) == 1
            assert _weeks(outcome) == list(range(6))
        else:
            assert _weeks(outcome) == [1, 4]
        for refusal in outcome.told(409):
            assert refusal.reasons == {"slot_taken"}
            assert len(refusal.body.get("dates", range(6))) == 6

    series = stage.repeats(stage.alice, room, rule="FREQ=WEEKLY;COUNT=6")
    singles = [stage.books(stage.bob, room, at=_later(week)) for week in (1, 4)]
    return Race(mixed(again(series, 5), *(again(one, 4) for one in singles)), {201, 409}, judge)


def a_series_that_skips_against_singles(stage: Stage) -> Race:
    """Every date goes to one of them, and what a series could not have stands in its ledger with the reason."""
    room = make.resource(stage.house)

    def judge(outcome: Outcome) -> None:
        assert sorted(_weeks(outcome)) == list(range(6))
        for answer in outcome.told(201):
            for date in answer.body.get("dates", ()):
                assert (date["state"] == "confirmed") == bool(date["booking_id"]) == (not date["reasons"])
            assert len(answer.body.get("dates", range(6))) == 6

    series = stage.repeats(stage.alice, room, rule="FREQ=WEEKLY;COUNT=6", on_conflict="skip")
    singles = [
        stage.books(stage.bob, room, at=_later(week) + late) for week in range(6) for late in (0 * HOUR, HOUR / 2)
    ]
    return Race(mixed(again(series, 6), singles), {201, 409}, judge)


def series_against_series(stage: Stage) -> Race:
    """Each two have a date in common on a room, named first by some and last by others: exactly one is made."""
    room, press = (make.resource(stage.house) for _ in range(2))

    def judge(outcome: Outcome) -> None:
        assert outcome.statuses == {201: 1, 409: 11}
        (made,) = outcome.told(201)
        assert {date["state"] for date in made.body["dates"]} == {"confirmed"}
        assert len(outcome.live) == len(made.body["dates"])
        assert all(refusal.reasons == {"slot_taken"} for refusal in outcome.told(409))

    series = [
        stage.repeats(stage.alice, room, press, rule="FREQ=WEEKLY;COUNT=6"),
        stage.repeats(stage.mona, press, room, rule="FREQ=WEEKLY;INTERVAL=2;COUNT=3"),
        stage.repeats(stage.bob, room, rule="FREQ=WEEKLY;COUNT=4", at=_later(2) + HOUR / 2),
    ]
    return Race(mixed(*(again(one, 4) for one in series)), {201, 409}, judge)


def _found(outcome: Outcome, bookings: list[Booking]) -> list[dict[str, Any]]:
    return [outcome.bookings[str(booking.pk)] for booking in bookings]


def _kind(answer: Answer) -> str:
    """What was done; empty for a refusal."""
    if answer.status >= 400:
        return ""
    items = answer.body.get("items")
    if items is None:
        return "book"
    return "cancel" if items[0]["after"]["status"] == "cancelled" else "move"


def _weeks(outcome: Outcome) -> list[int]:
    """In which week each live booking is, in order."""
    return sorted(round((each["starts_at"] - NOON) / WEEK) for each in outcome.live)


def _later(weeks: int) -> datetime:
    """At noon as the clock on the wall shows it, as a series goes on."""
    return NOON.astimezone(ZoneInfo("America/New_York")) + weeks * WEEK


def _days(before: datetime, after: datetime) -> int:
    """By the clock on the wall, which may have been changed in between."""
    return round((after - before) / DAY)


def _at(text: str) -> datetime:
    return datetime.fromisoformat(text)


MANY = [
    bulks_that_cross,
    bulks_that_have_seen_the_same,
    one_bulk_cancels_what_another_moves,
    rooms_exchanged_in_bulk,
    a_series_against_singles,
    a_series_that_skips_against_singles,
    series_against_series,
]
