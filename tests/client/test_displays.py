"""Displays by doors, through the generated client."""

import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_a_display_is_put_up_looked_at_renewed_and_taken_down(house: House, package: Package) -> None:
    alice, shapes = house.alice, package.models

    made = alice.put_up_display(body=shapes.DisplayIn(name="Lobby"))
    assert (made.look, made.seen_at, made.version) == ("dark", None, 1)
    assert alice.show_display(made.id) == made
    assert made in alice.list_displays().items
    changed = alice.change_display(made.id, body=shapes.DisplayPatch(look="light"), if_match='"1"')
    assert (changed.look, changed.address) == ("light", made.address)
    assert alice.renew_display(made.id).address != made.address
    assert "Unbooked" in [door.name for door in alice.show_board(made.id).doors]
    alice.take_down_display(made.id)
    with pytest.raises(Refused) as refusal:
        alice.show_display(made.id)
    assert refusal.value.told == (404, "display_not_found")
    with pytest.raises(Refused) as refusal:
        house.bob.list_displays()
    assert refusal.value.told == (403, "role_too_low")
