"""`Idempotency-Key`: the effect once, the answer twice."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import override_settings

from infra24.core.errors import Conflict
from infra24.orgs.models import RememberedAnswer
from infra24.orgs.remembered import KEPT_FOR
from infra24.orgs.tenancy import acting_for
from tests import make
from tests.orgs import probe
from tests.orgs.probe import bearer, names, refusal


@pytest.fixture(autouse=True)
def _probe_urls() -> Iterator[None]:
    with override_settings(ROOT_URLCONF="tests.orgs.probe"):
        yield


def post(secret: str, name: str, key: str) -> Any:
    return make.client().post(
        "/api/people", {"name": name}, "application/json", headers={**bearer(secret), "Idempotency-Key": key}
    )


@pytest.mark.django_db
def test_a_request_sent_twice_has_its_effect_once_and_both_get_the_answer() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)

    first, second = post(secret, "Dora", "k-1"), post(secret, "Dora", "k-1")

    assert (first.status_code, second.status_code) == (201, 201)
    assert (second.content, second["Content-Type"]) == (first.content, first["Content-Type"])
    assert ("Idempotency-Replayed" in first, second["Idempotency-Replayed"]) == (False, "true")
    assert names(cast.house) == ["Dora"]


@pytest.mark.django_db
def test_a_key_used_for_another_request_is_refused() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    post(secret, "Dora", "k-1")

    assert refusal(post(secret, "Eve", "k-1")) == (422, "idempotency_key_reused")
    assert refusal(post(secret, "Eve", "k" * 256)) == (422, "idempotency_key_too_long")
    assert names(cast.house) == ["Dora"]


@pytest.mark.django_db
def test_a_refusal_is_not_remembered() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)

    refused, accepted = post(secret, "x" * 41, "k-1"), post(secret, "Dora", "k-1")

    assert (refusal(refused), accepted.status_code) == ((422, "invalid_request"), 201)


@pytest.mark.django_db
def test_keys_of_different_callers_do_not_meet() -> None:
    cast = make.cast()
    answers = [post(make.token(cast.alice), "Dora", "k-1"), post(make.token(cast.alice), "Dora", "k-1")]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert names(cast.house) == ["Dora", "Dora"]


@pytest.mark.django_db
def test_after_a_day_a_key_is_free_again() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    post(secret, "Dora", "k-1")
    with acting_for(cast.house.pk):
        RememberedAnswer.objects.update(created_at=F("created_at") - KEPT_FOR - timedelta(seconds=1))

    assert post(secret, "Eve", "k-1").status_code == 201
    assert names(cast.house) == ["Dora", "Eve"]


@pytest.mark.django_db
def test_a_secret_is_not_kept_for_the_second_asking() -> None:
    cast = make.cast()
    headers = {**bearer(make.token(cast.alice)), "Idempotency-Key": "k-1"}
    body = {"name": "Door", "scopes": ["bookings:read"]}
    with override_settings(ROOT_URLCONF="infra24.config.urls"):
        first, second = (make.client().post("/api/tokens", body, "application/json", headers=headers) for _ in range(2))

    assert (first.status_code, refusal(second)) == (201, (409, "answer_not_kept"))
    with acting_for(cast.house.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM orgs_rememberedanswer WHERE position(%s IN body) > 0", [b"i24_"])
        assert cursor.fetchone() == (0,)


@pytest.mark.django_db(transaction=True)
def test_a_rival_with_the_same_key_waits_for_the_first_and_gets_its_answer() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    inside, answers = threading.Event(), dict[str, Any]()

    def send(who: str) -> None:
        try:
            answers[who] = post(secret, "Dora", "k-1")
        finally:
            connection.close()

    rival = threading.Thread(target=send, args=("rival",))

    def let_the_rival_queue() -> None:
        if not inside.is_set():
            inside.set()
            rival.start()
            _until_somebody_waits()

    probe.while_adding.append(let_the_rival_queue)
    try:
        send("first")
        rival.join(timeout=10)
    finally:
        probe.while_adding.clear()

    assert answers["first"].status_code == answers["rival"].status_code == 201
    assert answers["rival"].content == answers["first"].content
    assert "Idempotency-Replayed" in answers["rival"]
    assert names(cast.house) == ["Dora"]


@pytest.mark.django_db(transaction=True)
def test_a_rival_carries_on_when_the_first_is_rolled_back() -> None:
    cast = make.cast()
    secret = make.token(cast.alice)
    answers = dict[str, Any]()

    def send() -> None:
        try:
            answers["rival"] = post(secret, "Dora", "k-1")
        finally:
            connection.close()

    rival = threading.Thread(target=send)

    def queue_the_rival_then_fail() -> None:
        if "started" not in answers:
            answers["started"] = True
            rival.start()
            _until_somebody_waits()
            raise Conflict

    probe.while_adding.append(queue_the_rival_then_fail)
    try:
        first = post(secret, "Dora", "k-1")
        rival.join(timeout=10)
    finally:
        probe.while_adding.clear()

    assert (refusal(first), answers["rival"].status_code) == ((409, "conflict"), 201)
    assert "Idempotency-Replayed" not in answers["rival"]
    assert names(cast.house) == ["Dora"]


def _until_somebody_waits() -> None:
    """Returns once another connection waits for a transaction of ours to end; fails after five seconds."""
    with connection.cursor() as cursor:
        for _ in range(500):
            cursor.execute("SELECT pg_sleep(0.01)")
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_blocking_pids(pid) @> ARRAY[pg_backend_pid()]"
            )
            if cursor.fetchone() != (0,):
                return
    raise AssertionError("the rival never waited")
