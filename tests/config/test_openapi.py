"""The API's document says what a caller needs to know of every operation, and nothing of the inside."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest
from django.test import Client
from ninja import Router, Schema

from infra24.config.api import api
from infra24.config.openapi import TAGS, HouseAPI, operations_in
from infra24.orgs.access import anyone, member_auth
from infra24.orgs.policies import Role
from launch.client import describe


def operations() -> list[dict[str, Any]]:
    return [operation for _path, _method, operation in operations_in(api.get_openapi_schema())]


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        yield from (value for key, value in node.items() if key == "$ref")
        node = list(node.values())
    if isinstance(node, list):
        for each in node:
            yield from references(each)


def test_every_operation_has_one_name_a_summary_of_its_own_and_one_known_tag() -> None:
    found = operations()
    names = [operation["operationId"] for operation in found]

    assert len(set(names)) == len(names)
    assert [each for each in found if each["summary"] == each["operationId"].replace("_", " ").title()] == []
    assert {tag for each in found for tag in each["tags"]} <= set(TAGS)
    assert {len(each["tags"]) for each in found} == {1}


def test_every_parameter_of_a_query_says_what_it_means() -> None:
    silent = [
        (operation["operationId"], parameter["name"])
        for operation in operations()
        for parameter in operation["parameters"]
        if parameter["in"] == "query" and not parameter.get("description")
    ]

    assert silent == []


def test_what_is_referred_to_is_there_and_nothing_else() -> None:
    document = api.get_openapi_schema()
    components = document["components"]

    assert {reference.rpartition("/")[2] for reference in references(document)} == {
        *components["schemas"],
        *components["responses"],
    }


class Thing(Schema):
    """Something with a version."""

    version: int


@pytest.fixture
def described() -> dict[str, dict[str, Any]]:
    """The operations of an API that was made for this."""

    def show_thing(request: HttpRequest) -> None: ...
    def list_things(request: HttpRequest, limit: int = 50) -> None: ...
    def make_thing(request: HttpRequest, body: Thing) -> None: ...
    def change_thing(request: HttpRequest, thing_id: int) -> None: ...
    def close_thing(request: HttpRequest, thing_id: int) -> None: ...

    router = Router()
    router.get("/open", response=Thing, auth=anyone())(show_thing)
    router.get("/things", response=list[Thing], auth=member_auth(scope="people:read"))(list_things)
    router.post("/things", response={201: Thing}, auth=member_auth(Role.STAFF, scope=None))(make_thing)
    router.patch("/things/{thing_id}", response=Thing, auth=member_auth(scope=None))(change_thing)
    router.post("/things/{thing_id}/close", response=Thing, auth=member_auth(scope=None))(close_thing)
    made = HouseAPI(urls_namespace="described", docs_url=None)
    made.add_router("", router)
    document = made.get_openapi_schema(path_prefix="api/")
    return {operation["operationId"]: operation for _path, _method, operation in operations_in(document)}


def test_who_may_call_stands_with_each_operation(described: dict[str, dict[str, Any]]) -> None:
    told = {name: (operation["security"], operation.get("x-role")) for name, operation in described.items()}

    assert told == {
        "show_thing": ([{}, {"token": []}, {"session": []}], None),
        "list_things": ([{"token": ["people:read"]}, {"session": []}], "member"),
        "make_thing": ([{"token": []}, {"session": []}], "staff"),
        "change_thing": ([{"token": []}, {"session": []}], "member"),
        "close_thing": ([{"token": []}, {"session": []}], "member"),
    }


def test_the_statuses_to_expect_stand_with_each_operation(described: dict[str, dict[str, Any]]) -> None:
    told = {name: list(operation["responses"]) for name, operation in described.items()}

    assert told == {
        "show_thing": [200, 401, 404, 429, "default"],
        "list_things": [200, 401, 403, 404, 422, 429, "default"],
        "make_thing": [201, 401, 403, 404, 409, 422, 429, "default"],
        "change_thing": [200, 401, 403, 404, 409, 412, 429, "default"],
        "close_thing": [200, 401, 403, 404, 409, 412, 422, 429, "default"],
    }


def test_a_change_has_no_defaults_for_what_it_leaves_out() -> None:
    """They would be sent by generated clients, and put back whatever else was said."""
    document = api.get_openapi_schema()
    bodies = {
        operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        for _path, method, operation in operations_in(document)
        if method == "patch"
    }

    assert bodies >= {"BookingPatch", "MemberChange"}
    assert [
        (name, field)
        for name in bodies
        for field, schema in document["components"]["schemas"][name]["properties"].items()
        if "default" in schema
    ] == []


def test_what_has_a_version_comes_with_its_tag(described: dict[str, dict[str, Any]]) -> None:
    headers = {
        name: (
            list(next(iter(operation["responses"].values())).get("headers", ())),
            operation["parameters"][-1]["name"],
        )
        for name, operation in described.items()
    }

    assert headers == {
        "show_thing": (["ETag"], "Infra24-Organisation"),
        "list_things": ([], "Infra24-Organisation"),
        "make_thing": (["ETag", "Idempotency-Replayed"], "Idempotency-Key"),
        "change_thing": (["ETag"], "If-Match"),
        "close_thing": (["ETag", "Idempotency-Replayed"], "If-Match"),
    }


def test_two_shapes_of_one_name_are_refused() -> None:
    def elsewhere() -> type[Schema]:
        class Thing(Schema):
            """Something else."""

        return Thing

    def show_thing(request: HttpRequest) -> None: ...
    def show_other(request: HttpRequest) -> None: ...

    made = HouseAPI(urls_namespace="twice", docs_url=None)
    made.get("/things", response=Thing)(show_thing)
    made.get("/others", response=elsewhere())(show_other)

    with pytest.raises(ImproperlyConfigured, match="called Thing"):
        made.get_openapi_schema(path_prefix="api/")


@pytest.mark.django_db
def test_it_can_be_had_with_and_without_a_server() -> None:
    assert json.loads(describe()) == Client().get("/api/openapi.json").json()


@pytest.mark.django_db
def test_the_page_says_who_may_call_and_what_comes_back() -> None:
    page = Client().get("/api/docs").content.decode()

    assert "Staff and above" in page
    assert "<code>people:write</code>" in page
    assert "Somebody changed it since you loaded it." in page
    # Every shape a type leads to is on the page.
    links = {part.partition('"')[0] for part in page.split('href="#shape-')[1:]}
    assert {name for name in links if f'id="shape-{name}"' not in page} == set()
