"""From a socket to a use case: organisation, member, transaction, refusals."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from infra24.orgs.models import Member
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.orgs.probe import bearer, names, refusal


@pytest.fixture(autouse=True)
def _probe_urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.orgs.probe"):
        yield


@pytest.mark.django_db(transaction=True)
def test_a_token_costs_one_statement_before_the_transaction_and_none_inside() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    with CaptureQueriesContext(connection) as statements:
        answer = make.client().get("/api/people", headers=bearer(secret))

    assert (answer.status_code, answer.json()) == (200, [])
    counted = [q["sql"] for q in statements if "set_config" not in q["sql"] and q["sql"] not in {"BEGIN", "COMMIT"}]
    assert [statement[:24] for statement in counted] == ["SELECT * FROM admit_bear", 'SELECT "people_person"."']


@pytest.mark.django_db
def test_each_caller_sees_the_rows_of_the_organisation_it_came_for() -> None:
    cast = make.cast()
    make.person(cast.house, name="Alice")
    make.person(cast.elsewhere, name="Charlie")

    def seen(client: Client, **headers: str) -> list[str]:
        return [row["name"] for row in client.get("/api/people", headers=headers).json()]

    assert seen(make.client(), **bearer(make.token(cast.bob))) == ["Alice"]
    assert seen(make.client(), **bearer(make.token(cast.charlie))) == ["Charlie"]
    assert seen(make.client(cast.bob)) == ["Alice"]
    assert seen(make.client(cast.bob), **{"Infra24-Organisation": "oolite"}) == ["Alice"]


@pytest.mark.django_db
def test_a_member_of_two_organisations_says_which() -> None:
    cast = make.cast()
    make.member(cast.elsewhere, who=cast.bob.user)
    make.person(cast.elsewhere, name="Charlie")

    assert refusal(make.client(cast.bob).get("/api/people")) == (422, "organisation_not_named")
    named = make.client(cast.bob).get("/api/people", headers={"Infra24-Organisation": "elsewhere"})
    assert [row["name"] for row in named.json()] == ["Charlie"]


@pytest.mark.django_db
def test_who_may_not_pass_learns_why_and_nothing_more() -> None:
    cast = make.cast()
    past = datetime.now(UTC) - timedelta(seconds=1)
    expired = make.token(cast.alice, expires_at=past)
    reading = make.token(cast.alice, scopes=["people:read"])
    low = make.token(cast.bob)
    body = {"name": "Dora"}

    def post(**headers: str) -> tuple[int, str]:
        return refusal(make.client().post("/api/people", body, "application/json", headers=headers))

    assert refusal(make.client().get("/api/people")) == (401, "unauthenticated")
    assert post() == (401, "unauthenticated")
    assert post(**bearer("i24_guess")) == (401, "token_invalid")
    assert post(**bearer(expired)) == (401, "token_invalid")
    assert post(**bearer(reading)) == (403, "scope_missing")
    assert post(**bearer(low)) == (403, "role_too_low")
    stranger = make.client(cast.charlie).get("/api/people", headers={"Infra24-Organisation": "oolite"})
    nowhere = make.client(cast.charlie).get("/api/people", headers={"Infra24-Organisation": "nowhere"})
    assert refusal(stranger) == refusal(nowhere) == (404, "organisation_not_found")
    assert names(cast.house) == []


@pytest.mark.django_db
def test_a_token_dies_with_its_member() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    with acting_for(cast.house.pk):
        Member.objects.filter(pk=cast.alice.pk).update(is_active=False)

    assert refusal(make.client().get("/api/people", headers=bearer(secret))) == (401, "token_invalid")


@pytest.mark.django_db
def test_a_sessions_write_needs_the_csrf_token_and_a_tokens_does_not() -> None:
    cast = make.cast()
    browser = make.client(cast.alice, csrf=True)

    forged = browser.post("/api/people", {"name": "Eve"}, "application/json")
    by_token = make.client(csrf=True).post(
        "/api/people", {"name": "Dora"}, "application/json", headers=bearer(make.token(cast.alice))
    )

    assert refusal(forged) == (403, "csrf_failed")
    assert by_token.status_code == 201
    assert names(cast.house) == ["Dora"]


@pytest.mark.django_db
def test_an_answer_of_400_or_more_leaves_no_trace() -> None:
    cast = make.cast()
    answer = make.client().post("/api/people/and-fail", headers=bearer(make.token(cast.alice)))

    assert refusal(answer) == (409, "conflict")
    assert names(cast.house) == []


@pytest.mark.django_db
def test_public_operations_only_need_the_organisations_name() -> None:
    make.organisation(slug="oolite")

    assert make.client().get("/api/public?organisation=oolite").json() == "oolite"
    assert make.client().get("/api/public", headers={"Infra24-Organisation": "oolite"}).json() == "oolite"
    assert refusal(make.client().get("/api/public")) == (422, "organisation_not_named")
    assert refusal(make.client().get("/api/public?organisation=o'olite")) == (404, "organisation_not_found")


@pytest.mark.django_db
def test_staff_pages_open_for_staff_alone() -> None:
    cast = make.cast()

    def statuses(page: str) -> list[int]:
        who = (None, cast.charlie, cast.bob, cast.alice)
        return [make.client(member).get(f"/o/oolite/admin/{page}").status_code for member in who]

    assert statuses("page") == [302, 404, 403, 200]
    assert statuses("careless") == [302, 404, 200, 200]
    sign_in = make.client().get("/o/oolite/admin/page?day=2026-12-01")["Location"]
    assert sign_in == "/accounts/login/?next=/o/oolite/admin/page%3Fday%3D2026-12-01"


@pytest.mark.django_db
def test_a_token_is_counted_by_its_own_allowance() -> None:
    cast = make.cast()
    secret = make.token(cast.alice, per_minute=2)

    def call() -> Any:
        return make.client().get("/api/people", headers=bearer(secret))

    answers = [call(), call(), call()]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert refusal(answers[2]) == (429, "too_many")
    assert answers[2]["Retry-After"] == "30"


@pytest.mark.django_db
def test_no_cache_on_the_way_keeps_what_a_member_sees() -> None:
    cast = make.cast()

    assert make.client(cast.bob).get("/api/people")["Cache-Control"] == "private, no-cache"
    assert "immutable" in make.client().get("/o/oolite/theme.css?v=1")["Cache-Control"]
