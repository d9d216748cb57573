"""The vendor's surface: keys, lists, constituents, interactions, custom fields."""

import logging
import socket
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.emulators.bloomerang import (
    BOOKING_FIELD,
    PERSON_FIELD,
    alice,
    answered,
    create,
    journal,
    log_visit,
    refusal,
    visit,
)

CHANNELS = (
    "'Email', 'MassEmail', 'Phone', 'TextMessage', 'Mail', 'InPerson', 'SocialMedia', 'Website', 'Twitter', 'Other', "
    "'EngagementSurveyEmail' or 'EngagementSurvey'"
)
PURPOSES = (
    "'Acknowledgement', 'ImpactCultivation', 'Newsletter', 'Receipt', 'Solicitation', 'SpecialEvent', "
    "'VolunteerActivity', 'PledgeReminder', 'Welcome', 'BenevonPointOfEntry', 'BenevonFollowUp', 'BenevonAskEvent', "
    "'BenevonOneOnOneAsk', 'BenevonOngoingCultivation' or 'Other'"
)


def test_a_call_without_a_key_and_one_with_a_wrong_key_are_told_apart(crm: httpx.Client) -> None:
    without = httpx.get(f"{crm.base_url}/v2/user/current")
    wrong = httpx.get(f"{crm.base_url}/v2/user/current", headers={"X-API-KEY": "pub_wrong"})

    assert (without.status_code, without.json()) == (401, {"Message": "Missing Authorization Header", "ErrorCode": 110})
    assert (wrong.status_code, wrong.json()) == (401, {"Message": "Invalid Credentials", "ErrorCode": 109})


def test_the_connection_test_finds_user_and_database(crm: httpx.Client) -> None:
    user = answered(crm.get("/v2/user/current"))
    database = answered(crm.get("/v2/database"))

    assert (user["UserName"], user["PermissionLevel"]) == ("infra24", "Admin")
    assert (database["Name"], database["Flavor"]) == ("Emulated Arts Organization", "Demo")
    assert "emulator-key" not in str(user) + str(database)


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


class TestLists:
    def test_a_list_comes_in_pages_of_at_most_50(self, crm: httpx.Client) -> None:
        ids = [create(crm, LastName=f"Number {n}")["Id"] for n in range(53)]

        first = answered(crm.get("/v2/constituents"))
        rest = answered(crm.get("/v2/constituents", params={"skip": 50, "take": 50}))

        assert {key: first[key] for key in first if key != "Results"} == {
            "Total": 53,
            "TotalFiltered": 53,
            "Start": 0,
            "ResultCount": 50,
        }
        assert (rest["Start"], rest["ResultCount"]) == (50, 3)
        assert [one["Id"] for one in first["Results"] + rest["Results"]] == ids

    @pytest.mark.parametrize(
        ("path", "parameters", "message"),
        [
            ("constituents", {"take": 51}, "take: Input should be less than or equal to 50"),
            ("interactions", {"take": 0}, "take: Input should be greater than or equal to 1"),
            ("constituents/search", {"skip": -1}, "skip: Input should be greater than or equal to 0"),
            ("constituents", {"lastModified": "yesterday"}, "lastModified: Invalid isoformat string: 'yesterday'"),
            ("constituents", {"id": ["1", "2"]}, "id: send it once, with several values separated by |"),
            ("constituents", {"customFieldId": 1}, "customFieldId and customFieldValue go together"),
            ("interactions", {"lastModified": "2026-12-01T00:00:00Z"}, "lastModified: Extra inputs are not permitted"),
        ],
    )
    def test_a_list_refuses_what_it_cannot_filter_by(
        self, crm: httpx.Client, path: str, parameters: dict[str, Any], message: str
    ) -> None:
        assert refusal(crm.get(f"/v2/{path}", params=parameters)) == (400, message)

    def test_constituents_are_filtered_by_id_type_and_change(self, crm: httpx.Client) -> None:
        first, second = create(crm), create(crm, FirstName="Bob")
        house = answered(crm.post("/v2/constituent", json={"Type": "Organization", "FullName": "Kiln House"}))
        future = (datetime.now(UTC) + timedelta(hours=1)).isoformat()

        assert found(crm, id=f"{second['Id']}|{house['Id']}|1") == [second["Id"], house["Id"]]
        assert found(crm, type="Organization") == [house["Id"]]
        assert found(crm, lastModified="2020-01-01T00:00:00-05:00", orderDirection="Desc") == [
            house["Id"],
            second["Id"],
            first["Id"],
        ]
        assert found(crm, lastModified=future) == []
        # What changed in the very second of the watermark is not "after" it: pollers must overlap.
        assert house["Id"] not in found(crm, lastModified=house["AuditTrail"]["LastModifiedDate"])

    def test_interactions_are_filtered_and_sorted(self, crm: httpx.Client) -> None:
        first, second = create(crm)["Id"], create(crm)["Id"]
        late = log_visit(crm, first, Date="2026-12-03", booking="a")["Id"]
        early = log_visit(crm, first, Date="2026-12-01", booking="b", Channel="Website", Purpose="SpecialEvent")["Id"]
        other = log_visit(crm, second, Date="2026-12-02", booking="c")["Id"]

        assert found(crm, "interactions") == [early, other, late]
        assert found(crm, "interactions", orderBy="CreatedDate", orderDirection="Desc") == [other, early, late]
        assert found(crm, "interactions", constituent=f"{second}|{first}", channel="InPerson|Phone") == [other, late]
        assert found(crm, "interactions", purpose="SpecialEvent") == [early]
        assert found(crm, "interactions", id=f"{late}|{other}") == [other, late]
        assert answered(crm.get("/v2/interactions", params={"id": str(late)}))["Total"] == 3

    def test_search_is_forgiving_and_duplicates_are_not(self, crm: httpx.Client) -> None:
        jose = create(crm, FirstName="José", PrimaryEmail={"Value": "jose@example.org"})["Id"]
        namesake = create(crm, FirstName="José", PrimaryPhone={"Number": "(305) 555-0100"})["Id"]
        stranger = create(crm, FirstName="Zed", LastName="Zorn")["Id"]
        name = {"firstName": "jose", "lastName": "ARDITO"}

        assert found(crm, "constituents/search", search="jose nobody") == [jose, namesake]
        assert found(crm, "constituents/search", search="zorn", type="Individual") == [stranger]
        assert found(crm, "constituent/duplicates", **name, emailAddress="JOSE@example.org") == [jose]
        assert found(crm, "constituent/duplicates", **name, phoneNumber="305.555.0100") == [namesake]
        by_body = crm.post(
            "/v2/constituent/duplicates",
            json={"FirstName": "Zed", "LastName": "Zorn", "EmailAddress": "jose@example.org"},
        )
        assert answered(by_body)["Results"] == []
        assert refusal(crm.get("/v2/constituent/duplicates", params={"emailAddress": "jose@example.org"})) == (
            400,
            "send a first and last name, or an organization name",
        )


