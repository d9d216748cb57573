"""The API's own description: the OpenAPI document, completed with what is true of every operation."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from ninja import NinjaAPI, Schema
from ninja.openapi.schema import REF_TEMPLATE, OpenAPISchema
from ninja.operation import Operation
from pydantic import Field

from infra24.bookings.schemas import AlternativeOut, ReasonOut
from infra24.bookings.schemas.bulk import BulkItemOut
from infra24.bookings.schemas.series import DateOut
from infra24.core.problems import CONTENT_TYPE
from infra24.facilities.schemas.closures import HitOut
from infra24.orgs.access import AnyoneAuth, MemberAuth
from infra24.orgs.policies import Role

METHODS = ("get", "post", "put", "patch", "delete")
SHAPES = REF_TEMPLATE.format(model="")


class Problem(Schema):
    """What went wrong (RFC 9457). Decide by `code`, which is stable; the sentences are in the caller's language."""

    type: str = Field(description="Where the code is explained.")
    title: str = Field(description="What the code means.")
    status: int = Field(description="The answer's own status.")
    detail: str = Field(description="What happened this time, to show to a person.")
    code: str = Field(description="One of the error codes.")
    reasons: list[ReasonOut] = Field(description="Every cause of a refused time at once; else empty.")
    alternatives: list[AlternativeOut] = Field(description="Up to three things that would have been possible.")
    fields: dict[str, str] = Field(
        description="What is wrong with which field, by its path in the request: `legs.0.units`."
    )
    hits: list[HitOut] = Field(
        default=[], description="With `closure_hits_bookings` alone: every booking in the time that was to be closed."
    )
    items: list[BulkItemOut] = Field(
        default=[], description="With `bulk_refused` alone: what would become of each of the bookings."
    )
    dates: list[DateOut] = Field(
        default=[], description="With `series_refused` and `no_date_free` alone: what would become of every date."
    )


REFUSALS: Mapping[int, tuple[str, str]] = {
    401: ("Unauthenticated", "Nobody is signed in, or the token is unknown, expired or revoked."),
    403: ("Forbidden", "The role, or the scopes of the token, do not allow it."),
    404: ("NotFound", "It is not there, or not for you to see."),
    409: ("Conflict", "Wrong against rules, time or others."),
    412: ("Stale", "Somebody changed it since you loaded it."),
    422: ("Invalid", "Wrong in the request alone; `fields` says where."),
    429: ("TooMany", "Too many requests; `Retry-After` says for how long to wait."),
}
"""What an operation may be expected to answer besides success: name and meaning, by status."""
ELSE = "Whatever else may go wrong: 400, 405, 411, 413, 500, and 503 with `Retry-After`."
SECURITY_SCHEMES = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token, as `Authorization: Bearer i24_…`. An operation names the scope it needs.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "sessionid",
        "description": "A signed-in browser; writes also need the X-CSRFToken header.",
    },
}
TAGS = {
    "bookings": "Holds, requests and bookings.",
    "calendar": "What is on, for FullCalendar.",
    "closures": "When what is otherwise open is not.",
    "exports": "Bookings as files for spreadsheets and calendars.",
    "busy feeds": "People's own calendars, which make them busy here.",
    "calendar feeds": "Addresses at which calendar programs read bookings.",
    "displays": "Tablets and screens by doors.",
    "features": "What the resources of the house may have.",
    "history": "Who did what.",
    "imports": "Calendars from elsewhere, taken over.",
    "integrity": "Whether everything adds up.",
    "mails": "Mails the house sends: their words, who wants them, which addresses take none.",
    "members": "Who is asking; members and invitations.",
    "outbox": "What the outside world was told, and what did not arrive.",
    "people": "Whom the organisation knows.",
    "qualifications": "What people are shown before they book, and who was.",
    "resources": "What can be booked, and when.",
    "series": "Bookings that repeat.",
    "rules": "From when on what can be booked when.",
    "studio assignments": "Who works where.",
    "tokens": "Ways in for programs.",
    "views": "Ways to look at lists and the calendar, saved by name.",
    "waitlist": "Who waits for time that is taken, and what they are offered.",
    "webhooks": "Addresses of yours that are told what happens.",
}


