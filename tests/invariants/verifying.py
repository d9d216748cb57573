"""The command as an operator calls it."""

import subprocess
import sys

from tests.database import ROOT, TestDatabase


def verify(database: TestDatabase, *options: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "manage.py", "verify_invariants", *options],
        cwd=ROOT,
        env={**database.environment(), "INFRA24_DATABASE_ROLE": "owner", **environment},
        capture_output=True,
        text=True,
        check=False,
    )
