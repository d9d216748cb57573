"""What happened between the organization and a constituent: a visit, a registration, a call."""

import json
import sqlite3
from collections.abc import Sequence

from emulators.bloomerang.answers import Answer, Effect, Json, Refused, audit_trail, envelope
from emulators.bloomerang.custom_fields import forget_values, read_values, write_values
from emulators.bloomerang.shapes import InteractionChange, InteractionQuery, NewInteraction
from emulators.bloomerang.store import now_text, one, page

ORDER = {"Date": "day", "CreatedDate": "created_at", "LastModifiedDate": "modified_at"}
WHERE = (
    "(:ids IS NULL OR id IN (SELECT value FROM json_each(:ids)))"
    " AND (:accounts IS NULL OR account_id IN (SELECT value FROM json_each(:accounts)))"
    " AND (:channels IS NULL OR channel IN (SELECT value FROM json_each(:channels)))"
    " AND (:purposes IS NULL OR purpose IN (SELECT value FROM json_each(:purposes)))"
)


def create(connection: sqlite3.Connection, new: NewInteraction) -> Answer:
    """POST /interaction. There is no idempotency key: sent twice, it makes two records."""
    if not one(connection, "SELECT 1 FROM constituent WHERE id = ?", (new.AccountId,)):
        raise Refused(400, f"AccountId: there is no constituent {new.AccountId}")
    now = now_text()
    document = _document(new, before={"IsInbound": False})
    interaction_id = connection.execute(
        "INSERT INTO interaction (account_id, day, channel, purpose, document, created_at, modified_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (new.AccountId, new.Date, new.Channel, new.Purpose, json.dumps(document), now, now),
    ).lastrowid
    assert interaction_id is not None
    write_values(connection, "Interaction", interaction_id, new.CustomValues)
    return Answer(
        as_read(connection, _row(connection, interaction_id)), Effect("created", "Interaction", interaction_id)
    )


def change(connection: sqlite3.Connection, interaction_id: int, wanted: InteractionChange) -> Answer:
    """PUT /interaction/{id}. Keys left out stay, null clears. Raises Refused 404 for an unknown id."""
    document = _document(wanted, before=json.loads(_row(connection, interaction_id)["document"]))
    connection.execute(
        "UPDATE interaction SET day = ?, channel = ?, purpose = ?, document = ?, modified_at = ? WHERE id = ?",
        (document["Date"], document["Channel"], document["Purpose"], json.dumps(document), now_text(), interaction_id),
    )
    write_values(connection, "Interaction", interaction_id, wanted.CustomValues)
    return Answer(
        as_read(connection, _row(connection, interaction_id)), Effect("updated", "Interaction", interaction_id)
    )


def delete(connection: sqlite3.Connection, interaction_id: int) -> Answer:
    _row(connection, interaction_id)
    forget_values(connection, "Interaction", interaction_id)
    connection.execute("DELETE FROM interaction WHERE id = ?", (interaction_id,))
    return Answer(
        {"Id": interaction_id, "Type": "Interaction", "Deleted": True},
        Effect("deleted", "Interaction", interaction_id),
    )


def get(connection: sqlite3.Connection, interaction_id: int) -> Answer:
    return Answer(as_read(connection, _row(connection, interaction_id)))


def list_all(connection: sqlite3.Connection, query: InteractionQuery) -> Answer:
    """GET /interactions. No filter by date of change and none by custom value: the vendor has none."""
    parameters: dict[str, object] = {
        "ids": _as_json(query.id),
        "accounts": _as_json(query.constituent),
        "channels": _as_json(query.channel),
        "purposes": _as_json(query.purpose),
    }
    found = page(
        connection,
        "interaction",
        WHERE,
        parameters,
        order=f"{ORDER[query.orderBy]} {query.orderDirection}, id {query.orderDirection}",
        skip=query.skip,
        take=query.take,
    )
    results: list[Json] = [as_read(connection, row) for row in found.rows]
    return envelope(results, total=found.total, filtered=found.filtered, start=query.skip)


def as_read(connection: sqlite3.Connection, row: sqlite3.Row) -> dict[str, Json]:
    return {
        "Id": row["id"],
        "AccountId": row["account_id"],
        **json.loads(row["document"]),
        "IsBcc": False,
        "AttachmentIds": [],
        "LetterAttachmentIds": [],
        "IsEngagementSurveyResponse": False,
        "IsEngagementSurveyEmail": False,
        "CustomValues": read_values(connection, "Interaction", row["id"]),
        "AuditTrail": audit_trail(row["created_at"], row["modified_at"]),
    }


def _document(wanted: InteractionChange, *, before: dict[str, Json]) -> dict[str, Json]:
    merged = before | {key: value for key, value in wanted.sent().items() if key not in ("AccountId", "CustomValues")}
    return {key: value for key, value in merged.items() if value is not None}


def _row(connection: sqlite3.Connection, interaction_id: int) -> sqlite3.Row:
    row = one(connection, "SELECT * FROM interaction WHERE id = ?", (interaction_id,))
    if row is None:
        raise Refused(404, f"There is no interaction {interaction_id}")
    return row


def _as_json(values: Sequence[int] | Sequence[str] | None) -> str | None:
    return None if values is None else json.dumps(values)