class TestConstituents:
    def test_a_new_constituent_reads_like_a_live_answer(self, crm: httpx.Client) -> None:
        made = create(
            crm,
            MiddleName="Q.",
            PrimaryEmail={"Value": "alice@example.org", "Type": "Work"},
            SecondaryEmails=[{"Value": "alice@home.example"}],
            CommunicationRestrictions=["DoNotCall"],
        )

        assert made == answered(crm.get(f"/v2/constituent/{made['Id']}"))
        email = made["PrimaryEmail"]
        assert (email["Value"], email["Type"], email["IsPrimary"], email["AccountId"]) == (
            "alice@example.org",
            "Work",
            True,
            made["Id"],
        )
        assert made["EmailIds"][0] == email["Id"]
        assert len(made["EmailIds"]) == 2
        assert (made["FullName"], made["Status"], made["Website"]) == ("Alice Q. Ardito", "Active", "")
        assert made["CommunicationRestrictions"] == ["DoNotCall"]
        assert "JobTitle" not in made
        assert made["Id"] != made["AccountNumber"] == 1
        assert made["AuditTrail"]["LastModifiedName"] == "infra24-Integration User"

    @pytest.mark.parametrize(
        ("body", "message"),
        [
            ({"FirstName": "Alice", "LastName": "A"}, "Type: Field required"),
            ({"Type": "Individual", "FirstName": "Alice"}, "LastName: required when Type is Individual"),
            ({"Type": "Organization"}, "FullName: required when Type is Organization"),
            (alice(PrimaryEmail={"Value": "alice"}), "PrimaryEmail.Value: is not an e-mail address"),
            (alice(Birthdate="12/01/1990"), "Birthdate: write a day as YYYY-MM-DD, without a time"),
            (alice(constituentId=3, Status="Gone"), "Status: Input should be 'Active', 'Inactive' or 'Deceased'; "
                "constituentId: Extra inputs are not permitted"),
            (alice(CustomValues=[{"FieldId": 99, "Value": "x"}]), "CustomValues: Constituent has no custom field 99"),
            (alice(CustomValues=[{"FieldId": PERSON_FIELD}]),
                "CustomValues.0: send exactly one of Value, ValueId and ValueIds"),
        ],
    )  # fmt: skip
    def test_a_wrong_constituent_is_refused_and_leaves_no_trace(
        self, crm: httpx.Client, body: dict[str, Any], message: str
    ) -> None:
        assert refusal(crm.post("/v2/constituent", json=body)) == (400, message)
        assert found(crm) == []
        assert journal(crm)["effects"] == []

    def test_a_change_keeps_what_is_left_out_and_clears_what_is_null(self, crm: httpx.Client) -> None:
        before = create(
            crm,
            JobTitle="Potter",
            Employer="Kiln House",
            PrimaryEmail={"Value": "alice@example.org"},
            PrimaryPhone={"Number": "305 555 0100"},
            CustomValues=[{"FieldId": PERSON_FIELD, "Value": "person-1"}],
        )

        after = answered(
            crm.put(
                f"/v2/constituent/{before['Id']}",
                json={
                    "LastName": "Ames",
                    "Employer": None,
                    "PrimaryEmail": {"Value": "a@example.org"},
                    "PrimaryPhone": None,
                },
            )
        )

        assert (after["FullName"], after["JobTitle"], after["PhoneIds"]) == ("Alice Ames", "Potter", [])
        assert "Employer" not in after
        assert after["PrimaryEmail"]["Id"] == before["PrimaryEmail"]["Id"]
        assert after["PrimaryEmail"]["Value"] == "a@example.org"
        assert after["CustomValues"] == before["CustomValues"]
        assert refusal(crm.put(f"/v2/constituent/{before['Id']}", json={"LastName": None})) == (
            400,
            "LastName: required when Type is Individual",
        )
        assert refusal(crm.put(f"/v2/constituent/{before['Id']}", json={"EmailInterestType": "All"}))[0] == 400

    def test_a_deleted_constituent_is_gone_with_its_interactions(self, crm: httpx.Client) -> None:
        person, other = create(crm)["Id"], create(crm)["Id"]
        gone = log_visit(crm, person)["Id"]
        kept = log_visit(crm, other)["Id"]

        answer = answered(crm.delete(f"/v2/constituent/{person}"))

        assert answer == {"Id": person, "Type": "Constituent", "Deleted": True}
        assert refusal(crm.get(f"/v2/constituent/{person}")) == (404, f"There is no constituent {person}")
        assert crm.get(f"/v2/interaction/{gone}").status_code == 404
        assert found(crm, "interactions") == [kept]
        assert create(crm)["Id"] > other
        assert journal(crm)["duplicates"] == []


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


