"""A production process that would be unsafe does not start, and says why."""

import os
import subprocess
import sys
from collections.abc import Mapping

import pytest

from tests.database import ROOT, TestDatabase

SAFE = {
    "INFRA24_PRODUCTION": "1",
    "INFRA24_SECRET_KEY": "a-secret-key-of-more-than-fifty-characters-for-this-test-alone",
    "INFRA24_ENCRYPTION_KEYS": "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=",
    "INFRA24_BASE_URL": "https://infra24.example",
}


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
    nothing = dict.fromkeys(SAFE)
    assert start(database, **nothing).stdout == "started\n"
