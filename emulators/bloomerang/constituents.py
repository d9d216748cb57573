"""People and organizations, with the vendor's rules as far as they are documented."""

import json
import re
import sqlite3
import unicodedata
from typing import Any, Literal

from emulators.bloomerang.answers import Answer, Effect, Json, Refused, audit_trail, envelope
from emulators.bloomerang.custom_fields import forget_values, read_values, write_values
from emulators.bloomerang.shapes import (
    ConstituentChange,
    ConstituentQuery,
    Contact,
    DuplicateSearch,
    NewConstituent,
    SearchQuery,
)
from emulators.bloomerang.store import now_text, one, page

ContactKind = Literal["Email", "Phone", "Address"]
CONTACTS: dict[ContactKind, str] = {
    "Email": "SecondaryEmails",
    "Phone": "SecondaryPhones",
    "Address": "SecondaryAddresses",
}
APART = {"PrimaryEmail", "PrimaryPhone", "PrimaryAddress", *CONTACTS.values(), "CustomValues"}
"""Keys with tables of their own; all others are kept as one JSON document."""
ORDER = {"Id": "id", "CreatedDate": "created_at", "LastModifiedDate": "modified_at"}


def create(connection: sqlite3.Connection, new: NewConstituent) -> Answer:
    """POST /constituent. No check for duplicates: sent twice, it makes two records."""
    document = {"Status": "Active"} | _document({}, new)
    now = now_text()
    (account_number,) = connection.execute("SELECT coalesce(max(account_number), 0) + 1 FROM constituent").fetchone()
    constituent_id = connection.execute(
        "INSERT INTO constituent (account_number, type, document, name_key, search_text, created_at, modified_at)"
        " VALUES (?, ?, ?, '', '', ?, ?)",
        (account_number, new.Type, json.dumps(document), now, now),
    ).lastrowid
    assert constituent_id is not None
    return _write_rest(connection, constituent_id, new, "created")


def change(connection: sqlite3.Connection, constituent_id: int, wanted: ConstituentChange) -> Answer:
    """PUT /constituent/{id}. Keys left out stay, null clears. Raises Refused 404 for an unknown id."""
    row = _row(connection, constituent_id)
    document = _document(json.loads(row["document"]), wanted)
    connection.execute(
        "UPDATE constituent SET type = ?, document = ?, modified_at = ? WHERE id = ?",
        (document["Type"], json.dumps(document), now_text(), constituent_id),
    )
    return _write_rest(connection, constituent_id, wanted, "updated")


def delete(connection: sqlite3.Connection, constituent_id: int) -> Answer:
    """DELETE /constituent/{id}, with its contacts and interactions."""
    _row(connection, constituent_id)
    for (interaction_id,) in connection.execute("SELECT id FROM interaction WHERE account_id = ?", (constituent_id,)):
        forget_values(connection, "Interaction", interaction_id)
    forget_values(connection, "Constituent", constituent_id)
    connection.execute("DELETE FROM constituent WHERE id = ?", (constituent_id,))
    return Answer(
        {"Id": constituent_id, "Type": "Constituent", "Deleted": True},
        Effect("deleted", "Constituent", constituent_id),
    )


def get(connection: sqlite3.Connection, constituent_id: int) -> Answer:
    return Answer(as_read(connection, _row(connection, constituent_id)))


def list_all(connection: sqlite3.Connection, query: ConstituentQuery) -> Answer:
    """GET /constituents. `lastModified` means after that second, not in it; custom values match exactly."""
    return _page(
        connection,
        "(:type IS NULL OR type = :type)"
        " AND (:modified IS NULL OR modified_at > :modified)"
        " AND (:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))"
        " AND (:field IS NULL OR id IN (SELECT v.record_id FROM custom_value v JOIN custom_field f ON f.id = v.field_id"
        "      WHERE f.record_type = 'Constituent' AND v.field_id = :field AND v.value = :value))",
        {
            "type": query.type,
            "modified": query.lastModified,
            "ids": json.dumps(query.id) if query.id is not None else None,
            "field": query.customFieldId,
            "value": query.customFieldValue,
        },
        order=f"{ORDER[query.orderBy]} {query.orderDirection}, id {query.orderDirection}",
        skip=query.skip,
        take=query.take,
    )


