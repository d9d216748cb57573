"""Every failure has one shape, whoever noticed it: our code, django-ninja, Django or PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import include, path
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError
from pydantic import Field

from infra24.core.codec import JsonParser, JsonRenderer
from infra24.core.errors import Conflict, Invalid, Reason
from infra24.core.instants import Instant
from infra24.core.problems import answer_exception, page_for
from tests import make
from tests.orgs.probe import bearer, refusal

api = NinjaAPI(urls_namespace="failing", parser=JsonParser(), renderer=JsonRenderer())
for kind in (Exception, ValidationError, HttpError):
    api.add_exception_handler(kind, answer_exception)


class Leg(Schema):
    units: int = Field(ge=1)


class Body(Schema):
    title: str = Field(max_length=10)
    at: Instant | None = None
    legs: list[Leg] = []


@api.post("/echo")
def echo(request: HttpRequest, body: Body, limit: int = 5) -> Body:
    return body


@api.get("/search")
def search(request: HttpRequest, word: str) -> str:
    return word


@api.get("/refuse")
def refuse(request: HttpRequest) -> None:
    raise Conflict(
        code="on_fire", reasons=[Reason("closed", "The kiln is hot.", cure="Wait.")], fields={"at": "Later."}
    )


@api.get("/deny")
def deny(request: HttpRequest) -> None:
    raise PermissionDenied


@api.get("/bug")
def bug(request: HttpRequest) -> None:
    raise RuntimeError("a bug")


@api.get("/sql")
def sql(request: HttpRequest, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


def failing_page(request: HttpRequest, org: str) -> HttpResponse:
    raise Invalid("The kiln is cold.")


urlpatterns = [
    path("api/", api.urls),
    path("o/<slug:org>/failing", failing_page),
    path("", include("infra24.config.urls")),
]
handler400, handler403, handler404, handler500 = (page_for(status) for status in (400, 403, 404, 500))


@pytest.fixture(autouse=True)
def _failing_urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF=__name__):
        yield


def post(body: bytes, **options: Any) -> Any:
    return Client().post("/api/echo", body, "application/json", **options)


pytestmark = pytest.mark.django_db


def test_a_refusal_says_everything_at_once() -> None:
    answer = Client().get("/api/refuse")

    assert answer.json() == {
        "type": "/api/docs#on_fire",
        "title": "This cannot be done as things stand.",
        "status": 409,
        "detail": "This cannot be done as things stand.",
        "code": "on_fire",
        "reasons": [
            {"code": "closed", "detail": "The kiln is hot.", "resource_id": None, "source": {}, "cure": "Wait."}
        ],
        "alternatives": [],
        "fields": {"at": "Later."},
    }


@pytest.mark.parametrize(
    ("body", "status", "code", "fields"),
    [
        (b"{", 400, "malformed", set()),
        (b'{"title": NaN}', 400, "malformed", set()),
        (b'{"title": "\xff"}', 400, "malformed", set()),
        (b"[" * 100_000, 400, "malformed", set()),
        (b'{"title": "\\ud800 half"}', 400, "malformed", set()),
        (b"", 422, "invalid_request", {"body"}),
        (b"[]", 422, "invalid_request", set()),
        (b'"text"', 422, "invalid_request", set()),
        (b"{}", 422, "invalid_request", {"title"}),
        (b'{"title": "far too long a title"}', 422, "invalid_request", {"title"}),
        (b'{"title": 7, "at": "2026-12-01T10:00:00"}', 422, "invalid_request", {"title", "at"}),
        (b'{"title": "x", "at": "9999-12-31T23:00:00-05:00"}', 422, "time_out_of_range", {"at"}),
        (b'{"title": "x", "at": "0001-01-01T00:00:00Z"}', 422, "time_out_of_range", {"at"}),
        (b'{"title": "x", "at": 1764600000}', 422, "invalid_request", {"at"}),
        (b'{"title": "x", "at": "1764600000"}', 422, "invalid_request", {"at"}),
        (b'{"title": "x", "legs": [{"units": 1}, {"units": 0}]}', 422, "invalid_request", {"legs.1.units"}),
        (b'{"title": "x\\u0000y"}', 422, "nul_character", {"title"}),
        (b'{"title": "x", "legs": [{"units": "1\\u0000"}]}', 422, "nul_character", {"legs.0.units"}),
        (b'{"title": "' + b"x" * 3_000_000 + b'"}', 413, "too_large", set()),
    ],
)
def test_a_bad_body_is_refused_by_field(body: bytes, status: int, code: str, fields: set[str]) -> None:
    answer = post(body)

    assert (refusal(answer), set(answer.json()["fields"])) == ((status, code), fields)


def test_what_is_wrong_is_said_in_a_sentence() -> None:
    faults = post(b'{"title": "far too long a title", "at": "2026-12-01T10:00:00"}').json()["fields"]

    assert faults == {
        "title": "At most 10 characters.",
        "at": "Add the offset from UTC, as in 2026-12-01T10:00:00-05:00.",
    }


@pytest.mark.parametrize("query", ["?word=a%00b", "?word=a\x00b"])
def test_nul_in_a_parameter_is_refused(query: str) -> None:
    answer = Client().get(f"/api/search{query}")

    assert (refusal(answer), set(answer.json()["fields"])) == ((422, "nul_character"), {"word"})


def test_a_body_in_chunks_is_refused_rather_than_lost() -> None:
    answer = Client().generic("POST", "/api/echo", headers={"Transfer-Encoding": "chunked"})

    assert refusal(answer) == (411, "length_missing")


def test_a_backslash_before_u0000_is_no_nul() -> None:
    assert post(b'{"title": "\\\\u0000"}').json()["title"] == "\\u0000"


@pytest.mark.parametrize("debug", [False, True])
def test_djangos_own_failures_have_the_same_shape(debug: bool) -> None:
    with override_settings(DEBUG=debug):
        assert refusal(Client().get("/api/nothing-here")) == (404, "not_found")
        assert refusal(Client().get("/api/deny")) == (403, "forbidden")
        assert refusal(Client().get("/api/search", headers={"Host": "evil.example"})) == (400, "malformed")
        wrong_method = Client().delete("/api/echo")
        assert (refusal(wrong_method), wrong_method["Allow"]) == ((405, "method_not_allowed"), "POST")
        broken = Client(raise_request_exception=False).get("/api/bug")
        assert refusal(broken) == (500, "broken")
        assert "RuntimeError" not in broken.content.decode()


def test_a_bug_stays_loud() -> None:
    with pytest.raises(RuntimeError, match="a bug"):
        Client().get("/api/bug")


@pytest.mark.parametrize(
    ("statement", "status", "code"),
    [
        ("SET LOCAL statement_timeout = 20; SELECT pg_sleep(5)", 503, "unavailable"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '55P03'; END $$", 503, "unavailable"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40P01'; END $$", 409, "rivalry"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$", 409, "rivalry"),
        ("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '23P01'; END $$", 409, "rivalry"),
    ],
)
def test_rivals_and_queues_in_postgresql_are_not_our_bugs(statement: str, status: int, code: str) -> None:
    make.organisation(slug="oolite")

    answer = Client().get("/api/sql", {"statement": statement, "organisation": "oolite"})

    assert refusal(answer) == (status, code)
    assert answer.get("Retry-After") == ("1" if status == 503 else None)


@pytest.mark.parametrize("sqlstate", ["23505", "23514", "22003"])
def test_a_constraint_nobody_named_is_a_bug(sqlstate: str) -> None:
    make.organisation(slug="oolite")
    statement = f"DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '{sqlstate}'; END $$"
    quiet = Client(raise_request_exception=False)

    assert refusal(quiet.get("/api/sql", {"statement": statement, "organisation": "oolite"})) == (500, "broken")


def test_sign_in_is_asked_for_in_http_s_own_way() -> None:
    answer = Client().get("/api/me", headers=bearer("guess"))

    assert (refusal(answer), answer["WWW-Authenticate"]) == ((401, "token_invalid"), 'Bearer realm="Infra24"')


def test_sentences_are_in_the_callers_language() -> None:
    answer = post(b'{"title": "far too long a title"}', headers={"Accept-Language": "es"})

    assert (answer["Content-Language"], answer.json()["code"]) == ("es", "invalid_request")
    assert answer.json()["title"] == "La petición no es correcta en sí misma."
    assert answer.json()["fields"] == {"title": "Como máximo 10 caracteres."}


def test_a_page_says_the_same_in_its_own_look() -> None:
    make.organisation(slug="oolite")

    answer = Client().get("/o/oolite/failing")

    assert (answer.status_code, answer["Content-Type"]) == (422, "text/html; charset=utf-8")
    assert "The kiln is cold." in answer.content.decode()


def test_a_page_that_does_not_exist_says_so() -> None:
    assert (Client().get("/nothing").status_code, Client().get("/o/nowhere/").status_code) == (404, 404)


def test_part_of_a_page_is_not_replaced_by_the_sign_in_page() -> None:
    make.organisation(slug="oolite")

    answer = Client().get("/o/oolite/admin/settings/members", headers={"HX-Request": "true"})

    assert (answer.status_code, answer["HX-Redirect"]) == (
        204,
        "/accounts/login/?next=/o/oolite/admin/settings/members",
    )
