"""Rules, through the generated client."""

from typing import Any

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def saying(package: Package, document: dict[str, Any], **more: Any) -> Any:
    """Rules for every space."""
    rules = package.models.RulesInRules.from_dict({"schema": 1, **document})
    return package.models.RulesIn(rules=rules, kind="space", **more)


def test_rules_are_rehearsed_saved_and_hold(house: House, package: Package) -> None:
    dana = house.dana
    rules = saying(package, {"slot_minutes": 45}, note="Firings take that long.")

    assert dana.rehearse_new_rules(body=rules).is_whole
    saved = dana.save_new_rules(body=rules)
    assert (saved.kind, saved.rules["slot_minutes"], saved.note) == ("space", 45, "Firings take that long.")
    assert dana.list_rules(kind="space").items[0] == saved

    held = house.bob.show_effective_rules(kind="space")
    assert (held.values["slot_minutes"].value, held.values["slot_minutes"].scope) == (45, "kind")
    assert len(held.hours) == 7
    told = house.bob.show_resource_rules(house.world.ids["resource_id"])
    assert told.effective.values["slot_minutes"].rule_id == saved.id


def test_the_schema_of_a_document_is_public(house: House) -> None:
    assert "slot_minutes" in house.bob.show_rules_schema()["properties"]


def test_what_is_wrong_in_a_document_is_said_by_path(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.dana.save_new_rules(body=saying(package, {"slot_minutes": 0}))

    assert refusal.value.told[0] == 422
    assert [path for path in refusal.value.problem.fields.additional_keys if "slot_minutes" in path]


def test_staff_save_no_rules_and_strangers_find_no_resource(house: House, package: Package) -> None:
    with pytest.raises(Refused) as refusal:
        house.alice.save_new_rules(body=saying(package, {"slot_minutes": 45}))
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_resource_rules(house.world.ids["resource_id"])
    assert refusal.value.told == (404, "resource_not_found")