class TestInteractions:
    def test_a_visit_is_logged_read_changed_and_deleted(self, crm: httpx.Client) -> None:
        person = create(crm)["Id"]
        made = log_visit(crm, person, Note="Brought two bowls.", IsInbound=True)
        path = f"/v2/interaction/{made['Id']}"

        assert answered(crm.get(path)) == made
        assert (made["AccountId"], made["Date"], made["IsInbound"]) == (person, "2026-12-01", True)
        assert [one["Value"]["Value"] for one in made["CustomValues"]] == ["booking-1"]
        changed = answered(crm.put(path, json={"Subject": "Studio visit (attended)", "Note": None}))
        assert (changed["Subject"], changed["Channel"]) == ("Studio visit (attended)", "InPerson")
        assert changed["CustomValues"] == made["CustomValues"]
        assert "Note" not in changed
        assert answered(crm.delete(path)) == {"Id": made["Id"], "Type": "Interaction", "Deleted": True}
        assert refusal(crm.get(path)) == (404, f"There is no interaction {made['Id']}")

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            ({"Channel": "Pigeon"}, f"Channel: Input should be {CHANNELS}"),
            ({"Purpose": "Fun", "Subject": " "}, f"Purpose: Input should be {PURPOSES}; Subject: must not be blank"),
            ({"Date": "2026-12-01T10:00:00Z"}, "Date: write a day as YYYY-MM-DD, without a time"),
            ({"Date": "2026-02-30"}, "Date: day is out of range for month"),
            ({"AccountId": 1}, "AccountId: there is no constituent 1"),
            ({"AccountId": 2**64}, "AccountId: Input should be less than or equal to 9223372036854775807"),
        ],
    )  # fmt: skip
    def test_a_wrong_interaction_is_refused_with_the_field_named(
        self, crm: httpx.Client, change: dict[str, Any], message: str
    ) -> None:
        person = create(crm)["Id"]

        assert refusal(crm.post("/v2/interaction", json=visit(person) | change)) == (400, message)
        assert found(crm, "interactions") == []

    @pytest.mark.parametrize("missing", ["Date", "Channel", "Purpose", "Subject", "AccountId"])
    def test_each_required_field_is_required(self, crm: httpx.Client, missing: str) -> None:
        body = visit(create(crm)["Id"])
        del body[missing]

        assert refusal(crm.post("/v2/interaction", json=body)) == (400, f"{missing}: Field required")

    def test_sent_twice_it_is_stored_twice_and_the_journal_says_so(self, crm: httpx.Client) -> None:
        person = create(crm, CustomValues=[{"FieldId": PERSON_FIELD, "Value": "person-1"}])["Id"]
        first = log_visit(crm, person, booking="booking-1")["Id"]
        second = log_visit(crm, person, booking="booking-1")["Id"]
        log_visit(crm, person, booking="booking-2")

        judged = journal(crm)

        assert judged["duplicates"] == [
            {"type": "Interaction", "field": "Infra24 booking", "value": "booking-1", "ids": [first, second]}
        ]
        assert judged["extra_records"] == 1
        assert judged["routes"] == {
            "POST /v2/constituent": {"received": 1, "answered": 1, "effects": 1},
            "POST /v2/interaction": {"received": 3, "answered": 3, "effects": 3},
        }
        assert judged["effects"] == [
            {"record_type": "Constituent", "change": "created", "times": 1},
            {"record_type": "Interaction", "change": "created", "times": 3},
        ]
        newest = judged["entries"][0]
        assert (newest["route"], newest["status"], newest["fault"]) == ("POST /v2/interaction", 200, None)
        assert len(answered(crm.get("/_emulator/journal", params={"limit": 2}))["entries"]) == 2


