"""The API to read: operations, shapes and error codes, on one page without script."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI

from infra24.config.openapi import ELSE, HEADERS, REFUSALS, operations_in
from infra24.core.errors import Infra24Error
from infra24.orgs.models import ROLE_NAMES
from infra24.orgs.policies import Role


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
    """What comes back with these statuses."""

    statuses: str
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
    scope: str
    """What a token needs; empty where every token will do."""
    parameters: Sequence[FieldLine]
    headers: Sequence[str]
    """Names; what they mean is the same for every operation."""
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


@dataclass(frozen=True)
class ErrorCode:
    """A stable code with the sentences it may come with."""

    code: str
    status: int
    meanings: Sequence[str]


@dataclass(frozen=True)
class Shape:
    description: str
    lines: Sequence[FieldLine]


@require_safe
def reference_page(request: HttpRequest, api: NinjaAPI) -> HttpResponse:
    """The API to read: operations, shapes, error codes. No script."""
    document = api.get_openapi_schema()
    groups: dict[str, Group] = {}
    for path, method, operation in operations_in(document):
        name = path.split("/")[2]
        groups.setdefault(name, Group(name)).operations.append(_entry(path, method, operation))
    shapes = {name: _shape(shape) for name, shape in document["components"]["schemas"].items()}
    context = {
        "groups": list(groups.values()),
        "headers": [_parameter(header) for header in HEADERS],
        "shapes": shapes,
        "statuses": [*((status, told) for status, (_name, told) in REFUSALS.items()), ("…", ELSE)],
        "errors": error_codes(),
    }
    return render(request, "config/reference.html", context)


def error_codes() -> list[ErrorCode]:
    """Every error the house knows, by status and code."""

    def below(kind: type[Infra24Error]) -> Iterator[type[Infra24Error]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    found: dict[tuple[int, str], dict[str, None]] = {}
    for error in (kind() for kind in below(Infra24Error)):
        found.setdefault((error.status, error.code), {})[_(error.title)] = None
    return [ErrorCode(code, status, list(meanings)) for (status, code), meanings in sorted(found.items())]


def _entry(path: str, method: str, operation: Mapping[str, Any]) -> OperationEntry:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    security = operation.get("security", [{}])
    return OperationEntry(
        anchor=str(operation["operationId"]),
        method=method.upper(),
        path=path,
        summary=str(operation.get("summary", "")),
        description=str(operation.get("description", "")),
        access=_access(operation),
        scope=" ".join(scope for scheme in security for scope in scheme.get("token", ())),
        parameters=[_parameter(each) for each in operation["parameters"] if each["in"] != "header"],
        headers=[each["name"] for each in operation["parameters"] if each["in"] == "header"],
        body=_line("", body, required=True) if body else None,
        answers=list(_answers(operation["responses"])),
    )


def _parameter(parameter: Mapping[str, Any]) -> FieldLine:
    schema = {"description": parameter.get("description", ""), **parameter.get("schema", {})}
    required = bool(parameter.get("required"))
    return _line(parameter["name"], schema, required=required, place=str(parameter["in"]))


def _access(operation: Mapping[str, Any]) -> str:
    """Who may call it, in words."""
    if {} in operation.get("security", [{}]):
        return _("Public")
    role = Role(operation["x-role"])
    return _("Members") if role == Role.MEMBER else _("%(role)s and above") % {"role": ROLE_NAMES[role]}


def _answers(responses: Mapping[Any, Any]) -> Iterator[Answer]:
    """Each success, and all refusals as one, for they have one shape."""
    refusals = [str(status) for status, answer in responses.items() if "$ref" in answer]
    for status, answer in responses.items():
        contents: list[dict[str, Any]] = list(answer.get("content", {}).values())
        kind, shape = _kind(contents[0]["schema"]) if contents else (_("nothing"), "")
        if status == "default":
            yield Answer(", ".join([*refusals, "…"]), kind, shape)
        elif str(status) not in refusals:
            yield Answer(str(status), kind, shape)


def _shape(shape: Mapping[str, Any]) -> Shape:
    required = shape.get("required", ())
    lines = [_line(name, value, required=name in required) for name, value in shape.get("properties", {}).items()]
    return Shape(str(shape.get("description", "")), lines)


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
    if schema.get("default") not in (None, "", []):
        limits.append(_("otherwise %(value)s") % {"value": json.dumps(schema["default"])})
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
