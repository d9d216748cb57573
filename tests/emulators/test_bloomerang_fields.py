"""The vendor's custom fields: the two of Infra24, and those an administrator made."""

from typing import Any

import httpx
import pytest

from tests.emulators.bloomerang import BOOKING_FIELD, PERSON_FIELD, alice, answered, create, found, refusal


def test_the_two_custom_fields_of_infra24_exist_from_the_start(crm: httpx.Client) -> None:
    keys = ("Id", "Name", "DataType", "PickType", "IsActive")
    fields = {
        kind: [tuple(one[key] for key in keys) for one in answered(crm.get(f"/v2/customFields/{kind}"))]
        for kind in ("Constituent", "Interaction", "Note")
    }

    assert fields == {
        "Constituent": [(PERSON_FIELD, "Infra24 ID", "Text", "Freeform", True)],
        "Interaction": [(BOOKING_FIELD, "Infra24 booking", "Text", "Freeform", True)],
        "Note": [],
    }
    assert answered(crm.get("/v2/customFields/Interaction/", params={"isActive": "false"})) == []


class TestCustomFields:
    def test_a_constituent_is_found_by_the_value_of_its_custom_field_exactly(self, crm: httpx.Client) -> None:
        made = create(crm, CustomValues=[{"FieldId": PERSON_FIELD, "Value": "0199-aa"}])
        create(crm, CustomValues=[{"FieldId": PERSON_FIELD, "Value": "0199-ab"}])

        assert made["CustomValues"] == [
            {"FieldId": PERSON_FIELD, "Value": {"Id": made["CustomValues"][0]["Value"]["Id"], "Value": "0199-aa"}}
        ]
        assert found(crm, customFieldId=PERSON_FIELD, customFieldValue="0199-aa") == [made["Id"]]
        assert found(crm, customFieldId=PERSON_FIELD, customFieldValue="0199") == []
        assert found(crm, customFieldId=BOOKING_FIELD, customFieldValue="0199-aa") == []

    def test_a_value_cannot_be_sent_back_in_the_shape_it_is_read(self, crm: httpx.Client) -> None:
        made = create(crm, CustomValues=[{"FieldId": PERSON_FIELD, "Value": "0199-aa"}])

        status, message = refusal(crm.put(f"/v2/constituent/{made['Id']}", json={"CustomValues": made["CustomValues"]}))

        assert (status, message) == (400, "CustomValues.0.Value: Input should be a valid string")

    def test_pick_fields_an_administrator_made_take_ids_and_read_as_ids_with_texts(self, crm: httpx.Client) -> None:
        role = make_field(crm, name="Role", pick_type="PickOne", values=["Potter", "Weaver"])
        days = make_field(crm, name="Days", pick_type="PickMultiple", values=["Monday", "Friday"])
        monday, friday = (one["Id"] for one in days["values"])
        potter = role["values"][0]["Id"]
        role_id, days_id = role["field"]["Id"], days["field"]["Id"]

        made = create(
            crm,
            CustomValues=[{"FieldId": role_id, "ValueId": potter}, {"FieldId": days_id, "ValueIds": [monday, friday]}],
        )

        assert made["CustomValues"] == [
            {"FieldId": role_id, "Value": {"Id": potter, "Value": "Potter"}},
            {"FieldId": days_id, "Values": [{"Id": monday, "Value": "Monday"}, {"Id": friday, "Value": "Friday"}]},
        ]
        assert answered(crm.get(f"/v2/customValues/Constituent/{role_id}")) == role["values"]
        cleared = crm.put(
            f"/v2/constituent/{made['Id']}",
            json={"CustomValues": [{"FieldId": role_id, "ValueId": None}, {"FieldId": days_id, "ValueIds": []}]},
        )
        assert answered(cleared)["CustomValues"] == []
        assert refusal(
            crm.post("/v2/constituent", json=alice(CustomValues=[{"FieldId": role_id, "Value": "Potter"}]))
        ) == (
            400,
            f"CustomValues: field {role_id} is PickOne, send ValueId",
        )
        assert refusal(
            crm.post("/v2/constituent", json=alice(CustomValues=[{"FieldId": role_id, "ValueId": monday}]))
        ) == (
            400,
            f"CustomValues: field {role_id} has no value {monday}",
        )

    @pytest.mark.parametrize(
        ("data_type", "fits", "wrong"),
        [
            ("Date", "2026-12-01", "1 Dec"),
            ("Year", "2026", "26"),
            ("Currency", "12.50", "a lot"),
            ("Decimal", "1e3", "NaN"),
        ],
    )
    def test_a_field_takes_only_its_type(self, crm: httpx.Client, data_type: str, fits: str, wrong: str) -> None:
        field_id = make_field(crm, name="Typed", data_type=data_type)["field"]["Id"]

        assert (
            create(crm, CustomValues=[{"FieldId": field_id, "Value": fits}])["CustomValues"][0]["Value"]["Value"]
            == fits
        )
        assert refusal(
            crm.post("/v2/constituent", json=alice(CustomValues=[{"FieldId": field_id, "Value": wrong}]))
        ) == (
            400,
            f"CustomValues: field {field_id} takes a {data_type}",
        )


def make_field(crm: httpx.Client, **field: Any) -> Any:
    return answered(crm.post("/_emulator/custom-fields", json={"type": "Constituent", **field}))
