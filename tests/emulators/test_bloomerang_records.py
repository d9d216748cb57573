"""The vendor's records: constituents, and interactions with them."""

from typing import Any

import httpx
import pytest

from tests.emulators.bloomerang import PERSON_FIELD, alice, answered, create, found, journal, log_visit, refusal, visit

CHANNELS = (
    "'Email', 'MassEmail', 'Phone', 'TextMessage', 'Mail', 'InPerson', 'SocialMedia', 'Website', 'Twitter', 'Other', "
    "'EngagementSurveyEmail' or 'EngagementSurvey'"
)
PURPOSES = (
    "'Acknowledgement', 'ImpactCultivation', 'Newsletter', 'Receipt', 'Solicitation', 'SpecialEvent', "
    "'VolunteerActivity', 'PledgeReminder', 'Welcome', 'BenevonPointOfEntry', 'BenevonFollowUp', 'BenevonAskEvent', "
    "'BenevonOneOnOneAsk', 'BenevonOngoingCultivation' or 'Other'"
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
