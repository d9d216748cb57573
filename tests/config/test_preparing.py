"""Preparing a database that others use meanwhile."""

import subprocess
import sys
import time

import psycopg
import pytest

from infra24.config.management.commands.prepare_database import ONE_AT_A_TIME
from tests.database import ROOT, TestDatabase
from tests.outbox.process import wait_for

pytestmark = pytest.mark.django_db(transaction=True)
AS_OWNER = """
import django
django.setup()
from django.conf import settings
settings.DATABASE_APP_ROLE = {role!r}
"""
PREPARE = """
from django.core.management import call_command
from infra24.config.management.commands import prepare_database
prepare_database.LOCK_TIMEOUT = "100ms"
call_command("prepare_database")
"""
GRANT = """
from infra24.core.database import grant_to_app
for _ in range(5):
    grant_to_app(settings.DATABASE_APP_ROLE)
"""


def owner_process(database: TestDatabase, script: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", AS_OWNER.format(role=database.app["user"]) + script],
        cwd=ROOT,
        env={
            **database.environment(),
            "INFRA24_DATABASE_ROLE": "owner",
            "DJANGO_SETTINGS_MODULE": "infra24.config.settings",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_a_second_host_waits_for_the_first_however_long_it_takes(database: TestDatabase) -> None:
    with database.as_owner() as first, database.as_owner() as looking:
        first.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        with owner_process(database, PREPARE) as second:
            wait_for(lambda: _somebody_waits(looking), seconds=30, what="the second's wait")
            time.sleep(0.5)
            assert second.poll() is None
            first.execute("SELECT pg_advisory_unlock(%s)", [ONE_AT_A_TIME])
            told, _ = second.communicate(timeout=60)
            assert (second.returncode, told.strip()) == (0, "The database is ready.")


def test_requests_are_served_while_privileges_are_granted_anew(database: TestDatabase) -> None:
    served = 0
    with owner_process(database, GRANT) as granting, database.as_app() as serving:
        while granting.poll() is None:
            serving.execute("SELECT FROM core_cache LIMIT 1")
            serving.execute("SELECT FROM orgs_user LIMIT 1")
            serving.rollback()
            served += 1
        told, _ = granting.communicate()
    assert (granting.returncode, told) == (0, "")
    assert served > 100


def _somebody_waits(looking: "psycopg.Connection[object]") -> bool:
    found = looking.execute(
        "SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND NOT granted", [ONE_AT_A_TIME]
    )
    return found.fetchone() is not None
