"""Webhooks, through the generated client."""

from typing import Any

import jsonschema_rs
import pytest

from tests.client.calling import Package, Refused
from tests.client.conftest import House


def test_a_webhook_is_set_up_changed_and_taken_away(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models

    made = dana.add_endpoint(
        body=shapes.EndpointIn(name="Gate", url="https://hooks.example.org/a", event_types=["booking.confirmed"])
    )
    assert (made.condition, made.event_types, made.secret[:6]) == ("unproved", ["booking.confirmed"], "whsec_")
    shown = dana.show_endpoint(made.id)
    assert (shown.id, shown in dana.list_endpoints().items) == (made.id, True)
    changed = dana.change_endpoint(
        made.id, body=shapes.EndpointChange(event_types=None, per_minute=60), if_match=f'"{made.version}"'
    )
    assert (changed.event_types, changed.per_minute, changed.name, changed.url) == (None, 60, "Gate", made.url)
    with pytest.raises(Refused) as refusal:
        dana.change_endpoint(made.id, body=shapes.EndpointChange(name="x"), if_match=f'"{made.version}"')
    assert refusal.value.told == (412, "stale")
    with pytest.raises(Refused) as refusal:
        dana.add_endpoint(body=shapes.EndpointIn(name="Inside", url="https://10.0.0.1/"))
    assert (refusal.value.told, list(refusal.value.problem.fields.to_dict())) == (
        (422, "endpoint_address_refused"),
        ["url"],
    )
    assert dana.prove_endpoint(made.id).is_trying
    with pytest.raises(Refused) as refusal:
        dana.test_endpoint(made.id)
    assert refusal.value.told == (429, "too_many")
    with pytest.raises(Refused) as refusal:
        dana.resume_endpoint(made.id)
    assert refusal.value.told == (409, "endpoint_not_proved")
    dana.remove_endpoint(made.id)
    for stranger, told in ((house.charlie, (404, "endpoint_not_found")), (house.alice, (403, "role_too_low"))):
        with pytest.raises(Refused) as refusal:
            stranger.show_endpoint(house.world.ids["endpoint_id"])
        assert refusal.value.told == told


def test_secrets_follow_each_other(house: House, package: Package) -> None:
    dana, shapes, door = house.dana, package.models, house.world.ids["endpoint_id"]

    first = dana.rotate_endpoint_secret(door, body=shapes.RotateIn())
    assert dana.headers["Cache-Control"] == "no-store"
    assert first.previous_secret_until is not None
    ended = dana.end_previous_secret(door)
    assert ended.previous_secret_until is None
    second = dana.rotate_endpoint_secret(door, body=shapes.RotateIn(old_works_hours=0))
    assert (second.previous_secret_until, second.secret != first.secret) == (None, True)


def test_a_webhook_is_paused_and_resumed(house: House, package: Package) -> None:
    dana, door = house.dana, house.world.ids["endpoint_id"]

    paused = dana.pause_endpoint(door, body=package.models.ReasonIn(reason="Moving."))
    assert (paused.condition, paused.because) == ("paused", "Moving.")
    assert dana.resume_endpoint(door).condition == "active"


def test_every_type_of_events_comes_with_its_schema(house: House) -> None:
    types: Any = house.dana.list_event_types()

    confirmed = next(each for each in types if each.type_ == "booking.confirmed")
    assert (confirmed.subject, confirmed.version) == ("booking", 1)
    for each in types:
        jsonschema_rs.validator_for(each.body_schema.to_dict()).validate(each.example.to_dict())
