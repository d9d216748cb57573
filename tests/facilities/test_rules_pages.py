"""The pages of rules: read by staff, changed by managers, and nothing saved before its rehearsal was seen."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from infra24.orgs.models import Member
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import AvailabilityRule, Resource
from tests import make
from tests.make import Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=2)
ADMIN = "/o/oolite/admin"
HOUSE = f"{ADMIN}/rules/organisation/edit"


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


def rows(cast: Cast) -> list[AvailabilityRule]:
    with acting_for(cast.house.pk):
        return list(AvailabilityRule.objects.order_by("id"))


def get(by: Member, path: str) -> str:
    answer = make.client(by).get(path)
    assert answer.status_code == 200, answer.status_code
    return unescape(answer.content.decode())


def inputs(html: str) -> dict[str, Any]:
    """What a browser would send of the page's form, untouched."""
    form = (
        html.partition('method="post">')[2]
        if 'class="form rules"' not in html
        else html.partition('class="form rules"')[2]
    )
    found: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        attributes = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        is_ticked = attributes.get("type") not in {"checkbox", "radio"} or " checked" in tag
        if is_ticked and "name" in attributes:
            found[attributes["name"]] = attributes.get("value", "on" if attributes.get("type") == "checkbox" else "")
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        found[name] = chosen[1] if chosen else ""
    found.pop("csrfmiddlewaretoken", None)
    return found


def post(by: Member, path: str, data: dict[str, Any], **changes: Any) -> Any:
    return make.client(by).post(path, {**data, **{name.replace("__", "-"): value for name, value in changes.items()}})


def test_the_house_and_each_kind_say_what_they_say(cast: Cast) -> None:
    make.opening_hours(cast.house, kind="equipment", rules={"schema": 1, "slot_minutes": 30, "approval": "always"})
    later = make.opening_hours(cast.house, valid_from=SOON, rules={**make.open_week("10:00", "18:00")})

    html = get(cast.alice, f"{ADMIN}/rules")

    house, _, rest = html.partition('id="space"')
    assert "Mon – Sun 09:00 – 21:00" in house
    assert "Mon – Sun 10:00 – 18:00" in house, "what is to come"
    assert f"/rules/organisation/edit?rule={later.pk}" in house
    equipment = rest.partition('id="equipment"')[2].partition('id="person"')[0]
    assert "30 minutes" in equipment
    assert "staff approve each request" in equipment
    assert "the whole house is followed" in rest


def test_an_empty_house_is_told_where_to_begin() -> None:
    fresh = make.organisation(slug="fresh", open_daily=False)
    manager = make.member(fresh, role=Role.MANAGER)

    assert "Nothing has been said yet" in get(manager, "/o/fresh/admin/rules")


def test_a_resource_tells_what_holds_and_what_it_said(cast: Cast) -> None:
    kiln = make.resource(cast.house, name="Kiln", kind="equipment", rules={"schema": 1, "longest_minutes": 600})

    html = get(cast.alice, f"{ADMIN}/resources/{kiln.pk}/rules")

    assert "10 hours" in html
    assert "this resource" in html
    assert "holds now" in html
    bare = make.resource(cast.house)
    assert "It follows its kind and the house" in get(cast.alice, f"{ADMIN}/resources/{bare.pk}/rules")


def test_the_history_takes_as_many_queries_for_three_rows_as_for_one(cast: Cast) -> None:
    kiln = make.resource(cast.house, rules={"schema": 1})
    client = make.client(cast.alice)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(f"{ADMIN}/resources/{kiln.pk}/rules")
        return len(captured)

    one = count()
    for year in (2021, 2022):
        make.opening_hours(cast.house, resource=kiln, rules={"schema": 1}, valid_from=SOON.replace(year=year, day=1))
    assert count() == one


