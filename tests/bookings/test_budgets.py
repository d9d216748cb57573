"""What the hot paths cost: statements counted and plans read, never time."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from infra24.bookings.feed import calendar_events
from infra24.bookings.locking import lock_claims
from infra24.bookings.queries import booking_for, claims_on
from infra24.bookings.search import SearchWish, search
from infra24.orgs.models import Member, Organisation
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.people.models import Person
from infra24.resources.models import Resource
from infra24.resources.queries import bookables
from tests import make
from tests.database import TestDatabase
from tests.make import NOON

pytestmark = pytest.mark.django_db(transaction=True)
HOUR, DAY, WEEK = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1)
FREE_OF_CHARGE = ("SAVEPOINT", "RELEASE")
"""What marks or sets up a transaction; BEGIN and COMMIT do not pass through cursors."""


@pytest.fixture
def house() -> Organisation:
    return make.organisation(slug="oolite")


@pytest.fixture
def alice(house: Organisation) -> Member:
    return make.member(house, role=Role.STAFF, name="Alice")


class Caller:
    """Sends requests with a token through every middleware, and keeps the statements of the last one."""

    def __init__(self, member: Member) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {make.token(member)}"})
        self.statements: list[str] = []

    def __call__(self, method: str, path: str, body: dict[str, Any] | None = None, *, status: int = 200) -> Any:
        self.statements = []
        with connection.execute_wrapper(self._note):
            response = self._client.generic(method, path, json.dumps(body, default=str), "application/json")
        assert response.status_code == status, response.content
        return response.json()

    def _note(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if not sql.lstrip().startswith(FREE_OF_CHARGE):
            self.statements.append(sql)
        return execute(sql, *rest)


def hour(resource: Resource, starts_at: datetime = NOON) -> dict[str, Any]:
    return {"title": "Firing", "resource_id": resource.pk, "starts_at": starts_at, "ends_at": starts_at + HOUR}


def limited(**rules: Any) -> dict[str, Any]:
    return {"schema": 1, **rules}


WAYS: dict[str, Callable[[Organisation], list[Resource]]] = {
    "one room": lambda house: [make.resource(house)],
    "five things": lambda house: [make.resource(house) for _ in range(5)],
    "a shared room": lambda house: [make.resource(house, capacity=9, rules=limited(use="shared"))],
    "two of three": lambda house: [make.resource(house, kind="equipment", units=3)],
    "a hall of four parts": lambda house: [_hall(house)],
    "within a quota": lambda house: [make.resource(house, rules=limited(quotas=[{"per": "week", "hours": 9}]))],
    "with approval": lambda house: [make.resource(house, rules=limited(approval="always"))],
    "with a qualification": lambda house: [_needing(house)],
}


def _hall(house: Organisation) -> Resource:
    hall = make.resource(house)
    for _ in range(4):
        make.resource(house, part_of=hall)
    return hall


def _needing(house: Organisation) -> Resource:
    kiln = make.resource(house)
    shown = make.qualification(house, kiln)
    with acting_for(house.pk):
        (bob,) = Person.objects.all()
    make.grant(shown, bob)
    return kiln


@pytest.mark.parametrize("status", [None, "hold"])
@pytest.mark.parametrize("role", [Role.STAFF, Role.MEMBER])
@pytest.mark.parametrize("way", WAYS)
def test_booking_moving_and_deciding_take_at_most_ten_statements(
    house: Organisation, way: str, role: Role, status: str | None
) -> None:
    """For somebody the house knows; a first booking also writes down who they are."""
    member = make.member(house, role=role, name="Bob")
    make.person(house, member=member)
    call, things = Caller(member), WAYS[way](house)
    units = 2 if way == "two of three" else 1
    body = {
        "title": "Firing",
        "starts_at": NOON,
        "ends_at": NOON + HOUR,
        "legs": [{"resource_id": thing.pk, "units": units} for thing in things],
        "status": status,
    }

    made = call("POST", "/api/bookings", body, status=201)
    at = f"/api/bookings/{made['id']}"
    statements = {"book": call.statements}
    call("PATCH", at, {"starts_at": NOON + DAY, "ends_at": NOON + DAY + HOUR})
    statements["move"] = call.statements
    call("PATCH", at, {"party_size": 2, "title": "Bisque"})
    statements["change"] = call.statements
    if status == "hold":
        call("PATCH", at, {"status": "confirmed"})
        statements["confirm"] = call.statements
    call("PATCH", at, {"status": "cancelled"})
    statements["cancel"] = call.statements

    most = max(statements.values(), key=len)
    assert len(most) <= 10, [" ".join(statement.split())[:70] for statement in most]


def test_staff_decide_on_a_request_in_at_most_ten_statements(house: Organisation, alice: Member) -> None:
    kiln = make.resource(house, rules=limited(approval="always", pending_blocks=False))
    bob, call = make.member(house, name="Bob"), Caller(alice)
    asked = [make.booking(bob, kiln, starts_at=NOON + step * HOUR) for step in range(2)]

    call("PATCH", f"/api/bookings/{asked[0].pk}", {"status": "confirmed"})
    assert len(call.statements) <= 10, call.statements

    call("PATCH", f"/api/bookings/{asked[1].pk}", {"status": "declined", "reason": "No clay."})
    assert len(call.statements) <= 10, call.statements


def test_a_dead_hold_in_the_way_costs_the_same_however_many_there_are(house: Organisation, alice: Member) -> None:
    """What ran out is written down on the way."""
    room, call = make.resource(house), Caller(alice)

    def statements_with(dead: int) -> int:
        held = [
            make.booking(alice, room, starts_at=NOON + step * HOUR / 4, hours=0.25, status="hold")
            for step in range(dead)
        ]
        for each in held:
            make.run_out(house, each.pk)
        made = call("POST", "/api/bookings", hour(room), status=201)
        sent = len(call.statements)
        call("PATCH", f"/api/bookings/{made['id']}", {"status": "cancelled"})
        return sent

    assert statements_with(4) == statements_with(1)


def test_all_timers_of_a_booking_cost_one_statement(house: Organisation, alice: Member) -> None:
    asks = {"check_in_before_minutes": 15, "check_in_after_minutes": 15, "reminder_minutes": 60}
    plain, busy = make.resource(house), make.resource(house, rules={**make.open_week(), **asks})
    call = Caller(alice)

    call("POST", "/api/bookings", hour(plain), status=201)
    without = len(call.statements)
    call("POST", "/api/bookings", hour(busy), status=201)

    assert len(call.statements) == without + 1


def test_many_legs_cost_no_more_statements_than_one(house: Organisation, alice: Member) -> None:
    call = Caller(alice)
    rooms = [make.resource(house) for _ in range(12)]
    many = {**hour(rooms[0]), "resource_id": None, "legs": [{"resource_id": room.pk} for room in rooms]}
    many.pop("resource_id")

    call("POST", "/api/bookings", hour(rooms[0], NOON + DAY), status=201)
    of_one = call.statements
    call("POST", "/api/bookings", many, status=201)

    assert call.statements == of_one


def test_the_feed_takes_as_many_statements_for_thirty_as_for_one(house: Organisation, alice: Member) -> None:
    call, window = Caller(alice), {"start": NOON - DAY, "end": NOON + WEEK}
    path = "/api/calendar/events?" + "&".join(f"{name}={at:%Y-%m-%dT%H:%M:%SZ}" for name, at in window.items())

    def book(resource: Resource) -> None:
        make.booking(alice, resource, person=make.person(house))

    book(make.resource(house))
    assert len(planned(call("GET", path))) == 1
    of_one = call.statements
    for number in range(29):
        book(make.resource(house, rules=make.open_week(closes=f"21:{number:02}")))

    assert len(planned(call("GET", path))) == 30
    assert call.statements == of_one
    assert len(of_one) <= 6, of_one


def planned(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [event for event in events if event["extendedProps"]["kind"] == "booking"]


# --- Plans -----------------------------------------------------------------------

# Two organisations of ten rooms with four months of bookings, four a day, from NOON's day backwards.
_HISTORY = """
    WITH slots AS (
        SELECT gen_random_uuid() AS id, r.org_id, r.id AS resource,
               %(noon)s - day * interval '1 day' + slot * interval '2 hours' AS starts_at
          FROM resources_resource r, generate_series(0, 120) day, generate_series(0, 3) slot
    ), bookings AS (
        INSERT INTO bookings_booking (id, org_id, title, status, outcome, visibility, source, party_size, note,
               starts_at, ends_at, wall_starts_at, wall_ends_at, time_zone, pending_blocks, reason, version)
        SELECT id, org_id, 'Firing', 'confirmed', '', 'busy', 'staff', 1, '', starts_at, starts_at + interval '1 hour',
               starts_at, starts_at, 'UTC', true, '', 1
          FROM slots
    )
    INSERT INTO bookings_leg (id, org_id, booking_id, resource_id, units, people, is_implied, starts_at, ends_at,
           blocks_from, blocks_until, sharing, is_blocking)
    SELECT gen_random_uuid(), org_id, id, resource, 1, 1, false, starts_at, starts_at + interval '1 hour',
           starts_at, starts_at + interval '1 hour', id, true
      FROM slots