def search(connection: sqlite3.Connection, query: SearchQuery) -> Answer:
    """GET /constituents/search. Forgiving: one word of the search found anywhere is enough."""
    words = _folded(query.search).split()
    return _page(
        connection,
        "(:type IS NULL OR type = :type)"
        " AND EXISTS (SELECT 1 FROM json_each(:words) word WHERE instr(search_text, word.value))",
        {"type": query.type, "words": json.dumps(words)},
        order="id",
        skip=query.skip,
        take=query.take,
    )


def duplicates(connection: sqlite3.Connection, wanted: DuplicateSearch) -> Answer:
    """GET or POST /constituent/duplicates: the same name and one of street, phone, e-mail. Never e-mail alone."""
    name = wanted.OrganizationName or f"{wanted.FirstName} {wanted.LastName}"
    rows = connection.execute(
        "SELECT * FROM constituent WHERE name_key = ? AND (? IS NULL OR type = ?) ORDER BY id",
        (_folded(name), wanted.Type, wanted.Type),
    ).fetchall()
    asked = {
        ("Address", _folded(wanted.Street or "")),
        ("Phone", _digits(wanted.PhoneNumber or "")),
        ("Email", _folded(wanted.EmailAddress or "")),
    } - {("Address", ""), ("Phone", ""), ("Email", "")}
    hits = [row for row in rows if asked & {(c["kind"], _reach(c)) for c in _contacts(connection, row["id"])}]
    (total,) = connection.execute("SELECT count(*) FROM constituent").fetchone()
    return envelope([as_read(connection, row) for row in hits], total=total, filtered=len(hits), start=0)


def as_read(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Json]:
    """A record as the vendor answers it. Some unset fields are "", others absent: so it was seen in a live answer."""
    contacts = _contacts(connection, row["id"])
    primary = {f"Primary{one['kind']}": _contact_as_read(one) for one in contacts if one["is_primary"]}
    ids = {
        f"{key}Ids": [one["id"] for one in contacts if one["kind"] == kind]
        for kind, key in (("Address", "Address"), ("Email", "Email"), ("Phone", "Phone"))
    }
    document = json.loads(row["document"])
    return {
        "Id": row["id"],
        "AccountNumber": row["account_number"],
        "CommunicationRestrictions": [],
        "EmailInterestType": "All",
        "DonorSearchInfo": {"GenerosityScore": "NotScanned"},
        "IsFavorite": False,
        "IsInHousehold": False,
        "IsHeadOfHousehold": False,
        **dict.fromkeys(("Website", "FacebookId", "TwitterId", "LinkedInId", "Gender"), ""),
        **document,
        "FullName": _full_name(document),
        "ProfilePictureType": "None",
        "EngagementScore": "Low",
        **primary,
        **ids,
        "CustomValues": read_values(connection, "Constituent", row["id"]),
        "AuditTrail": audit_trail(row["created_at"], row["modified_at"]),
    }


def _write_rest(
    connection: sqlite3.Connection,
    constituent_id: int,
    wanted: ConstituentChange,
    change: Literal["created", "updated"],
) -> Answer:
    """Contacts, custom values and search keys, then the record as read."""
    for kind, secondary in CONTACTS.items():
        if f"Primary{kind}" in wanted.model_fields_set:
            sent = getattr(wanted, f"Primary{kind}")
            _replace_contacts(connection, constituent_id, kind, [sent] if sent else [], is_primary=True)
        if secondary in wanted.model_fields_set:
            _replace_contacts(connection, constituent_id, kind, getattr(wanted, secondary), is_primary=False)
    write_values(connection, "Constituent", constituent_id, wanted.CustomValues)
    row = _row(connection, constituent_id)
    document = json.loads(row["document"])
    contacts = _contacts(connection, constituent_id)
    heap = [str(row["account_number"]), _full_name(document), *map(_reach, contacts)]
    connection.execute(
        "UPDATE constituent SET name_key = ?, search_text = ? WHERE id = ?",
        (_folded(_short_name(document)), _folded(" ".join(heap)), constituent_id),
    )
    return Answer(as_read(connection, row), Effect(change, "Constituent", constituent_id))


