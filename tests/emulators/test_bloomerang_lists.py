"""The vendor's lists: pages, filters, search, and duplicates."""

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.emulators.bloomerang import answered, create, found, log_visit, refusal


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
