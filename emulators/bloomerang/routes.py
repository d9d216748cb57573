"""Which operation answers which method and path of `/v2`."""

import re
import sqlite3
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from emulators.bloomerang import constituents, custom_fields, interactions
from emulators.bloomerang.answers import USER_FULL_NAME, USER_NAME, Answer, Refused
from emulators.bloomerang.shapes import (
    ActiveQuery,
    ConstituentChange,
    ConstituentQuery,
    DuplicateSearch,
    InteractionChange,
    InteractionQuery,
    NewConstituent,
    NewInteraction,
    NoQuery,
    SearchQuery,
    read_body,
    read_query,
)

DATABASE_NAME = "Emulated Arts Organization"
PLACEHOLDERS = {"{id}": r"(\d{1,18})", "{type}": "(Constituent|Transaction|Interaction|Note|Benevon)"}


@dataclass(frozen=True)
class Request:
    """What an operation may look at: query parameters, raw body, and the variable parts of the path."""

    query: dict[str, list[str]]
    body: bytes
    parts: tuple[str, ...]


Operation = Callable[[sqlite3.Connection, Request], Answer]


def current_user(_connection: sqlite3.Connection, request: Request) -> Answer:
    """The user whose key this is; the key itself is never echoed."""
    read_query(NoQuery, request.query)
    return Answer(
        {
            "Id": 4001,
            "Name": USER_FULL_NAME,
            "Email": "integration@example.org",
            "IsActive": True,
            "SendTaskEmails": False,
            "UserName": USER_NAME,
            "PermissionLevel": "Admin",
        }
    )


def database(_connection: sqlite3.Connection, request: Request) -> Answer:
    read_query(NoQuery, request.query)
    return Answer({"Id": "emulator", "Name": DATABASE_NAME, "Flavor": "Demo", "BaseLicenseProvider": "Bloomerang"})


def duplicates_by_query(connection: sqlite3.Connection, request: Request) -> Answer:
    """The query says firstName where the body says FirstName."""
    values = {name[:1].upper() + name[1:]: found for name, found in request.query.items()}
    return constituents.duplicates(connection, read_query(DuplicateSearch, values))


def _list_fields(connection: sqlite3.Connection, request: Request) -> Answer:
    active = read_query(ActiveQuery, request.query).isActive
    return custom_fields.list_fields(connection, request.parts[0], active=active)


def _list_values(connection: sqlite3.Connection, request: Request) -> Answer:
    active = read_query(ActiveQuery, request.query).isActive
    return custom_fields.list_values(connection, request.parts[0], int(request.parts[1]), active=active)


ROUTES: Mapping[tuple[str, str], Operation] = {
    ("GET", "/v2/user/current"): current_user,
    ("GET", "/v2/database"): database,
    ("GET", "/v2/constituents"): lambda db, r: constituents.list_all(db, read_query(ConstituentQuery, r.query)),
    ("GET", "/v2/constituents/search"): lambda db, r: constituents.search(db, read_query(SearchQuery, r.query)),
    ("POST", "/v2/constituent"): lambda db, r: constituents.create(db, read_body(NewConstituent, r.body)),
    ("GET", "/v2/constituent/{id}"): lambda db, r: constituents.get(db, int(r.parts[0])),
    ("PUT", "/v2/constituent/{id}"): lambda db, r: constituents.change(
        db, int(r.parts[0]), read_body(ConstituentChange, r.body)
    ),
    ("DELETE", "/v2/constituent/{id}"): lambda db, r: constituents.delete(db, int(r.parts[0])),
    ("GET", "/v2/constituent/duplicates"): duplicates_by_query,
    ("POST", "/v2/constituent/duplicates"): lambda db, r: constituents.duplicates(
        db, read_body(DuplicateSearch, r.body)
    ),
    ("GET", "/v2/interactions"): lambda db, r: interactions.list_all(db, read_query(InteractionQuery, r.query)),
    ("POST", "/v2/interaction"): lambda db, r: interactions.create(db, read_body(NewInteraction, r.body)),
    ("GET", "/v2/interaction/{id}"): lambda db, r: interactions.get(db, int(r.parts[0])),
    ("PUT", "/v2/interaction/{id}"): lambda db, r: interactions.change(
        db, int(r.parts[0]), read_body(InteractionChange, r.body)
    ),
    ("DELETE", "/v2/interaction/{id}"): lambda db, r: interactions.delete(db, int(r.parts[0])),
    ("GET", "/v2/customFields/{type}"): _list_fields,
    ("GET", "/v2/customValues/{type}/{id}"): _list_values,
}


@dataclass(frozen=True)
class Match:
    """`name` is safe to log: the pattern, not the path that was asked for."""

    name: str
    operation: Operation
    parts: tuple[str, ...]


def find(method: str, path: str) -> Match:
    """Raises Refused 404 for an unknown path and 405 for a method the path does not have."""
    known = [
        (route_method, pattern, operation, found)
        for (route_method, pattern), operation in ROUTES.items()
        if (found := re.fullmatch(_regex(pattern), path.removesuffix("/")))
    ]
    for route_method, pattern, operation, found in known:
        if route_method == method:
            return Match(f"{method} {pattern}", operation, found.groups())
    if known:
        methods = ", ".join(route_method for route_method, *_ in known)
        raise Refused(405, f"This path answers {methods}")
    raise Refused(404, "The emulator does not know this path; docs/reference/crm-emulator.md lists what it knows")


def _regex(pattern: str) -> str:
    for placeholder, expression in PLACEHOLDERS.items():
        pattern = pattern.replace(placeholder, expression)
    return pattern
