"""What is new since a cursor: everything, whoever commits when, and as little else as can be."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event
from typing import Any

import pytest
from django.db import connection

from infra24.bookings import changes
from infra24.bookings.changes import Changes, changes_since
from infra24.bookings.models import Booking, Source
from infra24.bookings.services import BookingChange, cancel_booking, change_booking
from infra24.facts.services import Event as Told
from infra24.facts.services import record, record_all
from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.bookings.test_budgets import plan_of
from tests.database import TestDatabase
from tests.facilities.closing import close
from tests.make import NOON, Cast
from tests.orgs.probe import bearer

pytestmark = pytest.mark.django_db(transaction=True)
PATIENCE_SECONDS = 60


@pytest.fixture
def cast() -> Cast:
    return make.cast()


def since(viewer: Member, cursor: str | None = None) -> Changes:
    with acting_for(viewer.org_id):
        return changes_since(viewer, cursor)


def rename(booking: Booking, by: Member) -> None:
    with acting_for(by.org_id):
        change_booking(booking, BookingChange(title="Bisque"), by=by, source=Source.STAFF)


@contextmanager
def renaming(booking: Booking, by: Member) -> Iterator[None]:
    """Somebody has changed the booking and commits only when the block is left."""
    changed, leave = Event(), Event()

    def work() -> None:
        try:
            with acting_for(by.org_id):
                change_booking(booking, BookingChange(title="Late"), by=by, source=Source.STAFF)
                changed.set()
                assert leave.wait(PATIENCE_SECONDS)
        finally:
            changed.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)
        try:
            assert changed.wait(PATIENCE_SECONDS)
            yield
        finally:
            leave.set()
            working.result()


def test_what_is_made_changed_and_ended_is_told_once(cast: Cast) -> None:
    room = make.resource(cast.house)
    kept = make.booking(cast.alice, room, starts_at=NOON)
    start = since(cast.alice)
    assert start == Changes(start.cursor)

    made = make.booking(cast.alice, room, make.resource(cast.house), starts_at=NOON.replace(hour=19))
    rename(kept, cast.alice)
    rename(made, cast.alice)
    told = since(cast.alice, start.cursor)
    assert (set(told.booking_ids), len(told.booking_ids)) == ({kept.pk, made.pk}, 2)

    assert since(cast.alice, told.cursor) == Changes(told.cursor)
    with acting_for(cast.house.pk):
        made.refresh_from_db()
        cancel_booking(made, by=cast.alice, source=Source.STAFF)
    assert since(cast.alice, told.cursor).booking_ids == [made.pk]
    # Who asks with an older cursor is told all of it again.
    assert set(since(cast.alice, start.cursor).booking_ids) == {kept.pk, made.pk}


def test_who_began_earlier_and_commits_later_is_not_passed_over(cast: Cast) -> None:
    early = make.booking(cast.alice, make.resource(cast.house))
    late = make.booking(cast.alice, make.resource(cast.house))
    start = since(cast.alice)

    with renaming(early, cast.alice):
        rename(late, cast.alice)
        first = since(cast.alice, start.cursor)
        assert first.booking_ids == [late.pk]
        # The one still under way does not make the other news again.
        assert since(cast.alice, first.cursor) == Changes(first.cursor)

    second = since(cast.alice, first.cursor)
    assert second.booking_ids == [early.pk]
    assert since(cast.alice, second.cursor) == Changes(second.cursor)


def test_with_many_under_way_some_is_told_twice_and_nothing_left_out(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changes, "MOST_WRITING", 0)
    early = make.booking(cast.alice, make.resource(cast.house))
    late = make.booking(cast.alice, make.resource(cast.house))
    start = since(cast.alice)

    with renaming(early, cast.alice):
        rename(late, cast.alice)
        first = since(cast.alice, start.cursor)
        # Whatever else PostgreSQL has under way, for another database too, may make the other one news again.
        assert late.pk in first.booking_ids

    assert set(since(cast.alice, first.cursor).booking_ids) == {early.pk, late.pk}


def test_closures_rules_resources_and_people_are_told_as_such(cast: Cast) -> None:
    room, dora = make.resource(cast.house), make.person(cast.house, name="Dora")
    now = datetime.now(UTC)

    def after(fact: str, **values: Any) -> tuple[bool, bool, bool]:
        cursor = since(cast.alice).cursor
        with acting_for(cast.house.pk):
            record(cast.house.pk, fact, now=now, source="test", **values)
        told = since(cast.alice, cursor)
        assert (told.booking_ids, told.is_all_new) == ([], False)
        return told.is_opening_new, told.are_resources_new, told.are_people_new

    assert after("resource.changed", resource_id=room.pk, fields=["name"]) == (False, True, False)
    assert after("person.changed", person_id=dora.pk, fields=["name"]) == (False, False, True)
    cursor = since(cast.alice).cursor
    close(cast.alice, room)
    assert since(cast.alice, cursor).is_opening_new


def test_others_houses_are_no_news(cast: Cast) -> None:
    start = since(cast.alice)
    make.booking(cast.charlie, make.resource(cast.elsewhere))

    assert since(cast.alice, start.cursor) == Changes(start.cursor)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cursor: "yesterday",
        lambda cursor: "1" + cursor,
        lambda cursor: ".".join([cursor.split(".")[0], "5", "3", ""]),
        lambda cursor: ".".join([cursor.split(".")[0], "3", "5", "9"]),
        lambda cursor: ".".join([cursor.split(".")[0], "3", "9", "5_5"]),
        lambda cursor: ".".join([cursor.split(".")[0], "3", str(2**62 + 9), ""]),
        lambda cursor: ".".join([cursor.split(".")[0], "3", str(2**62), ""]),
        lambda cursor: ".".join([cursor.split(".")[0], "3", str(2**64 + 9), ""]),
    ],
)
def test_a_cursor_of_no_meaning_here_says_that_everything_is_to_be_read_again(cast: Cast, spoil: Any) -> None:
    """So it is after the database was restored: its transactions are counted anew."""
    told = since(cast.alice, spoil(since(cast.alice).cursor))

    assert (told.is_all_new, told.is_opening_new, told.are_resources_new, told.are_people_new) == (True,) * 4
    assert since(cast.alice, told.cursor) == Changes(told.cursor)


def test_facts_of_a_restored_database_are_no_news(cast: Cast, database: TestDatabase) -> None:
    """They were told on another server, which may have counted further."""
    room = make.resource(cast.house)
    make.booking(cast.alice, room)
    with database.as_owner() as owner:
        owner.execute("UPDATE facts_fact SET xid = '4000000000000000009'")
    start = since(cast.alice)

    made = make.booking(cast.alice, room, starts_at=NOON.replace(hour=19))

    assert since(cast.alice, start.cursor).booking_ids == [made.pk]


def test_too_much_news_is_not_listed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changes, "MOST_FACTS", 2)
    start = since(cast.alice)
    for hour in (17, 18, 19):
        make.booking(cast.alice, make.resource(cast.house), starts_at=NOON.replace(hour=hour))

    told = since(cast.alice, start.cursor)

    assert (told.is_all_new, told.booking_ids) == (True, [])
    assert not since(cast.alice, told.cursor).is_all_new


def test_news_are_found_by_index_among_many_facts(cast: Cast, database: TestDatabase) -> None:
    booked = make.booking(cast.alice, make.resource(cast.house))
    with acting_for(cast.house.pk):
        told = [Told("booking.reminder_due", booked.pk, {"starts_at": NOON}) for _ in range(3_000)]
        record_all(cast.house.pk, told, now=NOON, source="test")
    with database.as_owner() as owner:
        owner.execute("ANALYZE facts_fact")
    cursor = since(cast.alice).cursor

    with acting_for(cast.house.pk):
        plan = plan_of("facts_fact", lambda: changes_since(cast.alice, cursor))

    (found,) = [node["Index Cond"] for node in plan if node.get("Index Name") == "fact_of_transaction"]
    assert "org_id =" in found
    assert "xid >=" in found
    assert "xid <" in found


def test_staff_ask_through_the_api_and_304_says_that_nothing_is_new(cast: Cast) -> None:
    room, client = make.resource(cast.house), make.client()
    headers = bearer(make.token(cast.alice, scopes=("bookings:read",)))

    def ask(after: str, **more: str) -> Any:
        return client.get("/api/calendar/changes", {"after": after}, headers=headers | more)

    start = client.get("/api/calendar/changes", headers=headers)
    cursor, tag = start.json()["cursor"], start.headers["ETag"]
    again = ask(cursor, **{"If-None-Match": tag})
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    assert ask(cursor).json() == start.json()

    made = make.booking(cast.alice, room)
    news = ask(cursor, **{"If-None-Match": f"W/{tag}"})
    assert news.status_code == 200
    assert news.json() == {
        "cursor": news.json()["cursor"],
        "bookings": [str(made.pk)],
        "closures": False,
        "resources": False,
        "people": False,
        "more": False,
    }
    assert ask("nonsense").json()["more"] is True


def test_members_and_strangers_do_not_ask(cast: Cast) -> None:
    answers = [
        make.client().get("/api/calendar/changes", headers=bearer(make.token(cast.bob, scopes=("bookings:read",)))),
        make.client().get("/api/calendar/changes"),
    ]

    assert [(answer.status_code, answer.json()["code"]) for answer in answers] == [
        (403, "role_too_low"),
        (401, "unauthenticated"),
    ]
