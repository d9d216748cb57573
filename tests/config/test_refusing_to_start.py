"""A production process that would be unsafe does not start, and says why."""

import os
import stat
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.database import ROOT, TestDatabase

SAFE = {
    "INFRA24_PRODUCTION": "1",
    "INFRA24_SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-for-this-test-alone",
    "INFRA24_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "INFRA24_BASE_URL": "https://infra24.example",
    "INFRA24_TRUSTED_PROXIES": "1",
}

NOTHING: dict[str, str | None] = dict.fromkeys(SAFE)


def start(database: TestDatabase, **changed: str | None) -> subprocess.CompletedProcess[str]:
    """Import the web process in a fresh interpreter, as a server does."""
    environment: dict[str, str | None] = {
        **{key: value for key, value in os.environ.items() if not key.startswith("INFRA24_")},
        **database.environment(),
        **SAFE,
        **changed,
    }
    return subprocess.run(
        [sys.executable, "-c", "import infra24.config.wsgi; print('started')"],
        cwd=ROOT,
        env={key: value for key, value in environment.items() if value is not None},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def owner_url(database: TestDatabase) -> str:
    return database.environment()["DATABASE_OWNER_URL"]


def test_with_everything_in_place_it_starts(database: TestDatabase) -> None:
    assert start(database).stdout == "started\n"


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"INFRA24_SECRET_KEY": None}, "INFRA24_SECRET_KEY must be set in production"),
        ({"INFRA24_SECRET_KEY": "short"}, "INFRA24_SECRET_KEY needs at least 50 characters"),
        ({"INFRA24_ENCRYPTION_KEYS": None}, "INFRA24_ENCRYPTION_KEYS must be set in production"),
        ({"INFRA24_ENCRYPTION_KEYS": "no key"}, "INFRA24_ENCRYPTION_KEYS holds something that is no Fernet key"),
        ({"INFRA24_BASE_URL": None}, "INFRA24_BASE_URL must be set in production"),
        ({"DATABASE_URL": None}, "DATABASE_URL must be set in production"),
        ({"INFRA24_TRUSTED_PROXIES": None}, "INFRA24_TRUSTED_PROXIES must say who speaks https"),
        ({"INFRA24_PRODUCTION": None}, "INFRA24_BASE_URL is https://infra24.example, where others can reach it"),
        ({"INFRA24_PRODUCTION": None, "INFRA24_BASE_URL": "http://192.0.2.7:8000"}, "Set INFRA24_PRODUCTION=1"),
        ({**NOTHING, "INFRA24_VAR": "/nowhere/at/all"}, "There is no data folder /nowhere/at/all"),
        ({"INFRA24_DEMO": "1"}, "INFRA24_DEMO shows everybody's mail"),
        ({"INFRA24_DEBUG": "1"}, "INFRA24_DEBUG shows the inside of the program"),
    ],
)
def test_what_is_missing_or_unsafe_stops_it(
    database: TestDatabase, changed: Mapping[str, str | None], says: str
) -> None:
    refused = start(database, **changed)

    assert (refused.returncode, refused.stdout) == (1, "")
    assert says in refused.stderr.splitlines()[-1]


def test_the_owner_of_the_tables_is_refused(database: TestDatabase) -> None:
    refused = start(database, DATABASE_URL=owner_url(database))

    assert refused.returncode == 1
    assert "organisations would not be kept apart" in refused.stderr.splitlines()[-1]


def test_development_needs_no_environment(database: TestDatabase) -> None:
    assert start(database, **NOTHING).stdout == "started\n"


@pytest.mark.parametrize("address", ["http://127.0.0.1:8123", "http://[::1]:8000", "http://demo.localhost"])
def test_a_development_server_serves_its_own_machine(database: TestDatabase, address: str) -> None:
    assert start(database, **{**NOTHING, "INFRA24_BASE_URL": address}).stdout == "started\n"


def test_a_server_that_speaks_https_itself_says_so(database: TestDatabase) -> None:
    assert start(database, INFRA24_TRUSTED_PROXIES="0").stdout == "started\n"


# --- Keys nobody was given -----------------------------------------------------------

KEYS = "from django.conf import settings; print(settings.SECRET_KEY, *settings.ENCRYPTION_KEYS)"


def reading_keys(var: Path) -> "subprocess.Popen[str]":
    environment = {key: value for key, value in os.environ.items() if not key.startswith("INFRA24_")}
    told = {"INFRA24_VAR": str(var), "DJANGO_SETTINGS_MODULE": "infra24.config.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", KEYS], cwd=ROOT, env={**environment, **told}, stdout=subprocess.PIPE, text=True
    )


def test_processes_that_start_at_once_agree_on_keys_which_only_their_owner_reads(tmp_path: Path) -> None:
    told = {process.communicate(timeout=60)[0] for process in [reading_keys(tmp_path) for _ in range(6)]}

    (keys,) = told
    assert keys.split() == [(tmp_path / name).read_text() for name in ("secret_key", "encryption_key")]
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    assert sorted(file.name for file in tmp_path.iterdir()) == ["encryption_key", "secret_key"]


def test_every_installation_has_keys_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    told = [reading_keys(tmp_path / name).communicate(timeout=60)[0].split() for name in ("one", "two", "none")]

    assert len({key for keys in told for key in keys}) == 6
    assert not (tmp_path / "none").exists()
