"""Bloomerang's REST API v2, as far as it is needed to tell it of people and what they did.

It knows no idempotency key and no “create unless there”: so our ids stand in
custom fields, and whatever might exist already is looked for before it is made.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self
from uuid import UUID

from django.utils.translation import gettext as _

from infra24.crm.policies import ActivityCard, PersonCard, is_same_person
from infra24.crm.vendor_http import VendorHttp
from infra24.outbox.failures import Gone, Rejected
from infra24.outbox.reactions import Exchange

PAGE = 50
"""Records a list gives at most."""
PERSON_FIELD, BOOKING_FIELD = "Infra24 ID", "Infra24 booking"
"""Custom fields an administrator makes by hand: free text, on constituents and on interactions."""

_SCALARS = (
    *("Type", "Status", "FirstName", "MiddleName", "LastName", "Prefix", "Suffix", "InformalName", "FormalName"),
    *("EnvelopeName", "RecognitionName", "JobTitle", "Employer", "Website", "FacebookId", "TwitterId", "LinkedInId"),
    *("Gender", "Birthdate"),
)
_CONTACTS = {
    "PrimaryEmail": ("Id", "Type", "Value", "IsPrimary", "IsBad"),
    "PrimaryPhone": ("Id", "Type", "Number", "Extension", "IsPrimary"),
    "PrimaryAddress": ("Id", "Type", "Street", "City", "State", "PostalCode", "Country", "IsPrimary", "IsBad"),
}


@dataclass(frozen=True)
class Contact:
    """A constituent found: its number, and whether it carries our id already."""

    key: str
    is_stamped: bool


@dataclass(frozen=True)
class Account:
    """Which database a key opens, and the numbers of our custom fields there; None where one is missing."""

    database_name: str
    person_field: int | None
    booking_field: int | None


class Bloomerang:
    """One organisation's Bloomerang. Raises the failures of `outbox.failures`."""

    def __init__(
        self,
        base_url: str,
        *,
        api_key: str,
        name: str,
        fields: tuple[int, int],
        pace: Callable[[], None],
        before_create: Callable[[], None],
        exchanges: list[Exchange],
    ) -> None:
        self._person_field, self._booking_field = fields
        self._name = name
        headers = {"X-API-KEY": api_key}
        self._http = VendorHttp(
            f"{base_url}/v2/", name=name, headers=headers, pace=pace, before_create=before_create, exchanges=exchanges
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *problem: object) -> None:
        self._http.close()

    def account(self) -> Account:
        """What the key opens. Reads only."""
        self._http.get("user/current")
        return Account(
            database_name=str(self._http.get("database").get("Name", "")),
            person_field=self._field("Constituent", PERSON_FIELD),
            booking_field=self._field("Interaction", BOOKING_FIELD),
        )

    # --- People ---------------------------------------------------------------------

    def find_person(self, card: PersonCard) -> Contact | None:
        """By our id; else by e-mail and name, among those who are nobody else's. Raises Rejected when several fit."""
        ours = [
            record
            for record in self._pages("constituents", customFieldId=self._person_field, customFieldValue=str(card.id))
            if self._stamp_of(record) == str(card.id)
        ]
        if ours:
            return Contact(self._only(ours), is_stamped=True)
        nearby = self._pages("constituents/search", search=card.email, type="Individual") if card.email else ()
        alike = [record for record in nearby if not self._stamp_of(record) and _is_alike(card, record)]
        return Contact(self._only(alike), is_stamped=False) if alike else None

    def create_person(self, card: PersonCard) -> str:
        """Make the constituent, stamped with our id. Look for it first."""
        body: dict[str, Any] = {
            "Type": "Individual",
            "FirstName": card.first_name,
            "LastName": card.last_name,
            "CustomValues": [{"FieldId": self._person_field, "Value": str(card.id)}],
        }
        if card.email:
            body["PrimaryEmail"] = {"Type": "Home", "Value": card.email, "IsPrimary": True}
        if card.phone:
            body["PrimaryPhone"] = {"Type": "Mobile", "Number": card.phone, "IsPrimary": True}
        return str(self._http.create("constituent", body)["Id"])

    def stamp_person(self, key: str, person_id: UUID) -> None:
        """Write our id onto a constituent.

        Nobody has documented what a change does to what it leaves out, so
        everything we know how to write goes along as it was read.
        """
        record = self._http.get(f"constituent/{key}")
        body = {name: record[name] for name in _SCALARS if record.get(name)}
        for name, parts in _CONTACTS.items():
            if record.get(name):
                body[name] = {part: record[name][part] for part in parts if record[name].get(part) is not None}
        body["CustomValues"] = [{"FieldId": self._person_field, "Value": str(person_id)}]
        self._http.change(f"constituent/{key}", body)

    def knows_person(self, key: str) -> bool:
        try:
            self._http.get(f"constituent/{key}")
        except Gone:
            return False
        return True

    # --- What they did ---------------------------------------------------------------

    def find_activity(self, person_key: str, booking_id: UUID) -> str | None:
        """The interaction of that person which carries the booking's id. Newest first: it usually is the first."""
        order = {"orderBy": "LastModifiedDate", "orderDirection": "Desc"}
        for record in self._pages("interactions", constituent=person_key, **order):
            if self._custom(record, self._booking_field) == str(booking_id):
                return str(record["Id"])
        return None

    def create_activity(self, person_key: str, card: ActivityCard) -> str:
        """Make the interaction, stamped with the booking's id. Look for it first."""
        return str(self._http.create("interaction", {"AccountId": int(person_key), **self._activity(card)})["Id"])

    def change_activity(self, key: str, card: ActivityCard) -> None:
        self._http.change(f"interaction/{key}", self._activity(card))

    def _activity(self, card: ActivityCard) -> dict[str, Any]:
        return {
            "Date": card.on.isoformat(),
            "Channel": "InPerson",
            "Purpose": "ImpactCultivation",
            "Subject": card.subject,
            "Note": card.note,
            "IsInbound": card.is_inbound,
            "CustomValues": [{"FieldId": self._booking_field, "Value": str(card.booking_id)}],
        }

    # --- Reading ------------------------------------------------------------------------

    def _pages(self, path: str, **query: str | int) -> Iterator[dict[str, Any]]:
        skip = 0
        while True:
            page = self._http.get(path, **query, skip=skip, take=PAGE)
            yield from page["Results"]
            skip += len(page["Results"])
            if not page["Results"] or skip >= page["TotalFiltered"]:
                return

    def _field(self, record_type: str, name: str) -> int | None:
        """The number of a live free text field, by its name."""
        for field in self._http.get(f"customFields/{record_type}"):
            if (field["Name"], field["DataType"], field["PickType"]) == (name, "Text", "Freeform") and field[
                "IsActive"
            ]:
                return int(field["Id"])
        return None

    def _stamp_of(self, record: dict[str, Any]) -> str:
        return self._custom(record, self._person_field)

    @staticmethod
    def _custom(record: dict[str, Any], field: int) -> str:
        """A free text value as it is read: `{"FieldId": 1, "Value": {"Id": 7, "Value": "text"}}`."""
        for value in record.get("CustomValues") or ():
            if value.get("FieldId") == field and isinstance(value.get("Value"), dict):
                return str(value["Value"].get("Value") or "")
        return ""

    def _only(self, records: list[dict[str, Any]]) -> str:
        if len(records) > 1:
            numbers = ", ".join(str(record.get("AccountNumber", record["Id"])) for record in records[:5])
            raise Rejected(
                _("Several contacts in %(crm)s fit this person: %(numbers)s. Merge them there, then try again.")
                % {"crm": self._name, "numbers": numbers}
            )
        return str(records[0]["Id"])


def _is_alike(card: PersonCard, record: dict[str, Any]) -> bool:
    return is_same_person(
        card,
        first_name=record.get("FirstName") or "",
        last_name=record.get("LastName") or "",
        email=(record.get("PrimaryEmail") or {}).get("Value") or "",
    )