"""
Node = dict[str, Any]


@pytest.fixture
def rooms(house: Organisation, database: TestDatabase) -> list[Resource]:
    """Rooms of the house, which like its neighbour has a past."""
    neighbour = make.organisation(slug="neighbour")
    rooms = [make.resource(house) for _ in range(10)]
    for _ in range(10):
        make.resource(neighbour)
    with database.as_owner() as owner, owner.transaction():
        # Rows as the triggers would have left them, and ten thousand of them would take the triggers long.
        owner.execute("ALTER TABLE bookings_leg DISABLE TRIGGER USER")
        owner.execute(_HISTORY, {"noon": NOON})
        owner.execute("ALTER TABLE bookings_leg ENABLE TRIGGER USER")
    with database.as_owner() as owner:
        owner.execute("ANALYZE bookings_booking, bookings_leg, resources_resource")
    return rooms


def plan_of(table: str, read: Callable[[], object]) -> list[Node]:
    """How PostgreSQL finds, for the app role and with row-level security, what `read` reads of the table."""
    sent: list[tuple[str, Any]] = []

    def note(execute: Callable[..., Any], sql: str, params: Any, *rest: Any) -> Any:
        sent.append((sql, params))
        return execute(sql, params, *rest)

    with connection.execute_wrapper(note):
        read()
    (statement,) = [one for one in sent if f"FROM {table}" in one[0] or f"JOIN {table}" in one[0]]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement[0]}", statement[1])
        (answer,) = cursor.fetchone()
    return list(_nodes(answer[0]["Plan"] if isinstance(answer, list) else json.loads(answer)[0]["Plan"]))


def _nodes(node: Node) -> Iterator[Node]:
    yield node
    for below in node.get("Plans", ()):
        yield from _nodes(below)


def conditions(plan: list[Node], index: str) -> str:
    """What the plan looks up in the index. It reads no table of bookings from end to end."""
    read_whole = [node["Relation Name"] for node in plan if node["Node Type"] == "Seq Scan"]
    assert not {"bookings_booking", "bookings_leg"} & set(read_whole), plan
    found = [node["Index Cond"] for node in plan if node.get("Index Name") == index]
    assert found, [node.get("Index Name", node["Node Type"]) for node in plan]
    return " ".join(found)


def test_the_feed_finds_its_week_and_its_legs_by_index(
    house: Organisation, alice: Member, rooms: list[Resource]
) -> None:
    with acting_for(house.pk):
        plan = plan_of("bookings_booking", lambda: calendar_events(alice, NOON - WEEK, NOON))

    of_week = conditions(plan, "booking_org_starts")
    assert "org_id =" in of_week
    assert "starts_at >" in of_week
    assert "starts_at <" in of_week
    assert "booking_id =" in conditions(plan, "leg_once_a_resource")


def test_availability_finds_claims_by_resource_and_time(house: Organisation, rooms: list[Resource]) -> None:
    with acting_for(house.pk):
        wanted = bookables(house.pk, [rooms[0].pk], since=NOON).values()
        plan = plan_of("bookings_leg", lambda: claims_on(house.pk, wanted, NOON - DAY, NOON, now=NOON))

    found = conditions(plan, "leg_resource_blocks")
    assert "resource_id =" in found
    assert "blocks_from >" in found
    assert "blocks_from <" in found


def test_search_finds_the_claims_of_all_its_candidates_by_resource_and_time(
    house: Organisation, alice: Member, rooms: list[Resource]
) -> None:
    wish = SearchWish(since=NOON - 14 * DAY, until=NOON, length=3 * HOUR, days=frozenset(range(5)), hours=(1080, 1320))
    with acting_for(house.pk):
        plan = plan_of("bookings_leg", lambda: search(alice, wish, zone=house.time_zone))

    found = conditions(plan, "leg_resource_blocks")
    assert "resource_id =" in found
    assert "blocks_from >" in found
    assert "blocks_from <" in found


def test_locking_finds_dead_holds_by_when_they_ran_out(house: Organisation, rooms: list[Resource]) -> None:
    with acting_for(house.pk):
        plan = plan_of(
            "bookings_leg",
            lambda: lock_claims(house.pk, [rooms[0].pk, rooms[1].pk], NOON, NOON + HOUR, now=NOON),
        )

    assert "expires_at <=" in conditions(plan, "booking_hold_due")


def test_one_booking_is_found_by_its_key(house: Organisation, alice: Member, rooms: list[Resource]) -> None:
    made = make.booking(alice, rooms[0], starts_at=NOON + DAY)
    with acting_for(house.pk):
        plan = plan_of("bookings_booking", lambda: booking_for(alice, made.pk))

    assert "booking_id =" in conditions(plan, "leg_once_a_resource")
