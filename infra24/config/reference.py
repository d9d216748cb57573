"""The API's own description: the OpenAPI document completed, and the same as something to read."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation

from infra24.core.errors import Infra24Error
from infra24.core.problems import CONTENT_TYPE

METHODS = ("get", "post", "put", "patch", "delete")
PROBLEM = {
    "title": "Problem",
    "description": "What went wrong (RFC 9457). `code` is stable; the sentences are in the caller's language.",
    "type": "object",
    "required": ["type", "title", "status", "detail", "code", "reasons", "alternatives", "fields"],
    "properties": {
        "type": {"type": "string", "description": "Where the code is explained."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"type": "string"},
        "reasons": {
            "type": "array",
            "description": "Every cause of a refusal.",
            "items": {
                "type": "object",
                "required": ["code", "detail", "resource_id", "source", "cure"],
                "properties": {
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                    "resource_id": {"type": ["string", "null"]},
                    "source": {"type": "object", "description": "The rule or row the cause comes from."},
                    "cure": {"type": "string", "description": "What would help."},
                },
            },
        },
        "alternatives": {
            "type": "array",
            "description": "Up to three times that would have been possible.",
            "items": {
                "type": "object",
                "required": ["resource_id", "starts_at", "ends_at"],
                "properties": {
                    "resource_id": {"type": "string", "format": "uuid"},
                    "starts_at": {"type": "string", "format": "date-time"},
                    "ends_at": {"type": "string", "format": "date-time"},
                },
            },
        },
        "fields": {
            "type": "object",
            "description": "What is wrong with which field, by its path in the request: `legs.0.units`.",
            "additionalProperties": {"type": "string"},
        },
        "hits": {
            "type": "array",
            "description": "With `closure_hits_bookings` alone: every booking in the time that was to be closed.",
            "items": {"$ref": "#/components/schemas/HitOut"},
        },
    },
}
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, as `Authorization: Bearer i24_…`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A signed-in browser; writes also need the X-CSRFToken header.",
    },
}
ORGANISATION_HEADER = {
    "name": "Infra24-Organisation",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The organisation's short name. Not needed with a token, nor by a member of exactly one.",
}
IDEMPOTENCY_HEADER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
    "description": "Any text of your own, new for each new request. Sent again within 24 hours with the same request, "
    "it gets the same answer and has no second effect.",
}
MATCH_HEADER = {
    "name": "If-Match",
    "in": "header",
    "required": False,
    "schema": {"type": "string"},
    "description": "The ETag of what you loaded; 412 when somebody changed it since.",
}


class _Document(OpenAPISchema):
    """Refuses two shapes of one name, of which django-ninja would keep the later."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ImproperlyConfigured(f"Two shapes in the API are called {name}. Name one of them otherwise.")


class HouseAPI(NinjaAPI):
    """NinjaAPI whose document says what is true of every operation: errors, headers, ways to sign in."""

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        prefix = options.get("path_prefix") or self.get_root_path({})
        document = _Document(self, prefix)
        document["components"].setdefault("schemas", {})["Problem"] = PROBLEM
        document["components"]["securitySchemes"] = SECURITY_SCHEMES
        for _path, method, operation in operations_in(document):
            _complete(operation, method)
        return document


