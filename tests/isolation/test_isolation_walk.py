"""The walk: every door of the installation, tried by everybody.

Nobody outside the house reads a word of it or changes a row; nothing changes by looking.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver

from infra24.config.api import api
from infra24.config.openapi import operations_in
from tests import make
from tests.isolation.table import DOORS, Door
from tests.isolation.world import CALLERS, SECRET_WORD, World, build, contents
from tests.orgs.probe import bearer

UNKNOWN = Door(0, 0, 0, 0, 0)
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
OUTSIDERS = ("stranger", "foreign")


@pytest.fixture(scope="module")
def whole_world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """Built once, in a transaction that is never committed."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield build()
        transaction.set_rollback(True)


@pytest.fixture
def world(whole_world: World) -> Iterator[World]:
    """The same for every knock: what one changes is undone before the next."""
    with transaction.atomic():
        yield whole_world
        transaction.set_rollback(True)


def addresses() -> set[str]:
    """Every address of the installation, as its pattern; `uuidstr` is how django-ninja writes `uuid`."""
    # django-ninja's root only exists to be reversed.
    return {route.replace("<uuidstr:", "<uuid:") for route in _routes()} - {"api/"}


def _routes(patterns: list[Any] | None = None, prefix: str = "") -> Iterator[str]:
    for entry in get_resolver().url_patterns if patterns is None else patterns:
        route = prefix + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns, route)
        else:
            assert isinstance(entry, URLPattern)
            yield route


def call(world: World, caller: str, method: str, route: str, door: Door, **headers: str) -> Any:
    """Knock: with the ids of the house in the address, in the body and in the query."""
    ids = {**world.ids, **{name: world.ids[other] for name, other in door.about.items()}}
    path = "/" + re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(ids[found[1]]), route)
    data = _filled(door.data, ids)
    client = world.client(caller)
    if path.startswith("/api/"):
        headers = headers or {"Infra24-Organisation": world.house.slug}
        if method == "GET":
            return client.get(path, data, headers=headers)
        return client.generic(method, path, make.json(data), "application/json", headers=headers)
    return (
        client.get(path, data)
        if method == "GET"
        else client.generic(method, path, make.form(data), "application/x-www-form-urlencoded")
    )


def _filled(data: Any, ids: dict[str, Any]) -> Any:
    if isinstance(data, dict):
        return {key: _filled(value, ids) for key, value in data.items()}
    if isinstance(data, list):
        return [_filled(value, ids) for value in data]
    return ids[data[1:-1]] if isinstance(data, str) and data.startswith("{") else data


def test_every_door_is_in_the_table(world: World) -> None:
    """What is not in the table answers 405 when knocked at. How those in it answer is shown by `test_who_may_pass`."""
    routes = addresses()
    left_out = set()
    for route in routes:
        for method in METHODS:
            if (name := f"{method} {route}") in DOORS:
                continue
            with transaction.atomic():
                if call(world, "admin", method, route, UNKNOWN).status_code != 405:
                    left_out.add(name)
                transaction.set_rollback(True)
    documented = {f"{method} {path.removeprefix('/')}" for path, method in _operations()}

    assert left_out == set()
    assert {name.partition(" ")[2] for name in DOORS} <= routes
    assert [name for name, door in DOORS.items() if 405 in {getattr(door, caller) for caller in CALLERS}] == []
    assert documented <= {_documented(door) for door in DOORS}


def _documented(door: str) -> str:
    """The address as the API's document writes it."""
    return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", door)


def _operations() -> Iterator[tuple[str, str]]:
    for path, methods in api.get_openapi_schema()["paths"].items():
        for method in methods:
            yield path, method.upper()


def test_whoever_is_offered_if_match_is_kept_from_overwriting(world: World) -> None:
    doors = {(name.partition(" ")[0], _documented(name.partition(" ")[2])): name for name in DOORS}
    document = api.get_openapi_schema()
    offered = [
        doors[method.upper(), path.removeprefix("/")]
        for path, method, operation in operations_in(document)
        if any(parameter["name"] == "If-Match" for parameter in operation["parameters"])
    ]
    headers = {"Infra24-Organisation": world.house.slug, "If-Match": '"0"'}

    answers = {}
    for name in offered:
        method, _, route = name.partition(" ")
        # What is somebody's own nobody else finds, admins neither.
        caller = "member" if DOORS[name].admin == 404 else "admin"
        answers[name] = call(world, caller, method, route, DOORS[name], **headers).status_code

    # What is wrong in the request alone is said first, and a photo cannot be sent by this walk.
    assert answers == {name: 400 if name.startswith("PUT ") else 412 for name in offered}


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("name", DOORS)
def test_who_may_pass(name: str, caller: str, world: World) -> None:
    method, _, route = name.partition(" ")
    door = DOORS[name]
    is_outside = caller in OUTSIDERS and not door.shows_house

    answer = call(world, caller, method, route, door)

    assert answer.status_code == getattr(door, caller)
    if is_outside:
        assert SECRET_WORD not in answer.content.decode()
    if is_outside or method == "GET" or answer.status_code >= 400:
        assert contents(world.house.pk) == world.contents


@pytest.mark.parametrize("name", [name for name in DOORS if name.partition(" ")[2].startswith("api/")])
def test_a_token_of_another_organisation_reaches_nothing_of_the_house(name: str, world: World) -> None:
    """It acts in its own organisation, where ids of the house lead nowhere."""
    method, _, route = name.partition(" ")
    door = DOORS[name]

    answer = call(world, "stranger", method, route, door, **bearer(world.foreign_token))

    if "_id>" in route or re.search(r"{\w+_id}", str(door.data)):
        assert answer.status_code == 404
    else:
        assert answer.status_code == door.admin
    assert SECRET_WORD not in answer.content.decode()
    assert contents(world.house.pk) == world.contents