def _header(name: str, description: str, **limits: Any) -> dict[str, Any]:
    schema = {"type": "string", **limits}
    return {"name": name, "in": "header", "required": False, "schema": schema, "description": description}


HEADERS = (
    _header(
        "Infra24-Organisation",
        "The organisation's short name. Not needed with a token, nor by a member of exactly one.",
    ),
    _header(
        "Idempotency-Key",
        "Any text of your own, new for each new request. Sent again within 24 hours with the same request, "
        "it gets the same answer and has no second effect.",
        minLength=1,
        maxLength=255,
        pattern="^[ -~]+$",
    ),
    _header("If-Match", "The ETag of what you loaded; 412 when somebody changed it since."),
)
RETRY_AFTER = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer"}}
ETAG = {"description": "The version, for `If-Match`.", "required": True, "schema": {"type": "string"}}
REPLAYED = {
    "description": "This is the answer given before to the same Idempotency-Key.",
    "schema": {"type": "string", "const": "true"},
}


class _Document(OpenAPISchema):
    """Refuses two shapes of one name, of which django-ninja would keep the later; says who may pass."""

    def add_schema_definitions(self, definitions: dict[str, Any]) -> None:
        for name, shape in definitions.items():
            if self.schemas.setdefault(name, shape) != shape:
                raise ImproperlyConfigured(f"Two shapes in the API are called {name}. Name one of them otherwise.")

    def operation_details(self, operation: Operation) -> dict[str, Any]:
        details = super().operation_details(operation)
        for auth in operation.auth_callbacks:
            if isinstance(auth, MemberAuth):
                scopes = [auth.scope] if auth.scope else []
                details["security"] = [{"token": scopes}, {"session": []}]
                details["x-role"] = auth.role.value
            elif isinstance(auth, AnyoneAuth):
                details["security"] = [{}, {"token": []}, {"session": []}]
        return details


class HouseAPI(NinjaAPI):
    """NinjaAPI whose document says what is true of every operation: errors, headers, ways to sign in.

    Whatever answers with one thing that has a `version` is taken to send it as ETag, and to honour If-Match when it
    changes that thing. An operation whose versions are not in its answer says `openapi_extra={"x-versioned": True}`.
    """

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    def get_openapi_schema(self, **options: Any) -> OpenAPISchema:
        prefix = options.get("path_prefix") or self.get_root_path({})
        document = _Document(self, prefix)
        problem = Problem.model_json_schema(ref_template=REF_TEMPLATE, mode="serialization")
        document.add_schema_definitions({**problem.pop("$defs"), "Problem": problem})
        for _path, method, operation in operations_in(document):
            _complete(operation, method, document.schemas)
        _write_enums_out(document)
        document["components"] = {
            "schemas": _used(document),
            "responses": {name: _refusal(status, told) for status, (name, told) in REFUSALS.items()},
            "securitySchemes": SECURITY_SCHEMES,
        }
        used = {tag for _path, _method, operation in operations_in(document) for tag in operation.get("tags", ())}
        document["tags"] = [{"name": tag, "description": TAGS.get(tag, "")} for tag in sorted(used)]
        return document


