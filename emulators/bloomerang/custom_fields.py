"""Custom fields and their values. What is written and what is read differ in shape, as with the vendor:

| | written | read |
|---|---|---|
| free text | `{"FieldId": 1, "Value": "x"}` | `{"FieldId": 1, "Value": {"Id": 7, "Value": "x"}}` |
| one pick | `{"FieldId": 2, "ValueId": 5}` | `{"FieldId": 2, "Value": {"Id": 5, "Value": "Potter"}}` |
| many picks | `{"FieldId": 3, "ValueIds": [5, 6]}` | `{"FieldId": 3, "Values": [{"Id": 5, "Value": "Potter"}, …]}` |
"""

import sqlite3
from decimal import Decimal, InvalidOperation
from typing import Any

from emulators.bloomerang.answers import Answer, Json, RecordType, Refused, audit_trail
from emulators.bloomerang.shapes import Body, CustomValue, DataType, PickType, Words, day
from emulators.bloomerang.store import now_text, one


class NewField(Body):
    """What an administrator would type into the CRM; the vendor's API cannot create fields."""

    type: RecordType
    name: Words
    data_type: DataType = "Text"
    pick_type: PickType = "Freeform"
    values: list[Words] = []


def create_field(connection: sqlite3.Connection, field: NewField) -> dict[str, Json]:
    """Raises Refused 400 when the type already has a field of that name."""
    if one(connection, "SELECT 1 FROM custom_field WHERE record_type = ? AND name = ?", (field.type, field.name)):
        raise Refused(400, f"name: {field.type} already has a field of that name")
    field_id = connection.execute(
        "INSERT INTO custom_field (record_type, name, data_type, pick_type, created_at) VALUES (?, ?, ?, ?, ?)",
        (field.type, field.name, field.data_type, field.pick_type, now_text()),
    ).lastrowid
    connection.executemany(
        "INSERT INTO pick (field_id, value, created_at) VALUES (?, ?, ?)",
        [(field_id, value, now_text()) for value in field.values],
    )
    return {"field": _field(connection, field_id), "values": _picks(connection, field_id)}


def list_fields(connection: sqlite3.Connection, record_type: str, *, active: bool) -> Answer:
    """GET /customFields/{type}: a bare array, no envelope. Every field here is active."""
    ids = connection.execute(
        "SELECT id FROM custom_field WHERE record_type = ? AND ? ORDER BY id", (record_type, active)
    )
    return Answer([_field(connection, field_id) for (field_id,) in ids.fetchall()])


def list_values(connection: sqlite3.Connection, record_type: str, field_id: int, *, active: bool) -> Answer:
    """GET /customValues/{type}/{fieldId}: the pick list of one field. Raises Refused 404 for an unknown field."""
    if not one(connection, "SELECT 1 FROM custom_field WHERE record_type = ? AND id = ?", (record_type, field_id)):
        raise Refused(404, f"{record_type} has no custom field {field_id}")
    return Answer(_picks(connection, field_id) if active else [])


def write_values(
    connection: sqlite3.Connection, record_type: RecordType, record_id: int, values: list[CustomValue]
) -> None:
    """Set or clear the fields that were sent; others stay. Raises Refused 400 for a field or pick that does not fit."""
    for value in values:
        field = one(
            connection, "SELECT * FROM custom_field WHERE record_type = ? AND id = ?", (record_type, value.FieldId)
        )
        if field is None:
            raise Refused(400, f"CustomValues: {record_type} has no custom field {value.FieldId}")
        rows = _rows(connection, field, value)
        connection.execute("DELETE FROM custom_value WHERE field_id = ? AND record_id = ?", (field["id"], record_id))
        connection.executemany(
            "INSERT INTO custom_value (field_id, record_id, value, pick_id) VALUES (?, ?, ?, ?)",
            [(field["id"], record_id, text, pick_id) for text, pick_id in rows],
        )


