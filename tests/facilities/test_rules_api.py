"""Rules through the API: said, read, rehearsed."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import AvailabilityRule
from tests import make
from tests.docs import rules_schema
from tests.make import Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


def send(by: Member, method: str, path: str, body: Any = None, **headers: str) -> Any:
    given = {"Authorization": f"Bearer {make.token(by)}", **headers}
    content = b"" if body is None else make.json(body)
    return Client().generic(method, f"/api/{path}", content, "application/json", headers=given)


def rows(cast: Cast) -> list[AvailabilityRule]:
    with acting_for(cast.house.pk):
        return list(AvailabilityRule.objects.order_by("id"))


def test_rules_are_said_for_a_resource_and_read_again(cast: Cast) -> None:
    kiln = make.resource(cast.house, kind="equipment")
    said = {"resource_id": kiln.pk, "valid_from": SOON, "rules": {"schema": 1, "slot_minutes": 30}, "note": "Slower"}

    answer = send(cast.alice, "POST", "rules", said)

    assert answer.status_code == 201, answer.json()
    row = answer.json()
    assert answer["ETag"] == f'"{row["id"]}"'
    assert (row["resource_id"], row["kind"], row["valid_from"], row["note"], row["written_by"]) == (
        str(kiln.pk),
        None,
        SOON.isoformat(),
        "Slower",
        str(cast.alice.pk),
    )
    assert row["rules"] == {"schema": 1, "slot_minutes": 30}
    assert send(cast.alice, "GET", f"rules?resource={kiln.pk}").json() == {"items": [row], "next": None}
    shown = send(cast.bob, "GET", f"resources/{kiln.pk}/rules?on={SOON}")
    assert shown["ETag"] == answer["ETag"]
    assert shown.json()["own"] == {**row, "note": "", "written_by": None}, "why and by whom is between staff"
    assert shown.json()["effective"]["values"]["slot_minutes"] == {
        "value": 30,
        "scope": "resource",
        "rule_id": row["id"],
    }
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["rule.saved"]


def test_of_a_scope_only_its_own_rows_are_listed_the_newest_first(cast: Cast) -> None:
    kiln = make.resource(cast.house, kind="equipment", rules={"schema": 1, "notice_minutes": 5})
    kind = make.opening_hours(cast.house, kind="equipment", rules={"schema": 1, "slot_minutes": 30})
    later = make.opening_hours(cast.house, valid_from=date(2021, 1, 1))

    def listed(query: str) -> list[str]:
        return [row["id"] for row in send(cast.alice, "GET", f"rules{query}").json()["items"]]

    assert listed("?kind=equipment") == [str(kind.pk)]
    assert listed(f"?resource={kiln.pk}") == [str(row.pk) for row in rows(cast) if row.resource_id]
    assert listed("")[0] == str(later.pk)
    assert len(listed("")) == 2
    page = send(cast.alice, "GET", "rules?limit=1").json()
    assert (
        send(cast.alice, "GET", f"rules?limit=1&cursor={page['next']}").json()["items"][0]["id"]
        != page["items"][0]["id"]
    )
    assert send(cast.alice, "GET", f"rules?kind=space&resource={kiln.pk}").status_code == 422


def test_the_list_takes_as_many_queries_for_three_rows_as_for_one(cast: Cast) -> None:
    secret = {"Authorization": f"Bearer {make.token(cast.alice)}"}

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Client().get("/api/rules", headers=secret).status_code == 200
        return len(captured)

    one = count()
    for year in (2021, 2022):
        make.opening_hours(cast.house, valid_from=date(year, 1, 1))
    assert count() == one


def test_what_holds_says_where_it_comes_from(cast: Cast) -> None:
    friday = next(SOON + timedelta(days=step) for step in range(7) if (SOON + timedelta(days=step)).weekday() == 4)
    season = {
        "name": "Festival",
        "from": f"{friday:%m-%d}",
        "until": f"{friday:%m-%d}",
        "weekly": {"fri": [["18:00", "26:00"]]},
    }
    document = {
        **make.open_week("10:00", "18:00"),
        "seasons": [season],
        "exceptions": [{"on": (friday + timedelta(days=1)).isoformat(), "hours": [], "note": "Stocktaking"}],
        "approval": {"roles": ["member"]},
        "quotas": [{"per": "week", "hours": 6}],
    }
    rule = make.opening_hours(cast.house, kind="space", rules=document)
    make.resource(cast.house)

    answer = send(cast.bob, "GET", f"rules/effective?kind=space&on={friday}").json()

    def day(step: int, spans: list[list[str]], source: str, name: str) -> dict[str, Any]:
        on = (friday + timedelta(days=step)).isoformat()
        return {"on": on, "spans": spans, "source": source, "name": name, "scope": "kind", "rule_id": str(rule.pk)}

    assert answer["hours"][:3] == [
        day(0, [["18:00", "26:00"]], "season", "Festival"),
        day(1, [], "exception", "Stocktaking"),
        day(2, [["10:00", "18:00"]], "weekly", ""),
    ]
    assert len(answer["hours"]) == 7
    values = answer["values"]
    assert values["approval"]["value"] == {"roles": ["member"]}
    assert values["quotas"]["value"] == [{"per": "week", "hours": 6.0}]
    assert values["notice_minutes"] == {"value": 0, "scope": "default", "rule_id": None}
    assert values["check_in_before_minutes"]["value"] is None


REFUSED: list[tuple[dict[str, Any], dict[str, str]]] = [
    (
        {"weekly": {"mon": [["12:00", "09:00"]]}},
        {"rules.weekly.mon.0": "12:00 to 09:00 ends before it starts. Write a later end, or 33:00 for the next day."},
    ),
    (
        {"slot_minutes": 50},
        {
            "rules.slot_minutes": "09:00 to 21:00 is not a whole number of 50 minutes steps. "
            "Change the hours or the grid."
        },
    ),
    ({"surprise": 1}, {"rules.surprise": "There is no such field."}),
    (
        {"exceptions": [{"on": "9999-12-31", "until": "9999-12-31", "hours": []}], "slot_minutes": 4},
        {"rules.slot_minutes": "At least 5."},
    ),
]


@pytest.mark.parametrize(("document", "fields"), REFUSED)
@pytest.mark.parametrize("door", ["rules", "rules/rehearsal"])
def test_a_fault_is_named_by_its_path_and_leaves_no_trace(
    cast: Cast, door: str, document: dict[str, Any], fields: dict[str, str]
) -> None:
    before = rows(cast)

    answer = send(cast.alice, "POST", door, {"kind": "space", "rules": document})

    assert (answer.status_code, answer.json()["code"], answer.json()["fields"]) == (422, "rules_invalid", fields)
    assert rows(cast) == before


def test_who_has_not_seen_the_last_row_does_not_overwrite_it(cast: Cast) -> None:
    seen = rows(cast)[0].pk
    first = send(cast.alice, "POST", "rules", {"rules": {"schema": 1}, "valid_from": SOON, "based_on": seen})
    assert first.status_code == 201

    for body, headers in [({"based_on": seen}, {}), ({}, {"If-Match": f'"{seen}"'})]:
        answer = send(cast.alice, "POST", "rules", {"rules": {"schema": 1}, "valid_from": SOON, **body}, **headers)
        assert (answer.status_code, answer.json()["code"]) == (412, "stale")
    assert len(rows(cast)) == 2
    matched = {"If-Match": f"W/{first['ETag']}"}
    assert send(cast.alice, "POST", "rules", {"rules": {"schema": 1}, "valid_from": SOON}, **matched).status_code == 201


def test_days_gone_by_stay_as_they_were(cast: Cast) -> None:
    answer = send(cast.alice, "POST", "rules", {"rules": {"schema": 1}, "valid_from": "2024-01-01"})

    assert (answer.status_code, answer.json()["code"]) == (409, "valid_from_past")


def test_a_rehearsal_tells_what_would_break_and_writes_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    booking = make.booking(cast.alice, room, title="Choir")
    before = rows(cast)

    answer = send(cast.alice, "POST", "rules/rehearsal", {"resource_id": room.pk, "rules": make.closed_week()})

    assert answer.status_code == 200
    found = answer.json()
    assert (found["examined_ahead"], found["is_whole"], found["would_have_refused"]) == (1, True, [])
    [struck] = found["breaks"]
    assert (struck["booking_id"], struck["title"], struck["resource_ids"]) == (str(booking.pk), "Choir", [str(room.pk)])
    assert [reason["code"] for reason in struck["reasons"]] == ["closed"]
    assert rows(cast) == before


def test_staff_rehearse_but_do_not_save_and_members_do_neither() -> None:
    cast = make.cast()
    body = {"rules": {"schema": 1}}

    assert send(cast.alice, "POST", "rules/rehearsal", body).status_code == 200
    assert send(cast.alice, "POST", "rules", body).status_code == 403
    assert send(cast.bob, "POST", "rules/rehearsal", body).status_code == 403
    assert send(cast.bob, "GET", "rules").status_code == 403


def test_strangers_and_members_who_may_not_see_a_resource_find_nothing(cast: Cast) -> None:
    room = make.resource(cast.house)
    with acting_for(cast.house.pk):
        type(room).objects.filter(pk=room.pk).update(visible_to="staff")

    for by in (cast.charlie, cast.bob):
        assert send(by, "GET", f"resources/{room.pk}/rules").status_code == 404
        assert send(by, "GET", f"rules/effective?resource={room.pk}").status_code == 404
    assert send(cast.charlie, "POST", "rules", {"resource_id": room.pk, "rules": {"schema": 1}}).status_code == 404
    assert send(cast.alice, "GET", f"rules?resource={uuid4()}").status_code == 404


def test_the_schema_is_public_and_the_published_one() -> None:
    answer = Client().get("/api/rules/schema")

    assert answer.status_code == 200
    assert answer.json() == json.loads(rules_schema.text())
