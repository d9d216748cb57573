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
from infra24.outbox.lanes import THREADS
from infra24.outbox.relay import Relay
from infra24.webhooks.sending import DATABASE_THREADS as WEBHOOK_THREADS


class Command(BaseCommand):
    help = "Deliver facts and fire timers until SIGTERM or Ctrl-C. Run as many as wanted, on as many hosts as wanted."

    def handle(self, *args: Any, **options: Any) -> None:
        options_of_database = connection.settings_dict["OPTIONS"]
        options_of_database.setdefault("application_name", "infra24-worker")
        if pool := options_of_database.get("pool"):
            # A thread that waited for a connection would hold up what it has leased.
            pool["max_size"] = max(pool["max_size"], THREADS + WEBHOOK_THREADS)
        refuse_powerful_role()
        relay = Relay(REACTIONS)
        keep_what_is_loaded()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            relay.stop()

        signal.signal(signal.SIGTERM, stop)
        signal.signal(signal.SIGINT, stop)
        if not relay.run():
            # Threads that hang must not keep the process: their deliveries are taken up when the leases run out.
            os._exit(1)