def read_values(connection: sqlite3.Connection, record_type: RecordType, record_id: int) -> list[dict[str, Json]]:
    rows = connection.execute(
        "SELECT v.field_id, f.pick_type, coalesce(v.pick_id, v.id) AS id, v.value FROM custom_value v"
        " JOIN custom_field f ON f.id = v.field_id"
        " WHERE f.record_type = ? AND v.record_id = ? ORDER BY v.field_id, v.id",
        (record_type, record_id),
    ).fetchall()
    many: dict[int, list[Json]] = {}
    found: list[dict[str, Json]] = []
    for row in rows:
        value: Json = {"Id": row["id"], "Value": row["value"]}
        if row["pick_type"] != "PickMultiple":
            found.append({"FieldId": row["field_id"], "Value": value})
        elif row["field_id"] in many:
            many[row["field_id"]].append(value)
        else:
            many[row["field_id"]] = [value]
            found.append({"FieldId": row["field_id"], "Values": many[row["field_id"]]})
    return found


def forget_values(connection: sqlite3.Connection, record_type: RecordType, record_id: int) -> None:
    connection.execute(
        "DELETE FROM custom_value WHERE record_id = ?"
        " AND field_id IN (SELECT id FROM custom_field WHERE record_type = ?)",
        (record_id, record_type),
    )


def _rows(connection: sqlite3.Connection, field: sqlite3.Row, value: CustomValue) -> list[tuple[str, int | None]]:
    """The rows to store, as (text, pick id); none clears the field."""
    expected = {"Freeform": "Value", "PickOne": "ValueId", "PickMultiple": "ValueIds"}[field["pick_type"]]
    if expected not in value.model_fields_set:
        raise Refused(400, f"CustomValues: field {field['id']} is {field['pick_type']}, send {expected}")
    if expected == "Value":
        return [] if value.Value is None else [(_checked(value.Value, field), None)]
    wanted = value.ValueIds if expected == "ValueIds" else [value.ValueId] if value.ValueId is not None else []
    known = {
        row["id"]: row["value"] for row in connection.execute("SELECT * FROM pick WHERE field_id = ?", (field["id"],))
    }
    strangers = [pick_id for pick_id in wanted if pick_id not in known]
    if strangers:
        raise Refused(400, f"CustomValues: field {field['id']} has no value {', '.join(map(str, strangers))}")
    return [(known[pick_id], pick_id) for pick_id in dict.fromkeys(wanted)]


def _checked(text: str, field: sqlite3.Row) -> str:
    try:
        match field["data_type"]:
            case "Currency" | "Decimal":
                fits = Decimal(text).is_finite()
            case "Date":
                fits = bool(day(text))
            case "Year":
                fits = text.isascii() and text.isdecimal() and len(text) == 4
            case _:
                fits = True
    except (InvalidOperation, ValueError):
        fits = False
    if not fits:
        raise Refused(400, f"CustomValues: field {field['id']} takes a {field['data_type']}")
    return text


def _field(connection: sqlite3.Connection, field_id: int | None) -> dict[str, Json]:
    row: Any = one(connection, "SELECT * FROM custom_field WHERE id = ?", (field_id,))
    return {
        "Id": row["id"],
        "Name": row["name"],
        "IsRequired": False,
        "IsActive": True,
        "DataType": row["data_type"],
        "PickType": row["pick_type"],
        "SortIndex": row["id"],
        "AuditTrail": audit_trail(row["created_at"], row["created_at"]),
    }


def _picks(connection: sqlite3.Connection, field_id: int | None) -> list[Json]:
    rows = connection.execute("SELECT * FROM pick WHERE field_id = ? ORDER BY id", (field_id,)).fetchall()
    return [
        {
            "Id": row["id"],
            "FieldId": row["field_id"],
            "Value": row["value"],
            "IsActive": True,
            "AuditTrail": audit_trail(row["created_at"], row["created_at"]),
        }
        for row in rows
    ]
