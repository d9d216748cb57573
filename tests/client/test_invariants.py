"""Verdicts, through the generated client."""

import pytest

from tests.client.calling import Refused
from tests.client.conftest import House


def test_admins_read_what_the_nights_found(house: House) -> None:
    (verdict,) = house.dana.list_verdicts().items

    assert (verdict.id, verdict.adds_up, verdict.rows) == (house.world.ids["verdict_id"], False, 1)
    assert house.dana.show_verdict(verdict.id).samples == []


def test_verdicts_are_not_for_staff_or_strangers(house: House) -> None:
    with pytest.raises(Refused) as refusal:
        house.alice.list_verdicts()
    assert refusal.value.told == (403, "role_too_low")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_verdict(house.world.ids["verdict_id"])
    assert refusal.value.told == (404, "verdict_not_found")