def operations_in(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, lower-case method, operation) of every operation."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _complete(operation: dict[str, Any], method: str) -> None:
    operation["responses"]["default"] = {
        "description": "What went wrong",
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    schemes = {name for entry in operation.pop("security", ()) for name in entry}
    if schemes:
        everybody: list[dict[str, list[str]]] = [{}] if "AnyoneAuth" in schemes else []
        operation["security"] = [*everybody, {"token": []}, {"session": []}]
        operation["parameters"] = [*operation["parameters"], ORGANISATION_HEADER]
    if method == "post":
        operation["parameters"] = [*operation["parameters"], IDEMPOTENCY_HEADER]
    if method == "patch":
        operation["parameters"] = [*operation["parameters"], MATCH_HEADER]


# --- The same, to read -----------------------------------------------------------


@dataclass(frozen=True)
class FieldLine:
    """One field of a shape, or one parameter; `shape` names the shape its type refers to."""

    name: str
    kind: str
    required: bool
    note: str = ""
    shape: str = ""
    place: str = ""


@dataclass(frozen=True)
class Answer:
    status: str
    kind: str
    shape: str


@dataclass(frozen=True)
class OperationEntry:
    anchor: str
    method: str
    path: str
    summary: str
    description: str
    access: str
    parameters: Sequence[FieldLine]
    body: FieldLine | None
    answers: Sequence[Answer]

    @property
    def steps(self) -> list[str]:
        """The path in parts, so that a narrow screen may break it."""
        return self.path.split("/")[1:]


@dataclass
class Group:
    name: str
    operations: list[OperationEntry] = field(default_factory=list)


@require_safe
def reference_page(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """The API to read: operations, shapes, error codes. No script."""
    document = api.get_openapi_schema()
    groups: dict[str, Group] = {}
    for path, method, operation in operations_in(document):
        name = path.split("/")[2]
        groups.setdefault(name, Group(name)).operations.append(_entry(path, method, operation))
    shapes = {
        name: [_line(key, value, required=key in shape.get("required", ())) for key, value in properties.items()]
        for name, shape in sorted(document["components"]["schemas"].items())
        if (properties := shape.get("properties"))
    }
    context = {"groups": list(groups.values()), "shapes": shapes, "errors": error_codes(), "info": document["info"]}
    return render(request, "config/reference.html", context)


def error_codes() -> list[Infra24Error]:
    """One instance of every error the house knows, by status and code."""

    def below(kind: type[Infra24Error]) -> Iterator[type[Infra24Error]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    found = {error.code: error for error in (kind() for kind in below(Infra24Error)) if error.status < 500}
    return sorted(found.values(), key=lambda error: (error.status, error.code))


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> OperationEntry:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    return OperationEntry(
        anchor=str(operation["operationId"]),
        method=method.upper(),
        path=path,
        summary=str(operation.get("summary", "")),
        description=str(operation.get("description", "")),
        access=_("Public") if {} in operation.get("security", [{}]) else _("Members"),
        parameters=[
            _line(
                parameter["name"],
                {"description": parameter.get("description", ""), **parameter.get("schema", {})},
                required=bool(parameter.get("required")),
                place=str(parameter["in"]),
            )
            for parameter in operation["parameters"]
        ],
        body=_line("", body, required=True) if body else None,
        answers=[_answer(str(status), answer) for status, answer in operation["responses"].items()],
    )


def _answer(status: str, answer: Mapping[str, Any]) -> Answer:
    contents: list[dict[str, Any]] = list(answer.get("content", {}).values())
    kind, shape = _kind(contents[0]["schema"]) if contents else (_("nothing"), "")
    return Answer(status="4xx, 5xx" if status == "default" else status, kind=kind, shape=shape)


def _line(name: str, schema: Mapping[str, Any], *, required: bool, place: str = "") -> FieldLine:
    kind, shape = _kind(schema)
    limits = [
        f"{word} {schema[key]}"
        for key, word in (
            ("minimum", "≥"),
            ("exclusiveMinimum", ">"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "<"),
            ("maxLength", _("at most")),
            ("maxItems", _("at most")),
        )
        if key in schema
    ]
    note = " ".join([str(schema.get("description", "")), ", ".join(limits)]).strip()
    return FieldLine(name, kind, required, note=note, shape=shape, place=place)


def _kind(schema: Mapping[str, Any]) -> tuple[str, str]:
    """A schema in words, and the name of the shape it refers to."""
    if "$ref" in schema:
        name = re.sub(r"^.*/", "", schema["$ref"])
        return name, name
    for key in ("anyOf", "oneOf", "allOf"):
        if key in schema:
            parts = [_kind(part) for part in schema[key]]
            return _(" or ").join(kind for kind, _shape in parts), next((shape for _kind, shape in parts if shape), "")
    if schema.get("type") == "array":
        kind, shape = _kind(schema.get("items", {}))
        return _("list of %(kind)s") % {"kind": kind}, shape
    if "enum" in schema:
        return " | ".join(f"“{value}”" for value in schema["enum"]), ""
    if "const" in schema:
        return f"“{schema['const']}”", ""
    kind = schema.get("format") or schema.get("type") or _("anything")
    return (" | ".join(kind) if isinstance(kind, list) else str(kind)), ""
