"""Does everything add up? Looks at every organisation as the owner; the exit status is the verdict."""

import logging
import random
import signal
import threading
import traceback
from datetime import datetime, timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connection
from django.utils import timezone, translation

from infra24.invariants import services
from infra24.invariants.looking import Look, Violation, look
from infra24.invariants.policies import JITTER, next_look, night_begun
from infra24.invariants.queries import last_looked_at
from infra24.invariants.table import INFORMATION, SENTENCES

log = logging.getLogger(__name__)

UNABLE = 2
"""Exit status of who could not look."""
SETTLES_IN = timedelta(minutes=5)
"""After a start the worker first does what fell due while nothing ran."""
AFTER_TROUBLE = timedelta(minutes=10)


class Command(BaseCommand):
    help = (
        "Look whether everything in the database adds up, across all organisations. Changes nothing."
        " Exit status 0: it does; 1: it does not, or there was nothing to look at; 2: could not look."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--record", action="store_true", help="write the verdict down for each organisation")
        parser.add_argument(
            "--every-night", action="store_true", help="go on for ever: look and write down once a night, say nothing"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.DATABASE_ROLE != "owner":
            raise CommandError(
                "This looks across organisations: run it as the owner, INFRA24_DATABASE_ROLE=owner.", returncode=UNABLE
            )
        connection.settings_dict["OPTIONS"].setdefault("application_name", "infra24-verify")
        if options["every_night"]:
            Nights(delay=random.uniform(0, 1) * JITTER).run()  # noqa: S311 - no secret
            return
        with translation.override(None):
            self._once(record=options["record"])

    def _once(self, *, record: bool) -> None:
        try:
            found = look(self._report)
            if record:
                services.record_verdicts(found)
        except DatabaseError as error:
            raise CommandError(f"Could not look: {str(error).strip()}", returncode=UNABLE) from error
        self._sum_up(found)
        if found.violations or not found.rows:
            raise SystemExit(1)

    def _report(self, slug: str, violation: Violation) -> None:
        sentence = SENTENCES[violation.name]
        self.stdout.write(f"{slug}  {violation.table}  {violation.id}  {violation.name}: {sentence}")

    def _sum_up(self, found: Look) -> None:
        for name in SENTENCES:
            count = found.count_of(name)
            if name in {one.name for one in INFORMATION}:
                self.stdout.write(f"{count:>8}  {name}  (for information: {SENTENCES[name]})")
            else:
                self.stdout.write(f"{count:>8}  {name}")
        if not found.rows:
            self.stdout.write("There was nothing to look at. Is this the right database?")
        self.stdout.write(f"rows={found.rows} violations={found.violations}")


class Nights:
    """Looks once a night, `delay` after it begins, until SIGTERM or Ctrl-C."""

    def __init__(self, *, delay: timedelta) -> None:
        self._stopping = threading.Event()
        self._delay = delay

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        log.info("the nightly look is ready")
        wait = SETTLES_IN
        while not self._stopping.wait(wait.total_seconds()):
            try:
                wait = self.look_if_due(timezone.now())
            except Exception as error:  # noqa: BLE001 - a database that restarts is looked at later
                # A message might repeat values of rows.
                place = "".join(traceback.format_tb(error.__traceback__))
                log.error("could not look: %s, trying again later\n%s", type(error).__name__, place)
                wait = AFTER_TROUBLE
            finally:
                # A session that sleeps for a day is one that the server, or something between, has ended by then.
                connection.close()

    def look_if_due(self, now: datetime) -> timedelta:
        """Look when the night has come; how long to wait then."""
        due = next_look(last_looked_at(), now=now, delay=self._delay)
        if due <= now:
            found = look()
            recorded = services.record_verdicts(found, unless_since=night_begun(now))
            log.info("looked: rows=%d violations=%d recorded=%d", found.rows, found.violations, recorded)
            return timedelta()
        return due - now

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self._stopping.set()
