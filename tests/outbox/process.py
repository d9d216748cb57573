"""The worker as its own process, the way an installation runs it."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from infra24.orgs.models import Organisation
from infra24.orgs.tenancy import acting_for
from infra24.outbox.models import Delivery
from tests.database import ROOT, TestDatabase


@contextmanager
def worker(database: TestDatabase, log: Path, **environment: str) -> Iterator["subprocess.Popen[bytes]"]:
    """A running worker; killed at the end, should it still run."""
    with log.open("ab") as output:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "worker"],
            cwd=ROOT,
            env={**database.environment(), **environment},
            stdout=output,
            stderr=output,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def let_leases_run_out(org: Organisation) -> None:
    """As when a minute has passed since a worker was killed, and the wait after a failure with it."""
    with acting_for(org.pk):
        ago = timezone.now() - timedelta(seconds=1)
        Delivery.objects.filter(status="pending", lease__isnull=False).update(leased_until=ago)
        Delivery.objects.filter(status="pending", is_timer=False, due_at__gt=ago).update(due_at=ago)


def wait_for(condition: Callable[[], bool], *, seconds: float, what: str) -> float:
    """Wait until something has come true; return how many seconds that took."""
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < seconds, f"{what}: not within {seconds} s"
        time.sleep(0.02)
    return time.monotonic() - started