class TestBadInput:
    @pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"Type": "\\ud800"}', b"\xff\xfe", b"null"])
    def test_a_body_that_is_no_object_of_text_is_refused(self, crm: httpx.Client, body: bytes) -> None:
        assert refusal(crm.post("/v2/constituent", content=body))[0] == 400

    def test_unknown_paths_and_methods_are_refused_and_counted(self, crm: httpx.Client) -> None:
        assert refusal(crm.get("/v2/constituent/alice@example.org"))[0] == 404
        assert refusal(crm.get(f"/v2/constituent/{10**30}"))[0] == 404
        assert refusal(crm.delete("/v2/interaction")) == (405, "This path answers POST")
        assert refusal(crm.get("/v1/constituents"))[0] == 404
        assert refusal(crm.get("/_emulator/journal", params={"limit": 2**70}))[0] == 400
        assert [entry["route"] for entry in journal(crm)["entries"]] == [
            "DELETE (unknown path)",
            "GET (unknown path)",
            "GET (unknown path)",
        ]

    def test_a_body_too_large_or_without_a_length_is_refused(self, crm: httpx.Client) -> None:
        assert refusal(crm.post("/v2/constituent", json=alice(Website="x" * 2**20)))[0] == 413
        assert refusal(crm.post("/v2/constituent", content=iter([b"{}"])))[0] == 411

    @pytest.mark.parametrize(
        ("head", "status"),
        [
            ("GET //[ HTTP/1.1\r\nHost: [", b"403"),
            ("GET /v2/database HTTP/1.1\r\nX-API-KEY: \xff", b"401"),
            ("POST /v2/constituent HTTP/1.1\r\nContent-Length: -1", b"411"),
            ("PATCH /v2/constituent HTTP/1.1\r\nHost: localhost", b"501"),
        ],
    )
    def test_a_malformed_request_gets_an_answer(self, crm: httpx.Client, head: str, status: bytes) -> None:
        with socket.create_connection((crm.base_url.host, crm.base_url.port or 0), timeout=5) as connection:
            connection.sendall(f"{head}\r\n\r\n".encode("latin-1"))

            assert connection.recv(4096).split()[1] == status

    def test_nul_bytes_and_long_texts_are_stored_as_they_are(self, crm: httpx.Client) -> None:
        odd = "a\x00b" + "ü" * 10_000

        assert create(crm, Employer=odd)["Employer"] == odd


def test_the_log_names_routes_and_no_people(crm: httpx.Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, logger="emulators.bloomerang")

    create(crm, PrimaryEmail={"Value": "alice@example.org"})
    found(crm, "constituents/search", search="Ardito")
    crm.get("/v2/constituent/Ardito")
    crm.post("/v2/constituent", json=alice(Status="Ardito"))

    lines = [record.getMessage() for record in caplog.records if record.name == "emulators.bloomerang"]
    assert [line.split(" ms=")[0] for line in lines] == [
        "POST /v2/constituent status=200",
        "GET /v2/constituents/search status=200",
        "GET (unknown path) status=404",
        "POST /v2/constituent status=400",
    ]


def found(crm: httpx.Client, listing: str = "constituents", **parameters: Any) -> list[int]:
    """The ids of a list's first page."""
    return [one["Id"] for one in answered(crm.get(f"/v2/{listing}", params=parameters))["Results"]]


def make_field(crm: httpx.Client, **field: Any) -> Any:
    return answered(crm.post("/_emulator/custom-fields", json={"type": "Constituent", **field}))