def operations_in(document: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(path, lower-case method, operation) of every operation."""
    for path, methods in document["paths"].items():
        for method in METHODS:
            if method in methods:
                yield path, method, methods[method]


def _complete(operation: dict[str, Any], method: str, shapes: Mapping[str, Any]) -> None:
    for parameter in operation["parameters"]:
        _without_null(parameter["schema"])
    if method == "patch":
        _without_defaults(operation, shapes)
    responses: dict[int | str, dict[str, Any]] = operation["responses"]
    for given in [each for each in responses if isinstance(each, str)]:
        # What an operation adds by hand comes beside what django-ninja has said.
        responses[int(given)] = {**responses.get(int(given), {}), **responses.pop(given)}
    by_hand = operation.pop("x-versioned", False)
    versioned = [answer for answer in responses.values() if by_hand or _is_versioned(answer, shapes)]
    for answer in versioned:
        answer["headers"] = {"ETag": ETAG}
    if method == "post":
        for answer in responses.values():
            answer.setdefault("headers", {})["Idempotency-Replayed"] = REPLAYED
    headers = {
        "Infra24-Organisation": "security" in operation,
        "Idempotency-Key": method == "post",
        # What is made has no version to match yet.
        "If-Match": method != "get" and (by_hand or any(answer is responses.get(200) for answer in versioned)),
    }
    operation["parameters"] += [header for header in HEADERS if headers[header["name"]]]
    for status in _refusals(operation, method):
        responses[status] = {"$ref": f"#/components/responses/{REFUSALS[status][0]}"}
    responses["default"] = {"description": ELSE, "content": _problem()}


def _without_null(schema: dict[str, Any]) -> None:
    """An address cannot say null: what may be absent is left out."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        del schema["anyOf"]
        schema.update({**choices[0], **schema})


def _without_defaults(operation: Mapping[str, Any], shapes: Mapping[str, Any]) -> None:
    """What is left out of a change stays as it is. A client that sent defaults would put everything back."""
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    for field in shapes.get(schema.get("$ref", "").removeprefix(SHAPES), {}).get("properties", {}).values():
        field.pop("default", None)


def _refusals(operation: Mapping[str, Any], method: str) -> list[int]:
    """The statuses besides success that a caller should expect, ascending."""
    parameters = {each["name"] if each["in"] == "header" else each["in"] for each in operation["parameters"]}
    security = operation.get("security", [])
    everyone = operation.get("x-role") in {None, Role.MEMBER} and not any(each.get("token") for each in security)
    expected = {
        401: bool(security),
        403: bool(security) and not (everyone and method == "get"),  # a session's writes may lack the CSRF token
        404: bool(security) or "path" in parameters,
        409: method != "get",
        412: "If-Match" in parameters,
        422: bool({"query", "Idempotency-Key"} & parameters) or "requestBody" in operation,
        429: True,
    }
    return [status for status in REFUSALS if expected[status]]


def _is_versioned(answer: Mapping[str, Any], shapes: Mapping[str, Any]) -> bool:
    """Whether the answer is one thing with a version; such answers carry it as their ETag."""
    schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
    return "version" in shapes.get(schema.get("$ref", "").removeprefix(SHAPES), {}).get("properties", {})


def _refusal(status: int, told: str) -> dict[str, Any]:
    headers = {"headers": {"Retry-After": RETRY_AFTER}} if status == 429 else {}
    return {"description": told, "content": _problem(), **headers}


def _problem() -> dict[str, Any]:
    return {CONTENT_TYPE: {"schema": {"$ref": f"{SHAPES}Problem"}}}


def _write_enums_out(document: OpenAPISchema) -> None:
    """Say the possible values where they are used: a shape called Kind tells nobody of what."""
    enums = {f"{SHAPES}{name}": shape for name, shape in document.schemas.items() if "enum" in shape}
    for node in _nodes(document):
        if node.get("$ref") in enums:
            node.update({**enums[node.pop("$ref")], **node})
        if len(node.get("allOf", ())) == 1 and node["allOf"][0].get("$ref") in enums:
            # How a default is said beside a reference.
            node.update({**enums[node.pop("allOf")[0]["$ref"]], **node})


def _used(document: OpenAPISchema) -> dict[str, Any]:
    """The shapes something refers to. Those of query parameters are written out there, and nobody's."""
    used: dict[str, Any] = {"Problem": document.schemas["Problem"]}
    waiting: list[Any] = [document["paths"], used["Problem"]]
    while waiting:
        for node in _nodes(waiting.pop()):
            name = str(node.get("$ref", "")).removeprefix(SHAPES)
            if name in document.schemas and name not in used:
                used[name] = document.schemas[name]
                waiting.append(used[name])
    return dict(sorted(used.items()))


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    """Every object in a piece of the document, the outer before the inner."""
    if isinstance(node, dict):
        yield node
        for value in list(node.values()):
            yield from _nodes(value)
    elif isinstance(node, list):
        for value in node:
            yield from _nodes(value)
