"""Resources and when they are free, through the generated client."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from PIL import Image

from tests.client.calling import Package, Refused
from tests.client.conftest import House

HOUR = timedelta(hours=1)


def test_resources_are_listed_by_kind_and_shown(house: House) -> None:
    kiln = house.bob.show_resource(house.world.ids["resource_id"])

    assert (kiln.name, kiln.part_of) == ("Kiln", None)
    assert house.bob.headers["ETag"] == f'"{kiln.version}"'
    assert kiln in house.bob.list_resources(kind="space").items
    assert kiln not in house.bob.list_resources(kind="equipment").items


def test_a_resource_is_added_changed_and_put_away(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models

    made = dana.create_resource(body=shapes.ResourceIn(kind="equipment", name="Camera", units=3))
    assert (made.kind, made.name, made.units, made.archived) == ("equipment", "Camera", 3, False)

    changed = dana.change_resource(made.id, body=shapes.ResourceChange(units=4), if_match=dana.headers["ETag"])
    assert (changed.name, changed.units, changed.version) == ("Camera", 4, made.version + 1)

    put_away = dana.change_resource(made.id, body=shapes.ResourceChange(archived=True))
    assert put_away in dana.list_resources(archived=True).items


def test_a_resource_gets_a_photo_and_loses_it(house: House, package: Package, client_types: Any) -> None:
    dana, kiln = house.dana, house.world.ids["resource_id"]
    picture = BytesIO()
    Image.new("RGB", (600, 300)).save(picture, "JPEG")
    photo = client_types.File(payload=BytesIO(picture.getvalue()), file_name="kiln.jpg", mime_type="image/jpeg")

    shown = dana.put_photo(kiln, body=package.models.PutPhotoBody(photo=photo, alt="The kiln")).photo
    assert shown.alt == "The kiln"

    assert dana.remove_photo(kiln, if_match=dana.headers["ETag"]).photo is None


def test_resources_go_out_and_come_in_as_a_table(house: House, client_types: Any) -> None:
    table = house.dana.export_resources().payload.read().decode("utf-8-sig")
    assert "Kiln" in table

    more = b"kind,name,slug\nspace,Press room,press-room\n"
    told = house.dana.import_table(body=client_types.File(payload=BytesIO(more)), dry_run=True)
    assert (told.applied, [(row.slug, row.what) for row in told.rows]) == (False, [("press-room", "new")])


def test_a_feature_is_added_changed_and_put_away(house: House, package: Package) -> None:
    dana, shapes = house.dana, package.models

    made = dana.create_feature(body=shapes.FeatureIn(name="Stage", type_="flag"))
    assert (made.key, made.type_) == ("stage", "flag")
    assert made in dana.list_features().items
    assert dana.show_feature(made.id) == made

    change = shapes.FeatureChange(name="Raised stage", archived=True)
    changed = dana.change_feature(made.id, body=change, if_match=dana.headers["ETag"])
    assert (changed.name, changed.archived) == ("Raised stage", True)


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
