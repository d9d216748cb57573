"""Allowances: so many a minute, so many at once; who counts as one caller."""

import threading

import pytest
from django.db import connection
from django.test import RequestFactory, override_settings

from infra24.core.addresses import caller_key, client_address
from infra24.core.errors import TooMany
from infra24.core.models import RateBucket
from infra24.core.rates import take


def taken(key: str, *, per_minute: int, burst: int, times: int) -> int:
    """How many of `times` requests passed."""
    passed = 0
    for _ in range(times):
        try:
            take(key, per_minute=per_minute, burst=burst)
        except TooMany:
            continue
        passed += 1
    return passed


@pytest.mark.django_db
@pytest.mark.parametrize("burst", [1, 2, 7])
def test_the_burst_passes_and_no_more(burst: int) -> None:
    assert taken("alice", per_minute=2, burst=burst, times=burst + 3) == burst
    assert taken("bob", per_minute=2, burst=burst, times=1) == 1


@pytest.mark.django_db
@pytest.mark.parametrize(("per_minute", "seconds"), [(1, 60), (7, 9), (600, 1)])
def test_a_refusal_says_how_long_to_wait(per_minute: int, seconds: int) -> None:
    take("alice", per_minute=per_minute, burst=1)

    with pytest.raises(TooMany) as refusal:
        take("alice", per_minute=per_minute, burst=1)

    assert refusal.value.retry_after == seconds


@pytest.mark.django_db
def test_time_gives_back_what_was_taken() -> None:
    taken("alice", per_minute=60, burst=3, times=5)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE core_ratebucket SET full_at = full_at - interval '2 seconds'")

    assert taken("alice", per_minute=60, burst=3, times=5) == 2


@pytest.mark.django_db(transaction=True)
def test_callers_at_once_do_not_share_what_is_for_one() -> None:
    passed = []

    def call() -> None:
        try:
            passed.append(taken("alice", per_minute=1, burst=5, times=5))
        finally:
            connection.close()

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(passed) == 5


@pytest.mark.django_db(transaction=True)
def test_counting_writes_no_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = %s", [RateBucket._meta.db_table])
        assert cursor.fetchone() == ("u",)


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "198.51.100.7", "203.0.113.1"),
        (1, "198.51.100.7", "198.51.100.7"),
        (1, "10.9.9.9, 198.51.100.7", "198.51.100.7"),
        (2, "10.9.9.9, 198.51.100.7, 203.0.113.2", "198.51.100.7"),
        (2, "198.51.100.7", "203.0.113.1"),
        (1, "", "203.0.113.1"),
    ],
)
def test_only_what_our_proxies_wrote_is_believed(proxies: int, forwarded: str, address: str) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded}, REMOTE_ADDR="203.0.113.1")
    with override_settings(TRUSTED_PROXIES=proxies):
        assert client_address(request) == address


def test_who_has_a_whole_ipv6_network_is_one_caller() -> None:
    def key(address: str) -> str:
        return caller_key(RequestFactory().get("/", REMOTE_ADDR=address))

    assert key("2001:db8::1") == key("2001:db8::ffff:1") != key("2001:db8:0:1::1")
    assert key("::ffff:203.0.113.1") == key("203.0.113.1") != key("203.0.113.2")
    assert "203.0.113.1" not in key("203.0.113.1")
