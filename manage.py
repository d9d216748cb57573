#!/usr/bin/env python
"""Django's command line.

Commands that shape or look across the whole database run as its owner; every
other process connects as the app role, which row-level security binds.
"""

import os
import sys

OWNER_COMMANDS = {
    "prepare_database",
    "check_zones",
    "verify_invariants",
    "migrate",
    "makemigrations",
    "sqlmigrate",
    "showmigrations",
    "dbshell",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "infra24.config.settings")
    if len(sys.argv) > 1 and sys.argv[1] in OWNER_COMMANDS:
        os.environ.setdefault("INFRA24_DATABASE_ROLE", "owner")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