def test_a_form_sent_untouched_says_the_same_again(cast: Cast) -> None:
    document = {
        **make.open_week("18:00", "26:00"),
        "seasons": [{"name": "Summer", "from": "06-01", "until": "08-31", "weekly": {"mon": [["10:00", "14:00"]]}}],
        "exceptions": [{"on": "2030-12-24", "until": "2030-12-26", "hours": [], "note": "Closed & “quiet”"}],
        "approval": {"roles": ["member"], "outside": {"fri": [["10:00", "12:00"]]}},
        "quotas": [{"per": "month", "hours": 7.5}],
        "notice_minutes": 2880,
        "pending_blocks": False,
        "use": "shared",
    }
    kiln = make.resource(cast.house, rules=document)
    path = f"{ADMIN}/resources/{kiln.pk}/rules/edit"

    answer = post(cast.alice, path, inputs(get(cast.alice, path)), step="check", note="As before")

    assert answer.status_code == 302, answer.content.decode()
    row = rows(cast)[-1]
    closed: dict[str, Any] = {day: [] for day in make.resources.DAYS}
    assert row.rules == {
        **document,
        "seasons": [{**document["seasons"][0], "weekly": {**closed, "mon": [["10:00", "14:00"]]}}],
        "approval": {"roles": ["member"], "outside": {**closed, "fri": [["10:00", "12:00"]]}},
    }
    assert (row.resource_id, row.note, row.written_by_id) == (kiln.pk, "As before", cast.alice.pk)


def test_what_strikes_nothing_is_saved_at_once(cast: Cast) -> None:
    path = f"{ADMIN}/rules/space/edit"

    answer = post(
        cast.alice, path, inputs(get(cast.alice, path)), step="check", slot_minutes_0="1", slot_minutes_1="hours"
    )

    assert (answer.status_code, answer["Location"]) == (302, f"{ADMIN}/rules")
    assert (rows(cast)[-1].kind, rows(cast)[-1].rules) == ("space", {"schema": 1, "slot_minutes": 60})
    with acting_for(cast.house.pk):
        assert recorded_facts() == ["rule.saved"]


def struck_house(cast: Cast) -> tuple[Resource, dict[str, Any]]:
    room = make.resource(cast.house, name="Hall")
    make.booking(cast.alice, room, title="Choir")
    typed = inputs(get(cast.alice, HOUSE))
    return room, {**typed, **dict.fromkeys(make.resources.DAYS, "06:00-07:00"), "hours": "own"}


def test_what_strikes_a_booking_is_shown_first_and_saved_only_then(cast: Cast) -> None:
    _room, typed = struck_house(cast)
    before = rows(cast)

    shown = post(cast.alice, HOUSE, typed, step="check")

    html = unescape(shown.content.decode())
    assert shown.status_code == 200
    assert "Choir" in html
    assert "Hall is open 06:00 to 07:00 that day." in html
    assert "1 of 1 would no longer be possible." in html
    assert rows(cast) == before
    again = inputs(html)
    saved = post(cast.alice, HOUSE, again, step="save")
    assert saved.status_code == 302
    assert len(rows(cast)) == len(before) + 1


def test_nothing_is_saved_unseen(cast: Cast) -> None:
    room, typed = struck_house(cast)
    before = rows(cast)

    # Without having seen it, with something else seen, and with one more booking struck since.
    assert post(cast.alice, HOUSE, typed, step="save").status_code == 200
    assert post(cast.alice, HOUSE, typed, step="save", seen="0" * 64).status_code == 200
    seen = inputs(unescape(post(cast.alice, HOUSE, typed, step="check").content.decode()))
    make.booking(cast.alice, room, starts_at=make.NOON + timedelta(hours=3), title="Band")
    unseen = post(cast.alice, HOUSE, seen, step="save")
    assert unseen.status_code == 200
    assert "Band" in unseen.content.decode()
    assert rows(cast) == before


def test_back_from_the_rehearsal_everything_typed_is_still_there(cast: Cast) -> None:
    _room, typed = struck_house(cast)
    seen = inputs(unescape(post(cast.alice, HOUSE, {**typed, "note": "Mornings"}, step="check").content.decode()))

    back = post(cast.alice, HOUSE, seen, step="edit")

    assert back.status_code == 200
    shown = inputs(unescape(back.content.decode()))
    assert (shown["mon"], shown["note"], shown["hours"]) == ("06:00-07:00", "Mornings", "own")


