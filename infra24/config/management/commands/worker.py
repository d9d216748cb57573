"""The process beside the web: hands out facts, delivers them, and keeps the time."""

# Where figures are kept has to be said before anything is imported that counts.

import os
import signal
from types import FrameType
from typing import Any

from django.conf import settings

from infra24.core.workers import FOLDER, show_metrics

if not os.environ.get(FOLDER):
    show_metrics(settings.VAR_DIR)

from django.core.management.base import BaseCommand
from django.db import connection

from infra24.config.subscriptions import REACTIONS
from infra24.core.database import refuse_powerful_role
from infra24.core.memory import keep_what_is_loaded
from infra24.outbox.relay import Relay


class Command(BaseCommand):
    help = "Deliver facts and fire timers until SIGTERM or Ctrl-C. Run as many as wanted, on as many hosts as wanted."

    def handle(self, *args: Any, **options: Any) -> None:
        connection.settings_dict["OPTIONS"].setdefault("application_name", "infra24-worker")
        refuse_powerful_role()
        connection.close()  # threads that work have their own
        relay = Relay(REACTIONS)
        keep_what_is_loaded()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            relay.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if not relay.run():
            # Threads that hang must not keep the process: their deliveries are taken up when the leases run out.
            os._exit(1)
