"""JSON in and out of the API."""

from collections.abc import Iterator
from typing import Any

import msgspec
from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from ninja.parser import Parser
from ninja.renderers import BaseRenderer
from pydantic import BaseModel

from infra24.core.errors import InvalidRequest, Malformed, NulCharacter


class JsonParser(Parser):
    """Reads bodies strictly: one object, valid UTF-8, no NaN, no NUL, no half characters.

    Raises Malformed (400) for what is not JSON; InvalidRequest or NulCharacter (422) for what is no
    object (schemas would read the attributes of anything), or PostgreSQL could not store.
    """

    def parse_body(self, request: HttpRequest) -> Any:
        body = request.body
        try:
            data = msgspec.json.decode(body)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            raise Malformed(
                _("The body is not valid JSON: %(fault)s.") % {"fault": str(error).partition(":")[0].lower()}
            ) from error
        if not isinstance(data, dict):
            raise InvalidRequest(_("The body must be a JSON object."))
        if b"\\u0000" in body:
            refuse_nul(data)
        return data

    def parse_querydict(self, data: "MultiValueDict[str, Any]", list_fields: list[str], request: HttpRequest) -> Any:
        values = super().parse_querydict(data, list_fields, request)
        refuse_nul(values)
        return values


class JsonRenderer(BaseRenderer):
    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:
        return encode(data)


def encode(data: Any) -> bytes:
    """JSON of plain values, instants (RFC 3339), UUIDs, enums, decimals, models and translated texts."""
    return msgspec.json.encode(data, enc_hook=_plain)


def refuse_nul(data: Any) -> None:
    """Raises NulCharacter naming every field whose text contains U+0000, which PostgreSQL cannot store."""
    fields = {path: _("Remove the NUL character.") for path in _paths_of_nul(data, "")}
    if fields:
        raise NulCharacter(fields=fields)


def _paths_of_nul(data: Any, path: str) -> Iterator[str]:
    if isinstance(data, str):
        if "\0" in data:
            yield path
    elif isinstance(data, dict):
        for key, value in data.items():
            yield from _paths_of_nul(key, f"{path}.{key!r}".lstrip("."))
            yield from _paths_of_nul(value, f"{path}.{key}".lstrip("."))
    elif isinstance(data, list):
        for position, value in enumerate(data):
            yield from _paths_of_nul(value, f"{path}.{position}".lstrip("."))


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return value.model_dump()
    if isinstance(value, Promise):
        return str(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