def test_faults_stand_beside_their_inputs_all_at_once(cast: Cast) -> None:
    before = rows(cast)

    answer = post(
        cast.alice,
        HOUSE,
        inputs(get(cast.alice, HOUSE)),
        step="check",
        hours="own",
        mon="early",
        tue="9-12, 11-13",
        horizon_days="-1",
    )

    html = unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Write hours as 09:00-13:00" in html.partition('id="id_mon_error"')[2][:120]
    assert "11:00 to 13:00 overlaps 09:00 to 12:00." in html.partition('id="id_tue_error"')[2][:120]
    assert 'id="id_horizon_days_error"' in html
    assert rows(cast) == before


def test_what_the_inherited_hours_contradict_is_said_before_any_rehearsal(cast: Cast) -> None:
    path = f"{ADMIN}/rules/space/edit"

    answer = post(cast.alice, path, inputs(get(cast.alice, path)), step="check", slot_minutes_0="50")

    assert answer.status_code == 422
    assert (
        "is not a whole number of 50 minutes steps"
        in answer.content.decode().partition('id="id_slot_minutes_error"')[2]
    )


def test_a_row_is_added_without_script(cast: Cast) -> None:
    answer = post(cast.alice, HOUSE, inputs(get(cast.alice, HOUSE)), step="seasons", mon="08:00-09:00")

    shown = inputs(unescape(answer.content.decode()))
    assert answer.status_code == 200
    assert (shown["seasons-0-name"], shown["seasons-TOTAL_FORMS"], shown["mon"]) == ("", "1", "08:00-09:00")


def test_whoever_was_overtaken_is_told_and_keeps_what_they_typed(cast: Cast) -> None:
    typed = inputs(get(cast.alice, HOUSE))
    make.opening_hours(cast.house, valid_from=TODAY)

    answer = post(cast.alice, HOUSE, typed, step="check", note="Mine")

    html = unescape(answer.content.decode())
    assert answer.status_code == 412
    assert "Somebody changed this since you loaded it." in html
    assert 'value="Mine"' in html


def test_a_day_gone_by_is_refused_beside_the_day(cast: Cast) -> None:
    answer = post(cast.alice, HOUSE, inputs(get(cast.alice, HOUSE)), step="check", valid_from="2024-01-01")

    assert answer.status_code == 409
    assert "Choose today or a later day." in answer.content.decode().partition('id="id_valid_from_error"')[2][:80]


def test_rules_to_come_are_pointed_out_and_can_be_opened(cast: Cast) -> None:
    later = make.opening_hours(cast.house, valid_from=SOON, rules={"schema": 1, "slot_minutes": 30})

    assert "other rules hold already" in get(cast.alice, HOUSE)
    shown = inputs(get(cast.alice, f"{HOUSE}?rule={later.pk}"))
    assert (shown["slot_minutes_0"], shown["valid_from"]) == ("30", SOON.isoformat())


def test_staff_read_and_managers_change() -> None:
    cast = make.cast()
    kiln = make.resource(cast.house)
    alice = make.client(cast.alice)

    for page in ("rules", f"resources/{kiln.pk}/rules"):
        answer = alice.get(f"{ADMIN}/{page}")
        assert answer.status_code == 200
        assert "/edit" not in answer.content.decode()
        assert (
            alice.get(
                f"{ADMIN}/{page.replace('rules', 'rules/space' if page == 'rules' else 'rules')}/edit"
            ).status_code
            == 403
        )
        assert make.client(cast.bob).get(f"{ADMIN}/{page}").status_code == 403
        assert make.client(cast.charlie).get(f"{ADMIN}/{page}").status_code == 404


def test_a_scope_nobody_knows_is_not_found(cast: Cast) -> None:
    assert make.client(cast.alice).get(f"{ADMIN}/rules/castle/edit").status_code == 404
    assert make.client(cast.alice).get(f"{ADMIN}/resources/{uuid4()}/rules/edit").status_code == 404
    assert make.client(cast.charlie).get("/o/elsewhere/admin/rules").status_code == 200
