"""Facts as events that leave the house: the body of a webhook, its JSON Schema and an example of it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from infra24.facts.catalogue import CATALOGUE, FactType

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_ID: Final = {"type": "string", "format": "uuid"}

PUBLIC: Final[Mapping[str, FactType]] = {name: kind for name, kind in CATALOGUE.items() if kind.is_public}
"""The types webhooks may be told of."""


def body_of(
    kind: FactType,
    *,
    org_id: UUID,
    subject_id: UUID,
    number: int,
    version: int,
    data: Mapping[str, Any],
    recorded_at: datetime,
) -> dict[str, Any]:
    """The event as it is sent: ids, times and numbers; of what it carries only what is public."""
    public = {name: data.get(name) for name, value in kind.data.items() if value.is_public}
    return {
        "type": kind.name,
        "timestamp": recorded_at,
        "data": {
            "organisation_id": org_id,
            "subject_id": subject_id,
            "number": number,
            "version": version,
            "values": public,
        },
    }


def event_schema(kind: FactType) -> dict[str, Any]:
    """JSON Schema (draft 2020-12) of the event. Receivers should let more fields pass: there may be more one day."""
    public = {name: value for name, value in kind.data.items() if value.is_public}
    data = {
        "organisation_id": {**_ID, "description": "whose it is"},
        "subject_id": {**_ID, "description": f"the {kind.subject_kind} it happened to"},
        "number": {"type": "integer", "minimum": 1, "description": "position among the events of the subject"},
        "version": {"type": "integer", "minimum": 1, "description": "of the shape of `values`"},
        "values": _object({name: value.schema for name, value in public.items()}),
    }
    return {
        "$schema": DIALECT,
        "title": kind.name,
        "description": kind.meaning,
        **_object(
            {
                "type": {"const": kind.name},
                "timestamp": {"type": "string", "format": "date-time", "description": "when it happened"},
                "data": _object(data),
            }
        ),
        "examples": [example(kind)],
    }


def recorded_schema(kind: FactType) -> dict[str, Any]:
    """JSON Schema of what a fact carries within the house."""
    properties = {name: value.schema for name, value in kind.data.items()}
    return {"$schema": DIALECT, **_object(properties), "additionalProperties": False}


def example(kind: FactType) -> dict[str, Any]:
    """A made-up event of the kind."""
    return {
        "type": kind.name,
        "timestamp": "2026-11-27T09:30:00Z",
        "data": {
            "organisation_id": "0198c0de-0000-7000-8000-000000000001",
            "subject_id": "0198c0de-0000-7000-8000-000000000002",
            "number": 2,
            "version": kind.version,
            "values": {name: value.example for name, value in kind.data.items() if value.is_public},
        },
    }


def _object(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": dict(properties), "required": list(properties)}
