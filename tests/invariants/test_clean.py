"""Where nothing is broken, nothing is named."""

from io import StringIO
from typing import Any

import pytest
from django.conf import settings as house_settings
from django.core.management import call_command

from tests.database import TestDatabase
from tests.invariants.verifying import verify


@pytest.fixture
def demo(tmp_path: Any, database: TestDatabase, monkeypatch: pytest.MonkeyPatch) -> None:
    """The three houses of the demo with their eight weeks."""
    monkeypatch.setattr(house_settings, "DEMO", True)
    monkeypatch.setattr(house_settings, "VAR_DIR", tmp_path)
    call_command("seed_demo", stdout=StringIO())


@pytest.mark.django_db(transaction=True)
def test_the_demo_adds_up(database: TestDatabase, demo: None) -> None:
    done = verify(database)

    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    rows = rows_in(database)
    assert rows > 1000
    assert lines[-1] == f"rows={rows} violations=0"


def rows_in(database: TestDatabase) -> int:
    """Rows of every table of an organisation, counted the long way."""
    with database.as_owner() as connection:
        tables = connection.execute(
            "SELECT DISTINCT table_name FROM information_schema.columns"
            " WHERE table_schema = 'public' AND column_name = 'org_id' ORDER BY 1"
        ).fetchall()
        return sum(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for (table,) in tables)  # type: ignore[index]
