"""Saying rules: from a day on, for a scope, and refused with the path of what is wrong."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from infra24.core.errors import Stale
from infra24.facilities.errors import RulesInvalid, RulesTooLarge, ValidFromPast
from infra24.facilities.queries.rules import effective_for, rule_rows
from infra24.facilities.scopes import RuleScope
from infra24.facilities.services.rules import read_rules, save_rules
from infra24.orgs.models import AuditEntry
from infra24.orgs.policies import Role
from infra24.orgs.tenancy import acting_for
from infra24.resources.models import AvailabilityRule
from tests import make
from tests.make import Cast
from tests.recorded import recorded_facts

pytestmark = pytest.mark.django_db
TODAY = datetime.now(UTC).date()
SOON = TODAY + timedelta(days=10)


@pytest.fixture
def cast() -> Cast:
    return make.cast(alice=Role.MANAGER)


def save(cast: Cast, document: dict[str, Any], *, scope: RuleScope | None = None, **more: Any) -> AvailabilityRule:
    with acting_for(cast.house.pk):
        more.setdefault("valid_from", SOON)
        return save_rules(document, scope=scope or RuleScope(), by=cast.alice, source="staff", **more)


def test_rules_hold_from_their_day_on_and_not_before(cast: Cast) -> None:
    room = make.resource(cast.house)
    scope = RuleScope(resource=room)

    row = save(cast, {"slot_minutes": 60, "notice_minutes": 120}, scope=scope, note="Quieter mornings")

    with acting_for(cast.house.pk):
        before, after = (effective_for(cast.alice, scope, on) for on in (SOON - timedelta(days=1), SOON))
        assert (before.slot_minutes, after.slot_minutes, after.notice) == (15, 60, timedelta(hours=2))
        assert after.source_of("slot_minutes") == {"field": "slot_minutes", "scope": "resource", "rule_id": str(row.pk)}
        assert [one.pk for one in rule_rows(cast.alice, scope)] == [row.pk]
        assert recorded_facts() == ["rule.saved"]
        assert AuditEntry.objects.get(action="rule.save").subject_id == row.pk


FAULTS: list[tuple[dict[str, Any], dict[str, str]]] = [
    ({"weekly": {"mon": [["12:00", "09:00"]]}}, {"rules.weekly.mon.0": "12:00 to 09:00 ends before it starts. Write a later end, or 33:00 for the next day."}),
    ({"weekly": {"mon": [["09:00", "12:00"], ["11:00", "13:00"]]}}, {"rules.weekly.mon": "11:00 to 13:00 overlaps 09:00 to 12:00. List spans in order and apart."}),
    ({"weekly": {"mon": [["18:00", "27:00"]], "tue": [["02:00", "04:00"]]}}, {"rules.weekly": "mon 18:00 to 27:00 runs into tue 02:00. End it earlier."}),
    ({"weekly": {"mon": [["09:00", "17:40"]]}, "slot_minutes": 30}, {"rules.weekly.mon.0": "09:00 to 17:40 is not a whole number of 30 minutes steps. Change the hours or the grid."}),
    ({"slot_minutes": 50}, {"rules.slot_minutes": "00:00 to 24:00 is not a whole number of 50 minutes steps. Change the hours or the grid."}),
    ({"buffer_after_minutes": 1441}, {"rules.buffer_after_minutes": "At most 1440."}),
    ({"quotas": [{"per": "week", "count": -1}]}, {"rules.quotas.0.count": "At least 1."}),
    ({"quotas": [{"per": "week", "count": 1, "hours": 2}]}, {"rules.quotas.0": "Say count or hours, one of them. For both, list two quotas."}),
    ({"shortest_minutes": 600, "longest_minutes": 60}, {"rules": "shortest_minutes is more than longest_minutes. Swap them."}),
    ({"opening": "always"}, {"rules.opening": "There is no such field."}),
]  # fmt: skip


@pytest.mark.parametrize(("document", "fields"), FAULTS)
def test_bad_rules_are_refused_by_path_and_leave_no_trace(
    cast: Cast, document: dict[str, Any], fields: dict[str, str]
) -> None:
    with pytest.raises(RulesInvalid) as refused:
        save(cast, document)

    assert {path: str(fault) for path, fault in refused.value.fields.items()} == fields
    with acting_for(cast.house.pk):
        assert AvailabilityRule.objects.count() == 1
        assert recorded_facts() == []


def test_what_contradicts_the_wider_scopes_is_refused(cast: Cast) -> None:
    save(cast, {"weekly": make.open_week()["weekly"], "longest_minutes": 120, "slot_minutes": 30}, valid_from=TODAY)
    room = make.resource(cast.house)

    for document, path in (
        ({"shortest_minutes": 240}, "rules.shortest_minutes"),
        ({"weekly": {"mon": [["09:00", "12:15"]]}}, "rules.weekly.mon.0"),
        ({"slot_minutes": 50}, "rules.slot_minutes"),
    ):
        with pytest.raises(RulesInvalid) as refused:
            save(cast, document, scope=RuleScope(resource=room))
        assert list(refused.value.fields) == [path]


def test_a_hundred_kilobytes_are_enough() -> None:
    with pytest.raises(RulesTooLarge):
        read_rules({"weekly": {"mon": [["09:00", "10:00"]] * 10_000}})


def test_days_gone_by_stay_as_they_were(cast: Cast) -> None:
    with pytest.raises(ValidFromPast):
        save(cast, {"slot_minutes": 30}, valid_from=TODAY - timedelta(days=2))
    save(cast, {"slot_minutes": 30}, scope=RuleScope(kind="space"), valid_from=date(2024, 1, 1))


def test_two_managers_do_not_overwrite_each_other(cast: Cast) -> None:
    first = save(cast, {"slot_minutes": 30})
    second = save(cast, {"slot_minutes": 60}, based_on=first.pk)

    with pytest.raises(Stale):
        save(cast, {"slot_minutes": 20}, based_on=first.pk)
    save(cast, {"slot_minutes": 20}, based_on=second.pk)
