"""The smallest valid things to send to the CRM, and what the tests ask of it again and again."""

from typing import Any

import httpx

PERSON_FIELD = 13301
"""“Infra24 ID” on constituents."""
BOOKING_FIELD = 13302
"""“Infra24 booking” on interactions."""


def alice(**more: Any) -> dict[str, Any]:
    return {"Type": "Individual", "FirstName": "Alice", "LastName": "Ardito", **more}


def visit(account_id: int, *, booking: str = "booking-1", **more: Any) -> dict[str, Any]:
    return {
        "AccountId": account_id,
        "Date": "2026-12-01",
        "Channel": "InPerson",
        "Purpose": "ImpactCultivation",
        "Subject": "Studio visit",
        "CustomValues": [{"FieldId": BOOKING_FIELD, "Value": booking}],
        **more,
    }


def create(crm: httpx.Client, **more: Any) -> Any:
    """A constituent as the CRM answers it."""
    return answered(crm.post("/v2/constituent", json=alice(**more)))


def log_visit(crm: httpx.Client, account_id: int, **more: Any) -> Any:
    return answered(crm.post("/v2/interaction", json=visit(account_id, **more)))


def found(crm: httpx.Client, listing: str = "constituents", **parameters: Any) -> list[int]:
    """The ids of a list's first page."""
    return [one["Id"] for one in answered(crm.get(f"/v2/{listing}", params=parameters))["Results"]]


def answered(response: httpx.Response) -> Any:
    assert response.status_code == 200, response.text
    return response.json()


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and message of a refusal, in the vendor's shape."""
    body = response.json()
    assert sorted(body) == ["ErrorCode", "Message"]
    return response.status_code, body["Message"]


def journal(crm: httpx.Client) -> Any:
    return answered(crm.get("/_emulator/journal"))


def inject(crm: httpx.Client, **fault: Any) -> None:
    answered(crm.post("/_emulator/faults", json=fault))