def _document(before: dict[str, Any], wanted: ConstituentChange) -> dict[str, Any]:
    """The scalar fields after the change. Raises Refused 400 when the type's names are then missing."""
    merged = before | {key: value for key, value in wanted.sent().items() if key not in APART}
    document = {key: value for key, value in merged.items() if value is not None}
    needed = ("FirstName", "LastName") if document["Type"] == "Individual" else ("FullName",)
    missing = [name for name in needed if not document.get(name, "").strip()]
    if missing:
        raise Refused(400, f"{', '.join(missing)}: required when Type is {document['Type']}")
    if document["Type"] == "Individual":
        document.pop("FullName", None)  # for organizations only; a person's is put together from the parts
    return document


def _replace_contacts(
    connection: sqlite3.Connection, constituent_id: int, kind: ContactKind, wanted: list[Contact], *, is_primary: bool
) -> None:
    """The contacts of one kind, primary or not, become exactly those sent; a primary one keeps its id."""
    rows = connection.execute(
        "SELECT * FROM contact WHERE constituent_id = ? AND kind = ? AND is_primary = ? ORDER BY id",
        (constituent_id, kind, is_primary),
    ).fetchall()
    before = {row["id"]: row for row in rows}
    strangers = [one.Id for one in wanted if one.Id is not None and one.Id not in before]
    if strangers:
        raise Refused(400, f"{kind}: no such id here: {', '.join(map(str, strangers))}")
    now = now_text()
    connection.executemany("DELETE FROM contact WHERE id = ?", [(contact_id,) for contact_id in before])
    for contact in wanted:
        contact_id = contact.Id or (next(iter(before), None) if is_primary else None)
        document = contact.model_dump(exclude_none=True, exclude={"Id", "AccountId", "IsPrimary"})
        connection.execute(
            "INSERT INTO contact (id, constituent_id, kind, is_primary, document, created_at, modified_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                contact_id,
                constituent_id,
                kind,
                is_primary,
                json.dumps(document),
                before[contact_id]["created_at"] if contact_id else now,
                now,
            ),
        )


def _page(
    connection: sqlite3.Connection, where: str, parameters: dict[str, object], *, order: str, skip: int, take: int
) -> Answer:
    found = page(connection, "constituent", where, parameters, order=order, skip=skip, take=take)
    results: list[Json] = [as_read(connection, row) for row in found.rows]
    return envelope(results, total=found.total, filtered=found.filtered, start=skip)


def _row(connection: sqlite3.Connection, constituent_id: int) -> sqlite3.Row:
    row = one(connection, "SELECT * FROM constituent WHERE id = ?", (constituent_id,))
    if row is None:
        raise Refused(404, f"There is no constituent {constituent_id}")
    return row


def _contacts(connection: sqlite3.Connection, constituent_id: int) -> list[sqlite3.Row]:
    return connection.execute(
        "SELECT * FROM contact WHERE constituent_id = ? ORDER BY is_primary DESC, id", (constituent_id,)
    ).fetchall()


def _contact_as_read(row: sqlite3.Row) -> dict[str, Json]:
    contact = {
        "Id": row["id"],
        "AccountId": row["constituent_id"],
        **json.loads(row["document"]),
        "IsPrimary": bool(row["is_primary"]),
    }
    if row["kind"] != "Phone":  # the vendor's phones alone carry no trail
        contact["AuditTrail"] = audit_trail(row["created_at"], row["modified_at"])
    return contact


def _reach(row: sqlite3.Row) -> str:
    """The part of a contact that is compared and searched."""
    document = json.loads(row["document"])
    if row["kind"] == "Phone":
        return _digits(document["Number"])
    return _folded(document.get("Value" if row["kind"] == "Email" else "Street", ""))


def _full_name(document: dict[str, Any]) -> str:
    if document["Type"] == "Organization":
        return str(document["FullName"])
    return " ".join(document[part] for part in ("FirstName", "MiddleName", "LastName", "Suffix") if document.get(part))


def _short_name(document: dict[str, Any]) -> str:
    return (
        str(document["FullName"])
        if document["Type"] == "Organization"
        else f"{document['FirstName']} {document['LastName']}"
    )


def _folded(text: str) -> str:
    """For comparing: without case, accents and repeated spaces."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(plain.casefold().split())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)
