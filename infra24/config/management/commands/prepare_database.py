"""Bring a database to what this version of the code expects. Runs as the owner; safe to repeat."""

from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection

from infra24.config.connection import app_password_file
from infra24.core.database import ensure_app_role, grant_to_app

LOCK_TIMEOUT = "10s"
"""A migration that would wait behind a long query gives up instead of holding up everybody."""
ONE_AT_A_TIME = 7244124
"""Number of the advisory lock."""


class Command(BaseCommand):
    help = "Migrate, make the app role, and grant it what each table allows."

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            # Two starts at once prepare one after the other, however long the first takes: the limit comes after.
            cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [LOCK_TIMEOUT])
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
        ensure_app_role(settings.DATABASE_APP_ROLE, app_password_file(settings.VAR_DIR))
        grant_to_app(settings.DATABASE_APP_ROLE)
        self.stdout.write("The database is ready.")
