"""Resources and when they are free, through the generated client."""

from datetime import timedelta

import pytest

from tests.client.calling import Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def test_resources_are_listed_by_kind_and_shown(house: House) -> None:
    kiln = house.bob.show_resource(house.world.ids["resource_id"])

    assert (kiln.name, kiln.part_of) == ("Kiln", None)
    assert house.bob.headers["ETag"] == f'"{kiln.version}"'
    assert kiln in house.bob.list_resources(kind="space").items
    assert kiln not in house.bob.list_resources(kind="equipment").items


def test_what_is_not_free_says_why(house: House) -> None:
    noon = house.world.ids["noon"]

    found = house.alice.show_availability(
        house.world.ids["resource_id"], start=noon, end=noon + 4 * HOUR, length="PT1H"
    )

    assert found.time_zone == "America/New_York"
    assert [(each.start, each.end) for each in found.free] == [
        (noon + HOUR, noon + 2 * HOUR),
        (noon + 3 * HOUR, noon + 4 * HOUR),
    ]
    assert [slot.start for slot in found.slots] == [noon + HOUR, noon + 3 * HOUR]
    assert [[reason.code for reason in each.reasons] for each in found.refused] == [["slot_taken"], ["slot_taken"]]


def test_a_search_names_what_fits_and_why_the_rest_does_not(house: House) -> None:
    noon, kiln = house.world.ids["noon"], house.world.ids["resource_id"]

    later = house.bob.search_house(kind="space", length="PT1H", start=noon, end=noon + 4 * HOUR, offers=2)
    offers = {fit.resource_id: [offer.start for offer in fit.offers] for fit in later.fitting}
    assert offers[kiln] == [noon + HOUR, noon + 3 * HOUR]

    at_once = house.bob.search_house(kind="space", length="PT1H", start=noon, end=noon + HOUR)
    reasons = {miss.resource_id: [reason.code for reason in miss.reasons] for miss in at_once.others}
    assert reasons[kiln] == ["slot_taken"]


def test_a_window_that_is_too_long_and_a_resource_elsewhere(house: House) -> None:
    noon, kiln = house.world.ids["noon"], house.world.ids["resource_id"]

    with pytest.raises(Refused) as refusal:
        house.alice.show_availability(kiln, start=noon, end=noon + timedelta(days=63))
    assert refusal.value.told == (422, "window_too_long")

    with pytest.raises(Refused) as refusal:
        house.charlie.show_availability(kiln, start=noon, end=noon + HOUR)
    assert refusal.value.told == (404, "resource_not_found")
